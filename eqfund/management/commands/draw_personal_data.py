"""Print docs/personal-data.md: every personal field, how it is held, why, and how long."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from eqfund.privacy.personal import every_field

HEAD = """\
# Personal data

Every field that tells of a person: how it is held, why, and what becomes of it. Written by `make docs` from
the models and `eqfund/privacy/personal.py`; `make check` compares. The keys are told of in
[runbooks/keys.md](runbooks/keys.md), the terms in [runbooks/retention.md](runbooks/retention.md).

| field | what | held | why | kept |
|---|---|---|---|---|"""


class Command(BaseCommand):
    help = "Print docs/personal-data.md"
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(HEAD)
        with translation.override("en"):
            for field in every_field():
                cells = (f"`{field.label}`", field.what, field.held, field.why, field.kept)
                self.stdout.write("| " + " | ".join(cells) + " |")
