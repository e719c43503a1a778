"""How far each school is with the work of payments: for closes, reminders and lists of the late.

Each function answers for every school under a place, school key -> Work, in a few statements at any
size; a school that has nothing to do is left out. What is counted of a round is what schools may
know of it: rounds that are published.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q

from eqfund import access
from eqfund.access import next_path
from eqfund.hooks import Work
from eqfund.models import Enrolment, Term
from payments import round_sql
from payments.hurdles import HURDLES, all_hurdles, facts
from payments.models import (
    ClassPayoutReport,
    NilRefund,
    ReceivingChannel,
    Refund,
    RefundLine,
    SchoolBankAccount,
    SchoolPayoutReport,
    Transfer,
)
from payments.rules.accounts import AccountStatus
from payments.rules.channels import ChannelKind
from payments.rules.payout import ClassReportStatus, SchoolReportStatus
from payments.rules.refunds import RefundStatus
from payments.rules.rounds import RoundTakes, Share, TransferStatus
from screening.models import AnnouncedPupil, Grant

SCHOOL, CLASS = "enrolment__classroom__school", "enrolment__classroom"
# What a school can do about its account ends with the director's approval; then the fund checks.
SCHOOLS_PART_DONE = (AccountStatus.DIRECTOR_APPROVED, AccountStatus.ACCEPTED)


def account_work(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """An account that meets the criteria, where a pupil is paid through it; a proposal is a draft.

    An account into which the bank could not pay in this term is no account, until another is approved.
    """
    pupil = OuterRef("pupil")
    by_account = ReceivingChannel.objects.current().filter(
        pupil=pupil, kind=ChannelKind.SCHOOL_ACCOUNT
    )
    announced = AnnouncedPupil.objects.filter(enrolment=OuterRef("pk"))
    paid_here = (
        Enrolment.objects.studying()
        .under(path)
        .filter(Exists(by_account), term=term)
        .filter(Exists(Grant.objects.alive_in(term).filter(pupil=pupil)) | Exists(announced))
    )
    needed = paid_here.order_by().values_list("classroom__school", flat=True).distinct()
    failed = set(
        Transfer.objects.under(path)
        .published()
        .filter(round__term=term, status=TransferStatus.FAILED, account__isnull=False)
        .values_list("account", flat=True)
    )
    done, proposed = set(), set()
    accounts = SchoolBankAccount.objects.under(path).exclude(status=AccountStatus.SUPERSEDED)
    for key, school, status in accounts.values_list("pk", "school", "status"):
        if status in SCHOOLS_PART_DONE and key not in failed:
            done.add(school)
        elif status == AccountStatus.PROPOSED:
            proposed.add(school)
    return {key: Work(int(key in done), 1, int(key in proposed - done)) for key in needed}


def choice_work(
    term: Term, round_no: int, path: str, at: datetime, of: str = SCHOOL
) -> dict[int, Work]:
    """Pupils on the published list who have a receiving channel; by school, or of=CLASS."""
    current = ReceivingChannel.objects.current().filter(pupil=OuterRef("enrolment__pupil"))
    announced = AnnouncedPupil.objects.filter(
        access.within([path], "enrolment__path"),
        announcement__term=term,
        enrolment__status="studying",
    )
    rows = (
        announced.order_by()
        .values_list(of)
        .annotate(chosen=Count("pk", filter=Q(Exists(current))), all=Count("pk"))
    )
    return {place: Work(chosen, total) for place, chosen, total in rows}


CORRECTABLE = [hurdle.code for hurdle in HURDLES if "correct_channel" in hurdle.windows]
TO_CORRECT = f"""
SELECT {{of}}, count(*)
  FROM ({{facts}}) f
  JOIN eqfund_enrolment e ON e.id = f.enrolment_id
 WHERE f.school_id IS NOT NULL AND f.grant_active AND NOT f.already_paid
   AND {all_hurdles()} && %(correctable)s
 GROUP BY {{of}}
"""


def correction_work(
    term: Term, round_no: int, path: str, at: datetime, of: str = SCHOOL
) -> dict[int, Work]:
    """Grantees not yet paid whose guardian or channel still keeps them out of a round; by school, or of=CLASS."""
    given = round_sql.parameters(term, RoundTakes.EVERYONE_LEFT, building=False)
    given |= {"low": path, "high": next_path(path), "correctable": CORRECTABLE}
    where = "AND p.path >= %(low)s AND p.path < %(high)s"
    with connection.cursor() as cursor:
        place = "e.classroom_id" if of == CLASS else "f.school_id"
        sql = TO_CORRECT.replace("{of}", place).replace("{facts}", facts(where, told_only=True))
        cursor.execute(sql, given)
        return {key: Work(0, count) for key, count in cursor.fetchall()}


def payout_work(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """Class reports submitted and the school's report signed, where cash of the round came."""
    of_round = _of_round(term, round_no)
    classes = (
        _cash(term, round_no, path)
        .order_by()
        .values_list("school")
        .annotate(n=Count("enrolment__classroom", distinct=True))
    )
    submitted = (
        ClassPayoutReport.objects.under(path)
        .filter(of_round, status=ClassReportStatus.SUBMITTED)
        .order_by()
        .values_list("classroom__school")
        .annotate(n=Count("pk"))
    )
    signed = set(
        SchoolPayoutReport.objects.under(path)
        .filter(of_round, status=SchoolReportStatus.SIGNED)
        .values_list("school", flat=True)
    )
    reported = dict(submitted)
    return {
        school: Work(min(reported.get(school, 0), n) + int(school in signed), n + 1)
        for school, n in classes
    }


def class_report_work(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """The class's own report, in every class to which cash of the round came."""
    cash = _cash(term, round_no, path).order_by()
    wanted = set(cash.values_list(CLASS, "round").distinct())
    reports = ClassPayoutReport.objects.under(path).filter(
        _of_round(term, round_no), status=ClassReportStatus.SUBMITTED
    )
    done = set(reports.values_list("classroom", "round"))
    found: dict[int, Work] = {}
    for room, number in wanted:
        before = found.get(room, Work(0, 0))
        found[room] = Work(before.done + ((room, number) in done), before.total + 1)
    return found


def refund_work(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """What cannot be paid is on a slip that the bank's statement proves, or the school said "none".

    A slip not yet on a statement is a draft.
    """
    of_round = _of_round(term, round_no)
    cash = _cash(term, round_no, path)
    living = RefundLine.objects.alive().filter(transfer=OuterRef("pk"))
    noted = cash.filter(~Exists(living), cannot_pay__isnull=False)
    unslipped = dict(noted.order_by().values_list("school").annotate(n=Count("pk")))
    slips = (
        Refund.objects.under(path)
        .filter(of_round)
        .alive()
        .order_by()
        .values_list("school")
        .annotate(matched=Count("pk", filter=Q(status=RefundStatus.MATCHED)), all=Count("pk"))
    )
    by_school = {school: (matched, total) for school, matched, total in slips}
    declared = set(NilRefund.objects.under(path).filter(of_round).values_list("school", flat=True))
    found = {}
    for school in cash.order_by().values_list("school", flat=True).distinct():
        matched, total = by_school.get(school, (0, 0))
        more = int(school in unslipped)
        if total or more:
            found[school] = Work(matched, total + more, total - matched)
        else:
            found[school] = Work(int(school in declared), 1)
    return found


def _of_round(term: Term, round_no: int) -> Q:
    """Rows of the round that the calendar's line is about; of every round when it names none."""
    return Q(round__term=term) & (Q(round__number=round_no) if round_no else Q())


def _cash(term: Term, round_no: int, path: str) -> Any:
    """Cash that came to the schools of a place and that they know of."""
    return Transfer.objects.published().filter(
        _of_round(term, round_no),
        access.within([path], "school__path"),
        kind=ChannelKind.SCHOOL_ACCOUNT,
        share=Share.CASH,
        status=TransferStatus.SUCCESS,
    )
