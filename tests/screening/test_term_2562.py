"""The term of 1/2562 on the same actions: one window for drafts and forms, one band, form 05 with money in plan K001."""

from datetime import date

import pytest
import time_machine
from django.core.management import call_command

from eqfund import places
from eqfund.models import Enrolment, Posting, Term
from screening.actions import announcement, committee, pmt, verification
from screening.actions.committee import ItemRow
from screening.models import AnnouncedPupil, CommitteeMeeting, Form01, Grant
from screening.rules.verification import Step
from tests.conftest import moment
from tests.screening import form01_steps as steps
from tests.screening.conftest import CERTIFIED, DEMONSTRATION, FIVE, POOREST, a_pdf

VISITED = moment("2562-07-05 09:00")
SENT = moment("2562-07-20 09:00")
MET = moment("2562-08-10 09:00")
VERIFIED = moment("2562-08-22 09:00")
PER_PUPIL = 100_000


@pytest.fixture
def term(affiliation):
    call_command("load_calendar", "2562-1", verbosity=0)
    return Term.objects.get(year_be=2562, number=1)


@pytest.fixture
def classroom(school):
    return places.add_classroom(school, year_be=2562, grade="P4", room="1")


def test_a_poor_pupil_comes_from_the_form_to_the_grant_with_a_plan_of_its_money(
    term, school, make_pupils, teacher, admin, director, fund_officer, fund_approver, no_checks
):
    (pupil,) = make_pupils(1)
    Enrolment.objects.update(starts_on=date(2019, 5, 16))
    Posting.objects.update(starts_on=date(2019, 1, 1))
    with time_machine.travel(SENT, tick=False):
        model = pmt.make_model(2562, "ตัวอย่าง", DEMONSTRATION, by=fund_officer, at=VISITED, is_demonstration=True)  # fmt: skip
        pmt.release_model(model, by=fund_approver, at=VISITED)
        announcement.set_policy(term, announced_bands=["extremely_poor"], school_run_satang=PER_PUPIL, by=fund_approver, at=VISITED)  # fmt: skip
        form = steps.whole(pupil, teacher, VISITED)
        form = steps.deciding.submit_form01(form, by=teacher, at=SENT)
        steps.certify(form, teacher, SENT)
        steps.deciding.sign_as_director([form], capacity=steps.Capacity.IN_POST, by=director, at=SENT)  # fmt: skip
    Form01.objects.update(answers=POOREST)  # what this form's house is of is not what is tried here

    with time_machine.travel(MET, tick=False):
        pmt.score_term(term, by=fund_officer, at=moment("2562-07-22"))
        announcement.announce_results(term, by=fund_officer, at=moment("2562-08-01"))
        meeting = committee.open_meeting(school, term, met_on=MET.date(), place="ห้องประชุม", by=admin, at=MET)  # fmt: skip
        committee.save_members(meeting, FIVE, by=admin, at=MET)
        lines = dict.fromkeys(meeting.lines.values_list("pk", flat=True), CERTIFIED)
        committee.save_lines(meeting, lines, by=admin, at=MET)
        committee.save_plan(meeting, [ItemRow("food", "อาหารเช้า", PER_PUPIL)], by=admin, at=MET)
        committee.attach_minutes(meeting, a_pdf(), by=admin, at=MET)
        committee.sign_meeting(CommitteeMeeting.objects.get(), by=director, at=MET)
    with time_machine.travel(VERIFIED, tick=False):
        for step in Step:
            verification.verify_meetings(term, step, by=fund_officer, at=VERIFIED)

    assert AnnouncedPupil.objects.get().enrolment.pupil == pupil
    grant = Grant.objects.get()
    assert (grant.group, str(grant.first_term)) == ("new", "1/2562")
