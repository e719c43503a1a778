"""The amount of the grant: proposed by one person, approved by another, then fixed."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from eqfund.refusal import Refused
from payments.actions import rates
from payments.models import BenefitRate
from tests.conftest import moment

MAY = moment("2569-05-20 10:00")


@pytest.fixture
def proposed(term, fund_officer):
    return rates.propose_rate(term, "primary", 150_000, source="มติ 5/2569", by=fund_officer, at=MAY)


def test_one_person_proposes_and_another_approves(proposed, fund_officer, fund_approver):
    rates.approve_rate(proposed, by=fund_approver, at=MAY)

    assert (proposed.proposed_by, proposed.approved_by) == (fund_officer, fund_approver)
    assert BenefitRate.objects.approved().get() == proposed


def test_a_newer_proposal_replaces_the_one_not_approved(proposed, term, fund_officer):
    rates.propose_rate(term, "primary", 160_000, by=fund_officer, at=MAY)

    assert BenefitRate.objects.get().amount_satang == 160_000


def test_what_was_replaced_is_not_approved_by_mistake(proposed, term, fund_officer, fund_approver):
    rates.propose_rate(term, "primary", 900_000, by=fund_officer, at=MAY)

    with pytest.raises(Refused, match="Someone else"):
        rates.approve_rate(proposed, by=fund_approver, at=MAY)


def test_an_approved_amount_does_not_change(proposed, term, fund_officer, fund_approver):
    rates.approve_rate(proposed, by=fund_approver, at=MAY)

    with pytest.raises(Refused, match="does not change"):
        rates.propose_rate(term, "primary", 160_000, by=fund_officer, at=MAY)
    with pytest.raises(Refused, match="approved already"):
        rates.approve_rate(proposed, by=fund_approver, at=MAY)


@pytest.mark.parametrize("amount", [0, -1])
def test_an_amount_of_nothing_is_refused(term, fund_officer, amount):
    with pytest.raises(Refused, match="more than nothing"):
        rates.propose_rate(term, "primary", amount, by=fund_officer, at=MAY)


def test_a_level_the_programme_does_not_have_is_an_error(term, fund_officer):
    with pytest.raises(ValueError, match="university"):
        rates.propose_rate(term, "university", 1, by=fund_officer, at=MAY)


@pytest.mark.parametrize("person", ["fund_approver", "fund_finance", "admin", "auditor"])
def test_only_the_fund_officer_proposes(term, person, request):
    with pytest.raises(Refused):
        rates.propose_rate(term, "primary", 1, by=request.getfixturevalue(person), at=MAY)


@pytest.mark.parametrize("person", ["fund_officer", "fund_finance", "admin"])
def test_only_the_approver_approves(proposed, person, request):
    with pytest.raises(Refused):
        rates.approve_rate(proposed, by=request.getfixturevalue(person), at=MAY)


def test_whoever_proposed_does_not_approve_even_with_both_posts(term, make_user, posts_unguarded):
    from datetime import date

    from eqfund.models import Posting

    one = make_user("fund_officer", "TH/")
    Posting.objects.create(user=one, role="fund_approver", path="TH/", starts_on=date(2026, 1, 1))
    own = rates.propose_rate(term, "primary", 150_000, by=one, at=MAY)

    with pytest.raises(Refused, match="Whoever proposed"):
        rates.approve_rate(own, by=one, at=MAY)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"level": "university"}, "rate_level_is_known"),
        ({"amount_satang": 0}, "rate_amount_is_positive"),
        ({"approved_at": MAY}, "rate_approved_at_and_by_go_together"),
    ],
    ids=str,
)
def test_a_rate_cannot_be_what_makes_no_sense(proposed, changes, name):
    with pytest.raises(IntegrityError, match=name):
        BenefitRate.objects.update(**changes)


def test_the_approver_is_another_person_by_constraint(proposed, fund_officer):
    with pytest.raises(IntegrityError, match="rate_approver_is_not_its_proposer"):
        BenefitRate.objects.update(approved_by=fund_officer, approved_at=MAY)


@pytest.mark.parametrize(
    "name", ["rate_one_proposed_per_term_and_level", "rate_one_approved_per_term_and_level"]
)
def test_one_amount_for_a_term_and_level_by_constraint(proposed, fund_approver, name):
    if "approved" in name:
        rates.approve_rate(proposed, by=fund_approver, at=MAY)
    proposed.pk = None

    with pytest.raises(IntegrityError, match=name):
        proposed.save()
