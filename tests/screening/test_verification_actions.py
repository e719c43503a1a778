"""Three steps, all that pass at once, sent back with a reason; then the grants, once."""

import pytest
from django.db import IntegrityError, transaction

from eqfund import hooks
from eqfund.models import Enrolment, StoredFile
from eqfund.refusal import Refused
from eqfund.school_year import TermKey
from screening.actions import committee, verification
from screening.actions.committee import LineRow
from screening.models import CommitteeMeeting, Form05Line, FundVerification, Grant
from screening.queries import verification as queries
from tests.conftest import moment

from .conftest import IN_FORM05, IN_VERIFICATION, MET, POOREST

pytestmark = pytest.mark.usefixtures("in_english")


def verify(term, step, by, at=IN_VERIFICATION, **more):
    return verification.verify_meetings(term, step, by=by, at=at, **more)


def verify_all(term, by):
    return [verify(term, step, by) for step in ("list", "account", "grant")]


@pytest.fixture
def checks(monkeypatch):
    """The registry of checks, empty."""
    registry = hooks.Registry()
    monkeypatch.setattr(queries, "verification_checks", registry)
    return registry


def test_three_steps_give_each_certified_pupil_a_grant_of_three_years(
    signed, calendar, fund_officer, checks
):
    counts = verify_all(calendar, fund_officer)

    assert [c["passed"] for c in counts] == [1, 1, 1]
    assert counts[2]["grants"] == 2
    grant = Grant.objects.first()
    assert (grant.group, grant.source, grant.status) == ("new", "form05", "active")
    assert (grant.first_term, grant.last_term) == (TermKey(2569, 1), TermKey(2571, 2))
    assert grant.enrolment == grant.line.announced.enrolment
    assert Grant.objects.alive_in(calendar).count() == 2
    assert Grant.objects.alive_in(TermKey(2571, 2)).count() == 2
    assert not Grant.objects.alive_in(TermKey(2572, 1)).exists()
    assert not Grant.objects.alive_in(TermKey(2568, 2)).exists()


def test_a_second_time_gives_nothing_more(signed, calendar, fund_officer, checks):
    verify_all(calendar, fund_officer)

    assert verify_all(calendar, fund_officer) == [{"passed": 0, "standing": 0, "grants": 0}] * 3
    assert Grant.objects.count() == 2


def test_no_step_is_taken_before_the_one_before(signed, calendar, fund_officer, checks):
    assert verify(calendar, "grant", fund_officer)["passed"] == 0
    assert verify(calendar, "account", fund_officer)["passed"] == 0
    assert not Grant.objects.exists()


def test_an_unsigned_form_is_not_verified(complete, calendar, fund_officer, checks):
    assert verify(calendar, "list", fund_officer)["passed"] == 0


def test_a_refused_pupil_gets_no_grant(complete, calendar, admin, director, fund_officer, checks):
    first = complete.lines.first()
    row = LineRow(False, "refuse", "ย้ายออกแล้ว")
    committee.save_lines(complete, {first.pk: row}, by=admin, at=IN_FORM05)
    committee.sign_meeting(complete, by=director, at=IN_FORM05)

    verify_all(calendar, fund_officer)

    assert Grant.objects.count() == 1
    assert not Grant.objects.filter(line=first).exists()


def test_a_pupil_who_has_a_grant_gets_no_second_one(signed, calendar, fund_officer, checks):
    enrolment = signed.lines.first().announced.enrolment
    Grant.objects.create(
        pupil=enrolment.pupil,
        enrolment=enrolment,
        group="continuing",
        first_term=TermKey(2568, 1),
        last_term=TermKey(2570, 2),
        source="predecessor",
        given_at=IN_FORM05,
    )

    assert verify_all(calendar, fund_officer)[2]["grants"] == 1
    assert Grant.objects.filter(pupil=enrolment.pupil).count() == 1


def test_a_certified_pupil_who_left_stands_against_the_list_and_gets_no_grant(
    signed, calendar, fund_officer, checks
):
    line = signed.lines.first()
    leave = Enrolment.objects.filter(pk=line.announced.enrolment_id)
    leave.update(status="withdrew", ends_on=MET)
    assert verify(calendar, "list", fund_officer) == {"passed": 0, "standing": 1, "grants": 0}

    leave.update(status="studying", ends_on=None)
    verify(calendar, "list", fund_officer)
    leave.update(status="withdrew", ends_on=MET)
    verify(calendar, "account", fund_officer)
    assert verify(calendar, "grant", fund_officer)["grants"] == 1


def test_minutes_that_cannot_be_read_stand_against_the_list(signed, calendar, fund_officer, checks):
    StoredFile.objects.update(state="rejected")

    assert verify(calendar, "list", fund_officer)["standing"] == 1


def test_what_higher_apps_know_stands_against_the_account(signed, calendar, fund_officer, checks):
    checks.register(lambda schools, term, at: {pk: ["no account"] for pk in schools})
    verify(calendar, "list", fund_officer)

    assert verify(calendar, "account", fund_officer) == {"passed": 0, "standing": 1, "grants": 0}
    [meeting] = queries.waiting_for(calendar, "account")
    against = queries.standing_against([meeting], calendar, "account", IN_VERIFICATION)
    assert against == {meeting.pk: ["no account"]}


def test_some_meetings_only(signed, calendar, fund_officer, checks):
    assert verify(calendar, "list", fund_officer, only=[0])["passed"] == 0
    assert verify(calendar, "list", fund_officer, only=[signed.pk])["passed"] == 1


@pytest.mark.parametrize(
    ("when", "may"),
    [
        ("2569-08-25 23:59:59", False),
        ("2569-08-26 00:00:00", True),
        ("2569-08-28 23:59:59", True),
        ("2569-08-29 00:00:00", False),
    ],
)
def test_verification_has_its_window(when, may, signed, calendar, fund_officer, checks):
    if may:
        assert verify(calendar, "list", fund_officer, at=moment(when))["passed"] == 1
    else:
        with pytest.raises(Refused):
            verify(calendar, "list", fund_officer, at=moment(when))


def test_only_the_fund_verifies_and_sends_back(signed, calendar, admin, office_admin, checks):
    for person in (admin, office_admin):
        with pytest.raises(Refused):
            verify(calendar, "list", person)
        with pytest.raises(Refused):
            verification.send_back(signed, reason="x", by=person, at=IN_VERIFICATION)


def test_sent_back_reopened_signed_and_verified_anew(
    signed, calendar, fund_officer, office_admin, director, checks
):
    verify(calendar, "list", fund_officer)
    with pytest.raises(Refused, match="Say why"):
        verification.send_back(signed, reason="", by=fund_officer, at=IN_VERIFICATION)
    found = verification.send_back(signed, reason="บัญชีไม่ตรง", by=fund_officer, at=IN_VERIFICATION)
    assert (found.step, found.outcome) == ("account", "sent_back")
    with pytest.raises(Refused, match="is over"):
        verification.send_back(signed, reason="x", by=fund_officer, at=IN_VERIFICATION)
    assert verify(calendar, "account", fund_officer)["passed"] == 0
    assert queries.counts_by_step(calendar)["sent_back"] == 1

    committee.reopen_meeting(signed, reason="ตามที่ กสศ. แจ้ง", by=office_admin, at=IN_FORM05)
    with pytest.raises(Refused, match="not signed"):
        verification.send_back(signed, reason="x", by=fund_officer, at=IN_VERIFICATION)
    committee.sign_meeting(CommitteeMeeting.objects.get(pk=signed.pk), by=director, at=IN_FORM05)

    assert [c["passed"] for c in verify_all(calendar, fund_officer)] == [1, 1, 1]
    assert FundVerification.objects.count() == 5
    assert queries.counts_by_step(calendar) == {
        "list": 0,
        "account": 0,
        "grant": 0,
        "done": 1,
        "sent_back": 0,
        "unsigned": 0,
    }


def test_once_grants_are_given_the_form_stays_locked(
    signed, calendar, fund_officer, office_admin, checks
):
    verify_all(calendar, fund_officer)

    with pytest.raises(Refused, match="Grants have been given"):
        committee.reopen_meeting(signed, reason="x", by=office_admin, at=IN_FORM05)
    with pytest.raises(Refused, match="is over"):
        verification.send_back(signed, reason="x", by=fund_officer, at=IN_VERIFICATION)


def test_figures_of_a_meeting(signed):
    row = queries.with_figures(CommitteeMeeting.objects.all()).get()

    assert (row.pupils, row.certified, row.refused) == (2, 2, 0)
    assert (row.members_count, row.present_count) == (5, 3)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"step": "soon"}, "verification_step_is_known"),
        ({"outcome": "maybe"}, "verification_outcome_is_known"),
        ({"outcome": "sent_back"}, "verification_sent_back_says_why"),
    ],
)
def test_what_the_database_refuses(change, name, signed, calendar, fund_officer, checks):
    verify(calendar, "list", fund_officer)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        FundVerification.objects.update(**change)


def test_a_step_is_found_once_for_a_signing(signed, calendar, fund_officer, checks):
    verify(calendar, "list", fund_officer)
    found = FundVerification.objects.get()
    with pytest.raises(IntegrityError, match="verification_step_once"), transaction.atomic():
        FundVerification.objects.create(
            meeting=signed,
            revision=found.revision,
            step="list",
            outcome="passed",
            by=fund_officer,
            at=IN_VERIFICATION,
        )


def test_a_line_gives_one_grant(signed, calendar, fund_officer, checks, make_pupils):
    verify_all(calendar, fund_officer)
    line = Form05Line.objects.first()
    other = Enrolment.objects.get(pupil=make_pupils(1)[0])
    with pytest.raises(IntegrityError, match="line"), transaction.atomic():
        Grant.objects.create(
            pupil=other.pupil,
            enrolment=other,
            group="new",
            first_term=TermKey(2569, 1),
            last_term=TermKey(2571, 2),
            source="form05",
            line=line,
            given_at=IN_VERIFICATION,
        )
    assert POOREST["household_size"] == 4
