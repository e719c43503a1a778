"""Receipts, reports and evidence: the deeds, their refusals, a second time, and what cannot be."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from PIL import Image

from eqfund import files, jobs, places
from eqfund.models import Event, Job, Posting
from eqfund.refusal import Refused
from payments import queries_payout as queries
from payments.actions import payout, payout_reports, refunds
from payments.actions.payout import Handed
from payments.models import (
    CannotPay,
    ClassPayoutReport,
    LedgerEntry,
    PayoutEvidence,
    Receipt06,
    SchoolBook,
    SchoolPayoutReport,
    Transfer,
    TransferRound,
)
from tests.conftest import moment

from .payout_world import CLOSED, LATE, PAID, PUBLISHED, a_scan

BOOK = ("received_satang", "paid_satang", "refunded_satang", "in_hand_satang")


def book_of(world):
    return SchoolBook.objects.filter(round=world.round).values_list(*BOOK).get()


# --- paying ---------------------------------------------------------------------------


def test_paying_makes_receipts_in_order_and_books_them(world, cash):
    receipts = world.pay(cash[:2])

    assert [receipt.serial for receipt in receipts] == [1, 2]
    assert {receipt.amount_satang for receipt in receipts} == {150_000}
    assert not any(receipt.is_late for receipt in receipts)
    assert receipts[0].receiver_name == "นางรับเงิน ตัวอย่าง"
    assert book_of(world) == (450_000, 300_000, 0, 150_000)
    event = Event.objects.get(verb="pay_pupils")
    assert event.facts["serials"] == [1, 2]
    assert event.facts["amount_satang"] == 300_000


def test_serials_go_on_where_the_last_save_ended(world, cash):
    world.pay(cash[:1])

    assert [receipt.serial for receipt in world.pay(cash[1:])] == [2, 3]


def test_a_payment_after_the_due_day_is_late_and_recorded(world, cash):
    (on_time,) = world.pay(cash[:1], paid_on=date(2026, 8, 28), at=LATE)
    (late,) = world.pay(cash[1:2], paid_on=date(2026, 8, 29), at=LATE)

    assert (on_time.is_late, late.is_late) == (False, True)
    assert queries.class_row(world.round, cash[0].enrolment.classroom).late == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"paid_on": date(2026, 7, 30)}, "before the publication"),
        ({"paid_on": date(2026, 8, 4)}, "not come yet"),
        ({"at": CLOSED, "paid_on": date(2026, 8, 28)}, "closed"),
        ({"handed": []}, "Nobody was ticked"),
    ],
)
def test_paying_is_refused(world, cash, given, sentence):
    with pytest.raises(Refused, match=sentence):
        world.pay(cash, **given)
    assert not Receipt06.objects.exists()


def test_a_second_before_the_close_is_in_time(world, cash):
    assert world.pay(cash, at=moment("2569-10-30 16:59:59"))


@pytest.mark.parametrize("who", ["director", "fund_finance"])
def test_paying_is_refused_to_others(world, cash, who):
    with pytest.raises(Refused, match="Your role does not do this here"):
        world.pay(cash, by=world.people[who])


def test_paying_is_refused_to_a_teacher_of_another_school(world, cash, outsider):
    with pytest.raises(Refused, match="Your role"):
        world.pay(cash, by=outsider)


def test_two_different_people_of_the_school_pay(world, cash, outsider):
    teacher = world.people["teacher"]

    with pytest.raises(Refused, match="Two different people"):
        world.pay(cash, second_payer=teacher)
    with pytest.raises(Refused, match="must serve at this school"):
        world.pay(cash, second_payer=outsider)
    Posting.objects.filter(user=world.people["admin"]).update(ends_on=date(2026, 8, 2))
    with pytest.raises(Refused, match="must serve at this school"):
        world.pay(cash)


def test_money_of_a_round_not_published_is_not_paid(world, cash):
    TransferRound.objects.filter(pk=world.round.pk).update(
        status="reconciled", published_at=None, published_by=None, payout_due_on=None
    )
    world.round.refresh_from_db()

    with pytest.raises(Refused, match="not published yet"):
        world.pay(cash)


def test_a_second_save_pays_nobody_again(world, cash):
    world.pay(cash[:1])

    with pytest.raises(Refused, match="สมมติ1 ตัวอย่าง: paid already"):
        world.pay(cash)
    assert Receipt06.objects.count() == 1
    assert SchoolPayoutReport.objects.get().last_receipt == 1


@pytest.mark.parametrize("handed", [("", "mother"), ("นาง ก", "neighbour")])
def test_every_receiver_has_a_name_and_a_known_relation(world, cash, handed):
    with pytest.raises(Refused, match="who received"):
        world.pay(cash, handed=[Handed(cash[0].pk, *handed)])


def test_a_pupil_of_another_class_is_not_paid_here(world, cash, school, make_pupils):
    room = places.add_classroom(school, year_be=2569, grade="P5", room="1")
    (other,) = world.cash(make_pupils(1, classroom=room))

    with pytest.raises(Refused, match="no cash of this round in this class"):
        world.pay([other], classroom=cash[0].enrolment.classroom)


def test_the_same_pupil_twice_in_one_save_is_refused(world, cash):
    with pytest.raises(Refused, match="no cash"):
        world.pay([cash[0], cash[0]])


def test_promptpay_money_has_no_receipt_here(world, cash, make_pupils):
    (direct,) = world.cash(make_pupils(1), kind="promptpay_pupil")

    with pytest.raises(Refused, match="no cash"):
        world.pay([direct])


# --- voiding --------------------------------------------------------------------------


def test_a_void_receipt_stays_and_the_pupil_can_be_paid_again(world, cash):
    (receipt,) = world.pay(cash[:1])

    payout.void_receipt(receipt, reason="ผิดคน", by=world.people["teacher"], at=PAID)

    assert book_of(world) == (450_000, 0, 0, 450_000)
    (again,) = world.pay(cash[:1])
    assert again.serial == 2
    assert list(Receipt06.objects.valid()) == [again]
    assert book_of(world) == (450_000, 150_000, 0, 300_000)


def test_voiding_needs_a_reason_and_happens_once(world, cash):
    (receipt,) = world.pay(cash[:1])
    teacher = world.people["teacher"]

    with pytest.raises(Refused, match="Say why"):
        payout.void_receipt(receipt, reason=" ", by=teacher, at=PAID)
    payout.void_receipt(receipt, reason="ผิดคน", by=teacher, at=PAID)
    with pytest.raises(Refused, match="void already"):
        payout.void_receipt(receipt, reason="ผิดคน", by=teacher, at=PAID)
    assert LedgerEntry.objects.filter(credit="pupil").count() == 1


# --- cannot be paid -------------------------------------------------------------------


def test_a_note_settles_a_pupil_until_it_is_taken_back(world, cash):
    teacher = world.people["teacher"]

    payout.note_cannot_pay(cash[0], reason="moved", by=teacher, at=PAID)

    assert queries.class_row(world.round, cash[0].enrolment.classroom).facts.cannot_pay == 1
    with pytest.raises(Refused, match="noted as"):
        world.pay(cash[:1])
    with pytest.raises(Refused, match="noted as"):
        payout.note_cannot_pay(cash[0], reason="died", by=teacher, at=PAID)
    payout.clear_cannot_pay(cash[0], by=teacher, at=PAID)
    with pytest.raises(Refused, match="is not noted"):
        payout.clear_cannot_pay(cash[0], by=teacher, at=PAID)
    assert world.pay(cash[:1])


def test_only_the_four_reasons_are_noted(world, cash):
    with pytest.raises(Refused, match="four reasons"):
        payout.note_cannot_pay(cash[0], reason="lazy", by=world.people["teacher"], at=PAID)


def test_a_paid_pupil_is_not_noted(world, cash):
    world.pay(cash[:1])

    with pytest.raises(Refused, match="paid already"):
        payout.note_cannot_pay(cash[0], reason="moved", by=world.people["teacher"], at=PAID)


def test_a_note_with_a_slip_stays(world, cash, school):
    refunds.issue_refund(
        world.round, school, {cash[0].pk: "moved"}, by=world.people["admin"], at=PAID
    )

    with pytest.raises(Refused, match="Cancel the slip first"):
        payout.clear_cannot_pay(cash[0], by=world.people["teacher"], at=PAID)


# --- the class's report ----------------------------------------------------------------


@pytest.fixture
def room(cash):
    return cash[0].enrolment.classroom


@pytest.fixture
def report_class(world, room):
    def report(at=PAID):
        return payout_reports.submit_class_report(
            world.round, room, by=world.people["teacher"], at=at
        )

    return report


@pytest.fixture
def attach(world, room):
    def attach(n=1):
        teacher = world.people["teacher"]
        return payout_reports.add_class_evidence(
            world.round, room, a_scan(room, teacher, n), by=teacher, at=PAID
        )

    return attach


def test_a_class_reports_when_all_are_settled_and_the_sheet_is_there(
    world, cash, attach, report_class
):
    with pytest.raises(Refused, match=r"neither paid nor noted.*"):
        report_class()
    world.pay(cash[:2])
    payout.note_cannot_pay(cash[2], reason="moved", by=world.people["teacher"], at=PAID)
    with pytest.raises(Refused, match="signed class sheet"):
        report_class()
    attach()

    report = report_class()

    assert (report.status, report.pupils, report.pupils_paid) == ("submitted", 3, 2)
    assert report.paid_satang == 300_000


def test_a_submitted_class_stands_still_until_it_is_sent_back(
    world, cash, attach, report_class, room
):
    (receipt, *_rest) = world.pay(cash)
    evidence = attach()
    report = report_class()
    teacher, admin = world.people["teacher"], world.people["admin"]

    for deed in (
        lambda: report_class(),
        lambda: payout.void_receipt(receipt, reason="ผิด", by=teacher, at=PAID),
        lambda: attach(2),
        lambda: payout_reports.remove_evidence(evidence, by=teacher, at=PAID),
    ):
        with pytest.raises(Refused, match="submitted"):
            deed()
    with pytest.raises(Refused, match="Your role"):
        payout_reports.send_back_class_report(report, reason="x", by=teacher, at=PAID)
    with pytest.raises(Refused, match="what must be corrected"):
        payout_reports.send_back_class_report(report, reason="", by=admin, at=PAID)
    payout_reports.send_back_class_report(report, reason="ลายมือชื่อไม่ครบ", by=admin, at=PAID)
    with pytest.raises(Refused, match="Only a submitted"):
        payout_reports.send_back_class_report(report, reason="x", by=admin, at=PAID)

    payout_reports.remove_evidence(evidence, by=teacher, at=PAID)
    with pytest.raises(Refused, match="taken away already"):
        payout_reports.remove_evidence(evidence, by=teacher, at=PAID)
    attach(2)
    assert report_class().status == "submitted"


def test_a_class_without_cash_has_nothing_to_report(world, cash, school, make_user):
    empty = places.add_classroom(school, year_be=2569, grade="P6", room="1")
    person = make_user("homeroom_teacher", empty.path)

    with pytest.raises(Refused, match="No money of this round"):
        payout_reports.submit_class_report(world.round, empty, by=person, at=PAID)


def test_only_the_homeroom_teacher_reports_the_class(world, cash, attach, room):
    world.pay(cash)
    attach()

    with pytest.raises(Refused, match="Your role"):
        payout_reports.submit_class_report(world.round, room, by=world.people["admin"], at=PAID)


def test_a_class_in_which_nobody_could_be_paid_needs_no_sheet(world, cash, report_class):
    for transfer in cash:
        payout.note_cannot_pay(transfer, reason="withdrew", by=world.people["teacher"], at=PAID)

    assert report_class().pupils_paid == 0


# --- evidence ---------------------------------------------------------------------------


def a_photo(seed, taken="2026:08:03 10:00:00", size=(640, 480)):
    """A picture with structure, so that its hash says something; and the camera's time."""
    image = Image.effect_mandelbrot(size, (-2 + seed * 0.31, -1.2, 0.8, 1.2), 40).convert("RGB")
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = taken
    out = BytesIO()
    image.save(out, "JPEG", exif=exif, quality=90)
    return SimpleUploadedFile(f"{seed}.jpg", out.getvalue(), content_type="image/jpeg")


def photographed(world, room, upload):
    """A photo attached, cleaned and looked at."""
    teacher = world.people["teacher"]
    stored = files.store_upload(
        upload, purpose="payout_evidence", path=room.path, by=teacher, at=PAID
    )
    evidence = payout_reports.add_class_evidence(world.round, room, stored, by=teacher, at=PAID)
    jobs.run_now(Job.objects.get(key=f"clean-image-{stored.pk}"))
    evidence = PayoutEvidence.objects.select_related("stored", "report__round").get(pk=evidence.pk)
    payout_reports.check_evidence(evidence, at=PAID)
    return evidence


def test_a_fresh_photo_raises_no_flag(world, room):
    assert photographed(world, room, a_photo(0)).flags == []


def test_a_photo_sent_again_smaller_is_flagged_and_not_blocked(world, room):
    photographed(world, room, a_photo(0))

    again = photographed(world, room, a_photo(0, size=(480, 360)))

    assert again.flags == ["reused"]


def test_another_photo_is_not_a_copy(world, room):
    photographed(world, room, a_photo(0))

    assert photographed(world, room, a_photo(3)).flags == []


def test_a_photo_older_than_the_transfer_is_flagged(world, room):
    assert photographed(world, room, a_photo(0, taken="2026:07:15 10:00:00")).flags == [
        "older_than_transfer"
    ]


def test_a_picture_still_in_quarantine_is_looked_at_all_the_same(world, room):
    teacher = world.people["teacher"]
    stored = files.store_upload(
        a_photo(0), purpose="payout_evidence", path=room.path, by=teacher, at=PAID
    )
    evidence = payout_reports.add_class_evidence(world.round, room, stored, by=teacher, at=PAID)

    payout_reports.check_evidence(evidence, at=PAID)

    assert evidence.band0 is not None


def test_submitting_asks_for_a_look_at_each_picture(world, cash, attach, report_class):
    world.pay(cash)
    evidence = attach()

    report_class()

    job = jobs.run_now(Job.objects.get(key=f"check-evidence-{evidence.pk}"))
    assert (job.state, job.result) == ("done", {"flags": []})


def test_a_receipt_may_have_its_own_picture(world, cash, room):
    (receipt,) = world.pay(cash[:1])
    teacher = world.people["teacher"]

    evidence = payout_reports.add_receipt_evidence(
        receipt, a_scan(room, teacher), by=teacher, at=PAID
    )
    payout_reports.remove_evidence(evidence, by=teacher, at=PAID)

    assert not receipt.evidence.filter(removed_at=None).exists()
    payout.void_receipt(receipt, reason="ผิดคน", by=teacher, at=PAID)
    with pytest.raises(Refused, match="void already"):
        payout_reports.add_receipt_evidence(receipt, a_scan(room, teacher, 2), by=teacher, at=PAID)


# --- the school's report ------------------------------------------------------------------


@pytest.fixture
def reported(world, cash, attach, report_class):
    world.pay(cash)
    attach()
    return report_class()


def test_the_school_reports_after_every_class_with_money(
    world, school, reported, make_pupils, make_user
):
    admin = world.people["admin"]
    second = places.add_classroom(school, year_be=2569, grade="P5", room="1")
    world.cash(make_pupils(1, classroom=second))

    with pytest.raises(Refused, match=r"not reported yet.* ป\.5/1"):
        payout_reports.submit_school_report(world.round, school, by=admin, at=PAID)


def test_the_director_signs_what_the_admin_submits(world, school, reported):
    admin, director = world.people["admin"], world.people["director"]
    book = payout_reports.submit_school_report(world.round, school, by=admin, at=PAID)

    with pytest.raises(Refused, match="submitted already"):
        payout_reports.submit_school_report(world.round, school, by=admin, at=PAID)
    with pytest.raises(Refused, match="with the director"):
        payout_reports.send_back_class_report(reported, reason="x", by=admin, at=PAID)
    with pytest.raises(Refused, match="Your role"):
        payout_reports.sign_school_report(book, by=admin, at=PAID)
    payout_reports.sign_school_report(book, by=director, at=PAID)

    book.refresh_from_db()
    assert (book.status, book.capacity, book.pupils_paid) == ("signed", "in_post", 3)
    assert (book.received_satang, book.paid_satang) == (450_000, 450_000)
    with pytest.raises(Refused, match="signed already"):
        payout_reports.sign_school_report(book, by=director, at=PAID)


def test_an_unsubmitted_report_is_not_signed(world, school, reported):
    book = SchoolPayoutReport.objects.select_related("round__term", "school").get()

    with pytest.raises(Refused, match="has not submitted"):
        payout_reports.sign_school_report(book, by=world.people["director"], at=PAID)


def test_a_director_who_is_also_admin_does_not_sign_their_own_report(world, school, reported):
    director = world.people["director"]
    Posting.objects.create(
        user=director, role="school_admin", path=school.path, starts_on=date(2026, 1, 1)
    )
    director = type(director).objects.get(pk=director.pk)
    book = payout_reports.submit_school_report(world.round, school, by=director, at=PAID)

    with pytest.raises(Refused, match="does not sign it"):
        payout_reports.sign_school_report(book, by=director, at=PAID)


def test_a_signed_report_sent_back_opens_the_classes_again(world, school, reported):
    admin, director = world.people["admin"], world.people["director"]
    book = payout_reports.submit_school_report(world.round, school, by=admin, at=PAID)
    payout_reports.sign_school_report(book, by=director, at=PAID)

    with pytest.raises(Refused, match="what must be corrected"):
        payout_reports.send_back_school_report(book, reason="", by=director, at=PAID)
    payout_reports.send_back_school_report(book, reason="ยอดไม่ตรง", by=director, at=PAID)
    with pytest.raises(Refused, match="Only a submitted or signed"):
        payout_reports.send_back_school_report(book, reason="x", by=director, at=PAID)

    payout_reports.send_back_class_report(reported, reason="แก้", by=admin, at=PAID)
    reported.refresh_from_db()
    assert reported.status == "sent_back"
    with pytest.raises(Refused, match="not reported yet"):
        payout_reports.submit_school_report(world.round, school, by=admin, at=PAID)


def test_a_school_without_cash_reports_nothing(world, school):
    with pytest.raises(Refused, match="No money of this round"):
        payout_reports.submit_school_report(world.round, school, by=world.people["admin"], at=PAID)


# --- figures ------------------------------------------------------------------------------


def test_the_pages_figures_are_the_books(world, cash, school):
    receipts = world.pay(cash)
    payout.void_receipt(receipts[0], reason="ผิดคน", by=world.people["teacher"], at=PAID)

    money = queries.school_payout(world.round, school).money

    figures = (
        money.received_satang,
        money.paid_satang,
        money.refunded_satang,
        money.in_hand_satang,
    )
    assert figures == book_of(world)


def test_void_receipts_and_cancelled_slips_count_nobody_twice(world, cash, school, room):
    """Several dead rows beside a pupil must not multiply the pupil."""
    teacher, admin = world.people["teacher"], world.people["admin"]
    for _again in range(2):
        (receipt,) = world.pay(cash[:1])
        payout.void_receipt(receipt, reason="ผิดคน", by=teacher, at=PAID)
        slip = refunds.issue_refund(world.round, school, {cash[0].pk: "moved"}, by=admin, at=PAID)
        refunds.cancel_refund(slip, reason="ผิดคน", by=admin, at=PAID)
        payout.clear_cannot_pay(cash[0], by=teacher, at=PAID)

    row = queries.class_row(world.round, room)

    assert (row.facts.pupils, row.received_satang, row.facts.paid) == (3, 450_000, 0)


# --- constraints, each broken once -----------------------------------------------------


@pytest.fixture
def receipt(world, cash):
    return world.pay(cash[:1])[0]


def copy_of(receipt, **changed):
    fields = {
        field.attname: getattr(receipt, field.attname)
        for field in Receipt06._meta.concrete_fields
        if field.name not in ("id", "is_late")
    }
    return Receipt06(**fields | changed)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (lambda r, c: {"serial": 2}, "receipt_one_valid_per_transfer"),
        (lambda r, c: {"transfer_id": c[1].pk}, "receipt_serial_once_per_school_and_round"),
        (
            lambda r, c: {"transfer_id": c[1].pk, "serial": 2, "second_payer_id": r.payer_id},
            "receipt_payers_are_two_people",
        ),
        (lambda r, c: {"transfer_id": c[1].pk, "serial": 0}, "receipt_serial_is_positive"),
        (
            lambda r, c: {"transfer_id": c[1].pk, "serial": 2, "relation": "x"},
            "receipt_relation_is_known",
        ),
        (
            lambda r, c: {"transfer_id": c[1].pk, "serial": 2, "amount_satang": 1},
            "cash_is_its_transfers",
        ),
        (
            lambda r, c: {"transfer_id": c[1].pk, "serial": 2, "paid_on": date(2026, 7, 30)},
            "cash_is_its_transfers",
        ),
        (
            lambda r, c: {"transfer_id": c[1].pk, "serial": 2, "voided_at": PAID},
            "receipt_void_says_who_and_why",
        ),
    ],
)
def test_a_receipt_that_cannot_be(receipt, cash, change, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        copy_of(receipt, **change(receipt, cash)).save()


def test_a_receipt_is_never_changed_nor_deleted(receipt):
    with pytest.raises(DatabaseError, match="payout_paper_stays"), transaction.atomic():
        Receipt06.objects.filter(pk=receipt.pk).update(paid_on=date(2026, 8, 1))
    with pytest.raises(DatabaseError, match="payout_paper_stays"), transaction.atomic():
        Receipt06.objects.filter(pk=receipt.pk)._raw_delete("default")


def test_money_that_did_not_arrive_has_no_receipt(receipt, cash):
    Transfer.objects.filter(pk=cash[1].pk).update(status="sent")

    with pytest.raises(IntegrityError, match="cash_is_its_transfers"):
        copy_of(receipt, transfer_id=cash[1].pk, serial=2).save()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "lost"}, "school_report_status_is_known"),
        ({"status": "submitted"}, "school_report_submitted_has_its_submitter"),
        ({"signed_at": PAID}, "school_report_signed_has_its_signer"),
        ({"status": "sent_back"}, "school_report_sent_back_says_why"),
        ({"paid_satang": 1}, "school_report_pays_at_most_what_came"),
    ],
)
def test_a_school_report_that_cannot_be(world, school, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        SchoolPayoutReport.objects.create(round=world.round, school=school, **fields)


def test_a_school_report_is_not_signed_by_its_submitter(world, school):
    admin = world.people["admin"]
    signed = {"signed_by": admin, "signed_at": PAID, "submitted_by": admin, "submitted_at": PAID}

    with pytest.raises(IntegrityError, match="school_report_signer_is_not_its_submitter"):
        SchoolPayoutReport.objects.create(
            round=world.round, school=school, status="signed", **signed
        )


def test_a_school_and_a_class_report_once_per_round(world, school, classroom):
    SchoolPayoutReport.objects.create(round=world.round, school=school)
    ClassPayoutReport.objects.create(round=world.round, classroom=classroom)

    with pytest.raises(IntegrityError, match="school_report_once_per_round"), transaction.atomic():
        SchoolPayoutReport.objects.create(round=world.round, school=school)
    with pytest.raises(IntegrityError, match="class_report_once_per_round"):
        ClassPayoutReport.objects.create(round=world.round, classroom=classroom)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "lost"}, "class_report_status_is_known"),
        ({"status": "submitted"}, "class_report_submitted_has_its_submitter"),
        ({"status": "sent_back"}, "class_report_sent_back_says_why"),
        ({"pupils_paid": 1}, "class_report_pays_at_most_its_pupils"),
    ],
)
def test_a_class_report_that_cannot_be(world, classroom, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        ClassPayoutReport.objects.create(round=world.round, classroom=classroom, **fields)


def test_a_note_has_one_of_the_four_reasons(world, cash):
    with pytest.raises(IntegrityError, match="cannot_pay_reason_is_known"):
        CannotPay.objects.create(
            transfer=cash[0], reason="lazy", noted_by=world.people["teacher"], noted_at=PAID
        )


def test_evidence_is_of_a_class_or_of_a_receipt(world, receipt, classroom):
    teacher = world.people["teacher"]
    both = {
        "report": ClassPayoutReport.objects.create(round=world.round, classroom=classroom),
        "receipt": receipt,
    }
    for given in ({}, both):
        with (
            pytest.raises(IntegrityError, match="evidence_is_of_a_class_or_of_a_receipt"),
            transaction.atomic(),
        ):
            PayoutEvidence.objects.create(
                stored=a_scan(classroom, teacher), added_by=teacher, added_at=PUBLISHED, **given
            )
