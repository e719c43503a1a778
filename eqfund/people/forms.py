"""Forms of the pages of people: they parse and convert, the actions decide."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from eqfund.access import Role
from eqfund.accounts.rules import mobile_of
from eqfund.form_fields import ThaiDateField
from eqfund.models import Posting, User
from eqfund.models.people import EndReason

CAPACITIES = Posting._meta.get_field("capacity").choices
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")


class MobileField(forms.CharField):
    """A Thai mobile number, however it is written; kept as ten digits."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"})

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        number = mobile_of(text) if text else ""
        if number is None:
            raise ValidationError(
                gettext("Write a Thai mobile number: ten digits, beginning with 06, 08 or 09.")
            )
        return number


class PlaceField(forms.ChoiceField):
    """A place among those the person may choose."""

    def set(self, choices: list[tuple[str, str]]) -> None:
        self.choices = choices if len(choices) == 1 else [("", _("choose")), *choices]


class PersonForm(forms.Form):
    """Name and addresses of somebody who is asked for or invited."""

    full_name = forms.CharField(
        label=_("Title, first name and last name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    phone = MobileField(label=_("Mobile phone"))

    def clean_full_name(self) -> str:
        name = " ".join(self.cleaned_data["full_name"].split())
        if " " not in name:
            raise ValidationError(gettext("Write the first name and the last name."))
        return name


class PostForm(forms.Form):
    """Where, in what capacity and how long. The role comes with the page, the places with the role."""

    path = PlaceField(label=_("Place"))
    capacity = forms.ChoiceField(label=_("Capacity"), choices=CAPACITIES, required=False)
    starts_on = ThaiDateField(label=_("First day"))
    ends_on = ThaiDateField(
        label=_("Last day"), required=False, help_text=_("Leave empty if it has none.")
    )

    def __init__(self, *args: Any, role: str, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].label = {
            Role.HOMEROOM_TEACHER: _("Class"),
            Role.OFFICE_ADMIN: _("Supervising office"),
            Role.AFFILIATION_OFFICER: _("Affiliation"),
        }.get(role, _("School"))
        if len(places) == 1:
            self.initial.setdefault("path", places[0][0])
        if len(places) == 1 and places[0][0] == "TH/":
            self.fields["path"].widget = forms.HiddenInput()
        self.fields["path"].set(places)
        if role != Role.SCHOOL_DIRECTOR:
            del self.fields["capacity"]

    def clean_capacity(self) -> str:
        return self.cleaned_data["capacity"] or "in_post"


class InviteForm(PostForm, PersonForm):
    """An invitation to one post."""

    field_order = ["path", "full_name", "email", "phone", "capacity", "starts_on", "ends_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].required = False


class EndForm(forms.Form):
    on = ThaiDateField(
        label=_("Last day in the post"), help_text=_("Yesterday's date shuts it at once.")
    )
    reason = forms.ChoiceField(
        label=_("Why it ends"), choices=EndReason.choices, widget=forms.RadioSelect
    )


class ExtendForm(forms.Form):
    until = ThaiDateField(
        label=_("New last day"), required=False, help_text=_("Leave empty for no last day.")
    )


class ClassForm(forms.Form):
    classroom = forms.ModelChoiceField(label=_("New class"), queryset=None, empty_label=_("choose"))
    on = ThaiDateField(label=_("From which day"))

    def __init__(self, *args: Any, classes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["classroom"].queryset = classes


class CapacityForm(forms.Form):
    capacity = forms.ChoiceField(label=_("Capacity"), choices=CAPACITIES, widget=forms.RadioSelect)
    on = ThaiDateField(label=_("From which day"))
    until = ThaiDateField(
        label=_("Last day"), required=False, help_text=_("Leave empty if it has none.")
    )


class RefuseForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the request is refused"),
        help_text=_("The person reads this in a mail."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("The filled-in file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )


class EnterForm(forms.Form):
    """User name and password of a new account."""

    username = forms.CharField(
        label=_("User name"),
        help_text=_("3 to 60 letters a–z, digits, dot, hyphen or underscore."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 10 characters, not easy to guess."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_username(self) -> str:
        name = self.cleaned_data["username"].strip().lower()
        if not USERNAME.fullmatch(name):
            raise ValidationError(
                gettext("Use 3 to 60 letters a–z, digits, dot, hyphen or underscore.")
            )
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(gettext("This user name is taken. Choose another one."))
        return name

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        password, again = answers.get("password"), answers.get("again")
        if password and again and password != again:
            self.add_error("again", gettext("The two passwords differ."))
        elif password:
            self.person.username = answers.get("username", "")
            try:
                validate_password(password, self.person)
            except ValidationError as error:
                self.add_error("password", error)
        return answers


class FindForm(forms.Form):
    """Find a school or office by its name, in a province or an affiliation."""

    affiliation = forms.ChoiceField(label=_("Affiliation"), required=False)
    province = forms.ChoiceField(label=_("Province"), required=False)
    q = forms.CharField(
        label=_("Name or code of the school or office"),
        max_length=100,
        help_text=_("Three letters or more, for example บ้านดง, or the school's code."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )

    def __init__(
        self,
        *args: Any,
        affiliations: list[tuple[str, str]],
        provinces: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["affiliation"].choices = [("", _("all")), *affiliations]
        self.fields["province"].choices = [("", _("all")), *provinces]


class AskForm(PersonForm):
    """A request for an account at a school or office that was found."""

    role = forms.ChoiceField(label=_("I am"), widget=forms.RadioSelect)
    classroom = forms.ChoiceField(
        label=_("Class"), required=False, help_text=_("For a homeroom teacher.")
    )
    note = forms.CharField(
        label=_("Anything the admin should know"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    field_order = ["role", "classroom", "full_name", "email", "phone", "note"]

    def __init__(
        self,
        *args: Any,
        roles: list[tuple[str, Any]],
        classes: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles
        if classes:
            self.fields["classroom"].choices = [("", _("choose")), *classes]
        else:
            del self.fields["classroom"]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if answers.get("role") == Role.HOMEROOM_TEACHER and not answers.get("classroom"):
            if "classroom" in self.fields:
                self.add_error("classroom", gettext("A homeroom teacher chooses the class."))
            else:
                self.add_error("role", gettext("This school has no classes here yet."))
        return answers
