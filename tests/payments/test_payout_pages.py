"""The pages of payouts, refunds and letters: who sees what, what a press does, and what it costs."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from eqfund import hooks, jobs
from eqfund.models import Posting, RehearsalClock
from payments import bill_statement
from payments.actions import letters, payout, payout_reports, refunds
from payments.hooks import payout as hooks_payout
from payments.models import CannotPay, Letter08, NilRefund, Receipt06, Refund, RefundStatement

from .payout_world import LATE, PAID, a_scan
from .test_refunds import BILLER, paid_in


@pytest.fixture(autouse=True)
def _at_paid(world):
    """Requests arrive at PAID: the middleware reads the clock that `world` has stopped."""
    assert not RehearsalClock.objects.exists()


@pytest.fixture
def sign_in():
    def sign_in(user):
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["language"] = "en"
        session.save()
        return client

    return sign_in


@pytest.fixture
def browse(world, sign_in):
    """A client for one of the world's people, by name."""
    return lambda name: sign_in(world.people[name])


def url(name, *args):
    return reverse(f"payments:{name}", args=args)


# --- who sees what ------------------------------------------------------------------------


@pytest.fixture
def addresses(world, cash, school, classroom):
    """One address of each page, with something to show."""
    (receipt,) = world.pay(cash[:1])
    slip = refunds.issue_refund(
        world.round, school, {cash[1].pk: "moved"}, by=world.people["admin"], at=PAID
    )
    letters.issue_letters(world.round, school.path, cash[:1], by=world.people["admin"], at=PAID)
    key = world.round.pk
    return {
        "payout": url("payout"),
        "payout-school": url("payout-school", key, school.pk),
        "payout-class": url("payout-class", key, classroom.pk),
        "class-report": url("class-report", key, classroom.pk),
        "class-sheet": url("class-sheet", key, classroom.pk),
        "class-receipts": url("class-receipts", key, classroom.pk),
        "receipt": url("receipt", receipt.pk),
        "receipt-pdf": url("receipt-pdf", receipt.pk),
        "school-report": url("school-report", key, school.pk),
        "refunds": url("refunds", key, school.pk),
        "refund-new": url("refund-new", key, school.pk),
        "refund": url("refund", slip.pk),
        "refund-slip": url("refund-slip", slip.pk),
        "statements": url("statements"),
        "letters": url("letters", key),
        "letter": url("letter", cash[0].pk),
    }


OWN_CLASS = {"payout", "payout-class", "class-report", "class-sheet", "class-receipts", "receipt"}
OWN_CLASS |= {"receipt-pdf", "letters", "letter"}
SCHOOL = OWN_CLASS | {"payout-school", "school-report", "refunds", "refund", "refund-slip"}
READS = SCHOOL - {"letters", "letter"}
ALLOWED = {
    "teacher": OWN_CLASS,
    "admin": SCHOOL | {"refund-new"},
    "director": SCHOOL,
    "registry_keeper": set(),
    "screening_teacher": set(),
    "office_admin": SCHOOL,
    "affiliation_officer": {"payout", "payout-school", "school-report"},
    "fund_officer": READS,
    "fund_approver": READS,
    "fund_finance": READS | {"statements"},
    "auditor": READS,
    "system_admin": set(),
    "outsider": {"payout", "letters"},
}


@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_sees_its_pages_and_no_other(role, addresses, request, sign_in):
    client = sign_in(request.getfixturevalue(role))

    seen = {
        name for name, address in addresses.items() if client.get(address).status_code in (200, 302)
    }

    assert seen == ALLOWED[role]


def test_a_teacher_of_another_school_is_told_of_nothing(addresses, outsider, sign_in):
    client = sign_in(outsider)

    codes = {name: client.get(address).status_code for name, address in addresses.items()}

    assert set(codes.values()) <= {200, 302, 403, 404}
    assert codes["receipt"] == codes["payout-class"] == codes["letter"] == 404
    assert "สมมติ1" not in client.get(addresses["letters"]).text


def test_a_person_with_posts_at_two_schools_chooses(
    world, cash, other_school, make_pupils, sign_in
):
    admin = world.people["admin"]
    Posting.objects.create(
        user=admin, role="school_admin", path=other_school.path, starts_on=date(2026, 1, 1)
    )

    page = sign_in(admin).get(url("payout"))

    assert "2 schools" in page.text or "1 schools" in page.text
    assert "โรงเรียนบ้านดงสมมติ" in page.text


def test_a_post_that_ended_opens_nothing(world, addresses, sign_in):
    teacher = world.people["teacher"]
    Posting.objects.filter(user=teacher).update(ends_on=date(2026, 8, 2))

    assert sign_in(teacher).get(addresses["payout-class"]).status_code == 403


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
    return SimpleUploadedFile(name, b"%PDF-1.7 a scan", "application/pdf")


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

    assert b"".join(client.get(address).streaming_content) == b"%PDF-1.7 a scan"
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


# --- refunds ------------------------------------------------------------------------------------


def test_the_pupils_noted_by_their_teacher_are_ticked_for_the_slip(world, cash, school, browse):
    payout.note_cannot_pay(cash[0], reason="moved", by=world.people["teacher"], at=PAID)
    client = browse("admin")
    address = url("refund-new", world.round.pk, school.pk)
    assert f'value="{cash[0].pk}" data-satang="150000" checked' in client.get(address).text

    answer = client.post(
        address, {"back": [cash[0].pk], f"reason-{cash[0].pk}": "moved"}, follow=True
    )

    assert Refund.objects.get().amount_satang == 150_000
    assert "2569110001" in answer.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({}, "Nobody was ticked"), ({"back": True}, "Choose one of the four reasons")],
)
def test_a_slip_typed_wrong_is_not_made(world, cash, school, browse, fields, sentence):
    fields = {"back": [cash[0].pk]} if fields else {}

    answer = browse("admin").post(url("refund-new", world.round.pk, school.pk), fields)

    assert sentence in answer.text
    assert not Refund.objects.exists()


def test_no_refund_is_declared_and_taken_back(world, cash, school, browse):
    world.pay(cash)
    client = browse("admin")
    address = url("nil-refund", world.round.pk, school.pk)

    client.post(address)
    assert NilRefund.objects.exists()
    client.post(address, {"withdraw": "1"})

    assert not NilRefund.objects.exists()


def test_a_cancelled_slip_is_not_printed(world, cash, school, browse):
    slip = refunds.issue_refund(
        world.round, school, {cash[0].pk: "moved"}, by=world.people["admin"], at=PAID
    )
    client = browse("admin")

    client.post(url("refund-cancel", slip.pk), {"reason": "ผิดคน"})

    answer = client.get(url("refund-slip", slip.pk))
    assert answer.status_code == 409
    assert "must not be paid" in answer.text


def test_a_statement_is_seen_before_it_is_booked(world, cash, school, browse):
    slip = refunds.issue_refund(
        world.round, school, {cash[0].pk: "moved"}, by=world.people["admin"], at=PAID
    )
    data = bill_statement.write(
        [paid_in(slip)], effective_on=date(2026, 8, 3), biller=BILLER, account="0000000000"
    )
    client = browse("fund_finance")

    page = client.post(url("statements"), {"file": SimpleUploadedFile("s.txt", data)}, follow=True)
    assert "matches a refund slip" in page.text
    statement = RefundStatement.objects.get()
    page = client.post(url("statement-apply", statement.pk), follow=True)

    slip.refresh_from_db()
    assert slip.status == "matched"
    assert "1 refunds are booked" in page.text
    again = client.post(url("statements"), {"file": SimpleUploadedFile("s.txt", data)}, follow=True)
    assert again.redirect_chain[-1][0] == url("statement", statement.pk)
    assert client.post(url("statement-apply", statement.pk)).status_code == 409


@pytest.mark.parametrize("data", [b"hello\nworld", b"%PDF-1.7"])
def test_another_file_is_not_a_statement(world, browse, data):
    answer = browse("fund_finance").post(
        url("statements"), {"file": SimpleUploadedFile("s.txt", data)}
    )

    assert answer.status_code == 409


# --- letters --------------------------------------------------------------------------------


def test_one_letter_and_all_letters_are_printed_from_the_page(world, cash, school, browse):
    client = browse("admin")
    page = url("letters", world.round.pk)

    answer = client.post(url("letter-issue", cash[0].pk), follow=True)
    assert answer["Content-Type"] == "application/pdf"
    assert Letter08.objects.count() == 1
    client.post(url("letters-print", world.round.pk), {"school": school.pk})
    job = jobs.run_now(letters.Job.objects.get(kind=letters.PRINT))
    assert job.result["letters"] == 3

    assert "3 letters in one PDF" in client.get(f"{page}?school={school.pk}").text
    answer = client.get(url("letters-file", job.result["file"]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_printed_letters_are_not_for_others(world, cash, school, browse, outsider, sign_in):
    browse("admin").post(url("letters-print", world.round.pk), {"school": school.pk})
    job = jobs.run_now(letters.Job.objects.get(kind=letters.PRINT))
    address = url("letters-file", job.result["file"])

    assert sign_in(outsider).get(address).status_code == 404
    assert browse("teacher").get(address).status_code == 404
    assert browse("fund_finance").get(address).status_code == 403


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


# --- the kernel's pages ------------------------------------------------------------------------


def todos(user, at=PAID):
    fresh = type(user).objects.get(pk=user.pk)
    return [
        (todo.what, todo.due and todo.due.date()) for todo in hooks_payout.home_tasks(fresh, at)
    ]


def test_each_person_is_told_what_to_do_by_when(world, cash, school, classroom, browse):
    people = world.people
    closes = date(2026, 10, 30)
    due = date(2026, 8, 28)
    assert todos(people["teacher"]) == [("Pay 3 pupils, round 1", due)]
    assert todos(people["admin"]) == [("Follow the class payout reports, round 1", due)]
    assert todos(people["director"]) == todos(people["fund_finance"]) == []

    world.pay(cash[1:])
    payout.note_cannot_pay(cash[0], reason="moved", by=people["teacher"], at=PAID)
    assert todos(people["teacher"]) == [("Submit the class payout report, round 1", closes)]
    assert ("Refund the money of 1 pupils, round 1", closes) in todos(people["admin"])

    payout_reports.add_class_evidence(
        world.round, classroom, a_scan(classroom, people["teacher"]), by=people["teacher"], at=PAID
    )
    payout_reports.submit_class_report(world.round, classroom, by=people["teacher"], at=PAID)
    assert todos(people["teacher"]) == []
    assert ("Submit the school payout report, round 1", closes) in todos(people["admin"])

    payout_reports.submit_school_report(world.round, school, by=people["admin"], at=PAID)
    assert todos(people["director"]) == [("Sign the school payout report, round 1", closes)]
    refunds.issue_refund(world.round, school, {cash[0].pk: "moved"}, by=people["admin"], at=PAID)
    assert todos(people["admin"]) == []
    assert todos(people["fund_finance"]) == [("1 refund slips wait for the bank's statement", None)]


def test_a_school_where_all_were_paid_is_asked_to_declare(world, cash, classroom):
    people = world.people
    world.pay(cash)
    payout_reports.add_class_evidence(
        world.round, classroom, a_scan(classroom, people["teacher"]), by=people["teacher"], at=PAID
    )
    payout_reports.submit_class_report(world.round, classroom, by=people["teacher"], at=PAID)

    assert ("Declare that round 1 has no refund", date(2026, 10, 30)) in todos(people["admin"])


def test_after_the_due_day_the_task_says_so(world, cash):
    teacher = type(world.people["teacher"]).objects.get(username="teacher")

    (todo,) = hooks_payout.home_tasks(teacher, LATE)

    assert todo.state == "bad"
    assert "due day is past" in todo.hint


def test_a_pupils_page_shows_receipt_and_letter(world, cash, classroom, outsider):
    world.pay(cash[:1])
    pupil = cash[0].enrolment.pupil

    (panel,) = hooks_payout.pupil_panels(pupil, world.people["teacher"], PAID)

    assert [row.state for row in panel.context["rows"]] == ["paid"]
    assert hooks_payout.pupil_panels(pupil, outsider, PAID) == []


def test_payouts_are_registered_with_the_kernel():
    assert hooks_payout.home_tasks in list(hooks.home_tasks)
    assert hooks_payout.pupil_panels in list(hooks.pupil_panels)
    assert {"payments:payout", "payments:statements"} <= {item.url_name for item in hooks.menu}
