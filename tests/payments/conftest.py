"""A term with amounts and grants: what tests of rounds begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from eqfund import clock
from eqfund.models import Guardian, Pupil, School, Term, User
from payments.actions import rounds
from payments.models import (
    BenefitRate,
    ContinuingConfirmation,
    ReceivingChannel,
    SchoolBankAccount,
    TransferRound,
)
from payments.rules.accounts import AccountStatus
from payments.rules.channels import ChannelKind
from payments.rules.rates import Level
from payments.rules.rounds import round_takes
from screening.models import Grant
from tests.conftest import moment

from . import sessions
from .bank_world import people, round_of, sent  # noqa: F401
from .payout_world import (  # noqa: F401
    payout_browse,
    payout_cash,
    payout_sign_in,
    payout_world,
)

MAY = moment("2569-05-20 10:00")
BUILT = moment("2569-07-15 18:04")
APPROVED = moment("2569-07-16 09:12")
RELEASED = moment("2569-07-16 10:30")


WHILE_CONFIRMED = moment("2569-05-20 10:00")


@pytest.fixture(autouse=True)
def _sentences_in_english() -> Iterator[None]:
    """Refusals are matched by their msgids, whatever the Thai catalogue says today."""
    with translation.override("en"):
        yield


@pytest.fixture
def rates(term: Term, fund_officer: User, fund_approver: User) -> list[BenefitRate]:
    """An approved amount for each level: 2,000, 1,500 and 2,100 baht."""
    amounts = {Level.KINDERGARTEN: 200_000, Level.PRIMARY: 150_000, Level.LOWER_SECONDARY: 210_000}
    return [
        BenefitRate.objects.create(
            term=term,
            level=level,
            amount_satang=amount,
            proposed_by=fund_officer,
            proposed_at=MAY,
            approved_by=fund_approver,
            approved_at=MAY,
        )
        for level, amount in amounts.items()
    ]


@pytest.fixture
def make_channel() -> Callable[..., ReceivingChannel]:
    def make(pupil: Pupil, kind: str = ChannelKind.PROMPTPAY_PUPIL, state: str = "opened") -> Any:
        ReceivingChannel.objects.filter(pupil=pupil).update(is_current=False)
        guardian = Guardian.objects.get(pupil=pupil) if kind == "promptpay_guardian" else None
        return ReceivingChannel.objects.create(
            pupil=pupil, kind=kind, guardian=guardian, promptpay_state=state, set_at=MAY
        )

    return make


@pytest.fixture
def make_grants(term: Term, admin: User, make_channel: Any) -> Callable[..., list[Grant]]:
    """Grants of pupils whom nothing keeps out of a round, unless told otherwise."""

    def make(
        pupils: list[Pupil],
        *,
        group: str = "continuing",
        kind: str | None = ChannelKind.PROMPTPAY_PUPIL,
        confirmed: bool = True,
    ) -> list[Grant]:
        made = []
        for pupil in pupils:
            enrolment = pupil.enrolments.get(term=term)
            grant = Grant.objects.create(
                pupil=pupil,
                enrolment=enrolment,
                group=group,
                first_term=25681,
                last_term=25702,
                source="predecessor",
                former_channel=kind or "",
                given_at=MAY,
            )
            if kind:
                make_channel(pupil, kind)
            if confirmed and group == "continuing":
                ContinuingConfirmation.objects.create(
                    grant=grant,
                    term=term,
                    enrolment=enrolment,
                    confirmed_by=admin,
                    confirmed_at=MAY,
                    unchanged=True,
                )
            made.append(grant)
        return made

    return make


@pytest.fixture
def make_account(admin: User, director: User, fund_officer: User) -> Callable[..., Any]:
    """A school's account; unless told otherwise the fund has accepted it."""

    def make(
        school: School, status: str = AccountStatus.ACCEPTED, number: str = "9811234567"
    ) -> Any:
        decided = status in (
            AccountStatus.ACCEPTED,
            AccountStatus.SENT_BACK,
            AccountStatus.SUPERSEDED,
        )
        seen = status != AccountStatus.PROPOSED
        return SchoolBankAccount.objects.create(
            school=school,
            bank_code="006",
            number=number,
            last4=number[-4:],
            name=f"เงิน กสศ. เพื่อ{school.name}",
            dedicated=True,
            status=status,
            reason="ชื่อบัญชีไม่ตรง" if status == AccountStatus.SENT_BACK else "",
            proposed_by=admin,
            proposed_at=MAY,
            director=director if seen else None,
            director_at=MAY if seen else None,
            decided_by=fund_officer if decided else None,
            decided_at=MAY if decided else None,
        )

    return make


@pytest.fixture
def planned(calendar: Term, rates: list[BenefitRate], fund_officer: User) -> TransferRound:
    """Round 1 of the term, planned."""
    return TransferRound.objects.create(
        term=calendar, number=1, takes=round_takes(1), planned_by=fund_officer, planned_at=MAY
    )


@pytest.fixture
def pupils(make_pupils: Any) -> Any:
    return make_pupils(3)


@pytest.fixture
def built(planned: Any, pupils: Any, make_grants: Any, fund_officer: Any) -> Any:
    make_grants(pupils)
    rounds.build_round(planned, by=fund_officer, at=BUILT)
    return planned


@pytest.fixture
def approved(built: Any, fund_approver: Any) -> Any:
    rounds.approve_round(built, by=fund_approver, at=APPROVED)
    return built


@pytest.fixture
def released(approved: Any, fund_finance: Any) -> Any:
    rounds.release_round(approved, by=fund_finance, at=RELEASED)
    return approved


@pytest.fixture
def rows_unguarded(db: None) -> Callable[[], None]:
    """Take the guards off the transfers, as only the owner of the tables can: to show what counting finds."""

    def unguard() -> None:
        connection.check_constraints()  # no trigger of a foreign key may be waiting
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE payments_transfer DISABLE TRIGGER USER")

    return unguard


@pytest.fixture
def signed_in(client: Any) -> Any:
    """Sign somebody in, reading in English."""

    def sign_in(person: Any) -> Any:
        return sessions.sign_in(client, person)

    return sign_in


@pytest.fixture
def visit() -> Iterator[Callable[..., Client]]:
    """A client for somebody, at a moment of the term; by default when the continuing group is confirmed."""
    with ExitStack() as stack:

        def visit(user: User, at: datetime = WHILE_CONFIRMED) -> Client:
            stack.enter_context(clock.rehearse(at))
            return sessions.sign_in(Client(), user)

        yield visit
