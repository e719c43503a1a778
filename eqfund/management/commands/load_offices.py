"""Load the six affiliations and the supervising offices that are publicly known. Safe to run again."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geothai
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from eqfund import addresses, audit, places
from eqfund.models import Affiliation, SupervisingOffice

AREAS = Path(settings.BASE_DIR) / "eqfund" / "data" / "offices" / "education_areas.csv"

# code: name, short name, source registry
AFFILIATIONS = {
    "OBEC": ("สำนักงานคณะกรรมการการศึกษาขั้นพื้นฐาน", "สพฐ.", "DMC"),
    "LAO": ("องค์กรปกครองส่วนท้องถิ่น", "อปท.", "LEC"),
    "OPEC": ("สำนักงานคณะกรรมการส่งเสริมการศึกษาเอกชน", "สช.", "OPEC"),
    "BMA": ("กรุงเทพมหานคร", "กทม.", "BEMIS"),
    "BPP": ("กองบัญชาการตำรวจตระเวนชายแดน", "ตชด.", ""),
    "ONAB": ("สำนักงานพระพุทธศาสนาแห่งชาติ", "พศ.", ""),
}
KIND = {
    "PRIMARY": SupervisingOffice.Kind.EDUCATION_AREA_PRIMARY,
    "SECONDARY": SupervisingOffice.Kind.EDUCATION_AREA_SECONDARY,
}


class Command(BaseCommand):
    help = (
        "Load affiliations, education areas, provincial education offices and Bangkok's districts"
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        before = SupervisingOffice.objects.count()
        affiliations = {code: _affiliation(code) for code in AFFILIATIONS}
        known = set(SupervisingOffice.objects.values_list("affiliation_id", "name"))
        for code, fields in (*_education_areas(), *_provincial_offices(), *_bangkok_districts()):
            affiliation = affiliations[code]
            if (affiliation.pk, fields["name"]) not in known:
                places.add_office(affiliation, **fields)
        made = SupervisingOffice.objects.count() - before
        if made:
            audit.record(
                "load_offices",
                "eqfund.SupervisingOffice",
                by=None,
                path="TH/",
                facts={"made": made},
            )
        if options["verbosity"]:
            self.stdout.write(f"{len(affiliations)} affiliations, {made} offices made")


def _affiliation(code: str) -> Affiliation:
    name, short_name, registry = AFFILIATIONS[code]
    known = Affiliation.objects.filter(code=code).first()
    return known or places.add_affiliation(
        code=code, name=name, short_name=short_name, registry=registry
    )


def _education_areas() -> Iterator[tuple[str, dict[str, Any]]]:
    with AREAS.open(encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            yield (
                "OBEC",
                {
                    "kind": KIND[row["type"]],
                    "name": row["full_name"],
                    "short_name": row["short_name"],
                    "province_code": row["province_codes"][:2],
                },
            )


def _provincial_offices() -> Iterator[tuple[str, dict[str, Any]]]:
    for code, name in addresses.provinces().items():
        if code != addresses.BANGKOK:
            yield (
                "OPEC",
                {
                    "kind": SupervisingOffice.Kind.PROVINCIAL_EDUCATION_OFFICE,
                    "name": f"สำนักงานศึกษาธิการจังหวัด{name}",
                    "short_name": f"ศธจ.{name}",
                    "province_code": code,
                },
            )


def _bangkok_districts() -> Iterator[tuple[str, dict[str, Any]]]:
    for district in geothai.districts(addresses.BANGKOK):
        yield (
            "BMA",
            {
                "kind": SupervisingOffice.Kind.BMA_DISTRICT_OFFICE,
                "name": f"สำนักงาน{district.name_th}",
                "short_name": f"สำนักงาน{district.name_th} กทม.",
                "province_code": addresses.BANGKOK,
            },
        )
