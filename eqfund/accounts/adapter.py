"""How allauth behaves here: accounts come down the chain by invitation, nobody signs up."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from eqfund import audit, clock
from eqfund.accounts import lockout, mail, reauthentication, sessions
from eqfund.accounts.first_use import needs_factor
from eqfund.fields import seal, unseal

TOTP_PURPOSE = "mfa_secret"
WRONG_SIGN_IN = _("The user name, e-mail or password is not right.")
TOO_MANY = _("Too many tries. Wait 15 minutes, or ask the admin who gave you the account.")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # one sentence for both: which of them exists is nobody's business
        "username_password_mismatch": WRONG_SIGN_IN,
        "email_password_mismatch": WRONG_SIGN_IN,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_password": _("This password is not right."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("This code is not right, or its time is over."),
        "invalid_password_reset": _("This link has been used or is too old. Ask for a new one."),
    }

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def login(self, request: Any, user: Any) -> None:
        """Every way in by allauth: note whose session it is, and write the audit book."""
        how = [record.get("type", record["method"]) for record in _records(request, user)]
        super().login(request, user)
        sessions.begin(request, user, "+".join(how) or "password")
        audit.record("accounts.sign_in", user, by=user, at=clock.now(), facts={"how": how})

    def get_login_redirect_url(self, request: Any) -> str:
        return reverse("first-use")

    def get_password_change_redirect_url(self, request: Any) -> str:
        return reverse("account")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say only what our pages need to hear: "signed in as ..." is noise."""
        template = kwargs.get("message_template") or (args[2] if len(args) > 2 else None)
        if template in SILENT:
            return
        super().add_message(*args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        mail.send(email, template_prefix, context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Every change of a password or factor comes by here: into the audit book, and to its owner."""
        what = template_prefix.rpartition("/")[2]
        facts = {"what": what}
        audit.record("accounts.change_credential", user, by=user, at=clock.now(), facts=facts)
        if what == "password_reset":
            lockout.open_for(user)
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """One rule for allauth's pages and ours: a recent proof, the sign-in's included."""
        return not reauthentication.is_fresh(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        if user.is_authenticated and sessions.is_one_click(self.request):
            return [
                {
                    "id": "demo",
                    "description": _("The demo's click"),
                    "url": reverse("demo-reauthenticate"),
                }
            ]
        return super().get_reauthentication_methods(user)


SILENT = {
    "account/messages/logged_in.txt",
    "account/messages/logged_out.txt",
}


def _records(request: Any, user: AbstractBaseUser) -> list[dict[str, Any]]:
    return get_authentication_records(request, user)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or its time is over."),
        "cannot_delete_authenticator": _(
            "Your post needs a second factor, and this is the last one. Add another first."
        ),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text.encode(), TOTP_PURPOSE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text), TOTP_PURPOSE).decode()

    def get_totp_issuer(self) -> str:
        return str(settings.PROGRAMME_NAME)

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.username)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last factor of a person whose post demands one."""
        if authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        others = Authenticator.objects.filter(user=authenticator.user).exclude(
            type=Authenticator.Type.RECOVERY_CODES
        )
        return others.exclude(pk=authenticator.pk).exists() or not needs_factor(authenticator.user)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity = super().get_public_key_credential_rp_entity()
        return {**entity, "name": str(settings.PROGRAMME_NAME)}
