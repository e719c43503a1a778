"""What narrows the board."""

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.progress.words import SHOWN


class FilterForm(forms.Form):
    """What narrows the list of schools."""

    name = forms.CharField(label=_("Name or code"), required=False, max_length=80)
    state = forms.ChoiceField(required=False, choices=[("", ""), *SHOWN.items()])
