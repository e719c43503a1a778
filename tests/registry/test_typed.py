"""One pupil typed in where there is no registry: by the cells of a file, previewed, and nobody else touched."""

import pytest
from django.urls import reverse

from eqfund import jobs
from eqfund.models import Affiliation, Enrolment, Pupil, RegistryImport, RegistryRecord
from eqfund.refusal import Refused
from eqfund.registry import actions, typed
from eqfund.registry.actions.typing import type_pupil

from .files import national_id

pytestmark = pytest.mark.django_db
AT = "2569-05-20 10:00"


@pytest.fixture
def school(school):
    """The school is of an affiliation without a registry."""
    Affiliation.objects.filter(pk=school.office.affiliation_id).update(code="BPP", registry="")
    school.office.affiliation.refresh_from_db()
    return school


def row(school, serial=1, **cells):
    return {
        "school_code": school.moe_code,
        "number": national_id(serial),
        "grade": "ป.4",
        "room": "1",
        "sex": "ญ",
        "title": "เด็กหญิง",
        "first_name": f"ใบเตย{serial}",
        "last_name": "ตัวอย่างดี",
        "birth_date": "13/05/2559",
        "poor": typed.POOR,
    } | cells


@pytest.fixture
def type_in(school, registry_keeper, term, at):
    def type_in(serial=1, **cells):
        content = typed.as_csv(row(school, serial, **cells))
        return type_pupil(school, content, by=registry_keeper, at=at(AT))

    return type_in


@pytest.fixture
def add(type_in, registry_keeper, at):
    def add(serial=1, **cells):
        it = type_in(serial, **cells)
        jobs.run_now(actions.confirm_registry_import(it, by=registry_keeper, at=at(AT)))
        it.refresh_from_db()
        return it

    return add


def test_nothing_is_written_before_it_is_confirmed_and_then_the_pupil_studies(
    type_in, add, classroom
):
    assert {k: v for k, v in type_in().counts.items() if k not in ("digest", "errors")} == {
        "new": 1
    }
    assert not Pupil.objects.exists()

    it = add()

    assert it.status == RegistryImport.Status.CONFIRMED
    assert Enrolment.objects.get().classroom == classroom
    assert RegistryRecord.objects.get().disadvantage_poor


def test_nobody_else_of_the_school_is_taken_for_gone(add, make_pupils):
    make_pupils(5)

    it = add(9)

    assert "gone" not in it.counts
    assert Enrolment.objects.studying().count() == 6


def test_a_known_pupil_changes_class_and_mark_and_keeps_what_an_earlier_list_said(add):
    add(guardian_first_name="นางสมศรี", guardian_last_name="ตัวอย่างดี")
    it = add(grade="ป.5", poor="")

    (line,) = it.rows.all()
    assert set(line.changes) == {"classroom", "poor"}
    record = RegistryRecord.objects.get()
    assert (record.disadvantage_poor, record.extras["guardian"]["first_name"]) == (False, "สมศรี")


def test_typing_another_sets_the_one_before_aside_but_never_a_file(
    type_in, registry_keeper, at, school
):
    first, second = type_in(1), type_in(2)
    first.refresh_from_db()
    assert (first.status, second.status) == ("discarded", "previewed")

    RegistryImport.objects.filter(pk=second.pk).update(layout="other")
    with pytest.raises(Refused):
        type_in(3)


def test_where_there_is_a_registry_nobody_is_typed_in(type_in, school):
    Affiliation.objects.filter(pk=school.office.affiliation_id).update(registry="DMC")
    school.office.affiliation.refresh_from_db()

    with pytest.raises(Refused, match="DMC"):
        type_in()


# --- the page


@pytest.fixture
def page(client, registry_keeper, school, term):
    client.force_login(
        registry_keeper, backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    def page(url=None, **data):
        fields = row(school) | {"school": str(school.pk), "poor": "on"} | data
        del fields["school_code"], fields["sex"]
        return client.post(url or reverse("registry:pupil-add"), fields)

    return page


def test_what_is_typed_leads_to_its_preview(page):
    response = page()

    assert response.status_code == 302
    assert response["Location"] == reverse(
        "registry:import", args=[RegistryImport.objects.get().pk]
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "1101700203451"}, "number"),
        ({"birth_date": "31/02/2559"}, "birth_date"),
        ({"birth_date": "13/05/2450"}, "birth_date"),
        ({"room": "ทิวลิป"}, "room"),
        ({"guardian_first_name": "สมศรี", "guardian_number": "123"}, "guardian_number"),
        ({"guardian_first_name": "สมศรี", "guardian_phone": "12"}, "guardian_phone"),
        ({"guardian_phone": "0800000001"}, "guardian_first_name"),
        ({"first_name": ""}, "first_name"),
    ],
)
def test_a_wrong_cell_is_said_beside_its_field_and_nothing_kept(wrong, field, page):
    response = page(**wrong)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not RegistryImport.objects.exists()


def test_class_and_mark_of_a_pupil_are_changed_on_a_page_of_its_own(page, make_pupils, client):
    child = make_pupils(1)[0]
    url = reverse("registry:pupil-change", args=[child.pk])
    assert client.get(url).status_code == 200

    assert page(url, grade="ป.5").status_code == 302
    assert "classroom" in RegistryImport.objects.get().rows.get().changes
