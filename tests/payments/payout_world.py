"""A published round whose cash has reached a school: what tests of payouts begin with."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from eqfund import clock
from eqfund.models import Classroom, Posting, Pupil, StoredFile
from payments.actions.payout import Handed, pay_pupils
from payments.models import LedgerEntry, Receipt06, Transfer, TransferRound
from payments.rules.channels import ChannelKind
from payments.rules.payout import due_day
from tests.conftest import moment

from . import sessions
from .bank_world import SENT, make_account, make_rate, make_round, owe

PUBLISHED = moment("2569-07-31 09:00")
PAID = moment("2569-08-03 10:00")
LATE = moment("2569-09-01 10:00")
CLOSED = moment("2569-10-30 17:00")


class PayoutWorld:
    """A round, the people of one school, and cash for its pupils."""

    def __init__(self, term: Any, people: dict[str, Any], number: int = 1) -> None:
        self.people = people
        self.rate = make_rate(term, people)
        self.round = make_round(term, people, number)
        TransferRound.objects.filter(pk=self.round.pk).update(
            status="published",
            sent_at=SENT,
            reconciled_at=PUBLISHED,
            published_at=PUBLISHED,
            published_by=people["fund_officer"],
            payout_due_on=due_day(PUBLISHED.date()),
        )
        self.round = TransferRound.objects.select_related("term").get(pk=self.round.pk)

    def cash(self, pupils: list[Pupil], kind: str = ChannelKind.SCHOOL_ACCOUNT) -> list[Transfer]:
        """Money that arrived: at the school's account, or by another channel."""
        made = []
        for pupil in pupils:
            school = pupil.enrolments.get().classroom.school
            if not school.bank_accounts.exists():
                make_account(school, self.people)
            transfer = owe(self.round, pupil, kind, self.rate)
            Transfer.objects.filter(pk=transfer.pk).update(status="success")
            through_school = kind == ChannelKind.SCHOOL_ACCOUNT
            LedgerEntry.objects.create(
                round=self.round,
                school=school,
                transfer=transfer,
                debit="school_in_hand" if through_school else "pupil",
                credit="bank_clearing",
                amount_satang=transfer.amount_satang,
                at=PUBLISHED,
            )
            made.append(
                Transfer.objects.select_related(
                    "round__term", "school", "enrolment__classroom__school", "enrolment__pupil"
                ).get(pk=transfer.pk)
            )
        return made

    def pay(self, transfers: list[Transfer], **given: Any) -> list[Receipt06]:
        """Pay pupils of one class through the action."""
        fields = {
            "paid_on": PAID.date(),
            "payer": self.people["teacher"],
            "second_payer": self.people["admin"],
            "by": self.people["teacher"],
            "at": PAID,
        } | given
        handed = fields.pop(
            "handed", [Handed(transfer.pk, "นางรับเงิน ตัวอย่าง", "mother") for transfer in transfers]
        )
        classroom = fields.pop("classroom", None) or transfers[0].enrolment.classroom
        made = pay_pupils(self.round, classroom, handed, **fields)
        return list(
            Receipt06.objects.filter(pk__in=[receipt.pk for receipt in made])
            .select_related(
                "round__term",
                "school",
                "transfer__enrolment__classroom__school",
                "transfer__enrolment__pupil",
            )
            .order_by("serial")
        )


def a_scan(classroom: Classroom, by: Any, n: int = 1) -> StoredFile:
    """A signed sheet as a clean PDF."""
    return StoredFile.objects.create(
        purpose="payout_evidence",
        kind="pdf",
        content_type="application/pdf",
        size=1,
        sha256=f"{n:064d}",
        name=f"scan-{n}-{StoredFile.objects.count()}",
        path=classroom.path,
        uploaded_by=by,
        uploaded_at=PAID,
    )


@pytest.fixture(name="world")
def payout_world(
    calendar: Any,
    school: Any,
    classroom: Any,
    teacher: Any,
    admin: Any,
    director: Any,
    fund_officer: Any,
    fund_approver: Any,
    fund_finance: Any,
) -> Any:
    """Everything stands at PAID, three days into the payout."""
    people = {
        "teacher": teacher,
        "admin": admin,
        "director": director,
        "fund_officer": fund_officer,
        "fund_approver": fund_approver,
        "fund_finance": fund_finance,
    }
    Posting.objects.update(starts_on=date(2026, 1, 1))
    with clock.rehearse(PAID):
        yield PayoutWorld(calendar, people)


@pytest.fixture(name="cash")
def payout_cash(world: PayoutWorld, make_pupils: Any) -> list[Transfer]:
    """Three pupils of the class, their money in the school's account."""
    return world.cash(make_pupils(3))


@pytest.fixture(name="sign_in")
def payout_sign_in():
    return lambda user: sessions.sign_in(Client(), user)


@pytest.fixture(name="browse")
def payout_browse(world, sign_in):
    """A client for one of the world's people, by name."""
    return lambda name: sign_in(world.people[name])


def url(name, *args):
    return reverse(f"payments:{name}", args=args)
