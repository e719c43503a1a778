"""Every page of payments with nothing on it, and the second page of every list."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from eqfund import pages
from eqfund.models import Term
from payments.queries import accounts as queries_accounts, rounds as queries_rounds

from . import sessions
from .bank_world import report_on, take_in

# Page -> who opens it, when no round is planned and nobody has money.
AT_FIRST = {
    "accounts": ["admin", "director", "office_admin", "fund_officer", "auditor"],
    "channels": ["teacher", "admin"],
    "forecast": ["teacher", "admin", "director", "office_admin", "fund_officer", "auditor"],
    "rates": ["fund_officer", "fund_approver", "auditor"],
    "rounds": ["admin", "director", "office_admin", "fund_officer", "auditor"],
    "payout": ["teacher", "admin", "director", "office_admin", "fund_officer", "auditor"],
    "money": ["admin", "director", "office_admin", "fund_officer", "auditor"],
    "ledger": ["fund_officer", "auditor"],
    "statements": ["fund_finance"],
}
EACH = [(page, who) for page, people in AT_FIRST.items() for who in people]


@pytest.mark.parametrize(("page", "who"), EACH)
def test_a_page_with_nothing_on_it_says_so(page, who, calendar, school, classroom, request):
    client = sessions.sign_in(Client(), request.getfixturevalue(who))

    answer = client.get(reverse(f"payments:{page}"), follow=True)

    assert answer.status_code == 200
    assert "<table" in answer.text or 'class="empty"' in answer.text or "<form" in answer.text


@pytest.mark.parametrize(("page", "who"), EACH)
def test_before_the_first_term_a_page_says_what_comes_first(page, who, school, classroom, request):
    client = sessions.sign_in(Client(), request.getfixturevalue(who))
    assert not Term.objects.exists()

    answer = client.get(reverse(f"payments:{page}"), follow=True)

    if answer.status_code == 409:
        assert "No term has been opened yet." in answer.text
    else:
        assert answer.status_code == 200


OF_A_PLANNED_ROUND = ["round", "round-left-out", "bank"]


@pytest.mark.parametrize("page", OF_A_PLANNED_ROUND)
def test_a_planned_rounds_pages_say_that_nothing_is_there_yet(page, planned, fund_officer):
    client = sessions.sign_in(Client(), fund_officer)

    answer = client.get(reverse(f"payments:{page}", args=[planned.pk]))

    assert answer.status_code == 200
    assert 'class="empty"' in answer.text


@pytest.mark.parametrize(
    "page", ["payout-school", "school-report", "refunds", "refund-new", "letters"]
)
def test_a_school_without_money_in_a_round_reads_so(page, world, school):
    args = [world.round.pk] if page == "letters" else [world.round.pk, school.pk]
    client = sessions.sign_in(Client(), world.people["admin"])

    answer = client.get(reverse(f"payments:{page}", args=args))

    assert answer.status_code == 200
    assert 'class="empty"' in answer.text


@pytest.mark.parametrize("page", ["payout-class", "class-report", "class-sheet", "class-receipts"])
def test_a_class_without_money_in_a_round_has_its_pages(page, world, classroom):
    client = sessions.sign_in(Client(), world.people["teacher"])

    answer = client.get(reverse(f"payments:{page}", args=[world.round.pk, classroom.pk]))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "page", ["round", "bank", "round-left-out", "result", "account", "receipt", "refund", "letter"]
)
def test_what_is_not_there_is_not_found(page, calendar, fund_officer, admin):
    who = admin if page in ("letter", "receipt", "refund", "account") else fund_officer
    client = sessions.sign_in(Client(), who)

    assert client.get(reverse(f"payments:{page}", args=[999_999])).status_code == 404


# The second page of every list: one row a page, so that two rows are two pages.


@pytest.fixture
def short_pages(monkeypatch):
    monkeypatch.setattr(pages.paged, "__defaults__", (1,))
    monkeypatch.setattr(queries_rounds, "PAGE_SIZE", 1)
    monkeypatch.setattr(queries_accounts, "PAGE_SIZE", 1)


def second_page(client, url):
    """The second page, which leads back to the first and keeps the filters of its address."""
    whole = url + ("&" if "?" in url else "?")
    first = client.get(url)
    assert 'rel="next"' in first.text
    second = client.get(f"{whole}page=2")
    assert 'rel="prev"' in second.text
    assert second.context["page"].number == 2
    assert [*first.context["page"]] != [*second.context["page"]]
    assert client.get(f"{whole}page=99").context["page"].number >= 2
    assert client.get(f"{whole}page=ก").context["page"].number == 1
    return second


@pytest.mark.usefixtures("short_pages")
class TestSecondPages:
    def test_those_left_out_by_reason(
        self, planned, make_pupils, make_grants, fund_officer, signed_in
    ):
        from payments.actions import rounds

        make_grants(make_pupils(2), confirmed=False)
        rounds.build_round(planned, by=fund_officer, at=planned.planned_at)
        url = reverse("payments:round-left-out", args=[planned.pk]) + "?hurdle=not_confirmed"

        assert "hurdle=not_confirmed" in second_page(signed_in(fund_officer), url).text

    def test_a_schools_part_of_a_round(self, built, school, fund_officer, signed_in):
        second_page(
            signed_in(fund_officer), reverse("payments:round-school", args=[built.pk, school.pk])
        )

    def test_accounts(self, calendar, school, other_school, make_account, fund_officer, signed_in):
        make_account(school)
        make_account(other_school, number="1112223334")

        second_page(signed_in(fund_officer), reverse("payments:accounts"))

    def test_bad_rows_of_a_result(self, sent, fund_finance, signed_in):
        report = report_on(sent.bank_files.get()).replace(b">1500.00<", b">1499.00<")
        result = take_in(sent, report, fund_finance)

        second_page(signed_in(fund_finance), reverse("payments:result", args=[result.pk]))

    def test_letters(self, world, make_pupils, browse):
        world.cash(make_pupils(2))

        second_page(browse("admin"), reverse("payments:letters", args=[world.round.pk]))

    def test_schools_with_cash_and_their_books(
        self, world, make_pupils, other_school, browse, auditor, sign_in
    ):
        from eqfund import places

        room = places.add_classroom(other_school, year_be=2569, grade="P4", room="1")
        world.cash(make_pupils(1))
        world.cash(make_pupils(1, classroom=room))
        client = sign_in(auditor)

        second_page(client, reverse("payments:payout") + f"?round={world.round.number}")
        second_page(client, reverse("payments:money"))

    def test_movements_of_a_schools_book(self, world, make_pupils, school, sign_in, auditor):
        world.cash(make_pupils(2))

        second_page(sign_in(auditor), reverse("payments:ledger-school", args=[school.pk]))
        second_page(sign_in(auditor), reverse("payments:money-school", args=[school.pk]))
