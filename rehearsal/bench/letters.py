"""Letters 08 in bulk, in pages a second: through the job that schools and offices start.

The bound is the same pages printed by bare WeasyPrint in one process, from HTML that is there
already, times the number of cores: what the machine could do if nothing else had to be done.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from datetime import date, datetime
from itertools import batched
from typing import Any

from eqfund import clock, jobs, places
from eqfund.access import Role
from eqfund.fields import blind_index, seal
from eqfund.models import Enrolment, Guardian, Identity, Posting, Pupil, School, Term, User
from payments.actions import letters
from payments.letters import papers
from payments.letters.press import Press, print_one
from payments.models import (
    BenefitRate,
    Entitlement,
    Letter08,
    ReceivingChannel,
    Transfer,
    TransferRound,
)
from payments.rules.channels import ChannelKind
from payments.rules.rounds import RoundStatus, TransferStatus
from payments.tasks import payout as tasks_payout
from screening.models import Grant

LETTERS = 400
AT_LEAST_A_SECOND = 20

type Row = dict[str, Any]


def rows() -> Iterator[Row]:
    """A school of 400 pupils in a published round; its letters printed, merged and kept."""
    transfer_round, school, admin = _world()
    moment = transfer_round.published_at
    assert moment is not None
    begun, used = clock.stopwatch(), _processor_seconds()
    with clock.rehearse(moment):
        job = jobs.run_now(letters.start_letters(transfer_round, school.path, by=admin, at=moment))
    seconds, used = clock.stopwatch() - begun, _processor_seconds() - used
    if job.state != "done" or job.result["letters"] != LETTERS:
        raise AssertionError(f"the letters were not printed: {job.state} {job.error}")
    bare = _bare(transfer_round)
    yield {
        "name": f"{LETTERS} letters 08 by the job, {os.cpu_count()} cores",
        "seconds": seconds,
        "lower_bound_seconds": bare,
        "ratio": seconds / bare,
    }
    pages = LETTERS / seconds
    yield {
        "name": "letters 08, pages a second (at least 20)",
        "seconds": pages,
        "unit": "pages/s",
        "lower_bound_seconds": float(AT_LEAST_A_SECOND),
        "ratio": AT_LEAST_A_SECOND / pages,
    }
    may_take = (os.cpu_count() or 1) / AT_LEAST_A_SECOND
    yield {
        "name": f"processor time of a letter, beside what {AT_LEAST_A_SECOND} a second leave on all cores",
        "seconds": used / LETTERS,
        "lower_bound_seconds": may_take,
        "ratio": used / LETTERS / may_take,
        "limit": 1.0,  # of the processor's time: neighbours on a busy machine do not change it
    }
    yield {
        "name": "size of their PDF",
        "seconds": job.result["bytes"] / 1024 / LETTERS,
        "unit": "KiB/letter",
    }


def _processor_seconds() -> float:
    """Of this process and of the printing ones that have ended."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    usages = [resource.getrusage(who) for who in whose]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _bare(transfer_round: TransferRound) -> float:
    """Seconds that all cores together need for the printing alone."""
    pks = [row.transfer_id for row in Letter08.objects.filter(round=transfer_round)]
    pages = [
        papers.letters_html(papers.letter_rows(piece))
        for piece in batched(pks, tasks_payout.LETTERS_AT_ONCE)
    ]
    print_one(pages[0])  # the library is loaded once
    with Press(1) as press:
        begun = clock.stopwatch()
        printed = list(press.print_all(pages[:4]))
        alone = (clock.stopwatch() - begun) / len(printed) * len(pages)
    return alone / (os.cpu_count() or 1)


def _world() -> tuple[TransferRound, School, User]:
    """One school of 400 pupils whose round is published; ids are sealed as real ones are."""
    moment = datetime(2055, 7, 30, 9, tzinfo=clock.BANGKOK)
    term, _made = Term.objects.get_or_create(
        year_be=2598,
        number=1,
        defaults={"opens_on": date(2055, 5, 1), "closes_on": date(2055, 10, 31)},
    )
    affiliation = places.add_affiliation(code="LTRS", name="bench", short_name="bench", registry="")
    office = places.add_office(
        affiliation, kind="education_area_primary", name="letters", short_name="letters"
    )
    school = places.add_school(
        office, name="โรงเรียนบ้านดงสมมติ", moe_code="1099990001", province_code="50"
    )
    people = [
        _person(role, "TH/") for role in (Role.FUND_OFFICER, Role.FUND_APPROVER, Role.FUND_FINANCE)
    ]
    transfer_round = TransferRound.objects.create(
        term=term,
        number=1,
        takes="continuing",
        status=RoundStatus.PUBLISHED,
        planned_at=moment,
        maker=people[0],
        built_at=moment,
        approver=people[1],
        approved_at=moment,
        releaser=people[2],
        released_at=moment,
        sent_at=moment,
        reconciled_at=moment,
        published_at=moment,
        published_by=people[0],
        payout_due_on=date(2055, 8, 27),
        digest="-",
    )
    rate = BenefitRate.objects.create(
        term=term,
        level="primary",
        amount_satang=150_000,
        proposed_by=people[0],
        proposed_at=moment,
        approved_by=people[1],
        approved_at=moment,
    )
    _fill(transfer_round, school, rate)
    return transfer_round, school, _person(Role.SCHOOL_ADMIN, school.path)


def _fill(transfer_round: TransferRound, school: School, rate: BenefitRate) -> None:
    """Pupils, guardians, grants and transfers that arrived by PromptPay."""
    moment, term = transfer_round.planned_at, transfer_round.term
    room = places.add_classroom(school, year_be=term.year_be, grade="P4", room="1")
    numbers = [f"{9_100_000_000_000 + n}" for n in range(LETTERS)]
    identities = Identity.objects.bulk_create(
        Identity(kind="national_id", id_index=blind_index(number), number=number, last4=number[-4:])
        for number in numbers
    )
    pupils = Pupil.objects.bulk_create(
        Pupil(
            identity=identity,
            title="เด็กหญิง",
            first_name="ขวัญข้าว",
            last_name="สมบูรณ์ทรัพย์ไพศาล",
            sort_key=f"{n:05d}",
            sex="f",
            path=room.path,
        )
        for n, identity in enumerate(identities)
    )
    Guardian.objects.bulk_create(
        Guardian(pupil=pupil, full_name="นางสมหมาย ตัวอย่างดี", relationship="mother", since=moment)
        for pupil in pupils
    )
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(pupil=pupil, term=term, classroom=room, path=room.path, starts_on=term.opens_on)
        for pupil in pupils
    )
    code = term.year_be * 10 + 1
    grants = Grant.objects.bulk_create(
        Grant(
            pupil=enrolment.pupil,
            enrolment=enrolment,
            group="continuing",
            first_term=code,
            last_term=code + 21,
            source="predecessor",
            given_at=moment,
        )
        for enrolment in enrolments
    )
    channels = ReceivingChannel.objects.bulk_create(
        ReceivingChannel(pupil=pupil, kind=ChannelKind.PROMPTPAY_PUPIL, set_at=moment)
        for pupil in pupils
    )
    entitlements = Entitlement.objects.bulk_create(
        Entitlement(
            grant=grant,
            term=term,
            identity=identity,
            enrolment=grant.enrolment,
            rate=rate,
            amount_satang=rate.amount_satang,
        )
        for grant, identity in zip(grants, identities, strict=True)
    )
    Transfer.objects.bulk_create(
        Transfer(
            round=transfer_round,
            entitlement=entitlement,
            enrolment=entitlement.enrolment,
            school=school,
            channel=channel,
            kind=channel.kind,
            destination=seal(number.encode(), "national_id"),
            destination_last4=number[-4:],
            amount_satang=entitlement.amount_satang,
            status=TransferStatus.SUCCESS,
        )
        for entitlement, channel, number in zip(entitlements, channels, numbers, strict=True)
    )


def _person(role: Role, path: str) -> User:
    user = User.objects.create(username=f"bench-letters-{role}", full_name=f"bench {role}")
    Posting.objects.create(user=user, role=role, path=path, starts_on=date(2020, 1, 1))
    return user
