"""Cash through the schools: paid and receipted, reported by class and by school, given back, told by letter.

One class pays its first round after the due day, which is recorded as late. A pupil who moved is
refunded, and the refund is proved by the sandbox bank's statement; the other schools declare that
they have none. Two classes send the same photo, which is flagged and stops nobody.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from random import Random
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from eqfund import clock, files
from eqfund.models import Classroom, Enrolment, Job, School, StoredFile
from eqfund.refusal import Refused
from payments import sandbox_statement
from payments.actions import letters, payout, payout_reports, refunds
from payments.actions.payout import Handed
from payments.letters import papers
from payments.letters.press import print_one
from payments.models import (
    Letter08,
    NilRefund,
    PayoutEvidence,
    Receipt06,
    Refund,
    SchoolPayoutReport,
    Transfer,
    TransferRound,
)
from payments.models.payout import SELF
from payments.queries import payout as queries
from payments.rules.refunds import RefundReason, RefundStatus
from rehearsal.world import World

LATE_SCHOOL = 2  # its first class pays round 1 after the due day
GONE = {  # why a pupil's money cannot be handed over, by how the enrolment ended
    Enrolment.Status.MOVED: RefundReason.MOVED,
    Enrolment.Status.WITHDREW: RefundReason.WITHDREW,
    Enrolment.Status.DIED: RefundReason.DIED,
    Enrolment.Status.NOT_PRESENT: RefundReason.NOT_PRESENT,
}


def play_1(world: World) -> Iterator[tuple[str, Any]]:
    """Round 1: every school pays, reports and refunds, but one class that is not ready yet."""
    chosen = _round(world, 1)
    yield from _pay_out(world, chosen, leave=_late_class(world, chosen))
    yield from _letters(world, chosen)
    yield from _statement(world)


def play_23(world: World) -> Iterator[tuple[str, Any]]:
    """The class left of round 1 pays late; rounds 2 and 3 are paid, reported and refunded."""
    for number in (1, 2, 3):
        yield from _pay_out(world, _round(world, number))
    yield from _statement(world)
    late = Receipt06.objects.valid().filter(is_late=True, round__term=world.term)
    yield "paid late, and recorded", late.count()
    signed = SchoolPayoutReport.objects.filter(status="signed", round__term=world.term)
    yield "school reports signed, all rounds", signed.count()
    yield (
        "schools that declared no refund, all rounds",
        NilRefund.objects.filter(round__term=world.term).count(),
    )
    yield from _second_clicks(world)


def _round(world: World, number: int) -> TransferRound:
    return TransferRound.objects.select_related("term").get(
        term=world.term, number=number, published_at__isnull=False
    )


def _late_class(world: World, chosen: TransferRound) -> Classroom | None:
    """The first class with cash at the school that pays late."""
    school = world.schools[LATE_SCHOOL - 1]
    row = next(iter(queries.class_rows(chosen, school.path)), None)
    return row.classroom if row else None


# --- paying and reporting -----------------------------------------------------------------


def _pay_out(
    world: World, chosen: TransferRound, leave: Classroom | None = None
) -> Iterator[tuple[str, Any]]:
    """Every class with cash pays, attaches its sheet and reports; then its school, then its director."""
    receipts = Receipt06.objects.filter(round=chosen).count()
    reports = signed = noted = 0
    left = {leave.pk} if leave else set()
    if world.by_hand:
        left.add(world.main_classroom.pk)
    for school in world.schools:
        for row in queries.class_rows(chosen, school.path):
            if row.is_reported or row.classroom.pk in left:
                continue
            noted += _pay_class(world, chosen, row.classroom)
            _report_class(world, chosen, row.classroom)
            reports += 1
        signed += _report_school(world, chosen, school)
        _give_back(world, chosen, school)
    name = f"round {chosen.number}"
    yield (
        f"{name}: pupils paid with a receipt",
        (Receipt06.objects.filter(round=chosen).count() - receipts),
    )
    yield f"{name}: class reports with evidence", reports
    if noted:
        yield f"{name}: pupils who could not be paid", noted
    yield f"{name}: school reports signed by the director", signed


def _pay_class(world: World, chosen: TransferRound, classroom: Classroom) -> int:
    """The homeroom teacher notes who is gone and pays the others, with the admin; how many were noted."""
    teacher, admin = world.teacher_of(classroom), world.admin_of(world.school_at(classroom.path))
    moment, gone, handed = clock.now(), 0, []
    for row in queries.pupil_rows(queries.cash(chosen, classroom.path)):
        if row.state != "to_pay":
            continue
        reason = GONE.get(Enrolment.Status(row.transfer.enrolment.status))
        if reason is not None:
            transfer = _whole(row.transfer)
            payout.note_cannot_pay(transfer, reason=reason, by=teacher, at=moment)
            gone += 1
            continue
        name, relationship = row.guardian
        handed.append(
            Handed(row.transfer.pk, name, relationship or "other")
            if name
            else Handed(row.transfer.pk, row.transfer.enrolment.pupil.full_name, SELF)
        )
    if handed:
        payout.pay_pupils(
            chosen,
            classroom,
            handed,
            paid_on=moment.date(),
            payer=teacher,
            second_payer=admin,
            by=teacher,
            at=moment,
        )
    return gone


def _whole(transfer: Transfer) -> Transfer:
    """The transfer with all that an action looks at."""
    return Transfer.objects.select_related(
        "round__term", "school", "enrolment__classroom__school", "enrolment__pupil"
    ).get(pk=transfer.pk)


def _report_class(world: World, chosen: TransferRound, classroom: Classroom) -> None:
    """The signed sheet is attached (the main class scans it, the others photograph it), and reported."""
    teacher, moment = world.teacher_of(classroom), clock.now()
    row = queries.class_row(chosen, classroom)
    assert row is not None
    if row.facts.paid:
        upload = (
            _scan(chosen, classroom)
            if classroom.pk == world.main_classroom.pk
            else _photo(_seed(world, classroom) + chosen.number)
        )
        stored = files.store_upload(
            upload,
            purpose="payout_evidence",
            path=classroom.path,
            by=teacher,
            at=moment,
            kinds=("image", "pdf"),
        )
        payout_reports.add_class_evidence(chosen, classroom, stored, by=teacher, at=moment)
    payout_reports.submit_class_report(chosen, classroom, by=teacher, at=moment)


def _seed(world: World, classroom: Classroom) -> int:
    """What a class's photo looks like; the last two classes of the main school send the same one."""
    rooms = world.classrooms_of(world.main)
    same = classroom.pk in [room.pk for room in rooms[-2:]]
    return 7 if same else 100 * classroom.pk


def _scan(chosen: TransferRound, classroom: Classroom) -> SimpleUploadedFile:
    rows = queries.pupil_rows(queries.cash(chosen, classroom.path))
    html = papers.sheet_html(rows, chosen, classroom, classroom.school.name)
    return SimpleUploadedFile("sheet.pdf", print_one(html), "application/pdf")


def _photo(seed: int) -> SimpleUploadedFile:
    """A photo of a sheet on a desk: invented light, lines and signatures."""
    rng = Random(seed)
    image = Image.new("RGB", (800, 600), (96, 84, 70))
    draw = ImageDraw.Draw(image)
    left, top = rng.randint(20, 160), rng.randint(10, 90)
    draw.rectangle((left, top, left + 560, top + 480), fill=(236, 232, 220))
    for line in range(rng.randint(6, 14)):
        y = top + 40 + line * 30
        draw.line((left + 20, y, left + rng.randint(200, 540), y), fill=(60, 60, 90), width=4)
    for _blot in range(8):
        x, y = rng.randint(0, 760), rng.randint(0, 560)
        draw.ellipse((x, y, x + rng.randint(20, 160), y + rng.randint(20, 120)), fill=_grey(rng))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return SimpleUploadedFile("sheet.jpg", out.getvalue(), "image/jpeg")


def _grey(rng: Random) -> tuple[int, int, int]:
    level = rng.randint(30, 230)
    return (level, level, level)


def _report_school(world: World, chosen: TransferRound, school: School) -> int:
    """The admin reports, the director signs; 0 while a class has not reported or nothing came."""
    found = queries.school_payout(chosen, school)
    is_reported = found.book is not None and found.book.status == "signed"
    if is_reported or not found.classes or found.reported < len(found.classes):
        return 0
    moment = clock.now()
    book = payout_reports.submit_school_report(chosen, school, by=world.admin_of(school), at=moment)
    payout_reports.sign_school_report(book, by=world.director_of(school), at=moment)
    return 1


# --- giving back --------------------------------------------------------------------------


def _give_back(world: World, chosen: TransferRound, school: School) -> None:
    """A slip for those who could not be paid; else the declaration that there is no refund."""
    admin, moment = world.admin_of(school), clock.now()
    waiting = queries.to_refund(chosen, school.path).select_related("cannot_pay")
    reasons = {transfer.pk: transfer.cannot_pay.reason for transfer in waiting}
    found = queries.school_payout(chosen, school)
    if reasons:
        refunds.issue_refund(chosen, school, reasons, by=admin, at=moment)
    elif found.classes and not found.unsettled and not found.refunds and found.nil is None:
        refunds.declare_nil_refund(chosen, school, by=admin, at=moment)


def _statement(world: World) -> Iterator[tuple[str, Any]]:
    """The slips are paid; the sandbox bank's statement comes, and finance matches it."""
    finance, moment = world.fund_finance, clock.now()
    data, slips = sandbox_statement.waiting_slips_paid(moment)
    if not slips:
        return
    stored = files.store_bytes(
        data, purpose="refund_statement", kind="text", path="TH/", by=finance, at=moment
    )
    statement = refunds.preview_statement(stored, by=finance, at=moment)
    outcomes = refunds.apply_statement(statement, by=finance, at=moment)
    yield "refunds found on the bank's statement", outcomes["matched"]
    _must_refuse(
        "a statement applied twice",
        lambda: refunds.apply_statement(statement, by=finance, at=moment),
    )


# --- telling ------------------------------------------------------------------------------


def _letters(world: World, chosen: TransferRound) -> Iterator[tuple[str, Any]]:
    """Letters 08 of the main school as one PDF; and its evidence looked at."""
    admin = world.admin_of(world.main)
    job = letters.start_letters(chosen, world.main.path, by=admin, at=clock.now())
    job = Job.objects.get(pk=job.pk)
    if job.state != Job.State.DONE:
        raise AssertionError(f"the letters were not printed: {job.state} {job.error}")
    stored = StoredFile.objects.get(pk=job.result["file"])
    with pikepdf.open(io.BytesIO(files.read_bytes(stored))) as pdf:
        pages = len(pdf.pages)
    issued = Letter08.objects.filter(round=chosen, school=world.main).count()
    if not pages == issued == job.result["letters"]:
        raise AssertionError(f"{pages} pages for {issued} letters")
    yield f"letters 08 of {world.main.name}", issued
    flagged = PayoutEvidence.objects.filter(report__round=chosen).exclude(flags=[])
    yield "evidence flagged as reused", flagged.count()


def _second_clicks(world: World) -> Iterator[tuple[str, Any]]:
    """Paying again and paying what was given back are refused."""
    receipt = Receipt06.objects.valid().filter(round__term=world.term).order_by("pk").first()
    slip = Refund.objects.filter(round__term=world.term, status=RefundStatus.MATCHED).first()
    line = slip.lines.first() if slip else None
    for what, transfer in (
        ("a second receipt", receipt.transfer if receipt else None),
        ("a receipt for refunded money", line.transfer if line else None),
    ):
        if transfer is not None:
            _must_refuse(what, lambda transfer=transfer: _pay_again(world, _whole(transfer)))  # type: ignore[misc]
            yield what, "refused"


def _pay_again(world: World, transfer: Transfer) -> None:
    classroom = transfer.enrolment.classroom
    teacher = world.teacher_of(classroom)
    payout.pay_pupils(
        transfer.round,
        classroom,
        [Handed(transfer.pk, "ผู้รับเงิน", SELF)],
        paid_on=clock.today(),
        payer=teacher,
        second_payer=world.admin_of(transfer.school),
        by=teacher,
        at=clock.now(),
    )


def _must_refuse(what: str, deed: Any) -> None:
    try:
        deed()
    except Refused:
        return
    raise AssertionError(f"{what} was not refused")
