"""The bank's chapter of the story, on a small world of its own."""

from types import SimpleNamespace

import pytest

from eqfund import clock
from payments.models import Transfer
from payments.sandbox_bank import Rules
from rehearsal.story import bank

from .bank_world import (
    PUPIL,
    SCHOOL_ACCOUNT,
    SENT,
    fix_totals,
    make_account,
    make_rate,
    make_round,
    owe,
)


@pytest.fixture
def world(term, fund_finance, fund_officer, fund_approver, make_pupils, school):
    people = {
        "fund_officer": fund_officer,
        "fund_approver": fund_approver,
        "fund_finance": fund_finance,
    }
    rate = make_rate(term, people)
    make_account(school, people)
    for number in (1, 2):
        made = make_round(term, people, number)
        for pupil in make_pupils(2):
            owe(made, pupil, PUPIL, rate)
        for pupil in make_pupils(2, g_code=True):
            owe(made, pupil, SCHOOL_ACCOUNT, rate)
        fix_totals(made)
    return SimpleNamespace(term=term, fund_finance=fund_finance, bank_rules=Rules())


def test_two_rounds_go_to_the_bank_and_come_back(world):
    with clock.rehearse(SENT):
        first = dict(bank.play_1(world))
        second = dict(bank.play_2(world))

    assert first["credits that went through"] == second["credits that went through"] == 3
    assert second["bad rows of another round's result, refused"] == 3
    assert first["the same result sent again changed"] == 0
    assert set(Transfer.objects.values_list("status", flat=True)) == {"success"}
