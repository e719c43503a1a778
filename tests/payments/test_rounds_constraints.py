"""A round's tables cannot hold what must never be, whatever the code forgets."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from payments import round_sql
from payments.actions import rounds
from payments.models import Entitlement, LeftOut, Transfer, TransferRound
from tests.conftest import moment

BUILT = moment("2569-07-15 18:04")


def test_nobody_is_paid_twice_by_constraint(built):
    once = built.transfers.first()
    again = TransferRound.objects.create(
        term=built.term, number=2, takes="new_and_corrected", planned_at=BUILT
    )
    once.pk, once.round = None, again

    with pytest.raises(IntegrityError, match="transfer_one_alive_per_entitlement_and_share"):
        once.save()


@pytest.mark.parametrize("alive", ["pending", "sent", "success"])
def test_a_failed_transfer_does_not_come_alive_beside_another(built, alive):
    built.transfers.update(status="failed", fail_code="other")
    once = built.transfers.first()
    other = Transfer.objects.get(pk=once.pk)
    other.pk, other.status, other.fail_code = None, alive, ""
    other.save()

    with pytest.raises(IntegrityError, match="transfer_one_alive"):
        Transfer.objects.filter(pk=once.pk).update(status="success", fail_code="")


def test_a_child_has_one_entitlement_a_term_by_constraint(built, make_pupils, make_grants):
    entitlement = Entitlement.objects.first()
    other = make_grants(make_pupils(1))[0]
    entitlement.pk, entitlement.grant = None, other

    with pytest.raises(IntegrityError, match="entitlement_once_per_child_and_term"):
        entitlement.save()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"maker": None}, "round_built_has_its_maker"),
        ({"built_at": None}, "round_built_has_its_maker"),
        ({"digest": ""}, "round_built_has_its_maker"),
        ({"approver": None}, "round_approved_has_its_approver"),
        ({"approved_at": None}, "round_approved_has_its_approver"),
        ({"releaser": None}, "round_released_has_its_releaser"),
        ({"released_at": None}, "round_released_has_its_releaser"),
        ({"approver": "maker"}, "round_approver_is_not_its_maker"),
        ({"releaser": "maker"}, "round_releaser_is_not_its_maker"),
        ({"releaser": "approver"}, "round_releaser_is_not_its_approver"),
        ({"status": "paid"}, "round_status_is_known"),
        ({"takes": "friends"}, "round_takes_is_known"),
        ({"number": 0}, "round_number_counts_from_one"),
        ({"status": "published"}, "round_published_has_its_due_day"),
        ({"status": "cancelled"}, "round_cancelled_says_why"),
    ],
    ids=lambda value: (
        value if isinstance(value, str) else "-".join(f"{k}={v}" for k, v in value.items())
    ),
)
def test_a_released_round_keeps_its_three_people_by_constraint(released, changes, name):
    values = {
        key: getattr(released, value) if value in ("maker", "approver") else value
        for key, value in changes.items()
    }

    with pytest.raises(IntegrityError, match=name):
        TransferRound.objects.filter(pk=released.pk).update(**values)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"status": "lost"}, "transfer_status_is_known"),
        ({"share": "half"}, "transfer_share_is_known"),
        ({"kind": "cheque"}, "transfer_kind_is_known"),
        ({"amount_satang": 0}, "transfer_amount_is_positive"),
        ({"status": "failed"}, "transfer_failed_says_why"),
        ({"fail_code": "other"}, "transfer_failed_says_why"),
        ({"status": "failed", "fail_code": "bad weather"}, "transfer_fail_code_is_known"),
        ({"kind": "school_account"}, "transfer_account_goes_with_its_kind"),
    ],
    ids=str,
)
def test_a_transfer_cannot_be_what_makes_no_sense(built, changes, name, rows_unguarded):
    rows_unguarded()
    one = built.transfers.values_list("pk", flat=True).first()

    with pytest.raises(IntegrityError, match=name):
        Transfer.objects.filter(pk=one).update(**changes)


def test_a_left_out_is_listed_once(planned, make_pupils, make_grants, fund_officer):
    make_grants(make_pupils(1), confirmed=False)
    rounds.build_round(planned, by=fund_officer, at=BUILT)
    left = LeftOut.objects.get()
    left.pk = None

    with pytest.raises(IntegrityError, match="left_out_once_per_round_and_grant"):
        left.save()


def test_one_way_fails_once(built):
    built.transfers.update(status="failed", fail_code="other")
    again = built.transfers.first()
    again.pk = None

    with pytest.raises(IntegrityError, match="transfer_fails_once_by_one_way"):
        again.save()


def test_the_totals_of_no_rows_are_a_digest_too(planned):
    found = round_sql.totals(planned)

    assert (found.pupils, found.amount_satang, found.schools) == (0, 0, 0)
    assert len(found.digest) == 64


@pytest.mark.parametrize(
    "changed",
    [
        {"amount_satang": 150_001},
        {"kind": "promptpay_guardian"},
        {"share": "school_run"},
        {"round_id": None},
        {"entitlement_id": None},
        {"school_id": None},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_a_transfer_owes_to_whom_never_changes(built, changed):
    name, value = next(iter(changed.items()))
    first, second, _third = built.transfers.order_by("pk")
    if value is None:
        value = getattr(second, name) if name == "entitlement_id" else getattr(first, name) + 1

    with pytest.raises(IntegrityError, match="transfer_stays_as_built"), transaction.atomic():
        Transfer.objects.filter(pk=first.pk).update(**{name: value})


def test_rows_go_only_with_a_round_that_was_sent_back(built):
    with pytest.raises(IntegrityError, match="transfer_goes_with_its_round"), transaction.atomic():
        built.transfers.all().delete()

    TransferRound.objects.filter(pk=built.pk).update(
        status="planned", maker=None, built_at=None, digest=""
    )
    built.transfers.all().delete()
    assert not Transfer.objects.exists()
