"""The data key changes while everybody works: nothing is lost, and the old key can leave."""

import io
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection, connections

from eqfund.fields import blind_index, seal
from eqfund.models import Guardian, Identity, Job, PersonKey
from eqfund.privacy import field_keys, person_keys

from .processes import environment, until_somebody_waits

ROOT = Path(__file__).resolve().parents[2]


def told(command, *arguments):
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def old_rows(settings, make_pupils):
    """Twenty children and their guardians, and something in the book, sealed under key 0."""
    settings.FIELD_KEYS = ["the old key"]
    pupils = make_pupils(20)
    person_keys.sealed_for(person_keys.subject_of(pupils[0]), {"before": "x"})
    settings.FIELD_KEYS = ["the old key", "the new key"]
    return pupils


def numbers():
    return {number for rows in field_keys.numbers_used().values() for number in rows}


def test_everything_is_sealed_anew_and_the_old_key_leaves(old_rows, settings):
    expected = sorted(Identity.objects.values_list("number", flat=True))
    assert numbers() == {0}

    words = told("rotate_field_keys", "--slice", "7")

    assert "81 values are now under key 1" in words  # 20 x (number + three of the guardian) + 1 key
    assert numbers() == {1}
    settings.FIELD_KEYS = ["-", "the new key"]
    assert sorted(Identity.objects.values_list("number", flat=True)) == expected
    assert Guardian.objects.first().phone == "0800000000"
    assert PersonKey.objects.get().key
    assert "no row uses key 0" in told("keys_in_use", "--drop", "0")


def test_a_key_that_rows_use_may_not_be_dropped(old_rows, settings):
    with pytest.raises(
        CommandError, match=r"key 0 may not be dropped, rows use it: .*Identity\.number 20"
    ):
        told("keys_in_use", "--drop", "0")
    with pytest.raises(CommandError, match="is the one in use"):
        told("keys_in_use", "--drop", "1")

    settings.FIELD_KEYS = ["-", "the new key"]

    with pytest.raises(CommandError, match="not in the ring"):
        told("keys_in_use")
    faults = run_checks(databases=["default"], include_deployment_checks=False)
    assert "eqfund.E101" in {fault.id for fault in faults}


def test_no_command_prints_a_key(old_rows):
    words = told("rotate_field_keys") + told("keys_in_use", "--columns")

    assert "the old key" not in words
    assert "the new key" not in words


def test_a_second_run_finds_nothing_to_do(old_rows):
    told("rotate_field_keys")

    assert "0 values are now under key 1" in told("rotate_field_keys")
    assert Job.objects.filter(kind="privacy.rotate_field_keys", state="done").count() == 2


def test_a_key_keeps_its_number_when_an_older_one_leaves(settings):
    settings.FIELD_KEYS = ["a", "b"]
    sealed = seal(b"x", "p")

    for entries in (["-", "b"], ["1:b"], ["1:b", "2:c"]):
        settings.FIELD_KEYS = entries
        assert field_keys.unseal(sealed, "p") == b"x"


def test_a_row_that_changed_meanwhile_is_its_writers(old_rows, settings):
    column = next(c for c in field_keys.sealed_columns() if c.label == "eqfund.Guardian.phone")
    rows = next(field_keys._old(column, 1, 100))
    changed = Guardian.objects.order_by("pk").first()
    changed.phone = "0811111111"
    changed.save()

    assert field_keys._write(column, rows) == 19
    changed.refresh_from_db()
    assert changed.phone == "0811111111"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_to_a_writer_who_works_meanwhile(old_rows, settings):
    """Real PostgreSQL, another connection: it changes phones and adds children all the while."""
    expected: dict[int, str] = {}
    stop = threading.Event()
    errors = []

    def write():
        try:
            count = 0
            while not stop.is_set() or count < 40:
                guardian = Guardian.objects.order_by("?").first()
                count += 1
                phone = f"09{count:08d}"
                Guardian.objects.filter(pk=guardian.pk).update(phone=phone)
                expected[guardian.pk] = phone
                text = f"G{count:012d}"
                Identity.objects.create(
                    kind="g_code", id_index=blind_index(text), number=text, last4=text[-4:]
                )
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        told("rotate_field_keys", "--slice", "3")
    finally:
        stop.set()
        writer.join()

    assert errors == []
    assert numbers() == {1}
    settings.FIELD_KEYS = ["-", "the new key"]
    phones = dict(Guardian.objects.values_list("pk", "phone"))
    assert {pk: phones[pk] for pk in expected} == expected
    assert set(phones.values()) - set(expected.values()) <= {"0800000000"}
    for number, last4 in Identity.objects.values_list("number", "last4"):
        assert number.endswith(last4)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_was_killed_is_taken_up_again(old_rows, settings):
    eleventh = Identity.objects.order_by("pk")[10].pk
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        # the run comes as far as this row, and waits
        cursor.execute("SELECT 1 FROM eqfund_identity WHERE id = %s FOR UPDATE", [eleventh])
        run = subprocess.Popen(
            [sys.executable, "manage.py", "rotate_field_keys", "--slice", "4"],
            cwd=ROOT,
            env=environment(FIELD_KEYS="the old key,the new key"),
            stdout=subprocess.DEVNULL,
        )
        until_somebody_waits(cursor)
        run.send_signal(signal.SIGKILL)
        run.wait()
        cursor.execute("ROLLBACK")
    job = Job.objects.get(kind="privacy.rotate_field_keys")
    assert (job.state, numbers()) == ("running", {0, 1})

    Job.objects.update(heartbeat_at=job.made_at - 10 * field_keys.jobs.LEASE)  # its lease runs out
    told("rotate_field_keys", "--slice", "4")

    job.refresh_from_db()
    assert (job.state, job.tries, numbers()) == ("done", 2, {1})


def test_every_binary_column_is_known_for_what_it_is():
    """A column of bytes is sealed, an index, the second column of one, or stands here with a reason."""
    from django.apps import apps
    from django.db import models

    from eqfund.fields import BlindIndexField, EncryptedTextField, SealedField

    other = {
        "eqfund.Event.change_digest": "a digest with a salt that only the sealed text holds",
        "eqfund.ContactCode.digest": "a keyed digest of a code that lives for minutes",
        "eqfund.Invitation.token_hash": "a digest of a random token",
        "eqfund.CalendarFeed.secret": "a digest of a random address",
        "eqfund.AuditSeal.leaves": "digests of rows",
        "eqfund.AuditSeal.previous": "a digest of digests",
        "eqfund.AuditSeal.hash": "a digest of digests",
        "eqfund.AuditSeal.mac": "a digest of digests",
    }
    unknown = []
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        for field in model._meta.concrete_fields:
            label = f"{model._meta.label}.{field.name}"
            ours = isinstance(field, EncryptedTextField | SealedField | BlindIndexField)
            second = field.name.endswith("_next") and field.name.removesuffix("_next") in names
            if (
                isinstance(field, models.BinaryField)
                and not ours
                and not second
                and label not in other
            ):
                unknown.append(label)
    assert unknown == []
