"""The meeting is recorded by the admin, signed by the director, reopened by the office."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from eqfund.models import Event
from eqfund.refusal import Refused
from screening.actions import committee
from screening.actions.committee import ItemRow, LineRow, MemberRow
from screening.models import (
    Abstention,
    CommitteeMeeting,
    Form05Line,
    MeetingMember,
    ScreeningPolicy,
    SpendingItem,
    SpendingPlan,
)
from tests.conftest import moment

from .conftest import CERTIFIED, FIVE, IN_FORM05, MET, a_pdf

pytestmark = pytest.mark.usefixtures("in_english")
CLOSED = moment("2569-08-25 17:00:00")


def line_keys(meeting):
    return list(meeting.lines.order_by("pk").values_list("pk", flat=True))


def sign(meeting, director, at=IN_FORM05):
    committee.sign_meeting(CommitteeMeeting.objects.get(pk=meeting.pk), by=director, at=at)


def test_a_meeting_takes_every_announced_pupil_of_the_school(meeting):
    assert (meeting.number, meeting.status) == (1, "draft")
    assert meeting.lines.count() == 2


def test_another_meeting_waits_for_the_first_and_for_pupils(signed, school, calendar, admin):
    with pytest.raises(Refused, match="No announced pupil"):
        committee.open_meeting(school, calendar, met_on=MET, place="-", by=admin, at=IN_FORM05)
    CommitteeMeeting.objects.update(status="reopened", reopened_by=admin, reopen_reason="x")
    with pytest.raises(Refused, match="Finish that one first"):
        committee.open_meeting(school, calendar, met_on=MET, place="-", by=admin, at=IN_FORM05)


@pytest.mark.parametrize(
    ("met_on", "sentence"),
    [("2026-08-17", "after the list is announced"), ("2026-08-21", "in the future")],
)
def test_a_meeting_lies_between_announcement_and_today(
    met_on, sentence, announce, make_pupils, school, calendar, admin
):
    announce(make_pupils(1))

    with pytest.raises(Refused, match=sentence):
        committee.open_meeting(
            school,
            calendar,
            met_on=type(MET).fromisoformat(met_on),
            place="-",
            by=admin,
            at=IN_FORM05,
        )


@pytest.mark.parametrize(
    ("when", "may"),
    [("2569-08-17 23:59", False), ("2569-08-25 16:59:59", True), ("2569-08-25 17:00:00", False)],
)
def test_a_meeting_is_recorded_in_its_window(
    when, may, announce, make_pupils, school, calendar, admin
):
    announce(make_pupils(1))
    values = {"met_on": MET, "place": "-", "by": admin, "at": moment(when)}
    if may:
        assert committee.open_meeting(school, calendar, **values).lines.count() == 1
    else:
        with pytest.raises(Refused):
            committee.open_meeting(school, calendar, **values)


def test_a_teacher_and_another_schools_admin_record_nothing(
    meeting, teacher, make_user, other_school, school, calendar
):
    stranger = make_user("school_admin", other_school.path)
    for person in (teacher, stranger):
        with pytest.raises(Refused):
            committee.save_members(meeting, FIVE, by=person, at=IN_FORM05)
        with pytest.raises(Refused):
            committee.open_meeting(school, calendar, met_on=MET, place="-", by=person, at=IN_FORM05)


def test_when_and_where_can_be_corrected(meeting, admin):
    committee.save_meeting(meeting, met_on=MET, place="หอประชุม", by=admin, at=IN_FORM05)

    meeting.refresh_from_db()
    assert meeting.place == "หอประชุม"


def test_members_are_replaced_and_may_swap_names_and_posts(meeting, admin):
    committee.save_members(meeting, FIVE, by=admin, at=IN_FORM05)
    chair, secretary, *_others = meeting.members.order_by("pk")
    swapped = [
        MemberRow(secretary.name, "chair", True, chair.pk),
        MemberRow(chair.name, "secretary", True, secretary.pk),
        MemberRow("นายใหม่ สมมติ", "alumni", False),
    ]

    committee.save_members(meeting, swapped, by=admin, at=IN_FORM05)
    committee.save_members(meeting, swapped[:2], by=admin, at=IN_FORM05)

    assert list(meeting.members.order_by("pk").values_list("name", "role")) == [
        (secretary.name, "chair"),
        (chair.name, "secretary"),
    ]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        pytest.param([FIVE[0], FIVE[0]], "stands twice", id="same name"),
        pytest.param([FIVE[0], MemberRow("อีกคน", "chair", True)], "one chair", id="two chairs"),
    ],
)
def test_members_that_cannot_be_are_refused(rows, sentence, meeting, admin):
    with pytest.raises(Refused, match=sentence):
        committee.save_members(meeting, rows, by=admin, at=IN_FORM05)
    assert not meeting.members.exists()


def test_a_related_member_abstains_and_it_is_recorded(meeting, admin):
    committee.save_members(meeting, FIVE, by=admin, at=IN_FORM05)
    chair = meeting.members.get(role="chair")
    first = line_keys(meeting)[0]
    row = LineRow(True, "certify", abstaining={chair.pk: "ปู่"})

    committee.save_lines(meeting, {first: row}, by=admin, at=IN_FORM05)
    committee.save_lines(meeting, {first: row}, by=admin, at=IN_FORM05)

    assert Abstention.objects.values_list("member_id", "relation").get() == (chair.pk, "ปู่")
    committee.save_members(
        meeting,
        [MemberRow(chair.name, "chair", False, chair.pk), *FIVE[1:]],
        by=admin,
        at=IN_FORM05,
    )
    assert not Abstention.objects.exists(), "who was not there abstained from nothing"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        pytest.param(LineRow(False, "certify"), "really at the school", id="no such pupil"),
        pytest.param(LineRow(None, "certify"), "really at the school", id="existence not said"),
        pytest.param(LineRow(True, "refuse"), "reason", id="no reason"),
        pytest.param(
            LineRow(True, "certify", abstaining={0: ""}), "present", id="a stranger abstains"
        ),
    ],
)
def test_a_decision_that_cannot_be_is_refused(row, sentence, meeting, admin):
    with pytest.raises(Refused, match=sentence):
        committee.save_lines(meeting, {line_keys(meeting)[0]: row}, by=admin, at=IN_FORM05)


def test_a_line_of_another_meeting_is_refused(meeting, admin):
    with pytest.raises(Refused, match="Load the page again"):
        committee.save_lines(meeting, {0: CERTIFIED}, by=admin, at=IN_FORM05)


def test_a_nil_plan_is_recorded(complete, admin):
    plan = complete.plan
    assert (plan.share_satang, plan.items.count()) == (0, 0)
    with pytest.raises(Refused, match="has no items"):
        committee.save_plan(complete, [ItemRow("food", "ข้าว", 100)], by=admin, at=IN_FORM05)


def test_a_plan_must_spend_the_whole_share(complete, admin, director):
    ScreeningPolicy.objects.update(school_run_satang=80_000)
    with pytest.raises(Refused, match="must add up"):
        sign(complete, director)
    with pytest.raises(Refused, match="above 0"):
        committee.save_plan(complete, [ItemRow("food", "ข้าว", 0)], by=admin, at=IN_FORM05)

    items = [ItemRow("food", "ข้าว", 100_000), ItemRow("supplies", "สมุด", 60_000)]
    plan = committee.save_plan(complete, items, by=admin, at=IN_FORM05)

    assert plan.share_satang == 160_000
    sign(complete, director)


def test_minutes_must_be_a_pdf_or_a_picture(meeting, admin):
    with pytest.raises(Refused):
        committee.attach_minutes(
            meeting, SimpleUploadedFile("x.pdf", b"PK\x03\x04"), by=admin, at=IN_FORM05
        )
    committee.attach_minutes(meeting, a_pdf(), by=admin, at=IN_FORM05)
    assert meeting.minutes.kind == "pdf"


def test_the_director_signs_and_it_is_locked(complete, director, admin):
    committee.sign_meeting(complete, by=director, at=IN_FORM05)

    assert (complete.status, complete.revision, complete.capacity) == ("locked", 1, "in_post")
    assert Event.objects.filter(verb="sign_meeting").count() == 1
    for attempt in (
        lambda: committee.save_members(complete, FIVE, by=admin, at=IN_FORM05),
        lambda: committee.save_meeting(complete, met_on=MET, place="", by=admin, at=IN_FORM05),
        lambda: committee.save_lines(complete, {}, by=admin, at=IN_FORM05),
        lambda: committee.save_plan(complete, [], by=admin, at=IN_FORM05),
        lambda: committee.attach_minutes(complete, a_pdf(), by=admin, at=IN_FORM05),
        lambda: committee.sign_meeting(complete, by=director, at=IN_FORM05),
    ):
        with pytest.raises(Refused, match="locked"):
            attempt()


def test_a_director_signs_in_the_capacity_of_the_post(complete, director):
    director.postings.update(capacity="acting")

    sign(complete, director)

    assert CommitteeMeeting.objects.get().capacity == "acting"


def test_an_incomplete_meeting_is_not_signed_and_every_fault_is_said(meeting, director):
    with pytest.raises(Refused) as refused:
        committee.sign_meeting(meeting, by=director, at=IN_FORM05)

    for words in ("members", "decision", "K001", "minutes"):
        assert words in str(refused.value)


def test_without_quorum_nothing_is_signed(complete, admin, director):
    more = [MemberRow(f"นายคนที่{n} สมมติ", "expert", False) for n in (6, 7)]
    kept = [MemberRow(m.name, m.role, m.is_present, m.pk) for m in complete.members.order_by("pk")]
    committee.save_members(complete, [*kept, *more], by=admin, at=IN_FORM05)

    with pytest.raises(Refused, match="quorum"):
        sign(complete, director)


def test_an_admin_does_not_sign(complete, admin):
    with pytest.raises(Refused):
        committee.sign_meeting(complete, by=admin, at=IN_FORM05)


def test_after_the_window_nothing_is_signed(complete, director):
    with pytest.raises(Refused, match="closed"):
        committee.sign_meeting(complete, by=director, at=CLOSED)


def test_two_signatures_at_once_count_once(complete, director):
    seen_before = CommitteeMeeting.objects.get(pk=complete.pk)
    committee.sign_meeting(complete, by=director, at=IN_FORM05)

    with pytest.raises(Refused, match="Someone else"):
        committee.sign_meeting(seen_before, by=director, at=IN_FORM05)


def test_the_office_reopens_with_a_reason_and_it_is_signed_again(
    signed, office_admin, admin, director
):
    with pytest.raises(Refused, match="Say why"):
        committee.reopen_meeting(signed, reason=" ", by=office_admin, at=IN_FORM05)
    committee.reopen_meeting(signed, reason="รายชื่อกรรมการไม่ครบ", by=office_admin, at=IN_FORM05)

    assert signed.status == "reopened"
    with pytest.raises(Refused, match="not locked"):
        committee.reopen_meeting(signed, reason="x", by=office_admin, at=IN_FORM05)
    committee.save_meeting(signed, met_on=MET, place="ใหม่", by=admin, at=IN_FORM05)
    sign(signed, director)
    signed.refresh_from_db()
    assert (signed.status, signed.revision) == ("locked", 2)


def test_nobody_but_the_office_reopens(signed, admin, director, fund_officer):
    for person in (admin, director, fund_officer):
        with pytest.raises(Refused):
            committee.reopen_meeting(signed, reason="x", by=person, at=IN_FORM05)


def test_two_reopenings_at_once_count_once(signed, office_admin):
    seen_before = CommitteeMeeting.objects.get(pk=signed.pk)
    committee.reopen_meeting(signed, reason="x", by=office_admin, at=IN_FORM05)

    with pytest.raises(Refused, match="Someone else"):
        committee.reopen_meeting(seen_before, reason="x", by=office_admin, at=IN_FORM05)


@pytest.mark.parametrize(
    ("table", "change", "name"),
    [
        (CommitteeMeeting, {"status": "held"}, "meeting_status_is_known"),
        (CommitteeMeeting, {"signed_by": None}, "meeting_locked_is_signed"),
        (CommitteeMeeting, {"minutes": None}, "meeting_locked_is_signed"),
        (CommitteeMeeting, {"capacity": ""}, "meeting_locked_is_signed"),
        (CommitteeMeeting, {"status": "reopened"}, "meeting_reopened_says_why"),
        (MeetingMember, {"role": "guest"}, "member_"),
        (MeetingMember, {"name": "คนเดียวกัน"}, "member_once"),
        (MeetingMember, {"role": "chair"}, "member_one_chair"),
        (Form05Line, {"decision": "maybe"}, "form05_decision_is_known"),
        (Form05Line, {"pupil_exists": False}, "form05_certified_pupil_exists"),
        (Form05Line, {"pupil_exists": None}, "form05_certified_pupil_exists"),
        (Form05Line, {"decision": "refuse"}, "form05_refusal_says_why"),
        (SpendingPlan, {"share_satang": -1}, "plan_share"),
    ],
)
def test_what_the_database_refuses(table, change, name, signed):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        table.objects.update(**change)


def test_what_the_database_refuses_to_hold_twice(signed, admin):
    line = signed.lines.first()
    member = signed.members.first()
    Abstention.objects.create(line=line, member=member)
    for name, make in (
        ("abstention_once", lambda: Abstention.objects.create(line=line, member=member)),
        ("announced", lambda: Form05Line.objects.create(meeting=signed, announced=line.announced)),
        (
            "meeting_number_once",
            lambda: CommitteeMeeting.objects.create(
                school=signed.school,
                term=signed.term,
                number=1,
                met_on=MET,
                place="",
                made_by=admin,
                made_at=IN_FORM05,
            ),
        ),
        (
            "plan_item_amount",
            lambda: SpendingItem.objects.create(
                plan=signed.plan, purpose="food", what="", amount_satang=0
            ),
        ),
        (
            "plan_purpose",
            lambda: SpendingItem.objects.create(
                plan=signed.plan, purpose="party", what="", amount_satang=1
            ),
        ),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            make()
