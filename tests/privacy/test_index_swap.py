"""The swap of the index columns changes names and no row; it may be killed wherever it stands."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from eqfund import hooks
from eqfund.fields import blind_index, indexed
from eqfund.models import Event, Identity, IndexKeyChange
from eqfund.privacy import index_change, index_keys, index_swap
from eqfund.privacy.index_swap import KeyChangeRefused

from .processes import environment, until_somebody_waits

ROOT = Path(__file__).resolve().parents[2]
NOW = timedelta()
# A run that ends itself, the hard way, at one place: `hook` is called by the swap.
KILLED = """
import os, signal, django
django.setup()
from django.db import transaction
from eqfund import hooks
from eqfund.privacy import index_change
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
hooks.index_swaps.register({hook}, order=99)
index_change.swap(index_change.under_way())
"""
STAGES = {
    "all is prepared": "die",
    "the others wait, names not changed": "lambda: die",
    "the moment it is committed": "lambda: lambda: transaction.on_commit(die)",
}


pytestmark = pytest.mark.usefixtures("old_index_key")


@pytest.fixture
def filled(make_pupils, settings):
    """Twelve children, and a change of which nothing but the swap is left."""
    make_pupils(12)
    settings.INDEX_KEYS = ["old", "new"]
    index_keys.forget()
    change = index_change.begin()
    index_change.fill(change)
    return change


def shape():
    """Everything that the database knows of the indexed tables, but the order of their columns."""
    tables = sorted(index_change._by_table())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_indexdef(indexrelid), indisvalid FROM pg_index"
            " WHERE indrelid = ANY(%s::regclass[]) UNION ALL"
            " SELECT conrelid::regclass || ' ' || conname || pg_get_constraintdef(oid), convalidated"
            " FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) UNION ALL"
            " SELECT attrelid::regclass || ' ' || attname || atttypid::regtype, attnotnull"
            " FROM pg_attribute WHERE attrelid = ANY(%s::regclass[]) AND attnum > 0 AND NOT attisdropped"
            " ORDER BY 1, 2",
            [tables] * 3,
        )
        return cursor.fetchall()


def under(text, number):
    return Identity.objects.extra(
        where=["id_index = %s"], params=[indexed(text, "national_id", number)]
    ).count()


def add_child(text):
    return Identity.objects.create(
        kind="g_code", id_index=blind_index(text), number=text, last4=text[-4:]
    )


def run(hook):
    """A process of its own that swaps, and dies where the hook says."""
    return subprocess.Popen(
        [sys.executable, "-c", KILLED.format(hook=hook)],
        cwd=ROOT,
        env=environment(INDEX_KEYS="old,new"),
    )


def test_after_a_change_the_tables_are_what_they_were(make_pupils, settings):
    make_pupils(3)
    before = shape()
    for ring in (["old", "new"], ["-", "new", "third"]):  # and back again: the columns change twice
        settings.INDEX_KEYS = ring
        index_keys.forget()
        change = index_change.begin()
        index_change.fill(change)
        index_change.swap(change)
        index_change.finish(change, NOW)

    assert shape() == before


def test_uniqueness_and_not_null_go_with_the_name(filled):
    index_change.swap(filled)
    known = Identity.objects.first().number

    with pytest.raises(IntegrityError, match="identity_number_is_one_childs"), transaction.atomic():
        add_child(known)
    with pytest.raises(IntegrityError, match="id_index"), transaction.atomic():
        Identity.objects.create(kind="g_code", id_index=None, number="G1", last4="00G1")


def test_many_rows_that_came_late_are_filled_while_everybody_works(filled, monkeypatch):
    """Under the lock at most FEW are filled; more of them, and the swap prepares itself anew."""
    monkeypatch.setattr(index_change, "FEW", 2)
    left = [3]

    def come_late():
        if left[0]:
            left[0] -= 1
            Identity.objects.update(id_index_next=None)
        return lambda: None

    monkeypatch.setattr(hooks, "index_swaps", [come_late])

    index_change.swap(filled)

    assert left == [0]
    assert under(Identity.objects.first().number, 1) == 1


def test_a_stream_that_never_ends_is_refused_and_nothing_changed(filled, monkeypatch):
    def come_late():
        Identity.objects.update(id_index_next=None)
        return lambda: None

    monkeypatch.setattr(index_change, "FEW", 2)
    monkeypatch.setattr(hooks, "index_swaps", [come_late])

    with pytest.raises(KeyChangeRefused, match="keep coming"):
        index_change.swap(filled)

    assert IndexKeyChange.objects.get().phase == "dual" == filled.phase
    assert under(Identity.objects.first().number, 0) == 1


def test_a_view_on_an_index_column_stops_the_swap(filled):
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW looks AS SELECT id_index FROM eqfund_guardian")

    with pytest.raises(KeyChangeRefused, match="The view looks rests on"):
        index_change.swap(filled)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hook", STAGES.values(), ids=list(STAGES))
def test_a_swap_that_was_killed_is_taken_up_again(filled, hook, settings):
    before = shape()
    texts = list(Identity.objects.values_list("number", flat=True))

    assert run(hook).wait() == -signal.SIGKILL

    index_keys.forget()
    for text in texts:  # whatever was left: everybody is found, nobody comes twice
        assert Identity.objects.filter(id_index=blind_index(text)).count() == 1
        with pytest.raises(IntegrityError), transaction.atomic():
            add_child(text)
    add_child("G000000000077")
    change = index_change.under_way()
    index_change.swap(change)
    index_change.finish(change, NOW)
    index_change.finish(change, NOW)  # whoever still wrote both a second ago
    assert [under(text, 1) for text in [*texts, "G000000000077"]] == [1] * 13
    assert Event.objects.filter(verb="privacy.index_key_swap").count() == 1
    watched = "is_under_the_key_in_use"
    assert [row for row in shape() if watched not in row[0]] == [
        row for row in before if watched not in row[0] and "_missing" not in row[0]
    ]


@pytest.mark.django_db(transaction=True)
def test_killed_while_it_builds_it_builds_anew(filled):
    """An index is built CONCURRENTLY: killed in the middle it lies there, and serves nothing."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE eqfund_guardian SET phone = phone WHERE false")  # building waits
        process = run("lambda: lambda: None")
        until_somebody_waits(cursor)
        process.send_signal(signal.SIGKILL)
        process.wait()
        cursor.execute(
            "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = indrelid"
            " WHERE NOT indisvalid AND relname LIKE 'eqfund%'"
        )
        assert cursor.fetchone()[0] == 1
        cursor.execute("ROLLBACK")

    index_change.swap(filled)

    assert all(valid for definition, valid in shape() if definition.startswith("CREATE"))
    assert under(Identity.objects.first().number, 1) == 1


@pytest.mark.django_db(transaction=True)
def test_while_somebody_reads_long_the_swap_steps_back_and_writers_pass(filled, monkeypatch):
    """A backup reads for hours: the swap asks, lets the others by, and gives up with a sentence."""
    monkeypatch.setattr(index_swap, "TRIES", 3)
    reader = connection.copy()
    try:
        with reader.cursor() as cursor:
            cursor.execute("BEGIN; SELECT count(*) FROM eqfund_identity")
            with pytest.raises(KeyChangeRefused, match="Nothing was changed"):
                index_change.swap(filled)
            cursor.execute("ROLLBACK")
        add_child("G000000000055")
        index_change.swap(filled)
    finally:
        reader.close()

    assert under("G000000000055", 1) == 1
