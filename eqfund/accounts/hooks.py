"""What accounts add to the kernel: steps of the first use, and what waits for an admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access
from eqfund.accounts import checks, first_use, keys, permissions  # noqa: F401
from eqfund.accounts.first_use import Step
from eqfund.hooks import Todo, home_tasks, sealed_elsewhere
from eqfund.privacy.field_keys import SealedElsewhere


def email_is_open(user: Any) -> bool:
    return not first_use.email_is_verified(user)


def phone_is_open(user: Any) -> bool:
    return not first_use.phone_is_verified(user)


def recoveries_to_decide(user: Any, at: datetime) -> list[Todo]:
    """People who have lost their second factor and wait for this person."""
    if not access.paths_with(user, "accounts.restore_access"):
        return []
    waiting = permissions.requests_for(user)
    if not waiting:
        return []
    return [
        Todo(
            what=gettext("Give back access to %(count)d people who lost their second factor")
            % {"count": len(waiting)},
            hint=gettext("Make sure who it is: call back on a number you knew before, or meet."),
            url=reverse("account-recoveries"),
            action_label=gettext("Look"),
            state="sun",
            state_label=gettext("Waiting"),
            count=len(waiting),
        )
    ]


first_use.steps.register(Step("email", _("E-mail"), "first-use-email", email_is_open), order=20)
first_use.steps.register(Step("phone", _("Phone"), "first-use-phone", phone_is_open), order=30)
first_use.steps.register(
    Step(
        "factor",
        _("Second factor"),
        "first-use-factor",
        first_use.factor_is_open,
        also=("mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes", "mfa_index"),
    ),
    order=40,
)
home_tasks.register(recoveries_to_decide, order=90)
sealed_elsewhere.register(SealedElsewhere(keys.LABEL, keys.numbers_used, keys.seal_anew))
