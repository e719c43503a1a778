"""Forms of the bank's pages: they parse, the actions decide."""

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.models import BankFile


class WriteFilesForm(forms.Form):
    """Which format the round's files are written in."""

    file_format = forms.ChoiceField(
        label=_("Format"),
        choices=BankFile.Format.choices,
        initial=BankFile.Format.PAIN001,
        help_text=_(
            "The flat text needs the bank's own specification before it is used in earnest."
        ),
    )


class CallBackForm(forms.Form):
    """Why a bank file is called back."""

    reason = forms.CharField(
        label=_("What went wrong"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("For example: the download broke off and the file cannot be opened."),
        error_messages={"required": _("Say what went wrong with the download.")},
    )


class ResultForm(forms.Form):
    """A file that the bank sent back."""

    file = forms.FileField(
        label=_("Result file from the bank"),
        help_text=_(
            "pain.002 or camt.054 (XML), or the flat result; at most 100 MB. Looking at it changes nothing."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,.txt"}),
    )
