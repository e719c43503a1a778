"""A class with its pupils, and the deeds of a roll."""

import pytest

from eqfund.fields import blind_index
from eqfund.models import Affiliation, RegistryImport, RegistryRecord, RollMark, StoredFile
from eqfund.rolls import actions, queries


@pytest.fixture
def roll(calendar, classroom, make_pupils):
    """A class of three pupils."""
    make_pupils(3)
    return classroom


@pytest.fixture
def child(roll, calendar):
    """The first pupil's enrolment."""
    return queries.roll_of(roll, calendar)[0].enrolment


@pytest.fixture
def state(calendar):
    return lambda room: str(queries.figures_of([room.pk], calendar)[room.pk].state)


@pytest.fixture
def confirm(registry_keeper, at):
    def confirm(room, *, by=registry_keeper, day="2569-05-20", **more):
        return actions.confirm_roll(room, by=by, at=at(day), **more)

    return confirm


@pytest.fixture
def mark(teacher, at):
    def mark(enrolment, kind="name", *, by=teacher, note="", day="2569-05-19"):
        return actions.mark_roll(
            enrolment.classroom, kind=kind, enrolment=enrolment, note=note, by=by, at=at(day)
        )

    return mark


@pytest.fixture
def settle(registry_keeper, at):
    def settle(mark: RollMark, outcome="mended", *, by=registry_keeper):
        actions.settle_mark(mark, outcome=outcome, by=by, at=at("2569-05-21"))

    return settle


@pytest.fixture
def without_registry(affiliation):
    """The school's affiliation keeps no registry: border patrol police, monasteries."""
    Affiliation.objects.filter(pk=affiliation.pk).update(registry="")
    return affiliation


@pytest.fixture
def correct(registry_keeper, at):
    """Correct a pupil; what is not said stays."""

    def correct(enrolment, *, by=registry_keeper, number="", reason="สูติบัตร", **fields):
        pupil = enrolment.pupil
        names = ("title", "first_name", "last_name", "sex", "birth_date")
        values = {name: getattr(pupil, name) for name in names} | fields
        actions.correct_pupil(
            enrolment, number=number, reason=reason, by=by, at=at("2569-05-22"), **values
        )
        pupil.refresh_from_db()

    return correct


@pytest.fixture
def record_of(calendar, registry_keeper, school, at):
    """What a registry file says of a pupil whose number another school claims too."""

    def record_of(enrolment):
        source = RegistryImport.objects.create(
            term=calendar,
            path=school.path,
            file=StoredFile.objects.create(
                sha256="0" * 64,
                purpose="registry",
                kind="text",
                name="registry/roll",
                content_type="text/csv",
                size=1,
                path=school.path,
                uploaded_at=at("2569-05-18"),
            ),
            sha256="0" * 64,
            registry="BPP",
            status="confirmed",
            uploaded_by=registry_keeper,
            uploaded_at=at("2569-05-18"),
            confirmed_by=registry_keeper,
            confirmed_at=at("2569-05-18"),
        )
        return RegistryRecord.objects.create(
            pupil=enrolment.pupil,
            term=calendar,
            enrolment=enrolment,
            source=source,
            registry="BPP",
            disadvantage_poor=False,
            extras={},
            extras_index=blind_index("{}", "registry_extras"),
            duplicate_index=blind_index("1101700203450"),
        )

    return record_of
