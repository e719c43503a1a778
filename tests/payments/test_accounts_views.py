"""Pages of accounts, channels and amounts: who sees what, at what cost."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from eqfund import clock, files, places
from eqfund.models import Enrolment, Event, Pupil, Term
from eqfund.refusal import Refused
from payments.actions import channels
from payments.actions.channels import ChannelFacts
from payments.models import ContinuingConfirmation, SchoolBankAccount
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

    # session, user, postings; how many schools without; count, rows
    with django_assert_num_queries(6):
        response = client.get(reverse("payments:accounts") + "?waiting=")

    assert len(response.context["page"].object_list) == rows


# Channels.


def test_a_class_says_honestly_how_many_it_would_confirm(
    calendar, signed_in, classroom, make_pupils, make_grants, teacher
):
    make_grants(make_pupils(3), confirmed=False)
    make_grants(make_pupils(1), kind=None, confirmed=False)
    client = signed_in(teacher)
    url = reverse("payments:channels-class", args=[classroom.pk])

    page = client.get(url)
    assert "Confirm 3 pupils as the data stand" in page.text
    assert "lacking something 1" in page.text

    after = client.post(reverse("payments:channels-confirm-all", args=[classroom.pk]), follow=True)
    assert "3 pupils were confirmed. 1 still lacks something" in after.text
    assert ContinuingConfirmation.objects.count() == 3


def test_a_class_shows_no_full_number(
    calendar, signed_in, classroom, make_pupils, make_grants, teacher
):
    pupil = make_pupils(1)[0]
    make_grants([pupil])

    page = signed_in(teacher).get(reverse("payments:channels-class", args=[classroom.pk]))

    assert pupil.identity.last4 in page.text
    assert pupil.identity.number not in page.text
    assert pupil.guardians.get().national_id not in page.text


def test_after_the_close_the_class_is_frozen(
    calendar, signed_in, classroom, make_pupils, make_grants, teacher
):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    client = signed_in(teacher)
    enrolment = pupil.enrolments.get()

    with clock.rehearse(CLOSED):
        page = client.get(reverse("payments:channels-class", args=[classroom.pk]))
        posted = client.post(reverse("payments:channels-confirm-all", args=[classroom.pk]))
        one = client.post(reverse("payments:channel-confirm", args=[enrolment.pk]))

    assert "as the data stand" not in page.text
    assert posted.status_code == one.status_code == 409
    assert not ContinuingConfirmation.objects.exists()


def test_a_form_saves_a_changed_guardian(calendar, signed_in, make_pupils, make_grants, teacher):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    url = reverse("payments:channel", args=[pupil.enrolments.get().pk])
    given = {
        "kind": "promptpay_guardian",
        "promptpay_state": "opened",
        "guardian_name": "นางสมหญิง ใจดี",
        "relationship": "aunt",
        "guardian_number": "",
        "phone": "0811112222",
    }
    client = signed_in(teacher)

    asked = client.post(url, given)
    assert set(asked.context["form"].errors) == {"guardian_number"}
    wrong = client.post(url, given | {"guardian_number": "1101700203451"})
    assert set(wrong.context["form"].errors) == {"guardian_number"}
    saved = client.post(url, given | {"guardian_number": "๑๑๐๑๗๐๐๒๐๓๔๕๐"})

    assert saved.status_code == 302
    assert pupil.guardians.get(is_current=True).national_id == "1101700203450"
    assert not ContinuingConfirmation.objects.get().unchanged


def test_a_g_code_pupil_is_offered_the_school_account_alone(
    calendar, signed_in, make_pupils, make_grants, teacher
):
    pupil = make_pupils(1, g_code=True)[0]
    make_grants([pupil], kind="school_account", confirmed=False)

    page = signed_in(teacher).get(reverse("payments:channel", args=[pupil.enrolments.get().pk]))

    assert [code for code, _name in page.context["form"].fields["kind"].choices] == [
        "school_account"
    ]


def test_an_old_enrolment_does_not_reach_a_pupil_who_has_gone_to_another_school(
    calendar, signed_in, make_pupils, make_grants, other_classroom, teacher
):
    """Last term's enrolment stays with its school; guardian and channel go along with the pupil."""
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    here = pupil.enrolments.get()
    last_term = Term.objects.create(
        year_be=2568, number=2, opens_on=date(2025, 11, 1), closes_on=date(2026, 4, 30)
    )
    old = Enrolment.objects.create(
        pupil=pupil,
        term=last_term,
        classroom=here.classroom,
        path=here.path,
        starts_on=last_term.opens_on,
    )
    url, confirm = (
        reverse(f"payments:{it}", args=[old.pk]) for it in ("channel", "channel-confirm")
    )
    client = signed_in(teacher)
    assert client.get(url).status_code == 200, "while the pupil is here, the page is"

    Enrolment.objects.filter(pk=here.pk).update(
        classroom=other_classroom, path=other_classroom.path
    )
    Pupil.objects.filter(pk=pupil.pk).update(path=other_classroom.path)

    assert client.get(url).status_code == client.post(confirm).status_code == 404
    gone = Enrolment.objects.select_related("pupil", "term").get(pk=old.pk)
    facts = ChannelFacts("school_account")
    for act in (channels.confirm_continuing, channels.correct_channel, channels.choose_channel):
        with pytest.raises(Refused, match="Your role does not do this here"):
            act(gone, facts, by=teacher, at=MAY)


def test_another_schools_pupil_is_not_there(
    calendar, signed_in, make_pupils, make_grants, other_classroom, teacher, outsider
):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    enrolment = pupil.enrolments.get()
    client = signed_in(outsider)

    assert client.get(reverse("payments:channel", args=[enrolment.pk])).status_code == 404
    assert client.post(reverse("payments:channel-confirm", args=[enrolment.pk])).status_code == 404
    assert (
        client.get(reverse("payments:channels-class", args=[enrolment.classroom_id])).status_code
        == 404
    )


@pytest.mark.parametrize("rows", [1, 50])
def test_a_class_costs_the_same_at_any_length(
    rows,
    calendar,
    signed_in,
    classroom,
    make_pupils,
    make_grants,
    teacher,
    django_assert_num_queries,
):
    make_grants(make_pupils(rows), confirmed=False)
    client = signed_in(teacher)

    # session, user, postings; room, term; windows and extensions for the rows and for the banner (4), term again;
    # enrolments, grants, guardians, channels, confirmations; the reading; why not confirm: window, extensions; menu
    with django_assert_num_queries(18):
        response = client.get(reverse("payments:channels-class", args=[classroom.pk]))

    assert len(response.context["continuing"]) == rows


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
