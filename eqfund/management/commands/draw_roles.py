"""Print the table of roles and verbs: `make docs` writes docs/roles.md, `make check` compares."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from eqfund.access import LEVELS, ROLE_NAMES, VERBS, Role

HEAD = """\
# Roles

Written by `make docs` from the table in `eqfund/access.py`; `make check` compares. A person may do a verb at a place if one
current posting holds it there; rights of several postings add up.

"""


class Command(BaseCommand):
    help = "Print docs/roles.md: which role holds which verb, and where it is posted."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(roles())


def roles() -> str:
    """The whole of docs/roles.md."""
    lines = ["| Role | | Posted at | Verbs |", "|---|---|---|---|"]
    for role in Role:
        with translation.override("th"):
            thai = str(ROLE_NAMES[role])
        verbs = ", ".join(f"`{verb}`" for verb, holders in VERBS.items() if role in holders)
        lines.append(f"| {role.value} | {thai} | {LEVELS[role]} | {verbs} |")
    return HEAD + "\n".join(lines) + "\n"
