"""Papers: what they say, what their codes say when read back, who may have them, and the public check."""

import io

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from attendance.models import ConditionPolicy
from eqfund import files, jobs
from eqfund.models import Event, Job, StoredFile
from eqfund.refusal import Refused
from payments.actions import letters, refunds
from payments.bill_payment import parse_qr
from payments.letters import papers
from payments.letters.press import Press, PressError, print_one
from payments.models import Letter08, Receipt06, SchoolPayoutReport, TransferRound
from payments.queries import payout as queries
from payments.tasks import payout as tasks_payout

from .payout_world import PAID


def text_of(pdf):
    """The text of a PDF without its spaces, as `plain` makes it comparable."""
    pages = pypdfium2.PdfDocument(pdf)
    return plain("".join(page.get_textpage().get_text_bounded() for page in pages))


def plain(text):
    """Without spaces and without the difference of ำ and า, which is lost on the way out of a PDF."""
    return "".join(text.split()).replace("ำ", "า").replace("˸", "").replace("\x02", "")


def codes_in(pdf, dpi=300):
    """What the codes on the first page say, by their kind."""
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72).to_pil()
    return {str(code.format): code.text for code in zxingcpp.read_barcodes(picture)}


@pytest.fixture
def issue(world):
    def issue(transfers, **given):
        fields = {"by": world.people["admin"], "at": PAID} | given
        path = fields.pop("path", transfers[0].school.path)
        return letters.issue_letters(world.round, path, transfers, **fields)

    return issue


@pytest.fixture
def printed(world, issue):
    """The letters of some transfers as one PDF."""

    def printed(transfers):
        issue(transfers)
        rows = papers.letter_rows([transfer.pk for transfer in transfers])
        return print_one(papers.letters_html(rows))

    return printed


# --- the letter ---------------------------------------------------------------------------


def test_the_letter_says_who_what_and_how(world, cash, school, printed):
    text = text_of(printed(cash[:1]))

    for said in (
        "แบบนร./กสศ.๐๘",
        "๓สิงหาคม๒๕๖๙",
        "ภาคเรียนที่๑/๒๕๖๙",
        "นางผู้ปกครอง1ตัวอย่างผู้ปกครองของเด็กหญิงสมมติ1ตัวอย่าง",
        "๑,๕๐๐.๐๐บาท(หนึ่งพันห้าร้อยบาทถ้วน)",
        "ธนาคารกรุงไทย",
        "xxx-xxx-๔๕๖๗",
        "๒๘สิงหาคม๒๕๖๙",
        "๐๒๐๗๙๕๔๗๕กด๑",
        "@cctthailand",
        "CCT_support@eef.or.th",
        school.name,
    ):
        assert plain(said) in text, said
    assert "9811234567" not in text


def test_a_promptpay_letter_speaks_of_promptpay(world, make_pupils, printed):
    text = text_of(printed(world.cash(make_pupils(1), kind="promptpay_guardian")))

    assert plain("พร้อมเพย์เลขประจำตัวประชาชนผู้ปกครอง") in text
    assert "แบบนร.๐๖" not in text


def test_the_letter_tells_the_attendance_condition_of_its_term(world, cash, printed):
    ConditionPolicy.objects.create(term=world.round.term, operator="at_least", rate_percent=85)

    assert "ไม่น้อยกว่าร้อยละ๘๕" in text_of(printed(cash[:1]))


def test_the_letters_code_is_an_address_that_holds_nothing_but_its_token(cash, printed, settings):
    settings.PUBLIC_URL = "https://example.test"
    pdf = printed(cash[:1])
    letter = Letter08.objects.get()

    (address,) = codes_in(pdf).values()

    assert address == f"https://example.test/payments/v/{letter.token}/"
    assert len(letter.token) >= 22


def test_each_letter_is_one_page(cash, printed):
    assert len(pypdfium2.PdfDocument(printed(cash))) == 3


def test_long_names_still_fit_one_page(cash, school, printed):
    school.name = "โรงเรียนชุมชนบ้านหนองแวงตาลคู่สามัคคีประชานุเคราะห์ (คุรุราษฎร์รังสรรค์)"
    school.save()
    guardian = cash[0].enrolment.pupil.guardians.get()
    guardian.full_name = "นางสาวประกายแก้วมณีรัตน์ สมบูรณ์ทรัพย์ไพศาลวัฒนานนท์กุล"
    guardian.save()

    assert len(pypdfium2.PdfDocument(printed(cash[:1]))) == 1


def test_a_letter_keeps_its_number_and_token_however_often_it_is_printed(cash, issue):
    assert issue(cash[:2]) == 2
    before = list(Letter08.objects.order_by("pk").values_list("number", "token"))

    assert issue(cash) == 1

    after = list(Letter08.objects.order_by("pk").values_list("number", "token"))
    assert after[:2] == before
    assert [number for number, _token in after] == [1, 2, 3]
    assert SchoolPayoutReport.objects.get().last_letter == 3


def test_letters_wait_for_publication(world, cash, issue):
    TransferRound.objects.filter(pk=world.round.pk).update(
        status="reconciled", published_at=None, published_by=None, payout_due_on=None
    )
    world.round.refresh_from_db()

    with pytest.raises(Refused, match="once the transfer status"):
        issue(cash)
    with pytest.raises(Refused, match="once the transfer status"):
        letters.start_letters(world.round, cash[0].school.path, by=world.people["admin"], at=PAID)


def test_money_that_did_not_arrive_has_no_letter(cash, issue):
    type(cash[0]).objects.filter(pk=cash[0].pk).update(status="sent")
    cash[0].refresh_from_db()

    assert issue(cash[:1]) == 0


def test_letters_are_of_ones_own_place(world, cash, issue, outsider):
    with pytest.raises(Refused, match="Your role"):
        issue(cash, by=outsider)


def test_a_letter_stands_once_and_its_number_too(world, cash, issue):
    issue(cash)
    first, second, _third = Letter08.objects.order_by("number")
    second.number = first.number

    with pytest.raises(IntegrityError, match="letter_number_once_per_school_and_round"):
        second.save()


# --- in bulk --------------------------------------------------------------------------------


@pytest.fixture
def print_all(world, school):
    def print_all(path=school.path):
        job = letters.start_letters(world.round, path, by=world.people["admin"], at=PAID)
        return jobs.run_now(job)

    return print_all


def test_a_schools_letters_come_as_one_pdf_in_pieces(world, cash, school, print_all, monkeypatch):
    monkeypatch.setattr(tasks_payout, "LETTERS_AT_ONCE", 2)

    job = print_all()

    assert (job.state, job.result["letters"], job.error) == ("done", 3, "")
    stored = StoredFile.objects.get(pk=job.result["file"])
    data = files.read_bytes(stored)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert len(pdf.pages) == 3
    assert text_of(data).count("แบบนร./กสศ.๐๘") == 3
    assert stored.path == school.path
    assert Event.objects.filter(verb="print_letters").count() == 1


def test_the_same_wish_twice_in_a_minute_is_the_same_job(world, cash, school):
    admin = world.people["admin"]

    one, other = (
        letters.start_letters(world.round, school.path, by=admin, at=PAID) for _again in range(2)
    )

    assert one == other
    assert Job.objects.filter(kind=letters.PRINT).count() == 1


def test_a_second_run_prints_the_same_letters(cash, print_all):
    print_all()
    tokens = set(Letter08.objects.values_list("token", flat=True))

    Job.objects.all().delete()
    print_all()

    assert set(Letter08.objects.values_list("token", flat=True)) == tokens


def test_a_place_without_money_has_no_letters(world, school):
    with pytest.raises(Refused, match="so there is no letter"):
        letters.start_letters(world.round, school.path, by=world.people["admin"], at=PAID)


def test_the_press_keeps_the_order_and_says_when_it_breaks():
    with Press(2) as press:
        texts = [text_of(pdf) for pdf in press.print_all(f"<p>page{n}</p>" for n in range(7))]
    assert texts == [f"page{n}" for n in range(7)]

    with Press(1) as press:
        press._all[0].kill()
        press._all[0].wait()
        with pytest.raises(PressError):
            list(press.print_all(["<p>x</p>"]))


def test_a_page_fetches_nothing(tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>secret</text></svg>')

    pdf = print_one(f'<p>here</p><img src="{secret.as_uri()}"><img src="http://127.0.0.1:9/x.png">')

    assert text_of(pdf) == "here"


# --- the public check -----------------------------------------------------------------------


def test_anybody_learns_that_a_letter_is_genuine_and_nothing_of_the_child(cash, issue, school):
    issue(cash[:1])
    letter = Letter08.objects.get()

    page = Client().get(reverse("payments:letter-verify", args=[letter.token]))

    assert page.status_code == 200
    assert "1,500.00" in page.text
    pupil = cash[0].enrolment.pupil
    for hidden in (
        pupil.first_name,
        pupil.identity.last4,
        school.name,
        school.moe_code,
        cash[0].destination_last4,
        "ป.4",
    ):
        assert hidden not in page.text
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("token", ["x", "AAAAAAAAAAAAAAAAAAAAAA"])
def test_another_token_is_not_a_letter(db, token):
    page = Client().get(reverse("payments:letter-verify", args=[token]))

    assert page.status_code == 404
    assert "pill bad" in page.text


# --- receipts, sheets and slips ----------------------------------------------------------


def test_a_receipt_says_all_that_was_recorded(world, cash):
    world.pay(cash[:2])

    pdf = print_one(papers.receipts_html(list(Receipt06.objects.for_table())))

    text = text_of(pdf)
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    for said in (
        "แบบนร.๐๖",
        "๑/๒๕๖๙-๑-๐๐๐๑",
        "๑/๒๕๖๙-๑-๐๐๐๒",
        "๓สิงหาคม๒๕๖๙",
        "(หนึ่งพันห้าร้อยบาทถ้วน)",
        "นางรับเงินตัวอย่างเกี่ยวข้องเป็นมารดา",
        "ครูสมใจตัวอย่างดี",
        "ครูสมศรีตัวอย่างดี",
    ):
        assert plain(said) in text, said
    assert plain("จ่ายหลังกำหนด") not in text


def test_blank_receipts_leave_room_to_write(world, cash, school):
    rows = queries.pupil_rows(
        queries.cash(world.round, school.path).select_related("enrolment__classroom")
    )

    pdf = print_one(papers.blank_receipts_html(rows, world.round, school.name))

    assert len(pypdfium2.PdfDocument(pdf)) == 2
    assert "๐๐๐๑" not in text_of(pdf)


def test_the_class_sheet_has_every_pupil_and_the_sum(world, cash, school, classroom):
    world.pay(cash[:1])
    rows = queries.pupil_rows(queries.cash(world.round, school.path))

    text = text_of(print_one(papers.sheet_html(rows, world.round, classroom, school.name)))

    for said in ("ชั้นป.๔/๑", "สมมติ3ตัวอย่าง", "๔,๕๐๐.๐๐", "สี่พันห้าร้อยบาทถ้วน", "รวม๓คน"):
        assert plain(said) in text, said


def test_the_slips_codes_read_back_and_it_names_no_child(world, cash, school):
    slip = refunds.issue_refund(
        world.round, school, {cash[0].pk: "moved"}, by=world.people["admin"], at=PAID
    )

    pdf = print_one(papers.slip_html(slip, [("moved", 1)]))

    codes = codes_in(pdf)
    assert parse_qr(codes["QR Code"]) == papers.bill_of(slip)
    assert codes["Code 128"] == f"|{slip.biller}\r{slip.reference1}\r{slip.reference2}\r150000"
    text = text_of(pdf)
    assert "2569110001" in text
    assert "สมมติ1" not in text
