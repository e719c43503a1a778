"""Two at once on one form 05: what is asked is asked of the meeting as it stands, held."""

from functools import partial

import pytest

from screening.actions import committee, verification
from screening.actions.committee import MemberRow
from screening.models import CommitteeMeeting, FundVerification, Grant

from .at_once import at_once
from .conftest import IN_FORM05, IN_VERIFICATION, MET

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_english")]


def again(meeting):
    """The meeting as another person has it before them."""
    return CommitteeMeeting.objects.select_related("school", "term").get(pk=meeting.pk)


def test_of_two_beginnings_at_once_one_is_refused(announce, make_pupils, school, calendar, admin):
    announce(make_pupils(2))
    begin = partial(
        committee.open_meeting, school, calendar, met_on=MET, place="", by=admin, at=IN_FORM05
    )

    outcomes = at_once(lambda: begin().number, lambda: begin().number)

    assert sorted(outcomes, key=str) == [1, "refused"]
    assert CommitteeMeeting.objects.get().lines.count() == 2


def test_members_saved_beside_a_signature_come_before_it_or_are_refused(complete, admin, director):
    too_few = [MemberRow(m.name, m.role, False, m.pk) for m in complete.members.all()]

    at_once(
        lambda: committee.sign_meeting(again(complete), by=director, at=IN_FORM05),
        lambda: committee.save_members(again(complete), too_few, by=admin, at=IN_FORM05),
    )

    present = complete.members.filter(is_present=True).count()
    assert (CommitteeMeeting.objects.get().status, present) in (("locked", 3), ("draft", 0))


def test_of_two_presses_at_once_one_gives_the_grants(signed, calendar, fund_officer, no_checks):
    verify = partial(verification.verify_meetings, calendar, by=fund_officer, at=IN_VERIFICATION)
    for step in ("list", "account"):
        verify(step)

    outcomes = at_once(lambda: verify("grant")["grants"], lambda: verify("grant")["grants"])

    assert sorted(outcomes) == [0, 2]
    assert FundVerification.objects.filter(step="grant").count() == 1


def test_a_meeting_is_reopened_or_its_grants_are_given(
    signed, calendar, office_admin, fund_officer, no_checks
):
    verify = partial(verification.verify_meetings, calendar, by=fund_officer, at=IN_VERIFICATION)
    for step in ("list", "account"):
        verify(step)

    at_once(
        lambda: verify("grant"),
        lambda: committee.reopen_meeting(
            again(signed), reason="แก้", by=office_admin, at=IN_VERIFICATION
        ),
    )

    found = (CommitteeMeeting.objects.get().status, Grant.objects.count())
    assert found in (("locked", 2), ("reopened", 0))
