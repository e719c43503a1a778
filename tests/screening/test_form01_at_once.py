"""Two at once on one form 01: real transactions, real threads."""

import pytest

from screening.actions import form01 as actions, form01_decisions as deciding, pmt
from screening.form01.rules import Status
from screening.models import Form01, Form01Revision, PmtFacts, PmtScore
from tests.screening.at_once import at_once
from tests.screening.form01_data import PLAIN
from tests.screening.form01_steps import CLOSE, VISIT, begin, enrolment_of, part, signed

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("in_english", "calendar"),
]


@pytest.fixture
def pupil(make_pupils):
    return make_pupils(1)[0]


def test_of_two_beginnings_at_once_one_is_refused(pupil, teacher, admin):
    enrolment = enrolment_of(pupil)
    outcomes = at_once(
        *(
            lambda by=by: actions.start_form01(enrolment, by=by, at=VISIT).status
            for by in (teacher, admin)
        )
    )

    assert sorted(outcomes) == ["draft", "refused"]
    assert Form01.objects.count() == 1


def test_of_two_saves_at_once_one_is_held(pupil, teacher, admin):
    form = begin(pupil, teacher)

    def saving(by, method):
        reading = part(form, 5, {**PLAIN, "travel_method": method})
        return lambda: (
            actions.save_form01(form, 5, reading, based_on=1, by=by, at=VISIT).held is not None
        )

    outcomes = at_once(saving(teacher, "walk"), saving(admin, "bicycle"))

    assert sorted(outcomes) == [False, True]
    assert Form01Revision.objects.filter(form=form, held=True).count() == 1


def test_a_form_is_scored_or_returned_and_never_both(
    calendar, model, pupil, teacher, director, fund_officer
):
    form = signed(pupil, teacher, director)

    outcomes = at_once(
        lambda: sum(pmt.score_term(calendar, by=fund_officer, at=CLOSE).values()),
        lambda: deciding.return_form01(form, reason="แก้รายได้", by=director, at=CLOSE).status,
    )

    standing = Form01.objects.get().standing
    assert (set(outcomes), standing) in (
        ({1, "refused"}, Status.SCORED),
        ({0, "returned"}, Status.RETURNED),
    )
    kept = PmtScore.objects.count(), PmtFacts.objects.count()
    assert kept == ((1, 1) if standing == Status.SCORED else (0, 0))


def test_a_term_scored_twice_at_once_is_scored_once(
    calendar, model, pupil, teacher, director, fund_officer
):
    signed(pupil, teacher, director)

    def score():
        return sum(pmt.score_term(calendar, by=fund_officer, at=CLOSE).values())

    assert sorted(at_once(score, score)) == [0, 1]
