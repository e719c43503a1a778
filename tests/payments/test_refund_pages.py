"""The pages of refunds and of the bank's statement: what a press does."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from payments import bill_statement
from payments.actions import payout, refunds
from payments.models import NilRefund, Refund, RefundStatement

from .payout_world import PAID, url
from .test_refunds import BILLER, paid_in


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

    page = client.post(
        url("statement-new"), {"file": SimpleUploadedFile("s.txt", data)}, follow=True
    )
    assert "matches a refund slip" in page.text
    statement = RefundStatement.objects.get()
    page = client.post(url("statement-apply", statement.pk), follow=True)

    slip.refresh_from_db()
    assert slip.status == "matched"
    assert "1 refunds are booked" in page.text
    again = client.post(
        url("statement-new"), {"file": SimpleUploadedFile("s.txt", data)}, follow=True
    )
    assert again.redirect_chain[-1][0] == url("statement", statement.pk)
    assert client.post(url("statement-apply", statement.pk)).status_code == 409


@pytest.mark.parametrize("data", [b"hello\nworld", b"%PDF-1.7"])
def test_another_file_is_not_a_statement(world, browse, data):
    answer = browse("fund_finance").post(
        url("statement-new"), {"file": SimpleUploadedFile("s.txt", data)}
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
