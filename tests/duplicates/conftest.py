"""Children that stand at two schools: of one number, or alike by name, and the people of both schools."""

from datetime import date

import pytest
from django.utils import translation

from eqfund import places
from eqfund.access import Role
from eqfund.duplicates import finding
from eqfund.duplicates.rules import school_of
from eqfund.fields import blind_index
from eqfund.models import (
    DuplicatePair,
    Enrolment,
    Identity,
    Pupil,
    RegistryImport,
    RegistryRecord,
    StoredFile,
)
from eqfund.national_id import last4
from eqfund.thai_text import sort_key


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


BORN = date(2016, 5, 13)
FROM = date(2026, 5, 16)
SINCE_TEXT = "16/5/2569"


@pytest.fixture
def near_school(office):
    """Another school of the same office."""
    return places.add_school(
        office,
        name="โรงเรียนบ้านใกล้สมมติ",
        moe_code="1050000002",
        smis_code="50010002",
        province_code="50",
    )


@pytest.fixture
def near_classroom(near_school):
    return places.add_classroom(near_school, year_be=2569, grade="P4", room="1")


@pytest.fixture
def near_admin(make_user, near_school):
    return make_user(Role.SCHOOL_ADMIN, near_school.path, "near_admin", full_name="ครูใกล้")


@pytest.fixture
def other_admin(make_user, other_school):
    return make_user(Role.SCHOOL_ADMIN, other_school.path, "other_admin", full_name="ครูไกล")


@pytest.fixture
def child(term):
    """A pupil who studies in a class; `number` as text, "" for none."""

    def make(classroom, number="", *, first="กมลชนก", last="ใจดีสมมติ", born=BORN, sex="f"):
        identity = None
        if number:
            kind = "g_code" if number.startswith("G") else "national_id"
            identity = Identity.objects.create(
                kind=kind, id_index=blind_index(number), number=number, last4=last4(number)
            )
        pupil = Pupil.objects.create(
            identity=identity,
            title="เด็กหญิง",
            first_name=first,
            last_name=last,
            sort_key=sort_key(f"{first} {last}"),
            sex=sex,
            birth_date=born,
            path=classroom.path,
        )
        Enrolment.objects.create(
            pupil=pupil, term=term, classroom=classroom, path=classroom.path, starts_on=FROM
        )
        return pupil

    return make


@pytest.fixture
def claim(term, make_user, at):
    """Let a registry file have brought a pupil with a number that another school holds."""

    def make(pupil, number):
        registry_keeper = make_user(Role.REGISTRY_KEEPER, school_of(pupil.path))
        moment = at("2569-05-20")
        file = StoredFile.objects.create(
            purpose="registry",
            kind="sheet",
            content_type="x",
            size=1,
            sha256="0",
            name=f"registry/{pupil.pk}",
            path=pupil.path,
            uploaded_at=moment,
        )
        source = RegistryImport.objects.create(
            term=term,
            path=pupil.path,
            file=file,
            sha256="0",
            registry="DMC",
            status="confirmed",
            uploaded_by=registry_keeper,
            uploaded_at=moment,
            confirmed_by=registry_keeper,
            confirmed_at=moment,
        )
        return RegistryRecord.objects.create(
            pupil=pupil,
            term=term,
            enrolment=pupil.enrolments.get(),
            source=source,
            registry="DMC",
            disadvantage_poor=True,
            extras_index=blind_index("{}", "registry_extras"),
            duplicate_index=blind_index(number),
        )

    return make


@pytest.fixture
def look(term, at):
    """Look for duplicates over the country."""

    def look(day="2569-05-21", path="TH/", **options):
        return finding.find(term, path=path, at=at(day), **options)

    return look


NUMBER = "1101700203450"
G_CODE = "G500000000012"


@pytest.fixture
def same_number(child, claim, look, classroom, near_classroom):
    """One number at two schools of one office: the first school holds it."""
    holder = child(classroom, NUMBER)
    claim(child(near_classroom, first="กมลชนก"), NUMBER)
    look()
    pair = DuplicatePair.objects.get()
    assert pair.first_key == holder.pk
    return pair


@pytest.fixture
def far_number(child, claim, look, classroom, other_classroom):
    """One number at two schools of two offices."""
    child(classroom, NUMBER)
    claim(child(other_classroom), NUMBER)
    look()
    return DuplicatePair.objects.get()


@pytest.fixture
def alike(child, look, classroom, near_classroom):
    """The same name and birth date: a national id here, a G-code there."""
    child(classroom, NUMBER)
    child(near_classroom, G_CODE)
    look()
    return DuplicatePair.objects.get()


@pytest.fixture
def twice_here(child, look, classroom):
    """Twice at one school: with a number, and typed again without."""
    child(classroom, NUMBER)
    child(places.add_classroom(classroom.school, year_be=2569, grade="P4", room="2"))
    look()
    return DuplicatePair.objects.get()


@pytest.fixture
def sides():
    def sides(pair):
        return pair.sides.order_by("position")

    return sides
