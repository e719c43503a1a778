"""What the care of personal data registers with the kernel: imported once, when the app is ready."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from eqfund import access
from eqfund.accounts.first_use import Step, steps
from eqfund.accounts.pages import AccountLink, account_links
from eqfund.hooks import MenuItem, Todo, home_tasks, menu
from eqfund.models import RetentionRule, User
from eqfund.privacy import (
    checks,
    field_keys,
    index_change,
    parts,
    policies,
    reveal,
    scrubs,
    sources,
    technical,
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
    "technical",
    "work",
]

menu.register(
    MenuItem("settings", _("Personal data"), "privacy:exports", "privacy.export_person"), order=60
)
menu.register(
    MenuItem("settings", _("What is kept how long"), "privacy:retention", "privacy.read_retention"),
    order=62,
)


@home_tasks.register
def people_due(user: User, at: datetime) -> list[Todo]:
    """People whose time is over, as the night counted them: scrubbing them stays an act of people."""
    if not any(access.paths_with(user, verb) for verb in ("privacy.export_person", "manage_jobs")):
        return []
    count = sum(RetentionRule.objects.filter(due__gt=0).values_list("due", flat=True))
    if not count:
        return []
    return [
        Todo(
            ngettext(
                "%(count)d person's data are kept longer than the rule says",
                "%(count)d people's data are kept longer than the rule says",
                count,
            )
            % {"count": count},
            gettext(
                "The fund and the system administrator look at the figures, then scrub by the runbook."
            ),
            url=reverse("privacy:retention"),
            action_label=gettext("Look"),
            state="sun",
            count=count,
        )
    ]


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
