"""Pages of accounts, channels and amounts: who sees what, at what cost."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from eqfund import clock, files, places
from eqfund.models import Event
from payments.models import SchoolBankAccount
from payments.rules.accounts import AccountStatus
from tests.conftest import moment
from tests.papers import A_PDF

MAY = moment("2569-05-20 10:00")
CLOSED = moment("2569-06-25 17:00")
PDF = A_PDF


@pytest.fixture(autouse=True)
def _in_may():
    with clock.rehearse(MAY):
        yield


# Accounts.


def test_a_school_proposes_and_its_mistakes_stand_beside_the_fields(
    calendar, signed_in, school, admin
):
    client, url = signed_in(admin), reverse("payments:account", args=[school.pk])
    wrong = {
        "bank_code": "006",
        "number": "12",
        "name": "นายสมชาย",
        "proof": SimpleUploadedFile("b.pdf", PDF),
    }

    response = client.post(url, wrong)

    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"number", "name", "dedicated"}
    assert 'value="นายสมชาย"' in response.text, "nothing typed is lost"
    assert not SchoolBankAccount.objects.exists()

    right = {
        "bank_code": "006",
        "number": "981-1-23456-7",
        "name": "เงิน กสศ. เพื่อโรงเรียนบ้านดงสมมติ",
        "dedicated": "on",
        "proof": SimpleUploadedFile("b.pdf", PDF),
    }
    assert client.post(url, right).status_code == 302
    assert SchoolBankAccount.objects.get().number == "9811234567"


@pytest.mark.parametrize("content", [b"hello", b"MZ\x90\x00", b""])
def test_a_proof_that_is_no_picture_is_refused_in_the_form(
    calendar, signed_in, school, admin, content
):
    given = {
        "bank_code": "006",
        "number": "9811234567",
        "name": "เงิน กสศ. เพื่อโรงเรียนบ้านดงสมมติ",
        "dedicated": "on",
        "proof": SimpleUploadedFile("book.jpg", content),
    }

    response = signed_in(admin).post(reverse("payments:account", args=[school.pk]), given)

    assert response.status_code == 200
    assert response.context["form"].errors


def test_after_the_close_the_form_is_gone_and_the_sentence_stands(
    calendar, signed_in, school, admin
):
    with clock.rehearse(CLOSED):
        response = signed_in(admin).get(reverse("payments:account", args=[school.pk]))

    assert "has not opened yet" in response.text
    assert 'name="number"' not in response.text


def test_director_and_fund_decide_by_their_buttons(
    calendar, signed_in, school, make_account, director, fund_officer
):
    account = make_account(school, AccountStatus.PROPOSED)

    assert (
        "Approve the account"
        in signed_in(director).get(reverse("payments:account", args=[school.pk])).text
    )
    signed_in(director).post(reverse("payments:account-approve", args=[account.pk]))
    signed_in(fund_officer).post(reverse("payments:account-accept", args=[account.pk]))

    account.refresh_from_db()
    assert account.status == AccountStatus.ACCEPTED


def test_the_fund_sends_back_and_the_school_reads_why(
    calendar, signed_in, school, make_account, admin, fund_officer
):
    account = make_account(school, AccountStatus.DIRECTOR_APPROVED)
    url = reverse("payments:account-send-back", args=[account.pk])

    assert signed_in(fund_officer).post(url, {"reason": ""}).status_code == 409
    signed_in(fund_officer).post(url, {"reason": "ชื่อบัญชีไม่ตรง"})

    assert "ชื่อบัญชีไม่ตรง" in signed_in(admin).get(reverse("payments:account", args=[school.pk])).text


@pytest.mark.parametrize(
    ("state", "code"), [("clean", 200), ("quarantine", 404), ("rejected", 404)]
)
def test_the_proof_is_handed_out_when_it_is_clean(
    calendar, signed_in, school, make_account, admin, fund_officer, state, code
):
    account = make_account(school)
    account.proof = files.store_bytes(
        PDF, purpose="account-proof", kind="pdf", path=school.path, by=admin, at=MAY
    )
    account.proof.state = state
    account.proof.save()
    account.save()

    response = signed_in(fund_officer).get(reverse("payments:account-proof", args=[account.pk]))

    assert response.status_code == code
    assert Event.objects.filter(verb="download_file").exists() == (code == 200)


def test_another_schools_account_is_not_there(
    calendar, signed_in, other_school, make_account, admin
):
    account = make_account(other_school)

    for name, pk in [("account", other_school.pk), ("account-proof", account.pk)]:
        assert signed_in(admin).get(reverse(f"payments:{name}", args=[pk])).status_code == 404
    posted = signed_in(admin).post(
        reverse("payments:account-send-back", args=[account.pk]), {"reason": "x"}
    )
    assert posted.status_code == 404


@pytest.mark.parametrize("rows", [1, 50])
def test_the_accounts_cost_the_same_at_any_length(
    rows, calendar, signed_in, office, make_account, office_admin, django_assert_num_queries
):
    for number in range(rows):
        made = places.add_school(
            office, name=f"โรงเรียนที่ {number}", moe_code=f"10509{number:05d}", province_code="50"
        )
        make_account(made)
    client = signed_in(office_admin)

    # session, user, postings; counts by state, schools, accepted; keys, rows
    with django_assert_num_queries(8):
        response = client.get(reverse("payments:accounts") + "?waiting=")

    assert len(response.context["page"].object_list) == rows


# Amounts.


def test_one_proposes_and_another_approves_by_their_buttons(
    calendar, signed_in, fund_officer, fund_approver
):
    given = {"level": "primary", "amount": "๑,๕๐๐.๐๐", "source": ""}
    signed_in(fund_officer).post(reverse("payments:rate-propose"), given)
    page = signed_in(fund_approver).get(reverse("payments:rates"))
    assert "Approve 1,500.00 baht" in page.text

    proposed = page.context["rows"][1]["proposed"]
    signed_in(fund_approver).post(reverse("payments:rate-approve", args=[proposed.pk]))

    proposed.refresh_from_db()
    assert proposed.approved_by == fund_approver


@pytest.mark.parametrize("amount", ["", "much", "-1", "0", "1.005", "1e3"])
def test_an_amount_that_is_none_is_said_beside_the_box(calendar, signed_in, fund_officer, amount):
    given = {"level": "primary", "amount": amount}

    response = signed_in(fund_officer).post(reverse("payments:rate-propose"), given)

    assert response.context["form"].errors["amount"]
