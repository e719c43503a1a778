"""What the basic-needs subsidy puts on the kernel's pages, and what it tells the home visits."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from eqfund import hooks
from eqfund.privacy.export import PUPIL, Part
from eqfund.privacy.reveal import Revealable
from payments.models import AllocationAccount, SubsidyPupil
from payments.models.basic_needs import FIGURES
from payments.queries.basic_needs import subsidy_years
from payments.views.basic_needs import concerns

ACCOUNT = Revealable(
    "office-account",
    _("the account number of the office"),
    "privacy.reveal_office_account",
    AllocationAccount,
    fetch=lambda account: account.number,
    last=lambda account: account.last4,
    path=lambda account: account.office.path,
)


def register() -> None:
    """Register with eqfund.hooks. Once, from ready()."""
    hooks.menu.register(
        hooks.MenuItem(
            "money",
            _("Basic-needs subsidy"),
            "payments:basic-needs",
            FIGURES,
            _("Basic needs"),
            concerns,
        ),
        44,
    )
    hooks.subsidy_years.register(subsidy_years)
    hooks.reveals.register(ACCOUNT)
    hooks.person_exports.register(
        Part(PUPIL, _("Basic-needs subsidy"), SubsidyPupil, "pupil"), order=50
    )
