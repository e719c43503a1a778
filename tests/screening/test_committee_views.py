"""Form 05 on its pages, from the first name to the signature, the fund's steps and the grants."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from eqfund import clock
from eqfund.school_year import TermKey
from screening import hooked_grant
from screening.actions import committee, verification
from screening.actions.committee import LineRow
from screening.models import (
    CommitteeMeeting,
    Form05Line,
    Grant,
    MeetingMember,
    ScreeningPolicy,
    SpendingItem,
)

from .conftest import CERTIFIED, FIVE, IN_FORM05, IN_VERIFICATION, MET, a_pdf


@pytest.fixture(autouse=True)
def _in_the_window():
    with clock.rehearse(IN_FORM05):
        yield


def url(name, *args):
    return reverse(f"screening:{name}", args=args)


def formset(prefix, rows):
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{key}": value for key, value in row.items()}
    return data


def members(*rows):
    keys = ("name", "role", "is_present")
    return formset("members", [dict(zip(keys, row, strict=False)) for row in rows])


SIX = members(
    ("นายประธาน สมมติ", "chair", "on"),
    ("นางผู้แทน สมมติ", "parents", "on"),
    ("นายครู สมมติ", "teachers"),
    ("นายเลขา สมมติ", "secretary", "on"),
    ("", "expert"),
    ("  ", "expert", "on"),
)


def test_a_meeting_goes_from_its_day_to_the_signature(
    sign_in, announce, make_pupils, school, admin, director
):
    announce(make_pupils(3))
    assert "Record a meeting" in sign_in(admin).get(url("meetings")).text
    new = url("meeting-new", school.pk)
    assert sign_in(admin).get(new).status_code == 200
    assert "field wrong" in sign_in(admin).post(new, {"met_on": "x", "place": ""}).text
    response = sign_in(admin).post(new, {"met_on": "19/8/2569", "place": "ห้องประชุม"})
    meeting = CommitteeMeeting.objects.get()
    page = url("meeting", meeting.pk)
    assert response["Location"] == page
    assert meeting.met_on == MET

    assert sign_in(admin).post(url("meeting-members", meeting.pk), SIX).status_code == 302
    assert meeting.members.count() == 4
    first, second, third = meeting.lines.order_by("pk").values_list("pk", flat=True)
    chair = meeting.members.get(role="chair")
    decisions = {
        "line": [first, second, third],
        f"choice-{first}": "certify",
        f"abstain-{first}": [chair.pk],
        f"relation-{first}": "ปู่",
        f"choice-{second}": "absent",
        f"reason-{second}": "ย้ายออก",
    }
    sign_in(admin).post(url("meeting-lines", meeting.pk), decisions)
    assert Form05Line.objects.get(pk=third).decision == ""
    sign_in(admin).post(url("meeting-lines", meeting.pk), {"rest": "1"})
    assert list(meeting.lines.order_by("pk").values_list("decision", flat=True)) == [
        "certify",
        "refuse",
        "certify",
    ]
    sign_in(admin).post(url("meeting-plan", meeting.pk))
    sign_in(admin).post(url("meeting-minutes", meeting.pk), {"file": a_pdf()})
    assert "in their own account" in sign_in(admin).get(page).text

    response = sign_in(director).post(url("meeting-sign", meeting.pk))

    assert response.status_code == 302
    meeting.refresh_from_db()
    assert meeting.status == "locked"
    shown = sign_in(director).get(page).text
    assert "ย้ายออก" in shown
    assert "ปู่" in shown
    assert "<form method" not in shown.split('id="members"')[1].split('id="sign"')[0]


def test_details_are_corrected_and_a_wrong_day_is_told(sign_in, meeting, admin):
    address = url("meeting-details", meeting.pk)

    wrong = sign_in(admin).post(address, {"met_on": "เมื่อวาน", "place": "ใหม่"})
    sign_in(admin).post(address, {"met_on": "20/8/2569", "place": "ใหม่"})

    assert wrong.status_code == 422
    meeting.refresh_from_db()
    assert (meeting.place, meeting.met_on.day) == ("ใหม่", 20)


def test_a_missing_reason_is_told_beside_its_pupil_and_nothing_is_lost(sign_in, meeting, admin):
    first, second = meeting.lines.order_by("pk").values_list("pk", flat=True)
    data = {"line": [first, second], f"choice-{first}": "refuse", f"choice-{second}": "certify"}

    response = sign_in(admin).post(url("meeting-lines", meeting.pk), data)

    assert response.status_code == 422
    assert "Give the reason why" in response.text
    choices = [row["choice"] for row in response.context["rows"]]
    assert sorted(choices) == ["certify", "refuse"]
    assert not Form05Line.objects.exclude(decision="").exists()


def test_a_plan_is_typed_in_baht(sign_in, complete, admin):
    ScreeningPolicy.objects.update(school_run_satang=80_000)
    address = url("meeting-plan", complete.pk)
    food = {"purpose": "food", "what": "อาหารกลางวัน", "amount": "1,600.00"}
    for wrong in ({**food, "amount": "abc"}, {**food, "amount": ""}):
        assert sign_in(admin).post(address, formset("items", [wrong, {}])).status_code == 422

    sign_in(admin).post(address, formset("items", [food, {}]))

    assert SpendingItem.objects.get().amount_satang == 160_000
    assert "1,600.00" in sign_in(admin).get(url("meeting", complete.pk)).text


def test_minutes_that_are_no_paper_are_refused_and_the_others_handed_out(
    sign_in, meeting, admin, director
):
    address = url("meeting-minutes", meeting.pk)
    assert sign_in(admin).get(address).status_code == 404
    assert sign_in(admin).post(address, {}).status_code == 422
    bad = SimpleUploadedFile("x.pdf", b"\0\0\0")
    assert sign_in(admin).post(address, {"file": bad}).status_code == 409

    sign_in(admin).post(address, {"file": a_pdf()})

    assert b"".join(sign_in(director).get(address).streaming_content).startswith(b"%PDF")


def test_the_usual_members_are_offered_the_next_time(
    sign_in, signed, announce, make_pupils, make_form, calendar, school, admin, fund_officer
):
    from screening.actions import announcement, pmt

    make_form(make_pupils(1)[0])
    pmt.score_term(calendar, by=fund_officer, at=IN_FORM05)
    announcement.announce_results(calendar, by=fund_officer, at=IN_FORM05)
    second = committee.open_meeting(
        school, calendar, met_on=IN_FORM05.date(), place="-", by=admin, at=IN_FORM05
    )

    page = sign_in(admin).get(url("meeting", second.pk))

    for member in FIVE:
        assert member.name in page.text


def test_form_05_prints_as_a_draft_and_as_signed(sign_in, complete, admin, director):
    draft = sign_in(admin).get(url("meeting-pdf", complete.pk))
    committee.sign_meeting(complete, by=director, at=IN_FORM05)
    signed = sign_in(admin).get(url("meeting-pdf", complete.pk))

    for paper in (draft, signed):
        assert paper.content.startswith(b"%PDF-")
        assert paper["Content-Type"] == "application/pdf"
    assert draft.content != signed.content


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("admin", 200),
        ("director", 200),
        ("office_admin", 200),
        ("fund_officer", 200),
        ("auditor", 200),
        ("teacher", 403),
        ("screening_teacher", 403),
        ("affiliation_officer", 403),
        ("system_admin", 403),
    ],
)
def test_who_reads_a_form_05(person, status, request, sign_in, signed):
    client = sign_in(request.getfixturevalue(person))

    for name in ("meeting", "meeting-pdf", "meeting-minutes"):
        assert client.get(url(name, signed.pk)).status_code == status


def test_a_form_05_of_another_school_is_not_there(sign_in, signed, make_user, other_school):
    stranger = sign_in(make_user("school_admin", other_school.path))

    assert stranger.get(url("meeting", signed.pk)).status_code == 404
    assert stranger.get(url("meeting-pdf", signed.pk)).status_code == 404
    assert stranger.post(url("meeting-members", signed.pk), SIX).status_code == 404
    assert list(stranger.get(url("meetings")).context["page"]) == []


def test_a_locked_form_05_is_not_changed_by_its_addresses(sign_in, signed, admin, director):
    for name in ("meeting-members", "meeting-plan", "meeting-lines"):
        assert sign_in(admin).post(url(name, signed.pk), SIX).status_code == 409
    assert sign_in(director).post(url("meeting-sign", signed.pk)).status_code == 409


def test_the_office_reopens_with_a_reason(sign_in, signed, office_admin, admin):
    address = url("meeting-reopen", signed.pk)
    assert sign_in(office_admin).get(address).status_code == 200
    assert "field wrong" in sign_in(office_admin).post(address, {"reason": ""}).text

    sign_in(office_admin).post(address, {"reason": "รายชื่อไม่ครบ"})

    assert "รายชื่อไม่ครบ" in sign_in(admin).get(url("meeting", signed.pk)).text
    assert sign_in(admin).get(address).status_code == 403


def test_the_fund_verifies_step_by_step_and_gives_grants(
    sign_in, signed, fund_officer, admin, no_checks
):
    with clock.rehearse(IN_VERIFICATION):
        client = sign_in(fund_officer)
        for step in ("list", "account", "grant"):
            page = client.get(url("verification-step", step))
            assert [meeting for meeting, _against in page.context["rows"]] == [signed]
            assert client.post(url("verification-pass", step), {"all": "1"}).status_code == 302
        assert client.get(url("verification")).context["grants"] == 2
        assert "verified" in client.get(url("meeting", signed.pk)).text
        assert client.get(url("verification-step", "soon")).status_code == 404
        assert client.post(url("verification-pass", "soon")).status_code == 404
        assert sign_in(admin).post(url("verification-pass", "list")).status_code == 403


def test_only_the_ticked_ones(sign_in, signed, fund_officer, no_checks):
    with clock.rehearse(IN_VERIFICATION):
        client = sign_in(fund_officer)
        client.post(url("verification-pass", "list"), {"ticked": "1"})
        assert not signed.verifications.exists()
        client.post(url("verification-pass", "list"), {"ticked": "1", "meeting": [signed.pk]})
        assert signed.verifications.exists()


def test_before_its_window_verification_is_refused(sign_in, signed, fund_officer, no_checks):
    client = sign_in(fund_officer)

    assert "has not opened yet" in client.get(url("verification")).text
    assert client.post(url("verification-pass", "list")).status_code == 409


def test_sending_back_reaches_the_office(sign_in, signed, fund_officer, office_admin, no_checks):
    address = url("verification-send-back", signed.pk)
    with clock.rehearse(IN_VERIFICATION):
        client = sign_in(fund_officer)
        assert client.get(address).status_code == 200
        client.post(address, {"reason": "รายงานการประชุมไม่ชัด"})
        todos = hooked_grant.todos(office_admin, IN_VERIFICATION)
        page = sign_in(office_admin).get(url("meeting-reopen", signed.pk))

    assert [todo.hint for todo in todos] == ["รายงานการประชุมไม่ชัด"]
    assert "รายงานการประชุมไม่ชัด" in page.text


# --- grants -----------------------------------------------------------------------------------


@pytest.fixture
def granted(signed, calendar, fund_officer, no_checks):
    for step in ("list", "account", "grant"):
        verification.verify_meetings(calendar, step, by=fund_officer, at=IN_VERIFICATION)
    return Grant.objects.order_by("pk")


@pytest.mark.parametrize(
    ("person", "seen"),
    [("teacher", 2), ("admin", 2), ("office_admin", 2), ("fund_officer", 2), ("outsider", 0)],
)
def test_grants_are_listed_to_those_of_the_place(person, seen, request, sign_in, granted):
    client = sign_in(request.getfixturevalue(person))

    assert len(client.get(url("grants")).context["page"]) == seen
    expected = 200 if seen else 404
    assert client.get(url("grant", granted[0].pk)).status_code == expected


def test_grants_can_be_narrowed(sign_in, granted, admin, fund_officer, school, other_school):
    actions_end(granted[0], admin)

    def count(**query):
        return len(sign_in(fund_officer).get(url("grants"), query).context["page"])

    assert (count(), count(group="new"), count(group="continuing"), count(ended=1)) == (1, 1, 0, 1)
    assert (count(school=school.pk), count(school=other_school.pk)) == (1, 0)


def actions_end(grant, by):
    from screening.actions.grants import end_grant

    end_grant(grant, reason="died", by=by, at=IN_VERIFICATION)


# --- the kernel's pages -----------------------------------------------------------------------


def todos(user, at=IN_FORM05):
    return [todo.url for todo in hooked_grant.todos(user, at)]


def test_what_waits_for_whom(
    calendar, announce, make_pupils, school, admin, director, teacher, fund_officer, no_checks
):
    assert todos(admin) == todos(director) == []
    announce(make_pupils(1))
    assert todos(admin) == [url("meeting-new", school.pk)]

    meeting = committee.open_meeting(
        school, calendar, met_on=MET, place="-", by=admin, at=IN_FORM05
    )
    assert todos(admin) == [url("meeting", meeting.pk)]
    assert todos(director) == []
    committee.save_members(meeting, FIVE, by=admin, at=IN_FORM05)
    committee.save_lines(meeting, {meeting.lines.get().pk: CERTIFIED}, by=admin, at=IN_FORM05)
    committee.save_plan(meeting, [], by=admin, at=IN_FORM05)
    committee.attach_minutes(meeting, a_pdf(), by=admin, at=IN_FORM05)
    assert todos(director) == [url("meeting", meeting.pk) + "#sign"]
    committee.sign_meeting(CommitteeMeeting.objects.get(pk=meeting.pk), by=director, at=IN_FORM05)
    assert todos(admin) == todos(director) == todos(teacher) == []
    assert todos(fund_officer) == []
    assert todos(fund_officer, IN_VERIFICATION) == [url("verification-step", "list")]


def test_the_fund_is_told_to_score_decide_and_announce(
    calendar, model, policy, make_form, make_pupils, fund_officer, fund_approver
):
    from screening.actions import pmt

    household, lodger = make_pupils(2)
    make_form(household)
    form = make_form(lodger, {"lives_with": "institution"})
    pmt.propose_institution(form, "poor", "x", by=fund_officer, at=IN_FORM05)
    assert todos(fund_officer) == [url("scoring")]
    assert todos(fund_approver) == [url("scoring") + "#institutions"]

    pmt.score_term(calendar, by=fund_officer, at=IN_FORM05)

    assert todos(fund_officer) == [url("announcements")]


def test_a_pupils_page_shows_the_result_and_the_grant(granted, teacher, outsider):
    pupil = granted[0].pupil

    titles = [panel.title for panel in hooked_grant.panels(pupil, teacher, IN_VERIFICATION)]

    assert len(titles) == 2
    assert hooked_grant.panels(pupil, outsider, IN_VERIFICATION) == []


# --- how many queries ---------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 50])
def test_grants_cost_the_same_at_any_length(
    rows, sign_in, make_pupils, admin, django_assert_num_queries
):
    for pupil in make_pupils(rows):
        enrolment = pupil.enrolments.get()
        Grant.objects.create(
            pupil=pupil,
            enrolment=enrolment,
            group="continuing",
            first_term=TermKey(2568, 1),
            last_term=TermKey(2570, 2),
            source="predecessor",
            given_at=IN_FORM05,
        )
    client = sign_in(admin)

    # session, user, postings; term, groups, ended, undoings asked; count, rows; the reading is noted
    with django_assert_num_queries(10):
        response = client.get(url("grants"))

    assert len(response.context["page"]) == rows


@pytest.mark.parametrize("rows", [1, 50])
def test_a_form_05_costs_the_same_at_any_length(
    rows, sign_in, announce, make_pupils, school, calendar, admin, django_assert_max_num_queries
):
    announce(make_pupils(rows))
    meeting = committee.open_meeting(
        school, calendar, met_on=MET, place="-", by=admin, at=IN_FORM05
    )
    committee.save_members(meeting, FIVE, by=admin, at=IN_FORM05)
    chair = MeetingMember.objects.get(role="chair")
    decided = LineRow(True, "certify", abstaining={chair.pk: "ปู่"})
    keys = meeting.lines.values_list("pk", flat=True)
    committee.save_lines(meeting, dict.fromkeys(keys, decided), by=admin, at=IN_FORM05)
    client = sign_in(admin)

    with django_assert_max_num_queries(45) as seen:
        response = client.get(url("meeting", meeting.pk))

    assert len(response.context["rows"]) == rows
    COUNTS.setdefault("meeting", len(seen))
    assert len(seen) == COUNTS["meeting"]


@pytest.mark.parametrize("rows", [1, 20])
def test_verification_costs_the_same_at_any_length(
    rows,
    sign_in,
    calendar,
    school,
    office,
    admin,
    fund_officer,
    no_checks,
    django_assert_max_num_queries,
):
    from eqfund import places

    for number in range(rows):
        one = places.add_school(
            office, name=f"โรงเรียนที่ {number}", moe_code=f"10509{number:05}", province_code="50"
        )
        CommitteeMeeting.objects.create(
            school=one,
            term=calendar,
            number=1,
            met_on=MET,
            place="-",
            status="locked",
            revision=1,
            minutes=minutes_of(one, admin),
            made_by=admin,
            made_at=IN_FORM05,
            signed_by=admin,
            signed_at=IN_FORM05,
            capacity="in_post",
        )
    client = sign_in(fund_officer)

    with clock.rehearse(IN_VERIFICATION), django_assert_max_num_queries(30) as seen:
        response = client.get(url("verification"))

    assert len(response.context["rows"]) == rows
    COUNTS.setdefault("verification", len(seen))
    assert len(seen) == COUNTS["verification"]


COUNTS: dict[str, int] = {}


def minutes_of(school, user):
    from eqfund import files

    return files.store_bytes(
        b"%PDF-1.7", purpose="form05_minutes", kind="pdf", path=school.path, by=user, at=IN_FORM05
    )
