"""The chain: who seals, what a seal takes, and that every tampering is found and named."""

import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from eqfund import audit, clock
from eqfund.audit import chain, seals, verify
from eqfund.models import AuditCheck, AuditSeal, AuditVolume, Event
from eqfund.privacy import person_keys

pytestmark = pytest.mark.django_db(transaction=True)


def write(count=3, **fields):
    return [
        audit.record("edit_school", "eqfund.School", by=None, facts={"n": n}, **fields)
        for n in range(count)
    ]


def as_owner(*statements):
    """What a hand in the database can do that owns the tables: lay the triggers aside."""
    with connection.cursor() as cursor:
        for table in ("eqfund_event", "eqfund_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in ("eqfund_event", "eqfund_auditseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def faults(**options):
    return {(fault.code, fault.seal, fault.event) for fault in verify.verify(**options).faults}


def three_seals(settings):
    """Three seals of three events each; the events."""
    events = []
    for n in range(3):
        events += write(after={"phone": f"08000000{n}"})
        seals.seal_all()
    assert AuditSeal.objects.count() == 3
    return events


# --- sealing ----------------------------------------------------------------------------------


def test_a_seal_takes_all_that_was_written_since_the_last_and_follows_from_it():
    write(3)
    first = seals.seal_next()
    write(2)
    second = seals.seal_next()

    assert (first.number, first.events, second.number, second.events) == (1, 3, 2, 2)
    assert second.previous == first.hash
    assert second.from_position == first.below_position
    assert seals.seal_next() is None
    assert faults() == set()


def test_an_event_of_a_transaction_still_at_work_waits_and_is_not_lost():
    """The writer is never held up: the seal passes below it, and the next one takes it."""
    began, go_on = threading.Event(), threading.Event()

    def writer():
        try:
            with transaction.atomic():
                write(1)
                began.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=writer)
    thread.start()
    began.wait(10)
    write(2)  # begun later, over earlier: lies above the one at work
    assert seals.seal_next() is None
    go_on.set()
    thread.join()

    assert seals.seal_next().events == 3
    assert faults() == set()


def test_of_two_sealers_at_once_one_wins_and_the_other_does_nothing():
    write(3)
    holds, go_on, other = threading.Event(), threading.Event(), []

    def sealer():
        try:
            with transaction.atomic():
                other.append(seals.seal_next())
                holds.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=sealer)
    thread.start()
    holds.wait(10)
    mine = seals.seal_next()
    go_on.set()
    thread.join()

    assert mine is None
    assert other[0].events == 3
    assert faults() == set()


def test_large_writings_are_cut_into_seals_but_one_transaction_never(monkeypatch):
    monkeypatch.setattr(seals, "EVENTS_IN_A_SEAL", 4)
    write(6)
    with transaction.atomic():
        write(7)
    write(1)

    while seals.seal_next():
        pass

    assert list(AuditSeal.objects.order_by("number").values_list("events", flat=True)) == [
        4,
        2,
        7,
        1,
    ]
    assert faults() == set()


def test_a_restored_database_says_so_and_goes_on_after_a_new_volume():
    write(1)
    seals.seal_next()
    as_owner("UPDATE eqfund_auditseal SET below_position = below_position + 1000000")
    with pytest.raises(seals.BookWentBack):
        seals.seal_next()
    with pytest.raises(CommandError, match="continue_audit"):
        call_command("seal_audit")

    call_command("continue_audit", verbosity=0)
    call_command("continue_audit", verbosity=0)  # a second time does nothing

    assert AuditVolume.objects.count() == 1
    late = write(1)[0]
    assert late.position >= AuditSeal.objects.get().below_position
    assert seals.seal_next().events == 1


# --- tampering --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "'edit_schoom'"),
        ("facts", "'{\"n\": 9}'"),
        ("actor_name", "'X'"),
        ("actor_id", "7"),
        ("path", "'TH/9/'"),
        ("object_id", "'9'"),
        ("pupil_id", "9"),
        ("kind", "'read'"),
        ("wall_at", "wall_at + interval '1 microsecond'"),
        ("at", "at - interval '1 microsecond'"),
        ("change_digest", r"set_byte(change_digest, 0, (get_byte(change_digest, 0) + 1) % 256)"),
    ],
)
def test_one_changed_byte_of_an_event_is_found(column, value, settings):
    event = three_seals(settings)[4]

    as_owner(f"UPDATE eqfund_event SET {column} = {value} WHERE id = {event.pk}")

    assert ("event_changed", 2, event.pk) in faults()


def test_a_changed_byte_in_the_encrypted_change_is_found(settings):
    event = three_seals(settings)[4]

    as_owner(
        "UPDATE eqfund_event SET change = set_byte(change, 30, (get_byte(change, 30) + 1) % 256)"
        f" WHERE id = {event.pk}"
    )

    assert faults() == {("content_changed", 2, event.pk)}
    assert faults(contents=False) == set()


def test_a_change_put_in_the_place_of_another_is_found(settings):
    one, other = three_seals(settings)[4:6]

    as_owner(
        f"UPDATE eqfund_event SET change = (SELECT change FROM eqfund_event WHERE id = {one.pk})"
        f" WHERE id = {other.pk}"
    )

    assert faults() == {("content_changed", 2, other.pk)}


def test_a_missing_event_is_found(settings):
    event = three_seals(settings)[4]

    as_owner(f"DELETE FROM eqfund_event WHERE id = {event.pk}")

    assert faults() == {("event_missing", 2, event.pk)}


def test_an_event_put_in_later_is_found(settings):
    event = three_seals(settings)[4]
    columns = ", ".join(f.column for f in Event._meta.fields if f.column != "id")

    as_owner(
        f"INSERT INTO eqfund_event (id, {columns}) SELECT 999999, {columns} FROM eqfund_event WHERE id = {event.pk}"
    )

    assert faults() == {("event_inserted", 2, 999999)}


def test_a_seal_taken_out_is_found(settings):
    three_seals(settings)

    as_owner("DELETE FROM eqfund_auditseal WHERE number = 2")

    assert faults() == {
        ("seal_missing", 2, None),
        ("seal_unlinked", 3, None),
        ("seal_gap", 3, None),
    }


def test_seals_that_changed_places_are_found(settings):
    three_seals(settings)

    as_owner(
        "UPDATE eqfund_auditseal SET number = 99 WHERE number = 2",
        "UPDATE eqfund_auditseal SET number = 2 WHERE number = 3",
        "UPDATE eqfund_auditseal SET number = 3 WHERE number = 99",
    )

    found = faults()
    assert {("seal_unlinked", 2, None), ("seal_changed", 2, None)} <= found
    assert {("seal_unlinked", 3, None), ("seal_changed", 3, None)} <= found


@pytest.mark.parametrize("column", ["leaves", "hash", "previous", "mac"])
def test_a_changed_byte_of_a_seal_is_found(column, settings):
    three_seals(settings)

    as_owner(
        f"UPDATE eqfund_auditseal SET {column} = set_byte({column}, 9, (get_byte({column}, 9) + 1) % 256)"
        " WHERE number = 2"
    )

    assert {seal for _code, seal, _event in faults()} >= {2}


def test_a_chain_made_anew_by_who_does_not_hold_the_key_is_found(settings):
    """A hand that changes a row and computes every hash again is still without the key of the seals."""
    event = three_seals(settings)[4]
    as_owner(
        f"UPDATE eqfund_event SET verb = 'nothing' WHERE id = {event.pk}",
        "DELETE FROM eqfund_auditseal",
    )
    honest = settings.SEAL_KEYS
    settings.SEAL_KEYS = ["a guess"]
    seals.seal_all()
    settings.SEAL_KEYS = honest

    assert {code for code, _seal, _event in faults()} == {"seal_forged"}


def test_a_book_cut_off_at_its_end_is_found_by_the_head_kept_outside(settings):
    three_seals(settings)
    kept = seals.head()
    assert faults(kept_head=kept) == set()

    as_owner(
        "DELETE FROM eqfund_event WHERE position >= (SELECT from_position FROM eqfund_auditseal WHERE number = 3)",
        "DELETE FROM eqfund_auditseal WHERE number = 3",
    )

    assert faults() == set()
    assert faults(kept_head=kept) == {("head_gone", 3, None)}


def test_the_command_names_what_it_found_and_fails(settings, capsys):
    event = three_seals(settings)[4]
    call_command("verify_audit", head=seals.head())
    as_owner(f"UPDATE eqfund_event SET verb = 'x' WHERE id = {event.pk}")

    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_audit")

    assert f"seal 2, event {event.pk}" in capsys.readouterr().err
    assert list(AuditCheck.objects.order_by("pk").values_list("faults", flat=True)) == [0, 1]


def test_a_scrubbed_person_leaves_the_seals_true(settings, make_user):
    person = make_user("school_admin", "TH/1/1/1/")
    audit.record("edit_user", person, by=None, after={"phone": "0812345678"})
    audit.record("edit_school", "eqfund.School", by=None, after={"phone": "053111111"})
    seals.seal_all()
    assert verify.verify().contents == 2

    person_keys.destroy([("eqfund.User", str(person.pk))])

    report = verify.verify()
    assert (report.contents, report.destroyed, report.faults) == (1, 1, [])


def test_a_key_taken_out_without_a_scrub_is_found(settings, make_user):
    person = make_user("school_admin", "TH/1/1/1/")
    event = audit.record("edit_user", person, by=None, after={"phone": "0812345678"})
    seals.seal_all()

    as_owner("DELETE FROM eqfund_personkey")

    assert faults() == {("content_changed", 1, event.pk)}


def test_seals_outlive_a_change_of_the_field_keys(settings):
    three_seals(settings)

    settings.FIELD_KEYS = [*settings.FIELD_KEYS, "another one of the ring"]
    write(after={"phone": "0811111111"})
    seals.seal_all()

    assert faults() == set()


def test_a_new_key_of_the_seals_serves_from_then_on_and_the_old_ones_stay_true(settings):
    three_seals(settings)

    settings.SEAL_KEYS = [*settings.SEAL_KEYS, "the next one"]
    write()
    seals.seal_all()

    assert AuditSeal.objects.order_by("number").last().mac_key == 1
    assert faults() == set()


# --- guards -----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["eqfund_auditseal", "eqfund_auditvolume", "eqfund_auditcheck"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET id = id + 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_seals_volumes_and_checks_are_only_added_to(table, deed, settings):
    three_seals(settings)
    AuditVolume.objects.create(shift=0, begun_at=clock.wall())
    verify.keep(verify.verify())

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(deed.format(table))


def test_a_digest_does_not_tell_what_it_stands_for():
    """Two equal changes have different digests: the salt lies inside the encrypted text."""
    one, other = write(2, after={"phone": "0800000000"})

    assert one.change["after"] == other.change["after"]
    assert bytes(one.change_digest) != bytes(other.change_digest)


def test_the_canonical_row_does_not_depend_on_zone_or_order_of_keys():
    moment = clock.wall().replace(microsecond=5)
    row = (1, 2, moment, moment, "act", None, "", "v", "l", "", None, "", '{"b":1, "a":2}', b"\1")
    same = (
        1, 2, moment.astimezone(clock.BANGKOK), moment + timedelta(0),
        "act", None, "", "v", "l", "", None, "", {"a": 2, "b": 1}, memoryview(b"\1"),
    )  # fmt: skip

    assert chain.row_digest(row) == chain.row_digest(same)
