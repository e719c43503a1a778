"""A round's digest outlives a change of the index key, and of the data key."""

import pytest

from eqfund import hooks
from eqfund.models import Event
from eqfund.privacy import export, field_keys, index_change, index_keys, scrub
from eqfund.rolls.actions import _replace_number
from payments.actions.rounds import approve_round
from payments.models import BuiltUnder, Transfer, TransferRound
from payments.round_sql import totals


@pytest.fixture
def new_index_key(settings):
    settings.INDEX_KEYS = [*settings.INDEX_KEYS, "new"]
    index_keys.forget()
    yield
    index_keys.forget()


def change_index_key():
    change = index_change.begin()
    index_change.fill(change)
    index_change.swap(change)


def test_what_agreed_before_agrees_after_and_can_be_approved(
    built, new_index_key, fund_approver, at
):
    before = TransferRound.objects.get(pk=built.pk).digest

    change_index_key()

    now = TransferRound.objects.get(pk=built.pk)
    assert now.digest == totals(now).digest != before
    event = Event.objects.get(verb="payments.digest_anew")
    assert event.facts == {"was": before, "is": now.digest}
    approve_round(now, by=fund_approver, at=at("2569-07-15 10:00"))


def test_rows_that_were_touched_are_not_made_good_by_it(built, new_index_key, rows_unguarded):
    rows_unguarded()
    Transfer.objects.filter(round=built).update(destination_last4="0000")
    before = TransferRound.objects.get(pk=built.pk).digest

    change_index_key()

    assert TransferRound.objects.get(pk=built.pk).digest == before


def test_the_data_key_changes_under_a_round_without_a_false_alarm(built, settings):
    settings.FIELD_KEYS = [*settings.FIELD_KEYS, "new"]
    transfer = Transfer.objects.filter(round=built).first()
    text = transfer.destination_text()

    written = field_keys.rotate()

    transfer.refresh_from_db()
    assert written["payments.Transfer.destination"] == Transfer.objects.count()
    assert transfer.destination_text() == text
    assert totals(built).digest == TransferRound.objects.get(pk=built.pk).digest


def test_who_was_paid_is_forgotten_and_the_book_stays(built, at):
    transfer = Transfer.objects.filter(round=built).first()
    pupil = transfer.enrolment.pupil
    assert scrub._held("pupil", [pupil.pk]) == {pupil.pk}, "money is on its way"

    scrub.forget("pupil", [pupil.pk], at("2580-01-01"))

    kept = Transfer.objects.get(pk=transfer.pk)
    assert (bytes(kept.destination), kept.destination_last4) == (b"", "")
    assert kept.amount_satang == transfer.amount_satang
    assert export.collect(("eqfund.Pupil", str(pupil.pk)))


def test_a_number_corrected_after_the_build_is_no_false_alarm(built, fund_approver, at):
    """As the school does in its roll; a registry file asks the same hook."""
    transfer = (
        Transfer.objects.filter(round=built).select_related("enrolment__pupil__identity").first()
    )
    pupil = transfer.enrolment.pupil
    was = pupil.identity.number

    _replace_number(
        pupil, "1101700203450", reason="พิมพ์ผิด", by=fund_approver, at=at("2569-07-15 09:00")
    )

    assert pupil.identity.number != was
    assert BuiltUnder.objects.get().number == was
    approve_round(built, by=fund_approver, at=at("2569-07-15 10:00"))


def test_a_number_kept_for_a_digest_follows_a_new_key(built, new_index_key):
    identity = Transfer.objects.filter(round=built).first().entitlement.identity
    for keep in hooks.numbers_change:
        keep([identity.pk])

    change_index_key()

    now = TransferRound.objects.get(pk=built.pk)
    assert now.digest == totals(now).digest
