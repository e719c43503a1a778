"""The bank's chapter of the story, on a small world of its own."""

from types import SimpleNamespace

import pytest

from eqfund import clock
from payments import sandbox_bank
from payments.actions import rounds
from payments.models import Transfer
from payments.rules.channels import ChannelKind
from payments.rules.rounds import RoundStatus
from rehearsal.story import bank

from .bank_world import (
    BUILT,
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
def world(term, people, fund_finance, make_pupils, school):
    rate = make_rate(term, people)
    make_account(school, people)
    for number in (1, 2):
        made = make_round(term, people, number)
        for pupil in make_pupils(2):
            owe(made, pupil, PUPIL, rate)
        for pupil in make_pupils(2, g_code=True):
            owe(made, pupil, SCHOOL_ACCOUNT, rate)
        fix_totals(made)
    return SimpleNamespace(term=term, fund_finance=fund_finance, bank_rules=sandbox_bank.Rules())


def test_two_rounds_go_to_the_bank_and_come_back(world):
    with clock.rehearse(SENT):
        first = dict(bank.play_1(world))
        second = dict(bank.play_2(world))

    assert first["credits that went through"] == second["credits that went through"] == 3
    assert second["bad rows of another round's result, refused"] == 3
    assert first["the same result sent again changed"] == 0
    assert set(Transfer.objects.values_list("status", flat=True)) == {"success"}


def test_a_round_built_approved_and_released_by_its_own_actions_comes_back(
    planned,
    make_pupils,
    make_grants,
    make_account,
    school,
    fund_officer,
    fund_approver,
    fund_finance,
):
    make_account(school)
    make_grants(make_pupils(2))
    make_grants(make_pupils(1), kind=ChannelKind.PROMPTPAY_GUARDIAN)
    make_grants(make_pupils(3, g_code=True), kind=ChannelKind.SCHOOL_ACCOUNT)
    world = SimpleNamespace(
        term=planned.term, fund_finance=fund_finance, bank_rules=sandbox_bank.Rules()
    )

    rounds.build_round(planned, by=fund_officer, at=BUILT)
    rounds.approve_round(planned, by=fund_approver, at=BUILT)
    rounds.release_round(planned, by=fund_finance, at=SENT)
    with clock.rehearse(SENT):
        told = dict(bank.play_1(world))

    assert told["credits that went through"] == 4
    planned.refresh_from_db()
    assert planned.status == RoundStatus.RECONCILED
    assert Transfer.objects.filter(round=planned, status="success").count() == 6
