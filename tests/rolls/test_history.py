"""Names and numbers are corrected where no registry does, and what stood there before is kept."""

from datetime import date

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse

from eqfund.models import (
    Enrolment,
    Event,
    FormerName,
    FormerNumber,
    Identity,
    Pupil,
    RegistryRecord,
    Term,
)
from eqfund.models.rolls import Source
from eqfund.privacy import scrubs
from eqfund.refusal import Refused

pytestmark = pytest.mark.django_db
NUMBER = "1101700203450"
G_CODE = "G123456789012"


def test_a_corrected_name_keeps_the_one_before(
    child, without_registry, correct, registry_keeper, at
):
    was = child.pupil.first_name

    correct(child, first_name="ณัฐวรา", birth_date=date(2016, 6, 13), reason="ใบเปลี่ยนชื่อ")

    assert child.pupil.first_name == "ณัฐวรา"
    assert "ณัฐวรา" in child.pupil.sort_key
    [kept] = child.pupil.former_names.all()
    assert (kept.first_name, kept.until, kept.source, kept.by, kept.reason) == (
        was,
        at("2569-05-22"),
        Source.CORRECTION,
        registry_keeper,
        "ใบเปลี่ยนชื่อ",
    )
    event = Event.objects.get(verb="rolls.correct")
    assert event.facts["fields"] == ["birth_date", "first_name"]
    assert event.change["before"]["first_name"] == was


def test_a_date_of_birth_alone_is_no_former_name(child, without_registry, correct):
    correct(child, birth_date=date(2016, 6, 13))

    assert not FormerName.objects.exists()


def test_saving_what_is_there_already_writes_nothing(child, without_registry, correct):
    correct(child, number=child.pupil.identity.number)

    assert not Event.objects.filter(verb="rolls.correct").exists()


def test_a_g_code_becomes_a_national_id(roll, without_registry, make_pupils, correct):
    pupil = make_pupils(1, g_code=True)[0]
    enrolment = pupil.enrolments.get()
    code = pupil.identity.number

    correct(enrolment, number=NUMBER)

    pupil.identity.refresh_from_db()
    assert (pupil.identity.kind, pupil.identity.number) == ("national_id", NUMBER)
    [kept] = pupil.identity.former_numbers.all()
    assert (kept.kind, kept.number, kept.last4) == ("g_code", code, code[-4:])


def test_a_pupil_without_a_number_is_given_one(child, without_registry, correct):
    Pupil.objects.filter(pk=child.pupil_id).update(identity=None)
    child.pupil.refresh_from_db()

    correct(child, number=NUMBER)

    assert child.pupil.identity.last4 == "3450"
    assert not FormerNumber.objects.exists()


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("1101700203451", id="a wrong check digit"),
        pytest.param("12", id="no number at all"),
        pytest.param(G_CODE, id="back to a G-code"),
    ],
)
def test_a_number_that_cannot_be_is_refused(number, child, without_registry, correct):
    with pytest.raises(Refused):
        correct(child, first_name="อื่น", number=number)
    assert not FormerName.objects.exists()


def test_the_number_of_another_child_is_refused_whole(
    child, without_registry, correct, make_pupils
):
    other = make_pupils(1)[0]

    with pytest.raises(Refused):
        correct(child, first_name="อื่น", number=other.identity.number)

    child.pupil.refresh_from_db()
    assert child.pupil.first_name != "อื่น"


def test_where_a_registry_does_it_nothing_is_corrected_here(child, correct):
    with pytest.raises(Refused, match="DMC"):
        correct(child, first_name="อื่น")


def test_only_those_who_keep_the_registry_correct(
    child, without_registry, correct, teacher, director, outsider, office_admin
):
    for person in (teacher, director, outsider, office_admin):
        with pytest.raises(Refused):
            correct(child, by=person, first_name="อื่น")


def test_who_left_is_not_corrected(child, without_registry, correct):
    Enrolment.objects.filter(pk=child.pk).update(status="moved", ends_on=child.starts_on)
    child.refresh_from_db()

    with pytest.raises(Refused):
        correct(child, first_name="อื่น")


def test_a_former_school_neither_reads_nor_corrects_the_child(
    child, without_registry, correct, other_classroom, client, registry_keeper
):
    earlier = Term.objects.create(
        year_be=2568, number=2, opens_on=date(2025, 11, 1), closes_on=date(2026, 4, 30)
    )
    Enrolment.objects.filter(pk=child.pk).update(term=earlier)  # nothing ever ended it
    Pupil.objects.filter(pk=child.pupil_id).update(path=other_classroom.path)
    client.force_login(registry_keeper)

    assert client.get(reverse("rolls:correct", args=[child.pk])).status_code == 404
    with pytest.raises(Refused):
        correct(child, first_name="อื่น")


def test_what_stood_there_is_never_changed(child, without_registry, correct):
    correct(child, first_name="อื่น", number=NUMBER)

    for rows, change in (
        (FormerName.objects, {"first_name": "x"}),
        (FormerNumber.objects, {"last4": "0000"}),
    ):
        with (
            pytest.raises((IntegrityError, InternalError), match="append-only"),
            transaction.atomic(),
        ):
            rows.update(**change)


@pytest.mark.parametrize(
    ("model", "fields", "constraint"),
    [
        (FormerName, {"source": "registry"}, "by_a_file_or_a_person"),
        (FormerName, {"source": "correction"}, "by_a_file_or_a_person"),
        (FormerNumber, {"source": "registry"}, "by_a_file_or_a_person"),
        (FormerNumber, {"kind": "odd", "source": "correction"}, "kind_is_known"),
    ],
)
def test_what_nobody_replaced_is_refused_by_the_table(
    model, fields, constraint, child, registry_keeper, at
):
    values = (
        {"pupil": child.pupil, "title": "", "first_name": "ก", "last_name": "ข"}
        if model is FormerName
        else {"identity": child.pupil.identity, "kind": "g_code", "number": G_CODE, "last4": "9012"}
    )
    if fields.get("kind") == "odd":
        values["by"] = registry_keeper

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.create(until=at("2569-05-22"), **values | fields)


def test_what_was_is_forgotten_with_the_child(child, without_registry, correct, mark):
    correct(child, first_name="อื่น", number=NUMBER)
    made = mark(child, "number", note="ณัฐ")

    scrubs._former([child.pupil_id])
    scrubs._marks([child.pupil_id])

    made.refresh_from_db()
    assert (FormerName.objects.count(), FormerNumber.objects.count(), made.note) == (0, 0, "")


def test_a_number_given_leaves_no_open_claim(child, without_registry, correct, calendar, record_of):
    record_of(child)
    Pupil.objects.filter(pk=child.pupil_id).update(identity=None)
    child.pupil.refresh_from_db()

    correct(child, number=NUMBER)

    assert RegistryRecord.objects.get().duplicate_index is None
    assert Identity.objects.filter(pupil=child.pupil).exists()
