"""School accounts: proposed, approved, accepted or sent back; and the fund's criteria."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from hypothesis import given, strategies as st

from eqfund import files
from eqfund.models import Event
from eqfund.refusal import Refused
from payments.actions import accounts
from payments.actions.accounts import AccountFacts
from payments.models import SchoolBankAccount
from payments.rules.accounts import (
    ACCOUNT_TRANSITIONS,
    AccountCriteria,
    AccountStatus,
    BankTerms,
    account_faults,
)
from tests.conftest import moment

MAY = moment("2569-05-20 10:00")
LAST = moment("2569-06-25 16:59:59")
CLOSE = moment("2569-06-25 17:00")
GOOD = AccountFacts("006", "9811234567", "เงิน กสศ. เพื่อโรงเรียนบ้านดงสมมติ", dedicated=True)


# The criteria.


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        pytest.param({}, [], id="as the fund asks"),
        pytest.param({"bank_code": "999"}, [("bank_code", "bank_unknown")], id="no such bank"),
        pytest.param({"number": "981123456"}, [("number", "account_length")], id="a digit short"),
        pytest.param({"number": "98112345678"}, [("number", "account_length")], id="a digit long"),
        pytest.param(
            {"number": "98-1123456"}, [("number", "account_not_digits")], id="with a dash"
        ),
        pytest.param(
            {"number": "๙๘๑๑๒๓๔๕๖๗"}, [("number", "account_not_digits")], id="Thai digits"
        ),
        pytest.param({"bank_code": "030", "number": "020123456789"}, [], id="GSB has twelve"),
        pytest.param(
            {"bank_code": "034", "number": "0201234567"},
            [("number", "account_length")],
            id="BAAC has twelve",
        ),
        pytest.param({"name": "เงินกสศ.เพื่อโรงเรียน บ้านดงสมมติ"}, [], id="spaces do not matter"),
        pytest.param(
            {"name": "นายสมชาย ใจดี"}, [("name", "account_name_beginning")], id="a private name"
        ),
        pytest.param(
            {"name": "เงิน กสศ. เพื่อโรงเรียนอื่น"},
            [("name", "account_name_school")],
            id="another school",
        ),
        pytest.param(
            {"dedicated": False},
            [("dedicated", "account_not_dedicated")],
            id="mixed with other money",
        ),
        pytest.param(
            {"number": "1", "name": "x", "dedicated": False},
            [
                ("number", "account_length"),
                ("name", "account_name_beginning"),
                ("dedicated", "account_not_dedicated"),
            ],
            id="all at once",
        ),
    ],
)
def test_an_account_is_held_against_the_criteria(changes, faults):
    facts = {
        "bank_code": "006",
        "number": "9811234567",
        "name": "เงิน กสศ. เพื่อโรงเรียนบ้านดงสมมติ",
        "school_name": "โรงเรียนบ้านดงสมมติ",
        "dedicated": True,
    }
    assert account_faults(**facts | changes) == faults


def test_the_criteria_are_data():
    lenient = AccountCriteria(
        name_patterns=("{school}",), must_be_dedicated=False, banks={"001": BankTerms((3,))}
    )

    assert (
        account_faults(
            bank_code="001",
            number="123",
            name="บ้านนา",
            school_name="บ้านนา",
            dedicated=False,
            criteria=lenient,
        )
        == []
    )


@given(st.text(alphabet="0123456789", min_size=0, max_size=20))
def test_only_a_number_of_the_banks_length_passes(number):
    faults = account_faults(
        bank_code="006", number=number, name="เงิน กสศ. ก", school_name="ก", dedicated=True
    )
    assert (faults == []) == (len(number) == 10)


def test_every_status_of_an_account_says_what_may_follow_it():
    assert set(ACCOUNT_TRANSITIONS) == set(AccountStatus)


# The deeds.


@pytest.fixture
def proof(school, admin):
    return files.store_bytes(
        b"%PDF-1.7 book", purpose="account-proof", kind="pdf", path=school.path, by=admin, at=MAY
    )


@pytest.fixture
def proposed(calendar, school, admin, proof):
    return accounts.propose_account(school, GOOD, proof=proof, term=calendar, by=admin, at=MAY)


@pytest.fixture
def approved(calendar, proposed, director):
    accounts.approve_account(proposed, term=calendar, by=director, at=MAY)
    return proposed


def test_an_account_goes_from_school_to_director_to_fund(approved, admin, director, fund_officer):
    accounts.accept_account(approved, by=fund_officer, at=MAY)

    assert approved.status == AccountStatus.ACCEPTED
    assert (approved.proposed_by, approved.director, approved.decided_by) == (
        admin,
        director,
        fund_officer,
    )
    assert (approved.number, approved.last4) == ("9811234567", "4567")
    verbs = list(
        Event.objects.filter(object_label="payments.SchoolBankAccount").values_list(
            "verb", flat=True
        )
    )
    assert verbs == ["propose_account", "approve_account", "accept_account"]


def test_the_number_is_not_in_the_database_in_plain(proposed):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM payments_schoolbankaccount")
        assert b"9811234567" not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "person", ["teacher", "director", "registry_keeper", "office_admin", "outsider", "fund_officer"]
)
def test_only_the_school_admin_proposes(calendar, school, proof, person, request):
    with pytest.raises(Refused):
        accounts.propose_account(
            school, GOOD, proof=proof, term=calendar, by=request.getfixturevalue(person), at=MAY
        )


def test_another_schools_admin_proposes_nothing_here(
    calendar, school, other_school, proof, make_user
):
    stranger = make_user("school_admin", other_school.path)

    with pytest.raises(Refused):
        accounts.propose_account(school, GOOD, proof=proof, term=calendar, by=stranger, at=MAY)


def test_a_second_before_the_close_is_in_time(calendar, school, admin, proof):
    assert accounts.propose_account(school, GOOD, proof=proof, term=calendar, by=admin, at=LAST)


@pytest.mark.parametrize("shut", [CLOSE, moment("2569-07-26 23:59:59"), moment("2569-05-06 23:59")])
def test_outside_the_three_windows_nothing_is_proposed(calendar, school, admin, proof, shut):
    with pytest.raises(Refused, match="closed|has not opened"):
        accounts.propose_account(school, GOOD, proof=proof, term=calendar, by=admin, at=shut)


@pytest.mark.parametrize(
    "opened", ["2569-07-27 00:00", "2569-08-14 16:59", "2569-08-24 08:00", "2569-09-10 16:59:59"]
)
def test_rounds_two_and_three_have_windows_of_their_own(calendar, school, admin, proof, opened):
    assert accounts.propose_account(
        school, GOOD, proof=proof, term=calendar, by=admin, at=moment(opened)
    )


def test_an_account_against_the_criteria_is_refused_with_every_reason(
    calendar, school, admin, proof
):
    wrong = AccountFacts("006", "12", "นายสมชาย", dedicated=False)

    with pytest.raises(Refused, match=r"number of digits.*does not begin.*this money alone"):
        accounts.propose_account(school, wrong, proof=proof, term=calendar, by=admin, at=MAY)


def test_an_account_needs_its_proof(calendar, school, admin):
    with pytest.raises(Refused, match="Attach"):
        accounts.propose_account(school, GOOD, proof=None, term=calendar, by=admin, at=MAY)


def test_a_newer_proposal_replaces_the_one_nobody_decided(calendar, school, admin, proposed, proof):
    newer = accounts.propose_account(school, GOOD, proof=proof, term=calendar, by=admin, at=MAY)

    proposed.refresh_from_db()
    assert (proposed.status, newer.status) == (AccountStatus.SUPERSEDED, AccountStatus.PROPOSED)


def test_the_director_does_not_approve_what_the_director_proposed(
    calendar, school, make_user, proof, director
):
    from datetime import date

    from eqfund.models import Posting

    Posting.objects.create(
        user=director, role="school_admin", path=school.path, starts_on=date(2026, 1, 1)
    )
    director._current_postings = None
    own = accounts.propose_account(school, GOOD, proof=proof, term=calendar, by=director, at=MAY)

    with pytest.raises(Refused, match="Whoever proposed"):
        accounts.approve_account(own, term=calendar, by=director, at=MAY)


@pytest.mark.parametrize("person", ["admin", "teacher", "fund_officer", "outsider"])
def test_only_the_director_approves(calendar, proposed, person, request):
    with pytest.raises(Refused):
        accounts.approve_account(
            proposed, term=calendar, by=request.getfixturevalue(person), at=MAY
        )


def test_the_director_too_is_held_to_the_window(calendar, proposed, director):
    with pytest.raises(Refused, match="has not opened"):
        accounts.approve_account(proposed, term=calendar, by=director, at=CLOSE)


def test_the_fund_accepts_after_the_close(approved, fund_officer):
    accounts.accept_account(approved, by=fund_officer, at=CLOSE)

    assert approved.status == AccountStatus.ACCEPTED


def test_a_director_approves_once(calendar, approved, director):
    with pytest.raises(Refused, match="Waiting for the fund"):
        accounts.approve_account(approved, term=calendar, by=director, at=MAY)


def test_the_fund_does_not_accept_what_no_director_saw(proposed, fund_officer):
    with pytest.raises(Refused, match="Waiting for the director"):
        accounts.accept_account(proposed, by=fund_officer, at=MAY)


def test_a_second_acceptance_is_refused(approved, fund_officer):
    accounts.accept_account(approved, by=fund_officer, at=MAY)

    with pytest.raises(Refused, match="Accepted by the fund"):
        accounts.accept_account(approved, by=fund_officer, at=MAY)


def test_two_who_read_the_same_page_do_not_both_decide(approved, fund_officer):
    mine, theirs = SchoolBankAccount.objects.get(), SchoolBankAccount.objects.get()
    accounts.accept_account(mine, by=fund_officer, at=MAY)

    with pytest.raises(Refused, match="Someone else"):
        accounts.send_back_account(theirs, reason="…", by=fund_officer, at=MAY)


def test_a_new_account_takes_the_place_of_the_old(
    calendar, school, admin, director, proof, make_account, fund_officer
):
    old = make_account(school, number="1112223334")
    new = accounts.propose_account(school, GOOD, proof=proof, term=calendar, by=admin, at=MAY)
    accounts.approve_account(new, term=calendar, by=director, at=MAY)
    old.refresh_from_db()
    assert old.status == AccountStatus.ACCEPTED, "until the fund decides, the old one serves"

    accounts.accept_account(new, by=fund_officer, at=MAY)

    old.refresh_from_db()
    assert (old.status, new.status) == (AccountStatus.SUPERSEDED, AccountStatus.ACCEPTED)


@pytest.mark.parametrize(
    ("state", "person"),
    [("proposed", "director"), ("approved", "fund_officer"), ("approved", "director")],
)
def test_director_or_fund_sends_back_with_a_reason(state, person, request):
    account = request.getfixturevalue(state)

    accounts.send_back_account(
        account, reason=" ชื่อบัญชีไม่ครบ ", by=request.getfixturevalue(person), at=MAY
    )

    assert (account.status, account.reason) == (AccountStatus.SENT_BACK, "ชื่อบัญชีไม่ครบ")


def test_sending_back_needs_a_reason_and_a_right(approved, fund_officer, admin):
    with pytest.raises(Refused, match="Say what must be mended"):
        accounts.send_back_account(approved, reason=" ", by=fund_officer, at=MAY)
    with pytest.raises(Refused):
        accounts.send_back_account(approved, reason="…", by=admin, at=MAY)


# What can never be.


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"status": "lost"}, "account_status_is_known"),
        ({"director": None}, "account_accepted_has_director_and_fund"),
        ({"decided_by": None}, "account_accepted_has_director_and_fund"),
        ({"director": "proposed_by"}, "account_director_is_not_the_proposer"),
        ({"decided_by": "proposed_by"}, "account_is_accepted_by_a_third_person"),
        ({"decided_by": "director"}, "account_is_accepted_by_a_third_person"),
        ({"status": "sent_back"}, "account_sent_back_says_why"),
    ],
    ids=str,
)
def test_an_account_cannot_be_what_makes_no_sense(school, make_account, changes, name):
    account = make_account(school)
    values = {
        key: getattr(account, value) if value in ("proposed_by", "director") else value
        for key, value in changes.items()
    }

    with pytest.raises(IntegrityError, match=name):
        SchoolBankAccount.objects.filter(pk=account.pk).update(**values)


def test_a_school_has_one_accepted_account_by_constraint(school, make_account):
    make_account(school)

    with pytest.raises(IntegrityError, match="account_one_accepted_per_school"):
        make_account(school, number="1112223334")


def test_a_school_has_one_account_under_way_by_constraint(school, make_account):
    make_account(school, "proposed")

    with pytest.raises(IntegrityError, match="account_one_under_way_per_school"):
        make_account(school, "director_approved")


def test_whoever_proposed_or_approved_an_account_does_not_accept_it(
    posts_unguarded, school, make_account, make_user
):
    one = make_user("fund_officer", "TH/", "both")
    for field in ("proposed_by", "director"):
        account = make_account(school, "director_approved")
        SchoolBankAccount.objects.filter(pk=account.pk).update(**{field: one})
        account.refresh_from_db()
        with pytest.raises(Refused, match="does not accept it for the fund"):
            accounts.accept_account(account, by=one, at=MAY)
        SchoolBankAccount.objects.filter(pk=account.pk).delete()
