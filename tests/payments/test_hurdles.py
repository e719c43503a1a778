"""Every hurdle alone, every pair in its order, on facts alone; then the facts themselves."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from django.db import connection

from eqfund.access import Role
from eqfund.activities import ACTIVITY
from payments import hurdles
from payments.hurdles import HURDLES, NOTHING_WRONG
from payments.queries import rounds as queries_rounds
from tests.conftest import moment

# What must be so for a hurdle, and for no other before it, to stand.
SCHOOL_ACCOUNT = {"channel_kind": "school_account", "promptpay_state": "unknown", "account_id": 1}
NO_ACCOUNT = {
    **SCHOOL_ACCOUNT,
    "account_id": None,
    "account_at_director": False,
    "account_at_fund": False,
}
PROMPTPAY = {"channel_kind": "promptpay_pupil"}
GUARDIAN = {"channel_kind": "promptpay_guardian", "guardian_id": None}
WRONG: dict[str, dict[str, Any]] = {
    "already_paid": {"already_paid": True},
    "grant_not_active": {"grant_active": False},
    "pupil_left": {"enrolment_id": None},
    "duplicate": {"identity_id": None, "identity_kind": None},
    "not_in_this_round": {"is_new": True},
    "not_confirmed": {"confirmed": False},
    "no_channel": {"channel_kind": None, "promptpay_state": None},
    "promptpay_not_possible": {**PROMPTPAY, "identity_kind": "g_code"},
    "guardian_missing": GUARDIAN,
    "guardian_id_missing": {**GUARDIAN, "guardian_id": 1},
    "promptpay_not_opened": {**PROMPTPAY, "promptpay_state": "not_opened"},
    "promptpay_failed": {**PROMPTPAY, "failed_this_way": True},
    "account_waits_director": {**NO_ACCOUNT, "account_at_director": True},
    "account_waits_fund": {**NO_ACCOUNT, "account_at_fund": True},
    "account_missing": NO_ACCOUNT,
    "account_failed": {**SCHOOL_ACCOUNT, "failed_this_way": True},
    "no_rate": {"rate_id": None},
    "came_later": {"entitlement_id": None},
}
ORDER = [hurdle.code for hurdle in HURDLES]


def asked(what: str, changes: dict[str, Any]) -> Any:
    """The ladder's answer about a grant with nothing wrong but `changes`."""
    given = {name: changes.get(name, value) for name, (_kind, value) in NOTHING_WRONG.items()}
    columns = ", ".join(
        f"%({name})s::{kind} AS {name}" for name, (kind, _v) in NOTHING_WRONG.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {what} FROM (SELECT {columns}) f", given)
        return cursor.fetchone()[0]


def test_every_hurdle_has_its_case():
    assert set(WRONG) == set(ORDER)


def test_nothing_wrong_means_no_hurdle(db):
    assert asked(hurdles.first_hurdle(), {}) is None
    assert asked(hurdles.all_hurdles(), {}) == []


@pytest.mark.parametrize("code", ORDER)
def test_a_hurdle_alone_is_the_reason(code, db):
    assert asked(hurdles.first_hurdle(), WRONG[code]) == code
    assert asked(hurdles.all_hurdles(), WRONG[code]) == [code]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pair
        for pair in combinations(ORDER, 2)
        # facts that cannot be together: one column with two values
        if not any(
            name in WRONG[pair[1]] and WRONG[pair[1]][name] != value
            for name, value in WRONG[pair[0]].items()
        )
    ],
)
def test_of_two_hurdles_the_earlier_is_the_reason(first, second, db):
    both = WRONG[first] | WRONG[second]

    assert asked(hurdles.first_hurdle(), both) == first
    assert asked(hurdles.all_hurdles(), both)[0] == first


@pytest.mark.parametrize("takes", ["new_and_corrected", "everyone_left"])
def test_a_new_pupil_enters_from_round_two_on_without_a_confirmation(takes, db):
    new = {"is_new": True, "confirmed": False, "round_takes": takes}

    assert asked(hurdles.first_hurdle(), new) is None


def test_a_forecast_does_not_ask_for_the_entitlement_that_the_build_makes(db):
    assert asked(hurdles.first_hurdle(), {"entitlement_id": None, "building": False}) is None


def test_a_g_code_pupil_is_paid_through_the_school(db):
    by_school = {**SCHOOL_ACCOUNT, "identity_kind": "g_code"}

    assert asked(hurdles.first_hurdle(), by_school) is None


@pytest.mark.parametrize("hurdle", HURDLES, ids=lambda hurdle: hurdle.code)
def test_a_hurdle_says_who_lifts_it_and_in_windows_that_exist(hurdle):
    assert hurdle.fixed_by in Role
    assert set(hurdle.windows) <= set(ACTIVITY.values())
    assert len(hurdle.code) <= 32
    assert str(hurdle.name)
    assert str(hurdle.cure)


# The facts, read live.

JUNE = moment("2569-06-10 09:00")


def forecast(term, pupil, takes="continuing"):
    rows = queries_rounds.forecast_pupils(term, pupil.path, takes, sees_all=True, pupil_id=pupil.pk)
    assert len(rows) == 1, "a grant is never doubled by a join"
    return rows[0].hurdles


@pytest.fixture
def grantee(make_pupils, make_grants):
    pupil = make_pupils(1)[0]
    make_grants([pupil])
    return pupil


def test_a_confirmed_pupil_will_be_paid(term, rates, grantee):
    assert forecast(term, grantee) == []


def test_a_suspended_grant_is_a_hurdle_and_an_ended_one_is_no_grant(term, rates, grantee):
    grantee.grants.update(status="suspended")
    assert forecast(term, grantee) == ["grant_not_active"]

    grantee.grants.update(status="ended", ended_at=JUNE, end_reason="died")
    assert queries_rounds.forecast_pupils(term, grantee.path, "continuing", sees_all=True) == []


def test_a_grant_of_other_terms_is_not_asked_about(term, rates, grantee):
    grantee.grants.update(first_term=25692, last_term=25721)

    assert queries_rounds.forecast_pupils(term, grantee.path, "continuing", sees_all=True) == []


def test_a_pupil_who_left_is_kept_out(term, rates, grantee):
    grantee.enrolments.update(status="withdrew", ends_on=JUNE.date())

    assert forecast(term, grantee)[0] == "pupil_left"


def test_a_pupil_without_identity_is_a_duplicate(term, rates, grantee):
    grantee.identity = None
    grantee.save()

    assert forecast(term, grantee)[0] == "duplicate"


def test_levels_without_an_approved_amount_wait(term, grantee):
    assert forecast(term, grantee) == ["no_rate"]


def test_a_pupil_of_the_school_account_waits_for_each_hand_in_turn(
    term, rates, school, grantee, make_channel, make_account
):
    make_channel(grantee, "school_account", "unknown")
    assert forecast(term, grantee) == ["account_missing"]

    account = make_account(school, "proposed")
    assert forecast(term, grantee) == ["account_waits_director"]

    account.delete()
    account = make_account(school, "director_approved")
    assert forecast(term, grantee) == ["account_waits_fund"]

    account.delete()
    account = make_account(school, "sent_back")
    assert forecast(term, grantee) == ["account_missing"]

    make_account(school, "accepted")
    assert forecast(term, grantee) == []


def test_another_schools_account_serves_nobody_here(
    term, rates, other_school, grantee, make_channel, make_account
):
    make_channel(grantee, "school_account", "unknown")
    make_account(other_school)

    assert forecast(term, grantee) == ["account_missing"]


def test_a_guardian_replaced_since_must_be_recorded_again(term, rates, grantee, make_channel):
    make_channel(grantee, "promptpay_guardian")
    assert forecast(term, grantee) == []

    grantee.guardians.update(is_current=False)
    assert forecast(term, grantee) == ["guardian_missing"]


def test_a_guardian_without_an_id_cannot_receive(term, rates, grantee, make_channel):
    make_channel(grantee, "promptpay_guardian")
    grantee.guardians.update(id_index=None, last4="", national_id="")

    assert forecast(term, grantee) == ["guardian_id_missing"]
