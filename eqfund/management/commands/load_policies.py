"""Load the policies that people agree to, and the terms of retention. Safe to run again."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from eqfund import audit
from eqfund.models import Policy, RetentionRule
from eqfund.privacy import policies

FILE = Path(settings.BASE_DIR) / "eqfund" / "data" / "policies" / "policies.toml"


class Command(BaseCommand):
    help = "Load the versions of the policies that are not there yet; a loaded one never changes"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--file", default=str(FILE))

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        said = tomllib.loads(Path(options["file"]).read_text(encoding="utf-8"))
        for entry in said["policy"]:
            self._load(entry, int(options["verbosity"]))
        for rule in said.get("retention", []):  # what the fund has set since stays
            RetentionRule.objects.get_or_create(
                kind=rule["kind"], defaults={"years": rule["years"], "ground": rule["ground"]}
            )
        policies.forget()

    def _load(self, entry: dict[str, Any], verbosity: int) -> None:
        values = {
            "text_th": entry["text_th"].strip(),
            "text_en": entry["text_en"].strip(),
            "effective_at": entry["effective"],
        }
        policy, made = Policy.objects.get_or_create(
            audience=entry["audience"], version=entry["version"], defaults=values
        )
        if not made and any(getattr(policy, name) != value for name, value in values.items()):
            raise CommandError(
                f"Policy {policy} is loaded and never changes: give it a new version."
            )
        if made:
            audit.record(
                "privacy.load_policy",
                policy,
                by=None,
                path="TH/",
                facts={"version": policy.version},
            )
            if verbosity:
                self.stdout.write(f"Policy {policy} is loaded.")
