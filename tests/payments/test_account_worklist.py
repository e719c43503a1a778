"""The fund's list of school accounts, its file, a school's history; and a change while a round is built."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from eqfund import clock, files, places
from eqfund.models import Event, StoredFile
from eqfund.refusal import Refused
from payments.actions import accounts, rounds
from payments.actions.accounts import AccountFacts
from payments.hooks import rounds as hooks_rounds
from payments.models import SchoolBankAccount, Transfer, TransferRound
from payments.rules.accounts import AccountStatus
from tests.conftest import moment

MAY = moment("2569-05-20 10:00")
STATES = {
    "director": AccountStatus.PROPOSED,
    "fund": AccountStatus.DIRECTOR_APPROVED,
    "school": AccountStatus.SENT_BACK,
    "accepted": AccountStatus.ACCEPTED,
}


@pytest.fixture(autouse=True)
def _in_may() -> Any:
    with clock.rehearse(MAY):
        yield


@pytest.fixture
def schools(office: Any, school: Any) -> list[Any]:
    more = [
        places.add_school(
            office, name=f"โรงเรียนที่ {n}", moe_code=f"105000010{n}", province_code="50"
        )
        for n in range(1, 4)
    ]
    return [school, *more]


@pytest.fixture
def one_of_each(schools: Any, make_account: Any) -> dict[str, Any]:
    made = {
        name: make_account(each, status)
        for each, (name, status) in zip(schools, STATES.items(), strict=True)
    }
    make_account(schools[0], AccountStatus.SUPERSEDED)
    return made


def listing(client: Any, **asked: str) -> list[int]:
    page = client.get(reverse("payments:accounts"), {"waiting": "", **asked})
    return [row.pk for row in page.context["page"]]


@pytest.mark.parametrize("waiting", STATES)
def test_the_fund_sees_what_waits_for_whom(waiting, one_of_each, signed_in, fund_officer):
    client = signed_in(fund_officer)

    assert listing(client, waiting=waiting) == [one_of_each[waiting].pk]
    page = client.get(reverse("payments:accounts"))
    assert page.context["counts"] == dict.fromkeys(STATES, 1) | {"without": 3}


def test_each_school_stands_once_by_its_last_account(
    schools, make_account, signed_in, fund_officer
):
    make_account(schools[0], AccountStatus.ACCEPTED)
    newer = make_account(schools[0], AccountStatus.PROPOSED, "1112223334")

    assert listing(signed_in(fund_officer)) == [newer.pk]


def test_the_longest_waiting_comes_first(schools, make_account, signed_in, fund_officer):
    late, early = (make_account(each, AccountStatus.DIRECTOR_APPROVED) for each in schools[:2])
    SchoolBankAccount.objects.filter(pk=early.pk).update(director_at=moment("2569-05-10"))

    assert listing(signed_in(fund_officer), waiting="fund") == [early.pk, late.pk]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "บ้านดง"}, ["director"]),
        ({"q": "1050000101"}, ["fund"]),
        ({"bank": "006"}, list(STATES)),
        ({"bank": "004"}, []),
        ({"bank": "nonsense"}, list(STATES)),
        ({"affiliation": "0"}, []),
        ({"affiliation": "x"}, list(STATES)),
    ],
)
def test_the_list_is_narrowed(asked, found, one_of_each, signed_in, fund_officer):
    expected = {one_of_each[name].pk for name in found}

    assert set(listing(signed_in(fund_officer), **asked)) == expected


def test_the_list_has_a_second_page(office, make_account, signed_in, fund_officer):
    for n in range(51):
        each = places.add_school(
            office, name=f"โรงเรียน {n:02}", moe_code=f"10500002{n:02}", province_code="50"
        )
        make_account(each)
    client = signed_in(fund_officer)

    assert len(listing(client)) == 50
    assert len(listing(client, page="2")) == 1


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_costs_the_same_at_any_length(
    count, office, make_account, signed_in, fund_officer, django_assert_num_queries
):
    for n in range(count):
        each = places.add_school(
            office, name=f"โรงเรียน {n:02}", moe_code=f"10500002{n:02}", province_code="50"
        )
        make_account(each)
    client = signed_in(fund_officer)

    # session, user, postings; counts by state, schools, accepted; keys, rows; affiliations
    with django_assert_num_queries(9):
        client.get(reverse("payments:accounts"), {"waiting": ""})


def test_the_list_leaves_as_a_file_with_its_filters_and_is_written_down(
    one_of_each, signed_in, fund_officer
):
    client = signed_in(fund_officer)

    answer = client.get(reverse("payments:accounts-csv"), {"waiting": "school"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    titles, *rows = list(csv.reader(io.StringIO(text)))
    assert [row[titles.index("Reason")] for row in rows] == ["ชื่อบัญชีไม่ตรง"]
    assert "9811234567" not in text
    event = Event.objects.get(verb="export_accounts")
    assert event.facts == {"rows": 1, "waiting": "school", "bank": ""}


def test_another_offices_accounts_are_not_in_the_file(
    one_of_each, signed_in, make_user, other_office
):
    client = signed_in(make_user("office_admin", other_office.path))

    answer = client.get(reverse("payments:accounts-csv"), {"waiting": ""})

    assert len(b"".join(answer.streaming_content).decode().splitlines()) == 1


# The last account of each school.


def test_a_new_account_takes_the_place_of_the_last(school, make_account):
    first = make_account(school)
    second = make_account(school, AccountStatus.PROPOSED)

    assert [a.pk for a in SchoolBankAccount.objects.of_schools_now()] == [second.pk]
    SchoolBankAccount.objects.filter(pk=second.pk).update(status="superseded")
    assert not SchoolBankAccount.objects.of_schools_now().exists()
    with pytest.raises(IntegrityError, match="account_one_last_per_school"), transaction.atomic():
        SchoolBankAccount.objects.filter(pk__in=[first.pk, second.pk]).update(is_last=True)


def test_a_country_written_at_once_has_one_last_account_a_school(schools, make_account):
    rows = [make_account(each) for each in schools]
    SchoolBankAccount.objects.all().delete()
    twice = [*rows, *(SchoolBankAccount(**_fields(row, status="proposed")) for row in rows)]
    for row in twice:
        row.pk = None

    SchoolBankAccount.objects.bulk_create(twice)

    assert SchoolBankAccount.objects.of_schools_now().count() == len(schools)


def _fields(row: Any, **changes: Any) -> dict[str, Any]:
    kept = {f.attname: getattr(row, f.attname) for f in row._meta.fields if f.name != "id"}
    return kept | {"decided_by_id": None, "decided_at": None} | changes


# A school's history.


def test_the_history_says_who_when_why_and_which_rounds(
    built, school, make_account, signed_in, fund_officer, admin
):
    make_account(school, AccountStatus.SENT_BACK)
    served = make_account(school)
    Transfer.objects.filter(round=built).first()

    page = signed_in(fund_officer).get(reverse("payments:account-history", args=[school.pk]))

    assert [row.status for row in page.context["page"]] == ["accepted", "sent_back"]
    assert "ชื่อบัญชีไม่ตรง" in page.text
    assert admin.full_name in page.text
    assert served.number not in page.text


def test_a_neighbour_has_no_history_here(school, signed_in, make_user, other_school):
    client = signed_in(make_user("school_admin", other_school.path))

    assert client.get(reverse("payments:account-history", args=[school.pk])).status_code == 404


# The proof.


@pytest.mark.parametrize(
    ("state", "sentence"), [("quarantine", "being checked"), ("rejected", "cannot be opened")]
)
def test_nobody_vouches_for_a_number_whose_proof_cannot_be_opened(
    state, sentence, calendar, school, make_account, director, fund_officer, admin
):
    proof = files.store_bytes(
        b"%PDF-1.7", purpose="account-proof", kind="pdf", path=school.path, by=admin, at=MAY
    )
    account = make_account(school, AccountStatus.PROPOSED)
    SchoolBankAccount.objects.filter(pk=account.pk).update(proof=proof)
    StoredFile.objects.filter(pk=proof.pk).update(state=state)
    account = SchoolBankAccount.objects.select_related("proof", "school").get(pk=account.pk)

    with pytest.raises(Refused, match=sentence):
        accounts.approve_account(account, term=calendar, by=director, at=MAY)
    SchoolBankAccount.objects.filter(pk=account.pk).update(
        status="director_approved", director=director, director_at=MAY
    )
    account.refresh_from_db()
    with pytest.raises(Refused, match=sentence):
        accounts.accept_account(account, by=fund_officer, at=MAY)


# A change while a round is built: window 3 (24 August to 10 September) spans round 2 (31 August to 3 September).

BUILT = moment("2569-08-31 09:00")
CHANGED = moment("2569-09-01 10:00")
NEW = AccountFacts("006", "1112223334", "เงิน กสศ. เพื่อโรงเรียนบ้านดงสมมติ", dedicated=True)


@pytest.fixture
def second(calendar: Any, rates: Any, fund_officer: Any) -> TransferRound:
    return TransferRound.objects.create(
        term=calendar, number=2, takes="new_and_corrected", planned_by=fund_officer, planned_at=MAY
    )


def change(
    calendar: Any, school: Any, admin: Any, director: Any, fund_officer: Any, at: Any
) -> Any:
    """The school proposes another account, the director approves, the fund accepts."""
    proof = files.store_bytes(
        b"%PDF-1.7 new", purpose="account-proof", kind="pdf", path=school.path, by=admin, at=at
    )
    account = accounts.propose_account(school, NEW, proof=proof, term=calendar, by=admin, at=at)
    accounts.approve_account(account, term=calendar, by=director, at=at)
    accounts.accept_account(account, by=fund_officer, at=at)
    return account


def test_a_change_while_round_two_is_built_serves_round_three(
    calendar,
    second,
    school,
    make_pupils,
    make_grants,
    make_account,
    admin,
    director,
    fund_officer,
    fund_approver,
    fund_finance,
):
    before = make_account(school)
    make_grants(make_pupils(2), kind="school_account")
    rounds.build_round(second, by=fund_officer, at=BUILT)

    after = change(calendar, school, admin, director, fund_officer, CHANGED)

    before.refresh_from_db()
    assert (before.status, after.status) == ("superseded", "accepted")
    rounds.approve_round(second, by=fund_approver, at=CHANGED)
    rounds.release_round(second, by=fund_finance, at=CHANGED)
    kept = second.transfers.values_list("account", "destination_last4").distinct()
    assert list(kept) == [(before.pk, "4567")]
    assert {t.destination_text() for t in second.transfers.all()} == {"9811234567"}

    TransferRound.objects.filter(pk=second.pk).update(status="reconciled")
    make_grants(make_pupils(1), kind="school_account")
    third = TransferRound.objects.create(
        term=calendar, number=3, takes="everyone_left", planned_by=fund_officer, planned_at=MAY
    )
    rounds.build_round(third, by=fund_officer, at=moment("2569-09-17 09:00"))
    assert {t.destination_text() for t in third.transfers.all()} == {"1112223334"}


def test_a_round_sent_back_and_built_again_takes_the_account_of_that_day(
    calendar,
    second,
    school,
    make_pupils,
    make_grants,
    make_account,
    admin,
    director,
    fund_officer,
    fund_approver,
):
    make_account(school)
    make_grants(make_pupils(1), kind="school_account")
    rounds.build_round(second, by=fund_officer, at=BUILT)
    after = change(calendar, school, admin, director, fund_officer, CHANGED)

    rounds.send_back_round(second, reason="บัญชีเปลี่ยน", by=fund_approver, at=CHANGED)
    rounds.build_round(second, by=fund_officer, at=CHANGED)

    assert set(second.transfers.values_list("account", flat=True)) == {after.pk}


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        pytest.param("2569-05-07 00:00", True, id="window 1 opens"),
        pytest.param("2569-06-25 16:59:59", True, id="window 1, the last second"),
        pytest.param("2569-06-25 17:00", False, id="window 1 is closed"),
        pytest.param("2569-07-27 00:00", True, id="window 2 opens"),
        pytest.param("2569-08-14 17:00", False, id="window 2 is closed"),
        pytest.param("2569-08-31 12:00", True, id="window 3, while round 2 is transferred"),
        pytest.param("2569-09-10 16:59:59", True, id="window 3, the last second"),
        pytest.param("2569-09-10 17:00", False, id="window 3 is closed"),
    ],
)
def test_the_three_windows_of_the_letter(
    at, is_open, calendar, school, admin, director, fund_officer, make_account
):
    moment_ = moment(at)
    make_account(school)

    if is_open:
        assert change(calendar, school, admin, director, fund_officer, moment_).status == "accepted"
    else:
        with pytest.raises(Refused, match="closed|has not opened"):
            change(calendar, school, admin, director, fund_officer, moment_)


# Whose turn it is.


def test_the_director_is_told_until_when_to_approve(calendar, school, make_account, director):
    make_account(school, AccountStatus.PROPOSED)

    (todo,) = hooks_rounds.home_tasks(director, MAY)

    assert todo.due == moment("2569-06-25 17:00")
    assert todo.url == reverse("payments:account", args=[school.pk])
    assert hooks_rounds.home_tasks(director, moment("2569-06-25 17:00")) == []
