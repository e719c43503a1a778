"""What the fund asks of a school's account: written by two people, kept by version, used from then on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given, strategies as st

from eqfund import clock, files
from eqfund.models import Event
from eqfund.refusal import Refused
from payments.actions import account_rules as actions, accounts
from payments.actions.accounts import AccountFacts
from payments.models import AccountBank, AccountRules
from payments.queries.accounts import criteria_of, rules_in_force
from payments.rules.accounts import (
    AccountCriteria,
    BankTerms,
    NumberCheck,
    account_faults,
    criteria_faults,
    example_name,
    name_fits,
)
from payments.words.accounts import BANK_NAMES
from tests.conftest import moment

MAY = moment("2569-05-20 10:00")
SCHOOL = "โรงเรียนบ้านดงสมมติ"
NAME = f"เงิน กสศ. เพื่อ{SCHOOL}"
CHECK = NumberCheck((1, 2, 3, 4, 5, 6, 7, 8, 9, 1), 10)
KTB_ALONE = AccountCriteria(name_patterns=("ทุน {school}",), banks={"006": BankTerms((10,), CHECK)})


@pytest.fixture(autouse=True)
def _in_may() -> Any:
    with clock.rehearse(MAY):
        yield


# The rules themselves.


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        pytest.param("เงิน กสศ.*{school}*", NAME, True, id="anything between"),
        pytest.param("เงิน กสศ.*{school}*", "เงินกสศ.  เพื่อ โรงเรียนบ้านดงสมมติ", True, id="spaces"),
        pytest.param("เงิน กสศ.{school}", "เงิน กสศ. บ้านดงสมมติ", True, id="without the word school"),
        pytest.param("เงิน กสศ.{school}", NAME, False, id="nothing may stand between"),
        pytest.param("{school}", NAME, False, id="nothing may stand before"),
        pytest.param("เงิน.กสศ*{school}", NAME, False, id="a dot is a dot"),
        pytest.param("{school}", SCHOOL, True, id="the school alone"),
        pytest.param("เงิน กสศ.*{school}*", "เงิน กสศ. เพื่อโรงเรียนอื่น", False, id="another school"),
    ],
)
def test_a_name_fits_its_pattern(pattern, name, fits):
    assert name_fits(pattern, name, SCHOOL) is fits


@given(st.sampled_from(["เงิน กสศ.*{school}*", "{school}", "ทุน {school} *", "*{school}"]))
def test_the_example_of_a_pattern_fits_it(pattern):
    assert name_fits(pattern, example_name(pattern, SCHOOL), SCHOOL)


@pytest.mark.parametrize(
    ("number", "holds"),
    [("0000000000", True), ("5200000001", True), ("5300000000", False), ("123", True)],
)
def test_a_check_is_a_weighted_sum(number, holds):
    assert CHECK.holds(number) is holds


@given(st.text("0123456789", min_size=10, max_size=10), st.integers(0, 8))
def test_a_check_finds_one_wrong_digit_where_its_weight_shares_no_factor(number, place):
    check = NumberCheck((1, 3, 7, 9) * 2 + (1, 3), 10)
    wrong = str((int(number[place]) + 1) % 10)
    other = number[:place] + wrong + number[place + 1 :]

    assert not (check.holds(number) and check.holds(other))


def test_a_check_without_weights_is_an_error():
    with pytest.raises(ValueError, match="weights"):
        NumberCheck((), 10)


def test_a_number_against_the_banks_check_is_a_fault():
    facts = {"bank_code": "006", "name": f"ทุน {SCHOOL}", "school_name": SCHOOL, "dedicated": True}

    assert account_faults(number="5200000001", criteria=KTB_ALONE, **facts) == []
    assert account_faults(number="5300000000", criteria=KTB_ALONE, **facts) == [
        ("number", "account_check")
    ]
    assert account_faults(
        number="5300000000", criteria=KTB_ALONE, **facts | {"bank_code": "004"}
    ) == [("bank_code", "bank_unknown")]


@pytest.mark.parametrize(
    ("criteria", "faults"),
    [
        pytest.param(AccountCriteria(), [], id="what is shipped"),
        pytest.param(KTB_ALONE, [], id="one bank"),
        pytest.param(AccountCriteria(name_patterns=()), [("patterns", "no_pattern")], id="no name"),
        pytest.param(
            AccountCriteria(banks={"006": BankTerms(())}), [("006", "bank_digits")], id="no length"
        ),
        pytest.param(
            AccountCriteria(banks={"006": BankTerms((16,))}),
            [("006", "bank_digits")],
            id="too long",
        ),
        pytest.param(
            AccountCriteria(banks={"006": BankTerms((12,), CHECK)}),
            [("006", "check_length")],
            id="a check for another length",
        ),
    ],
)
def test_rules_that_cannot_be_used_are_named(criteria, faults):
    assert criteria_faults(criteria) == faults


def test_every_bank_that_is_shipped_has_a_name():
    assert set(AccountCriteria().banks) <= set(BANK_NAMES)


# Two people.


def propose(by: Any, criteria: AccountCriteria = KTB_ALONE, **given: Any) -> AccountRules:
    fields = {"source": "คู่มือ หน้า 12", "check_sources": {"006": "หนังสือธนาคาร"}} | given
    return actions.propose_account_rules(criteria, by=by, at=MAY, **fields)


@pytest.fixture
def proposed(fund_officer: Any) -> AccountRules:
    return propose(fund_officer)


@pytest.fixture
def in_force(proposed: Any, fund_approver: Any) -> AccountRules:
    actions.approve_account_rules(proposed, by=fund_approver, at=MAY)
    return proposed


def test_before_anybody_writes_rules_those_shipped_serve(db):
    assert rules_in_force() is None
    assert criteria_of(None) == AccountCriteria()


def test_a_version_serves_once_another_person_approved_it(proposed, fund_officer, fund_approver):
    assert rules_in_force() is None

    actions.approve_account_rules(proposed, by=fund_approver, at=MAY)

    assert criteria_of(rules_in_force()) == KTB_ALONE
    events = Event.objects.filter(object_label="payments.AccountRules").order_by("pk")
    assert [event.verb for event in events] == ["propose_account_rules", "approve_account_rules"]
    assert events[0].facts["banks"] == {"006": [10]}


@pytest.mark.parametrize(
    "person", ["fund_approver", "fund_finance", "admin", "auditor", "director"]
)
def test_only_the_funds_officer_proposes(person, request, db):
    with pytest.raises(Refused, match="Your role"):
        propose(request.getfixturevalue(person))


@pytest.mark.parametrize("person", ["fund_officer", "fund_finance", "admin"])
def test_only_the_approver_approves(proposed, person, request):
    with pytest.raises(Refused, match="Your role"):
        actions.approve_account_rules(proposed, by=request.getfixturevalue(person), at=MAY)


@pytest.mark.usefixtures("posts_unguarded")
def test_nobody_approves_their_own(make_user):
    both = make_user("fund_officer", "TH/", "both")
    both.postings.create(role="fund_approver", path="TH/", starts_on=MAY.date())
    mine = propose(both)

    with pytest.raises(Refused, match="Another person does"):
        actions.approve_account_rules(mine, by=both, at=MAY)
    with pytest.raises(IntegrityError, match="not_their_proposer"), transaction.atomic():
        AccountRules.objects.filter(pk=mine.pk).update(approved_by=both, approved_at=MAY)


def test_one_proposal_waits_at_a_time(proposed, fund_officer):
    with pytest.raises(Refused, match="waits for approval already"):
        propose(fund_officer)
    with pytest.raises(IntegrityError, match="one_proposed_at_a_time"), transaction.atomic():
        AccountRules.objects.create(
            version=9,
            name_patterns=["{school}"],
            source="x",
            proposed_by=fund_officer,
            proposed_at=MAY,
        )


def test_a_proposal_taken_back_makes_room(proposed, fund_officer, fund_approver):
    actions.withdraw_account_rules(proposed, by=fund_officer, at=MAY)

    assert propose(fund_officer).version == 2
    with pytest.raises(Refused, match="taken back"):
        actions.approve_account_rules(proposed, by=fund_approver, at=MAY)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"source": " "}, "where these rules come from"),
        ({"check_sources": {}}, "where the bank lays it down"),
        ({"criteria": AccountCriteria(banks={})}, "Allow at least one bank"),
        ({"criteria": AccountCriteria(name_patterns=("เงิน กสศ.",))}, "must hold {school}"),
    ],
)
def test_rules_that_cannot_be_used_are_refused(given, sentence, fund_officer):
    with pytest.raises(Refused, match=sentence):
        propose(fund_officer, **given)
    assert not AccountRules.objects.exists()


def test_what_is_approved_stays(in_force, fund_approver):
    with pytest.raises(Refused, match="in force"):
        actions.approve_account_rules(in_force, by=fund_approver, at=MAY)
    with pytest.raises(IntegrityError, match="account_rules_stay"), transaction.atomic():
        AccountRules.objects.update(must_be_dedicated=False)
    with pytest.raises(IntegrityError, match="account_bank_stays"), transaction.atomic():
        AccountBank.objects.update(digits=[1])
    with pytest.raises(IntegrityError, match="account_bank_stays"), transaction.atomic():
        AccountBank.objects.create(rules=in_force, bank_code="004", digits=[10])


def test_of_two_approvals_at_once_one_wins(proposed, fund_approver, monkeypatch):
    actions.approve_account_rules(AccountRules.objects.get(), by=fund_approver, at=MAY)
    monkeypatch.setattr(actions.permissions, "why_not_approve_rules", lambda *given: None)

    with pytest.raises(Refused, match="just changed"):
        actions.approve_account_rules(proposed, by=fund_approver, at=MAY)


BROKEN = [
    ("account_rules_say_their_source", "UPDATE payments_accountrules SET source = ''"),
    (
        "account_rules_approved_at_and_by_go_together",
        "UPDATE payments_accountrules SET approved_at = now()",
    ),
    (
        "account_rules_withdrawn_at_and_by_go_together",
        "UPDATE payments_accountrules SET withdrawn_at = now()",
    ),
    ("account_bank_has_lengths", "UPDATE payments_accountbank SET digits = '{}'"),
    ("account_bank_check_is_whole", "UPDATE payments_accountbank SET modulus = NULL"),
    ("account_bank_check_is_whole", "UPDATE payments_accountbank SET source = ''"),
    (
        "account_bank_once_per_rules",
        "INSERT INTO payments_accountbank (rules_id, bank_code, digits, weights, source)"
        " SELECT rules_id, bank_code, digits, '{}', '' FROM payments_accountbank",
    ),
    (
        "account_rules_are_approved_or_withdrawn",
        "UPDATE payments_accountrules SET approved_by_id = (SELECT min(id) FROM eqfund_user WHERE id <> proposed_by_id),"
        " approved_at = now(), withdrawn_by_id = proposed_by_id, withdrawn_at = now()",
    ),
]


@pytest.mark.parametrize(("name", "statement"), BROKEN)
def test_the_database_keeps_its_promises(name, statement, proposed, fund_approver):
    with pytest.raises(IntegrityError, match=name), connection.cursor() as cursor:
        cursor.execute(statement)


# In use.


@pytest.fixture
def proof(school: Any, admin: Any) -> Any:
    return files.store_bytes(
        b"%PDF-1.7 book", purpose="account-proof", kind="pdf", path=school.path, by=admin, at=MAY
    )


def test_a_school_proposes_by_the_rules_in_force_and_remembers_them(
    calendar, in_force, school, admin, proof
):
    given = {"proof": proof, "term": calendar, "by": admin, "at": MAY}

    with pytest.raises(Refused, match="does not begin as the fund asks"):
        accounts.propose_account(school, AccountFacts("006", "5200000001", NAME, True), **given)
    with pytest.raises(Refused, match="own check of its numbers"):
        accounts.propose_account(
            school, AccountFacts("006", "5300000000", f"ทุน {SCHOOL}", True), **given
        )
    made = accounts.propose_account(
        school, AccountFacts("006", "5200000001", f"ทุน {SCHOOL}", True), **given
    )
    assert made.rules == in_force


def test_an_account_on_its_way_is_accepted_by_the_rules_of_that_day(
    calendar, school, admin, director, proof, fund_officer, fund_approver, signed_in
):
    account = accounts.propose_account(
        school,
        AccountFacts("006", "9811234567", NAME, True),
        proof=proof,
        term=calendar,
        by=admin,
        at=MAY,
    )
    accounts.approve_account(account, term=calendar, by=director, at=MAY)
    actions.approve_account_rules(propose(fund_officer), by=fund_approver, at=MAY)

    shown = signed_in(fund_officer).get(reverse("payments:account", args=[school.pk]))

    assert "does not meet the rules in force now" in shown.text
    with pytest.raises(Refused, match="Send it back"):
        accounts.accept_account(account, by=fund_officer, at=MAY)


def test_an_accepted_account_stays_accepted_when_the_rules_change(
    make_account, school, in_force, fund_officer
):
    account = make_account(school)

    account.refresh_from_db()
    assert account.status == "accepted"


# The pages.


def form_of(client: Any) -> dict[str, Any]:
    """The form as the browser would send it back untouched."""
    form = client.get(reverse("payments:account-rules-new")).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in sent.items() if value not in (None, False, "")}


def test_the_fund_writes_and_approves_rules_by_its_pages(
    db, signed_in, fund_officer, fund_approver
):
    client = signed_in(fund_officer)
    sent = form_of(client) | {"source": "คู่มือ หน้า 12", "digits-006": "๑๐, 12"}
    del sent["allow-067"]

    answer = client.post(reverse("payments:account-rules-new"), sent)

    made = AccountRules.objects.get()
    page = reverse("payments:account-rules-version", args=[made.pk])
    assert answer.url == page
    assert made.criteria().banks["006"].digits == (10, 12)
    assert "067" not in made.criteria().banks
    assert "does not approve" in client.get(page).text or "Your role" in client.get(page).text
    client = signed_in(fund_approver)
    client.post(reverse("payments:account-rules-approve", args=[made.pk]))
    assert rules_in_force() == made
    assert "คู่มือ หน้า 12" in client.get(reverse("payments:account-rules")).text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"digits-006": ""}, "digits-006"),
        ({"digits-006": "ten"}, "digits-006"),
        ({"weights-006": "1, 2"}, "modulus-006"),
        ({"weights-006": "1, 2", "modulus-006": "10", "from-006": "x"}, "weights-006"),
        ({"weights-006": "1 1 1 1 1 1 1 1 1 1", "modulus-006": "10"}, "from-006"),
        ({"patterns": "เงิน กสศ."}, "patterns"),
        ({"patterns": ""}, "patterns"),
        ({"source": ""}, "source"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(changes, field, db, signed_in, fund_officer):
    client = signed_in(fund_officer)
    sent = form_of(client) | {"source": "คู่มือ"} | changes

    answer = client.post(reverse("payments:account-rules-new"), sent)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not AccountRules.objects.exists()


def test_without_any_bank_nothing_is_proposed(db, signed_in, fund_officer):
    client = signed_in(fund_officer)
    sent = {"patterns": "{school}", "source": "คู่มือ"}

    answer = client.post(reverse("payments:account-rules-new"), sent)

    assert "Allow at least one bank." in answer.text


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ("fund_officer", 200),
        ("fund_approver", 200),
        ("auditor", 200),
        ("admin", 403),
        ("office_admin", 403),
    ],
)
def test_the_fund_and_the_auditor_read_the_rules(person, code, in_force, signed_in, request):
    client = signed_in(request.getfixturevalue(person))

    for name, args in (("account-rules", []), ("account-rules-version", [in_force.pk])):
        assert client.get(reverse(f"payments:{name}", args=args)).status_code == code


def test_the_school_chooses_among_the_banks_that_are_allowed(
    calendar, in_force, school, admin, signed_in
):
    page = signed_in(admin).get(reverse("payments:account", args=[school.pk]))

    codes = [code for code, _name in page.context["form"].fields["bank_code"].choices]
    assert codes == ["", "006"]
    assert f"ทุน {SCHOOL}" in page.text
