"""A child at two schools, under its own and a mistyped number: what tests of the fund's joining begin with."""

import pytest

from eqfund.access import Role
from eqfund.duplicates import actions, joins
from eqfund.models import DuplicatePair, DuplicateSide
from tests.conftest import moment

from .payout_world import PAID

DECIDED = moment("2569-08-05 10:00")


@pytest.fixture(name="rows")
def join_rows(world, make_pupils, other_classroom):
    """The child's row at our school, and the one of the mistyped number at the other."""
    (ours,) = make_pupils(1)
    (theirs,) = make_pupils(1, classroom=other_classroom)
    return ours, theirs


@pytest.fixture(name="pair")
def join_pair(rows, term):
    ours, theirs = rows
    found = DuplicatePair.objects.create(
        term=term, band="possible", agree=["first_name"], first_key=ours.pk, second_key=theirs.pk,
        apart="affiliation", path="TH/", digest="-", found_at=PAID, due_at=PAID,
    )  # fmt: skip
    for position, pupil in ((1, ours), (2, theirs)):
        school = pupil.enrolments.get().classroom.school
        DuplicateSide.objects.create(pair=found, position=position, path=school.path, pupil=pupil)
    return found


@pytest.fixture(name="second")
def join_second(make_user):
    return make_user(Role.FUND_OFFICER, "TH/", "second-officer")


@pytest.fixture(name="propose")
def join_propose(pair, fund_officer):
    def propose(keeps=1, studies=1, by=fund_officer, **given):
        shown = joins.preview(pair, keeps=keeps, studies=studies, by=by, at=DECIDED)
        return actions.propose_join(
            pair, keeps=keeps, studies=studies, by=by, at=DECIDED,
            **{"reason": "ดูสูติบัตรแล้ว", "digest": shown.digest, **given},
        )  # fmt: skip

    return propose


@pytest.fixture(name="join")
def join_join(propose, second):
    def join(**given):
        return actions.decide_join(propose(**given), yes=True, by=second, at=DECIDED)

    return join
