"""The registry's pages: whose rows they show, at what cost, and what a wrong input gives."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from eqfund import jobs, places, sheets
from eqfund.models import Enrolment, Pupil, RegistryImport, StagingRow
from eqfund.registry import actions, queries
from eqfund.registry.hooks import awaited_lists, registry_tasks
from tests.pages import asking, in_june  # noqa: F401

from .files import pupil, student_list, xlsx

MINE = "50010001"
pytestmark = pytest.mark.django_db
get, post = asking("registry")


@pytest.fixture
def preview(registry_keeper, school, at):
    """An import of so many new pupils, read and waiting."""

    def preview(count=1, **cells):
        rows = [pupil(n, **{"รหัสโรงเรียน": MINE} | cells) for n in range(1, count + 1)]
        file = SimpleUploadedFile("students.xlsx", xlsx(student_list(*rows)))
        it = actions.upload_registry_file(
            file, path=school.path, by=registry_keeper, at=at("2569-06-10")
        )
        jobs.run_now(it.job)
        return it

    return preview


def names(response):
    return {enrolment.pupil.first_name for enrolment in response.context["page"]}


# --- files


def test_a_file_older_than_the_recorded_one_says_what_it_would_take_back(
    preview, get, registry_keeper, at
):
    older, newer = preview(1), preview(2)
    RegistryImport.objects.filter(pk=older.pk).update(status="discarded")
    assert get(registry_keeper, "import", newer.pk).context["newer"] is None

    RegistryImport.objects.filter(pk=older.pk).update(
        status="confirmed",
        confirmed_by=registry_keeper,
        confirmed_at=at("2569-06-10"),
        report_at=at("2569-05-03"),
    )

    page = get(registry_keeper, "import", newer.pk)
    assert page.context["newer"] == older
    assert "2 พ.ค. 2569" in page.text and "3 พ.ค. 2569" in page.text


def test_a_file_goes_from_the_form_to_the_roll(post, get, registry_keeper, school):
    file = SimpleUploadedFile(
        "students.xlsx", xlsx(student_list(pupil(1, รหัสโรงเรียน=MINE) | {"รหัสโรงเรียน": MINE}))
    )
    sent = post(registry_keeper, "imports-send", path=school.path, file=file)
    it = RegistryImport.objects.get()
    assert sent.url == reverse("registry:import", args=[it.pk])
    jobs.run_now(it.job)

    page = get(registry_keeper, "import", it.pk)
    assert "ใบเตย1" in page.text
    assert page.context["preview"].used == 1
    it.refresh_from_db()
    done = post(registry_keeper, "import-confirm", it.pk, seen=it.counts["digest"])

    assert done.status_code == 302
    it.refresh_from_db()
    assert f"/jobs/{it.job_id}/" in get(registry_keeper, "import", it.pk).text
    jobs.run_now(it.job)
    assert Pupil.objects.get().first_name == "ใบเตย1"
    assert "ใบเตย1" in get(registry_keeper, "import", it.pk).text


def test_a_file_that_is_none_is_refused_in_words(post, registry_keeper, school):
    picture = SimpleUploadedFile("students.xlsx", b"\x89PNG\r\n\x1a\n" + b"0" * 100)

    response = post(registry_keeper, "imports-send", path=school.path, file=picture)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["file"]
    assert not RegistryImport.objects.exists()


def test_no_file_chosen_is_said_beside_the_field(post, registry_keeper, school):
    response = post(registry_keeper, "imports-send", path=school.path)

    assert response.status_code == 422
    assert response.context["form"].errors["file"]


def test_a_place_that_is_not_mine_cannot_be_chosen(post, registry_keeper, other_school):
    file = SimpleUploadedFile("students.xlsx", xlsx(student_list(pupil(1))))

    assert (
        post(registry_keeper, "imports-send", path=other_school.path, file=file).status_code == 422
    )


def test_an_import_of_another_school_is_not_found(preview, get, post, make_user, other_school):
    it = preview()
    other = make_user("registry_keeper", other_school.path)

    assert get(other, "import", it.pk).status_code == 404
    assert get(other, "import-errors", it.pk).status_code == 404
    assert post(other, "import-confirm", it.pk).status_code == 404
    assert list(get(other, "imports").context["page"]) == []


def test_wrong_cells_are_listed_and_downloaded(preview, get, registry_keeper):
    it = preview(2, ชั้น="ป.9")

    page = get(registry_keeper, "import", it.pk, kind="errors")
    assert page.text.count(">D3<") == 1
    csv = get(registry_keeper, "import-errors", it.pk)

    assert csv["Content-Type"].startswith("text/csv")
    lines = csv.getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("3,D,ชั้น,ป.9,")


def test_a_cell_that_a_spreadsheet_would_run_is_quoted(preview):
    it = preview(1, เพศ="@1+1")

    line = sheets.csv_line(queries.error_cells(it.cell_errors.get()))

    assert ",'@1+1," in line


def test_a_file_set_aside_records_nothing(preview, post, registry_keeper):
    it = preview()

    post(registry_keeper, "import-discard", it.pk)

    it.refresh_from_db()
    assert it.status == "discarded"
    assert not StagingRow.objects.exists()


@pytest.mark.parametrize("rows", [1, 50])
def test_the_preview_costs_the_same_at_any_length(
    rows, preview, get, registry_keeper, django_assert_max_num_queries
):
    it = preview(rows)
    get(registry_keeper, "imports")

    # session, user, postings; import with its joins, place, count, rows
    with django_assert_max_num_queries(10):
        response = get(registry_keeper, "import", it.pk)
    assert len(response.context["page"]) == rows


# --- pupils


def test_a_teacher_sees_the_own_class_alone(get, teacher, make_pupils, school, other_classroom):
    second = places.add_classroom(school, year_be=2569, grade="P5", room="1")
    mine = make_pupils(2)
    make_pupils(1, classroom=second)
    make_pupils(1, classroom=other_classroom)

    assert names(get(teacher, "pupils")) == {child.first_name for child in mine}


def test_a_pupil_of_another_class_is_not_found(get, teacher, make_pupils, school):
    second = places.add_classroom(school, year_be=2569, grade="P5", room="1")

    assert get(teacher, "pupil", make_pupils(1, classroom=second)[0].pk).status_code == 404


def test_pupils_are_found_by_every_word_of_a_name(get, admin, make_pupils):
    make_pupils(3)
    Pupil.objects.filter(first_name="สมมติ2").update(last_name="รักเรียน")

    assert names(get(admin, "pupils", name="สมมติ รัก")) == {"สมมติ2"}
    assert names(get(admin, "pupils", name="ไม่มีคนนี้")) == set()


def test_pupils_are_narrowed_by_class_and_state(get, admin, make_pupils, classroom, at):
    make_pupils(2)
    Enrolment.objects.filter(pupil__first_name="สมมติ1").update(
        status="moved", ends_on=at("2569-06-01").date()
    )

    assert names(get(admin, "pupils", classroom=classroom.pk, status="moved")) == {"สมมติ1"}


def test_who_sees_many_schools_searches_first(get, office_admin, make_pupils, school):
    make_pupils(1)

    assert names(get(office_admin, "pupils")) == set()
    assert names(get(office_admin, "pupils", name="สมม")) == {"สมมติ1"}
    assert names(get(office_admin, "pupils", school=school.pk)) == {"สมมติ1"}
    assert names(get(office_admin, "pupils", school="x")) == set()


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_of_pupils_costs_the_same_at_any_length(
    rows, get, admin, make_pupils, django_assert_max_num_queries
):
    make_pupils(rows, guardian=False)
    get(admin, "calendar")

    # session, user, postings, term; classes for the filter; count, rows, registry marks
    with django_assert_max_num_queries(9):
        assert len(get(admin, "pupils").context["page"]) == rows


def test_a_pupils_page_shows_no_whole_number(preview, get, post, registry_keeper, make_pupils):
    child = make_pupils(1)[0]

    page = get(registry_keeper, "pupil", child.pk)

    assert child.full_name in page.text
    assert child.identity.number not in page.text
    assert child.identity.last4 in page.text


def test_the_acts_of_leaving_are_offered_to_who_keeps_the_roll(get, admin, teacher, make_pupils):
    child = make_pupils(1)[0]

    assert "/handovers/pupils/" in get(admin, "pupil", child.pk).text
    assert "/handovers/pupils/" not in get(teacher, "pupil", child.pk).text


# --- schools, classrooms, the calendar


def test_classrooms_say_how_many_study_and_who_teaches(get, admin, teacher, make_pupils):
    make_pupils(3)

    row = get(admin, "classrooms").context["rows"][0]

    assert (row.pupils, row.poor, row.teachers) == (3, 0, teacher.full_name)


def test_the_calendar_is_parted_by_now(get, teacher):
    parts = {part.code: part.lines for part in get(teacher, "calendar").context["parts"]}

    activities = {code: {window.line.activity for window in lines} for code, lines in parts.items()}
    assert "form01_draft" in activities["open"]
    assert "form01" in activities["coming"]
    assert "briefing" in activities["past"]


def test_assumed_lines_are_said_to_the_fund_alone(get, teacher, fund_officer):
    assert not get(teacher, "calendar").context["shows_assumed"]
    assert get(fund_officer, "calendar").context["shows_assumed"]


# --- home


def test_the_keeper_is_told_to_send_then_to_confirm(preview, registry_keeper, at):
    [send] = registry_tasks(registry_keeper, at("2569-06-10"))
    assert send.url == reverse("registry:imports")
    it = preview()

    [confirm] = registry_tasks(registry_keeper, at("2569-06-10"))
    assert confirm.url == reverse("registry:import", args=[it.pk])
    it.refresh_from_db()
    jobs.run_now(actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-06-10")))

    assert registry_tasks(registry_keeper, at("2569-06-10")) == []


def test_a_teacher_whose_class_has_no_list_is_told_whom_to_wait_for(
    calendar, teacher, registry_keeper, make_pupils, at
):
    [wait] = awaited_lists(teacher, at("2569-06-10"))
    make_pupils(1)

    assert registry_keeper.full_name in wait.hint
    assert awaited_lists(teacher, at("2569-06-10")) == []


def test_the_pupils_page_takes_in_what_other_apps_show(get, teacher, make_pupils):
    child = make_pupils(1)[0]

    page = get(teacher, "pupil", child.pk)

    titles = [title for title, _part in page.context["panels"]]
    assert len(titles) >= 1
    assert all(part.strip() for _title, part in page.context["panels"])
