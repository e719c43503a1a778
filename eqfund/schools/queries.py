"""Reads of the schools' pages: profiles, who signs, and whether a profile is confirmed for the term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    FilteredRelation,
    Q,
    QuerySet,
    Value,
    When,
)

from eqfund import addresses
from eqfund.models import (
    Classroom,
    Directorship,
    Enrolment,
    Posting,
    ProfileConfirmation,
    School,
    Term,
    User,
)
from eqfund.registry.queries import schools_for_table
from eqfund.school_year import GRADES, level_of
from eqfund.thai_text import thai_date

from .rules import Head, ProfileState, address_line, digest_of, profile_state, signer

DIGESTED = (
    *("phone", "email", "line_id", "contact_name", "contact_post"),
    *("house_no", "moo", "road", "address", "subdistrict_code", "postcode"),
    *("latitude", "longitude", "levels"),
)


# --- one school


def heads_of(school: School) -> list[Head]:
    """Every line of the school's directors, as values."""
    rows = Directorship.objects.filter(school=school).order_by("starts_on", "pk")
    return [_head(row) for row in rows]


def _head(row: Directorship) -> Head:
    return Head(row.full_name, row.capacity, row.starts_on, row.ends_on, row.end_reason)


def live_digest(school: School) -> str:
    """The digest of the profile as the tables hold it now."""
    row = School.objects.get(pk=school.pk)
    profile: dict[str, Any] = {name: getattr(row, name) or "" for name in DIGESTED}
    profile["contact_last4"] = row.contact_mobile[-4:]
    return digest_of(profile, heads_of(row))


def signer_on(school: School, day: date) -> Directorship | None:
    """Who signs for the school on a day: who stands in, else who is in post."""
    return signers_on([school.pk], day).get(school.pk)


def signers_on(schools: Iterable[int], day: date) -> dict[int, Directorship]:
    """Who signs for each of these schools on a day; a school without anybody is left out. One query."""
    rows = Directorship.objects.held_on(day).filter(school__in=list(schools))
    found: dict[int, dict[Head, Directorship]] = {}
    for row in rows.select_related("posting__user"):
        found.setdefault(row.school_id, {})[_head(row)] = row
    chosen = {pk: signer(heads, day) for pk, heads in found.items()}
    return {pk: found[pk][head] for pk, head in chosen.items() if head is not None}


def confirmation_of(school: School, term: Term) -> ProfileConfirmation | None:
    rows = ProfileConfirmation.objects.alive().filter(school=school, term=term)
    return rows.select_related("by").first()  # type: ignore[no-any-return]


def state_of(school: School, confirmation: ProfileConfirmation | None) -> ProfileState:
    return profile_state(confirmation.digest if confirmation else None, school.profile_digest)


def postings_of_directors(school: School, day: date) -> QuerySet[Posting]:
    """The accounts of the school's directors whose post is not over, for the form's choice."""
    rows = Posting.objects.filter(role="school_director", path=school.path).not_over_on(day)
    return rows.select_related("user").order_by("starts_on", "pk")


def address_of(school: School) -> str:
    """The school's address as letters write it, with names for its codes."""
    place = addresses.place_of(school.subdistrict_code)
    named = str(place) if place else ""
    if place and school.postcode:
        named = named.replace(place.postcode, school.postcode) if place.postcode else named
    if place and place.subdistrict in school.address:  # written whole, before it had parts
        return school.address
    if not place and (name := addresses.province_name(school.province_code)):
        named = name if school.province_code == addresses.BANGKOK else f"จ.{name}"
    return address_line(school.house_no, school.moo, school.road, school.address, named)


@dataclass(frozen=True, slots=True)
class LevelRow:
    """How many classes and pupils a level has this term."""

    level: str
    classes: int
    pupils: int


def levels_of(school: School, term: Term) -> list[LevelRow]:
    """Classes and pupils of the school's levels this term, by level; two queries."""
    rooms = dict(
        Classroom.objects.filter(school=school, year_be=term.year_be).values_list("pk", "grade")
    )
    studying = Enrolment.objects.studying().filter(term=term, classroom__in=list(rooms))
    pupils = dict(studying.order_by().values_list("classroom").annotate(n=Count("pk")))
    order = list(dict.fromkeys(str(level_of(grade)) for grade in GRADES))
    rows = []
    for level in order:
        of_level = [pk for pk, grade in rooms.items() if level_of(grade) == level]
        if of_level:
            rows.append(LevelRow(level, len(of_level), sum(pupils.get(pk, 0) for pk in of_level)))
    return rows


# --- many schools


def with_state(rows: QuerySet[School], term: Term) -> QuerySet[Any]:
    """Schools with `confirmed_digest` and `state`, the state of the profile this term.

    One join with the confirmations that stand, of which a school has one at most: a sub-select for
    each school of the country took three times as long.
    """
    stands = Q(profile_confirmations__term=term, profile_confirmations__voided_at=None)
    said = rows.annotate(said=FilteredRelation("profile_confirmations", condition=stands))
    return said.annotate(confirmed_digest=F("said__digest")).annotate(
        state=Case(
            When(confirmed_digest=None, then=Value(ProfileState.NOT_CONFIRMED.value)),
            When(confirmed_digest=F("profile_digest"), then=Value(ProfileState.CONFIRMED.value)),
            default=Value(ProfileState.CHANGED.value),
            output_field=CharField(),
        )
    )


def table(user: User, term: Term, *, name: str = "", state: str = "") -> QuerySet[Any]:
    """The schools a person sees, by name, in one state of their profile or in all."""
    rows = with_state(schools_for_table(user, name), term)
    return rows.filter(state=state) if state in set(ProfileState) else rows


def state_counts(user: User, term: Term, name: str = "") -> dict[str, int]:
    """How many of those schools are in each state; one query."""
    rows = with_state(schools_for_table(user, name), term).order_by()
    counted: dict[str, int] = dict(rows.values_list("state").annotate(n=Count("pk")))
    return {state.value: counted.get(state.value, 0) for state in ProfileState}


def not_confirmed(term: Term, round_no: int, path: str, at: Any) -> Iterable[int]:
    """Schools under a path whose profile is not confirmed as it stands; for reminders."""
    rows = with_state(School.objects.under(path), term)
    return rows.exclude(state=ProfileState.CONFIRMED.value).values_list("pk", flat=True)


def csv_rows(rows: QuerySet[School], term: Term, day: date, words: Any) -> Iterator[list[Any]]:
    """The lines of the export, in slices, so that the country's schools never stand in memory."""
    slice_: list[School] = []
    for school in rows.select_related("office__affiliation").iterator(chunk_size=500):
        slice_.append(school)
        if len(slice_) == 500:
            yield from _csv_slice(slice_, term, day, words)
            slice_ = []
    yield from _csv_slice(slice_, term, day, words)


def _csv_slice(schools: list[School], term: Term, day: date, words: Any) -> Iterator[list[Any]]:
    pks = [school.pk for school in schools]
    signing = signers_on(pks, day)
    alive = ProfileConfirmation.objects.alive().filter(school__in=pks, term=term)
    confirmed = {row.school_id: row for row in alive.select_related("by")}
    for school in schools:
        head, said = signing.get(school.pk), confirmed.get(school.pk)
        yield [
            school.moe_code,
            school.name,
            school.office.affiliation.short_name,
            school.office.short_name,
            address_of(school),
            school.phone,
            school.email,
            head.full_name if head else "",
            words.CAPACITIES[head.capacity] if head else "",
            thai_date(head.starts_on) if head else "",
            words.STATES[school.state],  # type: ignore[attr-defined]
            thai_date(said.at.date()) if said else "",
            str(said.by or "") if said else "",
        ]
