"""Class reports with their evidence, school reports with their signature: deeds, refusals, flags."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from eqfund import files, jobs, places
from eqfund.models import Job, Posting
from eqfund.refusal import Refused
from payments.actions import payout, payout_reports
from payments.models import PayoutEvidence, SchoolPayoutReport

from .payout_world import PAID, a_scan

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


def test_the_director_signs_the_report_that_was_on_the_page(world, school, reported):
    admin, director = world.people["admin"], world.people["director"]
    book = payout_reports.submit_school_report(world.round, school, by=admin, at=PAID)
    seen = book.submitted_at
    payout_reports.send_back_school_report(book, reason="ยอดไม่ตรง", by=director, at=PAID)
    later = PAID + timedelta(hours=1)
    book = payout_reports.submit_school_report(world.round, school, by=admin, at=later)

    with pytest.raises(Refused, match="submitted anew meanwhile"):
        payout_reports.sign_school_report(book, by=director, at=later, seen=seen)
    payout_reports.sign_school_report(book, by=director, at=later, seen=later)
