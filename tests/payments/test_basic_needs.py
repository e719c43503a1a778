"""The basic-needs subsidy: an office's account, its allocation, its lists, and who sees them."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from eqfund import jobs, menus, places
from eqfund.access import Role
from eqfund.models import Event, Term
from eqfund.refusal import Refused
from payments.actions import basic_needs as actions
from payments.actions.basic_needs import AccountFacts
from payments.models import AllocationAccount, OfficeAllocation, SubsidyList, SubsidyPupil
from payments.papers_subsidy import board
from payments.queries.basic_needs import subsidy_years
from tests.conftest import moment

from .sessions import sign_in

AT = moment("2569-07-10 09:00")
FACTS = AccountFacts("006", "9800000001", "สพป.ตัวอย่าง เขต 1 (ปัจจัยพื้นฐาน)", date(2026, 5, 1))
HEAD = "รหัสโรงเรียน,เลขประจำตัวประชาชน,ชื่อ,นามสกุล,ชั้น,ห้อง,จำนวนเงิน,จำนวนปีที่ได้รับต่อเนื่อง"


def line(pupil, code="50010001", amount="500", years="", **said):
    words = {"first": pupil.first_name, "last": pupil.last_name} | said
    return f"{code},{pupil.identity.number},{words['first']},{words['last']},,,{amount},{years}"


def upload(lines):
    content = "\n".join([HEAD, *lines]).encode()
    return SimpleUploadedFile("list.csv", content, "text/csv")


@pytest.fixture
def send(office, term, office_admin):
    """Send a list as the office does, and have it read."""

    def send(lines, *, office=office, term=term, by=office_admin):
        found = actions.upload_subsidy_list(upload(lines), office=office, term=term, by=by, at=AT)
        jobs.run_now(found.job)
        found.refresh_from_db()
        return found

    return send


@pytest.fixture
def recorded(send, make_pupils, office_admin):
    def recorded(count=1, **fields):
        found = send([line(pupil, **fields) for pupil in make_pupils(count)])
        return actions.record_subsidy_list(found, by=office_admin, at=AT)

    return recorded


# --- the account and the schedule -----------------------------------------------------


def test_a_new_account_ends_the_one_before_and_keeps_it(office, office_admin, affiliation_officer):
    first = actions.set_allocation_account(office, FACTS, by=office_admin, at=AT)
    later = AccountFacts("006", "9800000002", FACTS.name, date(2026, 7, 1))

    second = actions.set_allocation_account(office, later, by=affiliation_officer, at=AT)

    first.refresh_from_db()
    assert (first.until, second.until) == (date(2026, 7, 1), None)
    event = Event.objects.filter(verb="set_allocation_account").last()
    assert event.facts == {"bank": "006"} and "9800000002" not in str(event.facts)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        pytest.param(FACTS, "already", id="the same again"),
        pytest.param(AccountFacts("006", "12", "x", date(2026, 7, 1)), "digits", id="short"),
        pytest.param(
            AccountFacts("006", "9800000002", "x", date(2026, 4, 1)),
            "later",
            id="before the present",
        ),
    ],
)
def test_an_account_that_cannot_be_is_refused(facts, said, office, office_admin):
    actions.set_allocation_account(office, FACTS, by=office_admin, at=AT)

    with pytest.raises(Refused, match=said):
        actions.set_allocation_account(office, facts, by=office_admin, at=AT)
    assert AllocationAccount.objects.count() == 1


def test_only_the_office_and_its_affiliation_keep_it(
    office, other_office, office_admin, admin, fund_officer
):
    for by in (admin, fund_officer):
        with pytest.raises(Refused):
            actions.set_allocation_account(office, FACTS, by=by, at=AT)
    with pytest.raises(Refused):
        actions.set_allocation_account(other_office, FACTS, by=office_admin, at=AT)


@pytest.fixture
def elsewhere(make_user):
    """An office of Bangkok, which has no such subsidy, and its admin."""
    bma = places.add_affiliation(code="BMA", name="กทม.", short_name="กทม.", registry="BEMIS")
    office = places.add_office(
        bma, kind="bma_district_office", name="สำนักงานเขตตัวอย่าง", short_name="สำนักงานเขตตัวอย่าง"
    )
    return office, make_user(Role.OFFICE_ADMIN, office.path, "bma")


def test_other_affiliations_are_told_why_it_does_not_concern_them(elsewhere, client, term):
    office, by = elsewhere
    with pytest.raises(Refused, match="OBEC"):
        actions.set_allocation_account(office, FACTS, by=by, at=AT)
    client.force_login(by)

    page = client.get(reverse("payments:basic-needs"))

    assert page.templates[0].name == "payments/basic_needs/not_concerned.html"
    assert page.context["why"] in page.text
    assert all(i["item"].url_name != "payments:basic-needs" for s in menus.menu_for(by, "/") for i in s["items"])  # fmt: skip


def test_the_people_of_obec_have_the_menus_line(admin, fund_officer, office_admin):
    for user in (admin, fund_officer, office_admin):
        items = [i["item"].url_name for s in menus.menu_for(user, "/") for i in s["items"]]
        assert "payments:basic-needs" in items


def test_a_corrected_schedule_takes_the_place_of_the_first(office, term, office_admin):
    said = {"letter_number": "ศธ 04006/ว 1", "letter_on": date(2026, 7, 3), "by": office_admin, "at": AT}  # fmt: skip
    actions.note_allocation(office, term, pupils=10, amount_satang=500_000, **said)
    actions.note_allocation(office, term, pupils=11, amount_satang=550_000, **said)

    assert OfficeAllocation.objects.get(is_current=True).pupils == 11
    with pytest.raises(Refused, match="go together"):
        actions.note_allocation(office, term, pupils=0, amount_satang=1, **said)


# --- lists ----------------------------------------------------------------------------


def test_a_list_is_read_and_counts_only_when_it_is_recorded(
    send, make_pupils, office_admin, classroom
):
    found = send([line(pupil) for pupil in make_pupils(3)])

    assert (found.status, found.pupils, found.amount_satang, found.unusual) == ("previewed", 3, 150_000, 0)  # fmt: skip
    assert not SubsidyPupil.objects.current().exists()
    actions.record_subsidy_list(found, by=office_admin, at=AT)
    row = SubsidyPupil.objects.current().first()
    assert (row.grade, row.room, row.school) == ("P4", "1", classroom.school)


def test_another_amount_is_said_and_taken(send, make_pupils):
    assert send([line(pupil, amount="1,234.50".replace(",", "")) for pupil in make_pupils(1)]).unusual == 1  # fmt: skip


def test_one_wrong_cell_refuses_the_whole_file(send, make_pupils, other_classroom, other_school):
    here, there = make_pupils(1)[0], make_pupils(1, classroom=other_classroom)[0]

    found = send(
        [
            line(here),
            line(there),
            line(here, code="40010001"),
            line(here, code="50019999"),
            line(here, first="อื่น", last="อื่นด้วย"),
        ]
    )

    assert found.status == "refused"
    said = [(f.line, f.column, f.code) for f in found.faults.order_by("line", "pk")]
    assert said == [
        (3, "B", "pupil_elsewhere"),
        (4, "B", "repeated"),
        (5, "B", "repeated"),
        (6, "B", "repeated"),
    ]
    assert not SubsidyPupil.objects.exists()


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"code": "40010001"}, "school_not_yours"),
        ({"code": "50019999"}, "school_unknown"),
        ({"first": "อื่น", "last": "อื่นด้วย"}, "name_of_another"),
    ],
)
def test_what_only_the_rolls_can_tell_is_named_too(fields, fault, send, make_pupils, other_school):
    found = send([line(make_pupils(1)[0], **fields)])

    assert [f.code for f in found.faults.all()] == [fault]


def test_an_unknown_child_is_named_and_the_value_is_sealed(send, make_pupils):
    known = make_pupils(1)[0]
    found = send([line(known).replace(known.identity.number, "1101700203450")])

    fault = found.faults.get()
    assert (fault.code, fault.value) == ("pupil_unknown", "1101700203450")


def test_the_same_file_again_changes_nothing(recorded, send, office, term, office_admin):
    found = recorded(2)
    lines = [line(row.pupil) for row in found.rows.order_by("line")]

    with pytest.raises(actions.AlreadyRecorded) as again:
        send(lines)
    assert again.value.previous == found
    waiting = send([*lines, line_of_another(found)])
    assert SubsidyList.objects.count() == 2
    assert waiting.status == "refused"


def line_of_another(found):
    return line(found.rows.first().pupil, amount="")


def test_the_same_waiting_file_is_the_waiting_list(send, make_pupils):
    lines = [line(make_pupils(1)[0])]

    assert send(lines) == send(lines)


def test_a_later_list_replaces_the_first_and_both_stay(recorded, send, office_admin):
    first = recorded(2)
    kept = first.rows.order_by("line").first().pupil

    second = actions.record_subsidy_list(send([line(kept)]), by=office_admin, at=AT)

    first.refresh_from_db()
    assert (first.status, second.status) == ("replaced", "recorded")
    assert [row.subsidy_list for row in SubsidyPupil.objects.current()] == [second]
    assert first.rows.count() == 2
    with pytest.raises(Refused):
        actions.record_subsidy_list(first, by=office_admin, at=AT)


def test_a_list_set_aside_leaves_nothing(send, make_pupils, office_admin):
    found = send([line(make_pupils(1)[0])])

    actions.set_aside_subsidy_list(found, by=office_admin, at=AT)

    assert not SubsidyPupil.objects.exists()
    with pytest.raises(Refused):
        actions.record_subsidy_list(found, by=office_admin, at=AT)


def test_a_child_of_two_offices_lists_is_settled_first(
    recorded, send, make_user, other_office, other_school, other_classroom, office_admin, term
):
    pupil = recorded(1).rows.get().pupil
    pupil.enrolments.update(classroom=other_classroom, path=other_classroom.path)
    by = make_user(Role.OFFICE_ADMIN, other_office.path, "office2")
    found = send([line(pupil, code="40010001")], office=other_office, by=by)

    with pytest.raises(Refused, match="another office"):
        actions.record_subsidy_list(found, by=by, at=AT)
    found.refresh_from_db()
    assert found.status == "previewed"


def test_a_reading_is_done_once(send, make_pupils):
    found = send([line(make_pupils(1)[0])])

    assert actions.keep_reading(found, [], [], lines=0, refusal={}) == "previewed"
    assert found.rows.count() == 1


def test_three_years_running_are_told_to_the_visits(send, make_pupils, office_admin, term):
    pupils = make_pupils(2)
    before = Term.objects.create(
        year_be=2568, number=2, opens_on=date(2025, 11, 1), closes_on=date(2026, 4, 30)
    )
    found = send([line(pupils[0], years="3"), line(pupils[1], years="1")], term=before)
    actions.record_subsidy_list(found, by=office_admin, at=AT)

    assert subsidy_years(term, [pupil.pk for pupil in pupils]) == {pupils[0].pk: 3, pupils[1].pk: 1}


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ("account", {"affiliation_code": "BMA"}),
        ("account", {"until": date(2026, 4, 1)}),
        ("list", {"status": "lost"}),
        ("list", {"recorded_by": None}),
        ("pupil", {"amount_satang": 0}),
        ("pupil", {"years": 13}),
        ("pupil", {"grade": "M6"}),
    ],
)
def test_the_database_refuses(row, broken, recorded, office, office_admin):
    found = recorded(1)
    account = actions.set_allocation_account(office, FACTS, by=office_admin, at=AT)
    rows = {"account": account, "list": found, "pupil": found.rows.get()}

    with pytest.raises(IntegrityError), transaction.atomic():
        type(rows[row]).objects.filter(pk=rows[row].pk).update(**broken)


def test_the_database_keeps_one_of_each(recorded, office, term, office_admin, make_pupils):
    found = recorded(1)
    account = actions.set_allocation_account(office, FACTS, by=office_admin, at=AT)
    row = found.rows.get()
    twins = [row, account, found]
    for twin in twins:
        twin.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save(force_insert=True)


# --- pages ----------------------------------------------------------------------------


def see(client, user, name, *args, **query):
    sign_in(client, user, language="th")
    return client.get(reverse(f"payments:{name}", args=args), query)


def test_each_level_sees_its_own(
    client,
    recorded,
    office,
    school,
    affiliation_officer,
    office_admin,
    admin,
    fund_officer,
    auditor,
):
    found = recorded(2)
    name = found.rows.first().pupil.full_name

    assert see(client, office_admin, "basic-needs").url == reverse("payments:basic-needs-office", args=[office.pk])  # fmt: skip
    assert see(client, admin, "basic-needs").url == reverse("payments:basic-needs-school", args=[school.pk])  # fmt: skip
    for user in (affiliation_officer, fund_officer, auditor):
        page = see(client, user, "basic-needs")
        assert office.short_name in page.text and name not in page.text
    assert name in see(client, admin, "basic-needs-school", school.pk).text
    assert name in see(client, office_admin, "basic-needs-list", found.pk).text
    told = see(client, affiliation_officer, "basic-needs-list", found.pk)
    assert told.status_code == 200 and name not in told.text


def test_another_offices_people_find_nothing(client, recorded, office, school, outsider, make_user, other_office):  # fmt: skip
    found = recorded(1)
    stranger = make_user(Role.OFFICE_ADMIN, other_office.path, "stranger")

    assert see(client, outsider, "basic-needs").status_code == 403
    for name, pk in (("basic-needs-office", office.pk), ("basic-needs-list", found.pk), ("basic-needs-school", school.pk)):  # fmt: skip
        assert see(client, stranger, name, pk).status_code == 404


def test_the_board_is_printed_with_its_sum_in_words_and_no_number_of_a_child(
    client, recorded, school, admin, term
):
    found = recorded(2)
    rows = list(SubsidyPupil.objects.current())

    paper = board(school, term, rows, AT)
    answer = see(client, admin, "basic-needs-school-board", school.pk)

    assert (paper["total"], paper["total_words"]) == ("๑,๐๐๐.๐๐", "หนึ่งพันบาทถ้วน")
    assert found.rows.first().pupil.identity.number not in str(paper)
    assert answer.content.startswith(b"%PDF")
    assert Event.objects.get(verb="print_subsidy").kind == "download"


def test_a_board_without_a_list_is_refused_in_words(client, school, admin, term):
    assert see(client, admin, "basic-needs-school-board", school.pk).status_code == 409


def test_the_whole_way_by_the_pages(client, office, office_admin, make_pupils, term, school):
    client.force_login(office_admin)
    pupils = make_pupils(1)
    account = {"bank_code": "006", "number": "980-0-00000-1", "name": "บัญชี", "since": "1/5/2569"}
    client.post(reverse("payments:basic-needs-office-account", args=[office.pk]), account)
    schedule = {"letter_number": "ว 1", "letter_on": "3/7/2569", "pupils": "1", "amount": "500.00"}
    client.post(reverse("payments:basic-needs-office-allocation", args=[office.pk]), schedule)
    send = reverse("payments:basic-needs-office-send", args=[office.pk])
    client.post(send, {"file": upload([line(pupils[0])]), "term": term.pk})
    found = SubsidyList.objects.get()
    jobs.run_now(found.job)

    client.post(reverse("payments:basic-needs-list-record", args=[found.pk]))

    assert AllocationAccount.objects.get().number == "9800000001"
    page = see(client, office_admin, "basic-needs-office", office.pk)
    assert page.context["difference"] == 0
    assert "9800000001" not in page.text
    found.refresh_from_db()
    assert found.status == "recorded"
    again = client.post(send, {"file": upload([line(pupils[0])])})
    assert again.url == reverse("payments:basic-needs-list", args=[found.pk])


@pytest.mark.parametrize("wrong", [{}, {"number": "12"}, {"since": "เมื่อวาน"}])
def test_a_wrong_account_is_shown_again_with_its_error(wrong, client, office, office_admin, term):
    client.force_login(office_admin)
    given = {"bank_code": "006", "number": "9800000001", "name": "บัญชี", "since": "1/5/2569"}
    given = {**given, **wrong} if wrong else {}

    page = client.post(reverse("payments:basic-needs-office-account", args=[office.pk]), given)

    assert page.status_code == 422 and not AllocationAccount.objects.exists()


def test_wrong_cells_are_listed_and_exported(client, send, make_pupils, office_admin, affiliation_officer):  # fmt: skip
    found = send([line(make_pupils(1)[0], amount="ห้าร้อย")])

    page = see(client, office_admin, "basic-needs-list", found.pk)
    export = see(client, office_admin, "basic-needs-list-faults", found.pk)

    assert "G2" in page.text and "ห้าร้อย" in page.text
    assert "ห้าร้อย" in export.getvalue().decode()
    assert "ห้าร้อย" not in see(client, affiliation_officer, "basic-needs-list", found.pk).text


@pytest.mark.parametrize("count", [1, 50])
def test_a_schools_page_costs_the_same_for_any_list(
    count, client, recorded, school, admin, django_assert_max_num_queries
):
    recorded(count)
    client.force_login(admin)

    with django_assert_max_num_queries(18):
        page = client.get(reverse("payments:basic-needs-school", args=[school.pk]))

    assert len(page.context["page"]) == count


def test_the_second_page_and_the_filters(client, recorded, school, admin):
    recorded(53)

    assert len(see(client, admin, "basic-needs-school", school.pk, page=2).context["page"]) == 3
    assert len(see(client, admin, "basic-needs-school", school.pk, q="สมมติ53").context["page"]) == 1
    assert len(see(client, admin, "basic-needs-school", school.pk, grade="P5").context["page"]) == 0
    export = see(client, admin, "basic-needs-school-csv", school.pk).getvalue().decode()
    assert export.count("\n") == 54


def test_offices_are_filtered_by_what_they_lack(client, recorded, office, other_office, fund_officer):  # fmt: skip
    recorded(1)

    for state, offices in (("no_list", [other_office]), ("listed", [office]), ("", [office, other_office])):  # fmt: skip
        page = see(client, fund_officer, "basic-needs", state=state)
        assert list(page.context["page"]) == offices
    export = see(client, fund_officer, "basic-needs-csv", state="listed").getvalue().decode()
    assert office.short_name in export and other_office.short_name not in export


def test_the_empty_sheet_names_the_offices_schools(client, school, office, office_admin):
    answer = see(client, office_admin, "basic-needs-office-blank", office.pk)

    assert answer.content.startswith(b"PK")
