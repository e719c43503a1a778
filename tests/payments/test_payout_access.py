"""Who sees which page of payouts, refunds and letters."""

from datetime import date

import pytest

from eqfund.models import Posting
from payments.actions import letters, refunds
from payments.models import TransferRound

from .payout_world import PAID, url


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


NOT_OF_A_ROUND = {
    "payout",
    "receipt",
    "receipt-pdf",
    "refund",
    "refund-slip",
    "statements",
    "letter",
}


def test_before_publication_a_round_tells_its_results_to_the_fund_alone(
    world, addresses, admin, teacher, affiliation_officer, fund_officer, sign_in
):
    TransferRound.objects.filter(pk=world.round.pk).update(
        status="reconciled", published_at=None, published_by=None, payout_due_on=None
    )
    of_round = set(addresses) - NOT_OF_A_ROUND

    for person in (admin, teacher, affiliation_officer):
        client = sign_in(person)
        assert {client.get(addresses[name]).status_code for name in of_round} <= {403, 404}
    client = sign_in(fund_officer)
    assert client.get(addresses["payout-class"]).status_code == 200
