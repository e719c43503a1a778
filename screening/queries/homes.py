"""Where a pupil lives and whom to ask for: from the newest form 01, else from the source registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from eqfund.models import Guardian, RegistryRecord
from eqfund.relationships import LABELS
from screening.form01.geography import subdistrict_name
from screening.form01.prefill import address_of, way_to_school
from screening.form01.v2569.choices import TRAVEL_METHOD
from screening.models import Form01

TRAVEL_WORDS = {choice.code: choice.label for choice in TRAVEL_METHOD}


@dataclass(frozen=True, slots=True)
class HomeOf:
    """A home as far as the reader may know it: without `opened`, no house number, village or telephone."""

    subdistrict: str = ""
    moo: str = ""
    address: str = ""
    point: tuple[float, float] | None = None
    is_square: bool = False
    guardian: str = ""
    relationship: str = ""
    phone: str = ""
    travel: str = ""
    source: str = ""

    @property
    def place(self) -> str:
        """The subdistrict in words; empty when it is not known."""
        return subdistrict_name(self.subdistrict)


def home_of(
    forms: Sequence[Form01],
    record: RegistryRecord | None,
    guardian: Guardian | None,
    *,
    opened: bool,
) -> HomeOf:
    """One home. `forms` are the pupil's, the newest first."""
    form = next((f for f in forms if f.answers.get("addr_subdistrict_code")), None)
    located = next((f for f in forms if f.answers.get("home_grid")), None)
    registered = address_of(record.extras) if record else {}
    plain = form.answers if form else registered
    code = str(plain.get("addr_subdistrict_code") or "")
    if not opened:
        return HomeOf(subdistrict=code, point=_square(located), is_square=located is not None)
    parts = {**registered, **form.answers, **form.private} if form else registered
    who = _guardian(form, guardian)
    return HomeOf(
        subdistrict=code,
        moo=str(parts.get("addr_moo") or ""),
        address=_address(parts),
        point=_point(located),
        travel=_travel(record.extras if record else {}, form),
        source="form" if form else "registry" if registered else "",
        guardian=who.get("guardian", ""),
        relationship=who.get("relationship", ""),
        phone=who.get("phone", ""),
    )


def _guardian(form: Form01 | None, guardian: Guardian | None) -> dict[str, str]:
    if guardian is not None:
        label = LABELS.get(guardian.relationship, guardian.relationship)
        return {
            "guardian": guardian.full_name,
            "relationship": str(label),
            "phone": guardian.phone
            or (str(form.private.get("guardian_phone") or "") if form else ""),
        }
    if form is None:
        return {}
    said = form.private
    name = f"{said.get('guardian_title', '')}{said.get('guardian_first_name', '')} {said.get('guardian_last_name', '')}"
    relation = str(form.answers.get("guardian_relationship") or "")
    return {
        "guardian": name.strip(),
        "relationship": str(LABELS.get(relation, "")),
        "phone": str(said.get("guardian_phone") or ""),
    }


def _point(form: Form01 | None) -> tuple[float, float] | None:
    if form is None or form.private.get("lat") is None or form.private.get("lng") is None:
        return _square(form)
    return float(form.private["lat"]), float(form.private["lng"])


def _square(form: Form01 | None) -> tuple[float, float] | None:
    """The middle of the square of about a kilometre, which is kept in the clear."""
    if form is None:
        return None
    south, west = str(form.answers["home_grid"]).split(",")
    return float(south) + 0.005, float(west) + 0.005


def _address(parts: dict[str, Any]) -> str:
    road = str(parts.get("addr_road") or "")
    words = [
        str(parts.get("addr_house_no") or ""),
        gettext("moo %(moo)s") % {"moo": parts["addr_moo"]} if parts.get("addr_moo") else "",
        gettext("soi %(soi)s") % {"soi": parts["addr_soi"]} if parts.get("addr_soi") else "",
        road if road.startswith(("ถนน", "ซอย")) or not road else _road(road),
    ]
    return " ".join(word for word in words if word)


def _road(name: str) -> str:
    return gettext("%(road)s road") % {"road": name}


def _travel(extras: dict[str, Any], form: Form01 | None) -> str:
    """How the child comes to school: the way to the home, told the other way round."""
    said = way_to_school(extras)
    if form is not None:
        said |= {code: form.answers[code] for code in said if form.answers.get(code)}
    method = TRAVEL_WORDS.get(said["travel_method"] or "")
    words = [gettext(method) if method else ""]
    far = []
    if said["travel_km_day"]:
        far.append(gettext("%(km)s km") % {"km": f"{said['travel_km_day'] / 2:.1f}"})
    if said["travel_minutes_day"]:
        far.append(gettext("%(minutes)s minutes") % {"minutes": said["travel_minutes_day"] // 2})
    if far:
        words.append(gettext("one way %(far)s") % {"far": " ".join(far)})
    return " · ".join(word for word in words if word)
