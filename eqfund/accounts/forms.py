"""The forms of accounts in our words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ChangePasswordForm as AllauthChangePasswordForm,
    LoginForm as AllauthLoginForm,
    ReauthenticateForm as AllauthReauthenticateForm,
    ResetPasswordForm as AllauthResetPasswordForm,
    ResetPasswordKeyForm as AllauthResetPasswordKeyForm,
    SetPasswordForm as AllauthSetPasswordForm,
)
from allauth.core import context, ratelimit
from allauth.mfa.base.forms import (
    AuthenticateForm as AllauthAuthenticateForm,
    ReauthenticateForm as AllauthMFAReauthenticateForm,
)
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm as AllauthAddWebAuthnForm,
    EditWebAuthnForm as AllauthEditWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.accounts.rules import mobile_of
from eqfund.models import FactorRecovery
from eqfund.thai_text import arabic_digits

ONE_TIME_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "12"}


def without_placeholders(form: forms.Form) -> None:
    """A placeholder goes when one types: the label above says it, and stays."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


def digits(text: str) -> str:
    """A code as it was sent: spaces and dashes left out, Thai digits read."""
    return re.sub(r"[\s-]", "", arabic_digits(text))


class LoginForm(AllauthLoginForm):
    """allauth's, which names its first field after the choice of user name or e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        without_placeholders(self)


class ReauthenticateForm(AllauthReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        without_placeholders(self)


class ResetPasswordForm(AllauthResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].help_text = _("The address that your account has.")
        without_placeholders(self)


class ResetPasswordKeyForm(AllauthResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_new_passwords(self)


class ChangePasswordForm(AllauthChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Present password")
        self.fields["oldpassword"].help_text = ""
        _name_new_passwords(self)


class SetPasswordForm(AllauthSetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_new_passwords(self)


def _name_new_passwords(form: forms.Form) -> None:
    form.fields["password1"].label = _("New password")
    form.fields["password1"].help_text = _(
        "At least 10 characters. Not your name or user name, and not one that many people use."
    )
    form.fields["password2"].label = _("New password once more")
    form.fields["password2"].help_text = ""
    without_placeholders(form)


@contextmanager
def few_tries(user: Any) -> Iterator[None]:
    """Let a second factor be guessed at a few times only, whatever address it is tried from.

    Narrower than the limit on passwords, which allauth counts here as well: whoever guesses
    here has the password already. A right code begins the count anew.
    """
    limit = {"action": "second_factor", "key": f"second factor of {user.pk}"}
    if not ratelimit.consume(context.request, **limit):
        raise forms.ValidationError(get_adapter().error_messages["too_many_login_attempts"])
    yield
    ratelimit.clear(context.request, **limit)


class CodeMixin:
    """A field for a code, with the keyboard a phone shows for it."""

    fields: dict[str, forms.Field]
    label: Any = _("Code")

    def dress(self) -> None:
        field = self.fields["code"]
        field.label = self.label
        field.widget.attrs |= ONE_TIME_CODE
        field.widget.attrs.pop("placeholder", None)


class AuthenticateForm(CodeMixin, AllauthAuthenticateForm):
    label = _("Code of the app, or a recovery code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dress()

    def clean_code(self) -> str:
        self.cleaned_data["code"] = digits(self.cleaned_data["code"])
        with few_tries(self.user):
            return super().clean_code()


class MFAReauthenticateForm(CodeMixin, AllauthMFAReauthenticateForm):
    label = _("Code of the app, or a recovery code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dress()

    def clean_code(self) -> str:
        self.cleaned_data["code"] = digits(self.cleaned_data["code"])
        with few_tries(self.user):
            return super().clean_code()


class ActivateTOTPForm(CodeMixin, AllauthActivateTOTPForm):
    label = _("The six digits that the app shows now")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dress()

    def clean_code(self) -> str:
        self.cleaned_data["code"] = digits(self.cleaned_data["code"])
        return super().clean_code()


def _passkey_name(field: forms.Field) -> None:
    field.label = _("A name to know it by")
    field.help_text = _("For example: my phone, the computer in the office.")
    field.widget.attrs |= {"maxlength": "60", "autocomplete": "off"}


class AddWebAuthnForm(AllauthAddWebAuthnForm):
    """A passkey always opens without a password: it asks for the finger, the face or the PIN."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _passkey_name(self.fields["name"])
        self.initial["name"] = ""
        self.fields["passwordless"].widget = forms.HiddenInput()
        self.initial["passwordless"] = True

    def clean_name(self) -> str:
        return super().clean_name()[:60]

    def clean_passwordless(self) -> bool:
        return True


class EditWebAuthnForm(AllauthEditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _passkey_name(self.fields["name"])

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"])[:60]


class EmailForm(forms.Form):
    """An e-mail address to send a code to."""

    target = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class PhoneForm(forms.Form):
    """A Thai mobile number to send a code to."""

    target = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        help_text=_("Ten digits, for example 081 234 5678."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_target(self) -> str:
        phone = mobile_of(self.cleaned_data["target"])
        if phone is None:
            raise forms.ValidationError(
                _("This is not a Thai mobile number: ten digits that begin with 06, 08 or 09.")
            )
        return phone


class CodeForm(forms.Form):
    """The six digits that were sent."""

    code = forms.CharField(
        label=_("Code of six digits"),
        max_length=20,
        widget=forms.TextInput(attrs=ONE_TIME_CODE),
    )

    def clean_code(self) -> str:
        code = digits(self.cleaned_data["code"])
        if not re.fullmatch(r"\d{6}", code):
            raise forms.ValidationError(_("The code has six digits."))
        return code


class RecoveryForm(forms.Form):
    """How the person's identity was checked."""

    checked = forms.ChoiceField(
        label=_("How did you make sure that it is this person?"),
        choices=FactorRecovery.Check.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("What you asked and saw"),
        help_text=_(
            "For example: knows the class and the director's name; showed the identity card."
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
