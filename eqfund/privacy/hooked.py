"""What the care of personal data registers with the kernel: imported once, when the app is ready."""

from django.utils.translation import gettext_lazy as _

from eqfund.accounts.first_use import Step, steps
from eqfund.accounts.pages import AccountLink, account_links
from eqfund.hooks import MenuItem, menu
from eqfund.privacy import (
    checks,
    field_keys,
    index_change,
    parts,
    policies,
    reveal,
    scrubs,
    sources,
    work,
)

__all__ = [
    "checks",
    "field_keys",
    "index_change",
    "parts",
    "reveal",
    "scrubs",
    "sources",
    "work",
]

menu.register(
    MenuItem("settings", _("Personal data"), "privacy:exports", "privacy.export_person"), order=60
)
steps.register(
    Step(
        "consent",
        _("Privacy"),
        "privacy:consent",
        policies.consent_is_open,
        version=policies.user_version,
    ),
    order=10,
)
account_links.register(
    AccountLink(_("Privacy policy"), _("What I was told and agreed to"), "privacy:consent")
)
