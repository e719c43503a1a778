"""The pages of payouts: what a press does, and what it costs."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from payments.models import CannotPay, Receipt06
from tests.papers import A_PDF

from .payout_world import LATE, PAID, url

# --- paying ------------------------------------------------------------------------------------


def filled(cash, world, *, ticked, **changed):
    fields = {
        "paid_on": "3/8/2569",
        "payer": world.people["teacher"].pk,
        "second_payer": world.people["admin"].pk,
        "pay": [transfer.pk for transfer in ticked],
    }
    for transfer in cash:
        fields[f"name-{transfer.pk}"] = "นางรับเงิน ตัวอย่าง"
        fields[f"relation-{transfer.pk}"] = "mother"
    return fields | changed


def test_one_save_pays_the_ticked_pupils(world, cash, classroom, browse):
    address = url("payout-class", world.round.pk, classroom.pk)
    client = browse("teacher")
    assert "นางผู้ปกครอง1 ตัวอย่าง" in client.get(address).text

    answer = client.post(address, filled(cash, world, ticked=cash[:2]), follow=True)

    assert Receipt06.objects.count() == 2
    assert "2 pupils paid, receipts 1–2" in answer.text


def test_a_late_day_is_said_to_be_late(world, cash, classroom, browse, monkeypatch):
    from eqfund import clock

    address = url("payout-class", world.round.pk, classroom.pk)
    with clock.rehearse(LATE):
        fields = filled(cash, world, ticked=cash[:1], paid_on="๓๑ ส.ค. ๒๕๖๙")
        answer = browse("teacher").post(address, fields, follow=True)

    assert "recorded as late" in answer.text
    assert Receipt06.objects.get().is_late


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"paid_on": "วันนี้"}, "Write the day as day/month/Buddhist year"),
        ({"paid_on": "31/13/2569"}, "Write the day as day/month/Buddhist year"),
        ({"second_payer": "same"}, "Two different people"),
        ({"pay": []}, "Nobody was ticked"),
        ({"name": " "}, "Write who received the money"),
        ({"pay": ["999999"]}, ""),
    ],
)
def test_what_is_typed_wrong_is_said_beside_it(world, cash, classroom, browse, changed, sentence):
    fields = filled(cash, world, ticked=cash[:1])
    if changed.get("second_payer"):
        changed = {"second_payer": world.people["teacher"].pk}
    if "name" in changed:
        changed = {f"name-{cash[0].pk}": changed["name"]}

    answer = browse("teacher").post(
        url("payout-class", world.round.pk, classroom.pk), fields | changed
    )

    assert answer.status_code == 200
    assert "errors" in answer.text
    assert sentence in answer.text
    assert not Receipt06.objects.exists()


def test_a_pupil_is_noted_and_the_note_taken_back(world, cash, browse):
    client = browse("teacher")
    address = url("cannot-pay", cash[0].pk)

    client.post(address, {"reason": "moved"})
    assert CannotPay.objects.get().reason == "moved"
    client.post(address, {"clear": "1"})

    assert not CannotPay.objects.exists()


def test_a_refusal_is_shown_and_nothing_changes(world, cash, browse):
    answer = browse("teacher").post(url("cannot-pay", cash[0].pk), {"reason": "lazy"})

    assert answer.status_code == 409
    assert "four reasons" in answer.text


def test_a_receipt_is_voided_from_its_page(world, cash, browse):
    (receipt,) = world.pay(cash[:1])

    answer = browse("teacher").post(
        url("receipt-void", receipt.pk), {"reason": "ผิดคน"}, follow=True
    )

    assert "ผิดคน" in answer.text
    assert not Receipt06.objects.valid().exists()


# --- reports --------------------------------------------------------------------------------


def a_pdf(name="sheet.pdf"):
    return SimpleUploadedFile(name, A_PDF, "application/pdf")


def test_a_class_and_then_its_school_report_by_their_pages(world, cash, school, classroom, browse):
    world.pay(cash)
    key = world.round.pk
    teacher, admin, director = browse("teacher"), browse("admin"), browse("director")
    assert "not attached yet" in teacher.get(url("class-report", key, classroom.pk)).text

    teacher.post(url("class-evidence", key, classroom.pk), {"file": a_pdf()})
    teacher.post(url("class-report-submit", key, classroom.pk))
    admin.post(url("school-report-submit", key, school.pk))
    book = school.payout_reports.get()
    answer = director.post(url("school-report-sign", book.pk), follow=True)

    book.refresh_from_db()
    assert book.status == "signed"
    assert "signed by the director" in answer.text
    director.post(url("school-report-sign", book.pk), {"send_back": "1", "reason": "ยอดผิด"})
    report = classroom.payout_reports.get()
    answer = admin.post(
        url("class-report-send-back", report.pk), {"reason": "ลายมือชื่อ"}, follow=True
    )
    assert "ลายมือชื่อ" in answer.text


def test_evidence_is_seen_by_those_who_may_see_the_children(
    world, cash, classroom, browse, affiliation_officer, outsider, sign_in
):
    client = browse("teacher")
    key = world.round.pk
    client.post(url("class-evidence", key, classroom.pk), {"file": a_pdf()})
    evidence = classroom.payout_reports.get().evidence.get()
    address = url("evidence-file", evidence.pk)

    assert b"".join(client.get(address).streaming_content) == A_PDF
    assert browse("director").get(address).status_code == 200
    assert sign_in(affiliation_officer).get(address).status_code == 403
    assert sign_in(outsider).get(address).status_code == 404
    client.post(url("evidence-remove", evidence.pk))
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (None, "Choose a photo or a scan first"),
        (SimpleUploadedFile("x.jpg", b"GIF89a not a photo\0"), "not of a kind"),
        (SimpleUploadedFile("x.jpg", b"\xff\xd8\xff\xe0 broken"), "cannot be opened"),
        (SimpleUploadedFile("x.pdf", b""), ""),
        (SimpleUploadedFile("x.jpg", b"\xff\xd8\xff" + b"0" * (21 * 1024 * 1024)), "at most 20 MB"),
    ],
    ids=["nothing", "not an image", "a broken image", "empty", "too large"],
)
def test_a_file_that_is_no_evidence_is_refused(world, cash, classroom, browse, upload, sentence):
    fields = {"file": upload} if upload else {}

    answer = browse("teacher").post(url("class-evidence", world.round.pk, classroom.pk), fields)

    assert answer.status_code == 409
    assert sentence in answer.text
    assert not classroom.payout_reports.exists()


def test_a_receipts_own_picture_is_attached_and_taken_away(world, cash, browse):
    (receipt,) = world.pay(cash[:1])
    client = browse("teacher")

    client.post(url("receipt-evidence", receipt.pk), {"file": a_pdf()})
    evidence = receipt.evidence.get()
    client.post(url("evidence-remove", evidence.pk))

    evidence.refresh_from_db()
    assert evidence.removed_at == PAID


# --- costs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 50])
@pytest.mark.parametrize(
    ("page", "who", "cost"),
    [
        # session, user, postings; round, school, classes x3, refunds, book, nil, to refund,
        # rounds; windows of the banner x3, of the sentence x2; and the menu
        ("payout-school", "admin", 20),
        ("payout-class", "teacher", 24),
        ("class-report", "teacher", 17),
        ("refund-new", "admin", 14),
        ("letters", "admin", 9),
    ],
)
def test_a_page_costs_the_same_at_any_length(
    page,
    who,
    cost,
    rows,
    world,
    make_pupils,
    school,
    classroom,
    browse,
    django_assert_max_num_queries,
):
    world.cash(make_pupils(rows))
    place = classroom.pk if "class" in page else school.pk
    address = url(page, world.round.pk) if page == "letters" else url(page, world.round.pk, place)
    client = browse(who)

    with django_assert_max_num_queries(cost):
        answer = client.get(address)

    assert answer.status_code == 200
