"""Two at once: real transactions, real threads."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from eqfund import files
from eqfund.refusal import Refused
from payments.actions import accounts, rates, rounds
from payments.models import BenefitRate, Entitlement, SchoolBankAccount, Transfer, TransferRound
from payments.rules.rounds import RoundStatus
from tests.at_once import together
from tests.conftest import moment

BUILT = moment("2569-07-15 18:04")
APPROVED = moment("2569-07-16 09:12")

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_builds_at_once_pay_nobody_twice(
    planned, make_pupils, make_grants, fund_officer, make_user
):
    make_grants(make_pupils(5))
    other = make_user("fund_officer", "TH/")
    mine, theirs = (TransferRound.objects.select_related("term").get() for _each in range(2))

    found = together(
        lambda: rounds.build_round(mine, by=fund_officer, at=BUILT),
        lambda: rounds.build_round(theirs, by=other, at=BUILT),
    )

    assert sorted(found, key=str) == [False, True]
    assert Transfer.objects.count() == 5
    built = TransferRound.objects.get()
    assert (built.status, built.pupils) == (RoundStatus.BUILT, 5)


def test_two_approvals_at_once_are_one(
    planned, make_pupils, make_grants, fund_officer, fund_approver, make_user
):
    make_grants(make_pupils(1))
    rounds.build_round(planned, by=fund_officer, at=BUILT)
    other = make_user("fund_approver", "TH/")
    mine, theirs = (TransferRound.objects.select_related("term").get() for _each in range(2))

    found = together(
        lambda: rounds.approve_round(mine, by=fund_approver, at=APPROVED),
        lambda: rounds.approve_round(theirs, by=other, at=APPROVED),
    )

    refused = [answer for answer in found if isinstance(answer, Refused)]
    assert len(refused) == 1
    assert TransferRound.objects.get().approver in (fund_approver, other)


def test_two_proposals_of_an_account_at_once_are_one(calendar, school, admin):
    at = moment("2569-05-20 10:00")
    proof = files.store_bytes(
        b"%PDF-1.7", purpose="account-proof", kind="pdf", path=school.path, by=admin, at=at
    )
    facts = accounts.AccountFacts("006", "9811234567", f"เงิน กสศ. เพื่อ{school.name}", True)

    def propose():
        return accounts.propose_account(school, facts, proof=proof, term=calendar, by=admin, at=at)

    together(propose, propose, propose)

    alive = SchoolBankAccount.objects.filter(status="proposed")
    assert alive.count() == 1


def test_two_proposals_of_an_amount_at_once_are_one(term, fund_officer):
    def propose():
        return rates.propose_rate(term, "primary", 150_000, by=fund_officer, at=BUILT)

    together(propose, propose, propose)

    assert BenefitRate.objects.count() == 1


def test_a_worker_killed_before_its_commit_leaves_a_planned_round_that_builds_again(
    planned, make_pupils, make_grants, fund_officer
):
    make_grants(make_pupils(3))

    def killed():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    def build():
        mine = TransferRound.objects.select_related("term").get()
        return rounds.build_round(mine, by=fund_officer, at=BUILT, watch=rounds.Watch(fence=killed))

    with pytest.raises(OperationalError):
        build()
    connection.close()
    assert TransferRound.objects.get().status == RoundStatus.PLANNED
    assert not Transfer.objects.exists()
    assert not Entitlement.objects.exists()

    again = TransferRound.objects.select_related("term").get()
    assert rounds.build_round(again, by=fund_officer, at=BUILT)
    assert (again.pupils, Transfer.objects.count()) == (3, 3)
