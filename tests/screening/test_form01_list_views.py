"""Who sees which form 01: the class's list, a form of another school, what waits for whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eqfund.models import RegistryImport, RegistryRecord, StoredFile
from screening.actions.visits import add_visit
from screening.models import Form01, Form01Photo, Form01Signature, Grant
from screening.queries.form01 import counts_by_state, new_group, not_begun
from tests.conftest import moment
from tests.screening.form01_steps import (
    CLOSE,
    VISIT,
    address,
    begin,
    certified,
    enrolment_of,
    posted,
    signed,
    submitted,
)

pytestmark = pytest.mark.usefixtures("calendar")


@pytest.fixture
def pupil(make_pupils):
    return make_pupils(1)[0]


# The list


def test_the_list_shows_whom_to_visit_and_how_far_each_form_is(
    make_pupils, teacher, director, enter
):
    one, two, three, four = make_pupils(4)
    add_visit(four.enrolments.get(), reason="low_income", by=teacher, at=moment("2569-06-10 09:00"))
    begin(one, teacher)
    submitted(two, teacher)
    signed(three, teacher, director)

    page = enter(teacher).get(address("-list"))

    counts = {state["code"]: state["count"] for state in page.context["states"]}
    assert {code: n for code, n in counts.items() if n} == {
        "to_visit": 1,
        "draft": 1,
        "submitted": 1,
        "signed": 1,
    }
    assert page.context["total"] == 4
    assert len(page.context["page"]) == 4


def test_the_list_can_be_narrowed_to_a_state(make_pupils, teacher, enter):
    begin(make_pupils(3)[0], teacher)

    page = enter(teacher).get(address("-list"), {"state": "draft"})

    assert [row.form_status for row in page.context["page"]] == ["draft"]


def test_the_list_of_a_wide_place_names_schools_and_keeps_to_the_one_asked_for(
    make_pupils, school, other_school, other_classroom, fund_officer, office_admin, enter
):
    mine, theirs = make_pupils(1)[0], make_pupils(1, classroom=other_classroom)[0]

    everything = enter(fund_officer).get(address("-list")).text
    assert mine.full_name in everything
    assert theirs.full_name in everything
    assert other_school.name in everything
    asked = enter(fund_officer).get(address("-list"), {"at": school.path})
    assert {row.pupil for row in asked.context["page"]} == {mine}
    assert asked.context["place"] == school.name
    beyond = enter(office_admin).get(address("-list"), {"at": other_school.path})
    assert list(beyond.context["page"]) == []
    assert other_school.name not in beyond.text


def test_the_list_leaves_out_who_is_not_of_the_new_group(
    make_pupils, teacher, term, school, registry_keeper, enter
):
    granted, unmarked, fresh = make_pupils(3)
    Grant.objects.create(
        pupil=granted,
        enrolment=enrolment_of(granted),
        group="continuing",
        first_term=term,
        last_term=term,
        source="predecessor",
        given_at=VISIT,
    )
    source = _registry_import(term, school, registry_keeper)
    RegistryRecord.objects.create(
        pupil=unmarked,
        term=term,
        enrolment=enrolment_of(unmarked),
        source=source,
        registry="DMC",
        disadvantage_poor=False,
        extras_index=b"0" * 32,
    )

    rows = new_group(term)

    assert [row.pupil for row in rows] == [fresh]
    assert counts_by_state(rows)["to_visit"] == 1
    assert list(not_begun(term)) == list(rows.filter(form_pk=None)) == [enrolment_of(fresh)]
    page = enter(teacher).post(address("-start", enrolment_of(unmarked).pk))
    assert page.status_code == 409
    assert "DMC" in page.text
    enter(teacher).post(address("-start", enrolment_of(fresh).pk))
    assert list(not_begun(term)) == list(new_group(term).filter(form_pk=None)) == []


def _registry_import(term, school, by):
    stored = StoredFile.objects.create(
        purpose="registry",
        kind="sheet",
        content_type="text/csv",
        size=1,
        sha256="0" * 64,
        name="registry/some-file",
        path=school.path,
        uploaded_by=by,
        uploaded_at=VISIT,
    )
    return RegistryImport.objects.create(
        term=term,
        path=school.path,
        file=stored,
        sha256=stored.sha256,
        registry="DMC",
        uploaded_by=by,
        uploaded_at=VISIT,
    )


def test_another_schools_pupils_are_not_in_the_list(make_pupils, pupil, outsider, enter):
    page = enter(outsider).get(address("-list"))

    assert page.context["total"] == 0


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same_at_any_length(rows, make_pupils, admin, enter):
    make_pupils(rows)
    client = enter(admin)
    client.get(address("-list"))

    # session, user, postings; term, counts, rows, page count; classrooms; windows and extensions
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(address("-list"))

    assert len(page.context["page"]) == rows
    assert len(queries) <= 18
    assert _count_at_one.setdefault("list", len(queries)) == len(queries)


_count_at_one: dict[str, int] = {}


# Who sees a form


PAGES = ["", "-review", "-certify", "-return", "-withdraw", "-officer-card"]


@pytest.mark.parametrize("page", PAGES)
def test_a_form_of_another_school_is_not_there(page, pupil, teacher, outsider, enter):
    form = submitted(pupil, teacher)

    answer = enter(outsider).get(address(page, form.pk))

    assert answer.status_code in (403, 404)


def test_a_section_of_another_schools_form_is_not_there(pupil, teacher, outsider, enter):
    form = begin(pupil, teacher)
    client = enter(outsider)

    assert client.get(address("-section", form.pk, 1)).status_code == 404
    assert client.post(address("-section", form.pk, 5), posted(form, 5)).status_code == 404
    assert client.post(address("-sign", form.pk, "pupil")).status_code == 404
    assert client.post(address("-submit", form.pk)).status_code == 404
    form.refresh_from_db()
    assert form.revision == 1


def test_pictures_of_another_schools_form_are_not_there(pupil, teacher, outsider, enter):
    form = submitted(pupil, teacher)
    photo = Form01Photo.objects.first()
    signature = Form01Signature.objects.exclude(image=b"").first()
    client = enter(outsider)

    assert client.get(address("-photo", form.pk, photo.pk)).status_code == 404
    assert client.get(address("-signature", form.pk, signature.pk)).status_code == 404


def test_a_pupil_of_another_school_gets_no_form(pupil, outsider, enter):
    answer = enter(outsider).post(address("-start", enrolment_of(pupil).pk))

    assert answer.status_code == 404
    assert not Form01.objects.exists()


@pytest.mark.parametrize("who", ["registry_keeper", "affiliation_officer", "system_admin"])
def test_whoever_screens_nobody_reads_no_form(who, pupil, teacher, enter, request):
    form = submitted(pupil, teacher)

    answer = enter(request.getfixturevalue(who)).get(address("", form.pk))

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "who", ["teacher", "admin", "director", "screening_teacher", "office_admin", "auditor"]
)
def test_those_over_the_school_read_the_form(who, pupil, teacher, enter, request):
    reader = request.getfixturevalue(who)
    form = submitted(pupil, teacher)

    assert enter(reader).get(address("", form.pk)).status_code == 200


def test_pictures_are_served_to_those_who_may_read_the_form(pupil, teacher, enter):
    form = certified(pupil, teacher)
    photo = Form01Photo.objects.first()
    drawn = Form01Signature.objects.get(who="guardian")
    account = Form01Signature.objects.get(who="teacher")
    client = enter(teacher)

    shown = client.get(address("-photo", form.pk, photo.pk))
    assert shown.status_code == 200
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")
    assert client.get(address("-signature", form.pk, drawn.pk)).content.startswith(b"\x89PNG")
    assert client.get(address("-signature", form.pk, account.pk)).status_code == 404
    assert client.get(address("-officer-card", form.pk)).status_code == 200


def test_a_picture_of_another_form_is_not_served_under_this_one(make_pupils, teacher, enter):
    one, two = (submitted(pupil, teacher) for pupil in make_pupils(2))
    photo = Form01Photo.objects.filter(form=two).first()

    assert enter(teacher).get(address("-photo", one.pk, photo.pk)).status_code == 404


# The kernel's pages


def test_home_says_what_waits_for_whom(make_pupils, teacher, director, screening_teacher, enter):
    one, two, three, four = make_pupils(4)
    add_visit(four.enrolments.get(), reason="low_income", by=teacher, at=moment("2569-06-10 09:00"))
    begin(one, teacher)
    submitted(two, teacher)
    certified(three, teacher)

    assert [todo.count for todo in _mine(enter(teacher))] == [1, 1, 1]
    assert [todo.count for todo in _mine(enter(screening_teacher))] == [1, 1]
    assert [todo.what for todo in _mine(enter(director))] == ["ลงนามแบบ นร./กสศ.01 1 ฉบับ"]


def test_nothing_is_asked_of_anybody_after_the_close(pupil, teacher, enter):
    assert _mine(enter(teacher, CLOSE)) == []


def _mine(client):
    groups = client.get("/").context["groups"]
    todos = [row.todo for group in groups for row in group.rows]
    return [todo for todo in todos if "form01" in todo.url or "visits" in todo.url]


@pytest.mark.parametrize("at", ["TH/x/", "TH//", "TH/", "TH/²/", "../"])
def test_a_place_that_is_none_breaks_no_list(at, teacher, enter):
    assert enter(teacher).get(address("-list"), {"at": at}).status_code == 200
