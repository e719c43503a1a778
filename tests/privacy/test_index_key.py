"""The key of the blind indexes changes through a second column; looking up and uniqueness hold throughout."""

import io
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from eqfund import hooks
from eqfund.fields import BlindIndexField, blind_index, indexed
from eqfund.models import Guardian, Identity, IndexKeyChange, Pupil
from eqfund.privacy import index_change, index_keys
from eqfund.privacy.index_swap import KeyChangeRefused

NOW = timedelta()


pytestmark = pytest.mark.usefixtures("old_index_key")


@pytest.fixture
def children(make_pupils, settings):
    pupils = make_pupils(12)
    settings.INDEX_KEYS = ["old", "new"]
    index_keys.forget()
    return pupils


def told(*arguments):
    out = io.StringIO()
    call_command("rotate_index_key", *arguments, stdout=out)
    return out.getvalue()


def add_child(text):
    return Identity.objects.create(
        kind="g_code", id_index=blind_index(text), number=text, last4=text[-4:]
    )


def found(text):
    return Identity.objects.filter(id_index=blind_index(text)).count()


def numbers():
    return {number for rows in index_change.numbers_used().values() for number in rows}


def test_every_indexed_column_knows_how_its_texts_are_found_again():
    registered = {(column.model, column.name) for column in hooks.index_columns}

    assert registered == set(index_keys.fields())
    for model, name in registered:
        assert isinstance(model._meta.get_field(name), BlindIndexField)
        assert model._meta.get_field(f"{name}_next").null


def test_the_four_steps_end_with_the_new_key_alone(children, settings):
    texts = list(Identity.objects.values_list("number", flat=True))
    assert "dual" in told("--begin")
    assert "24 rows were given" in told("--fill")  # 12 children and 12 guardians

    told("--swap")
    told("--finish", "--settle", "0")

    settings.INDEX_KEYS = ["-", "new"]
    index_keys.forget()
    assert numbers() == {1}
    assert [found(text) for text in texts] == [1] * 12
    assert told() == "No change of the index key is under way.\n"
    call_command("keys_in_use", "--drop-index", "0", stdout=io.StringIO())


def test_looking_up_and_uniqueness_hold_in_every_phase(children):
    """At each phase: who was there before is found, who comes is found, and nobody comes twice."""
    before = Identity.objects.order_by("pk").first().number
    change = None

    def holds(text):
        add_child(text)
        assert (found(text), found(before)) == (1, 1)
        assert Pupil.objects.filter(identity__id_index__in=[blind_index(before)]).count() == 1
        for known in (text, before):
            with pytest.raises(IntegrityError), transaction.atomic():
                add_child(known)

    holds("G000000000001")
    change = index_change.begin()
    holds("G000000000002")
    index_change.fill(change)
    holds("G000000000003")
    index_change.swap(change)
    holds("G000000000004")
    index_change.finish(change, NOW)
    holds("G000000000005")


def test_a_reader_from_before_the_swap_finds_its_row_after_it(children):
    text = Identity.objects.first().number
    change = index_change.begin()
    asked_before = blind_index(text)
    index_change.fill(change)
    index_change.swap(change)

    assert Identity.objects.filter(id_index=asked_before).count() == 1
    assert Identity.objects.filter(id_index__in=[asked_before]).count() == 1


def test_a_writer_from_before_the_swap_is_put_the_right_way_round(children):
    change = index_change.begin()
    late = blind_index("G000000000009")
    index_change.fill(change)
    index_change.swap(change)

    Identity.objects.create(kind="g_code", id_index=late, number="G000000000009", last4="0009")

    stored = Identity.objects.get(last4="0009")
    assert bytes(stored.id_index) == indexed("G000000000009", "national_id", 1)
    assert bytes(stored.id_index_next) == indexed("G000000000009", "national_id", 0)


def test_a_process_that_was_not_told_of_the_new_key_writes_nothing_after_the_swap(children):
    change = index_change.begin()
    index_change.fill(change)
    index_change.swap(change)

    with pytest.raises(DatabaseError, match="not in use"), transaction.atomic():
        Identity.objects.create(
            kind="g_code", id_index=indexed("G1", "national_id", 0), number="G1", last4="00G1"
        )


def test_rows_copied_by_sql_are_filled_under_the_lock_of_the_swap(children):
    change = index_change.begin()
    index_change.fill(change)
    guardian = Guardian.objects.first()
    Guardian.objects.filter(pk=guardian.pk).update(
        id_index=Identity.objects.first().id_index, national_id=Identity.objects.first().number
    )
    assert (
        Guardian.objects.get(pk=guardian.pk).id_index_next is None
    )  # the trigger empties a stale one

    index_change.swap(change)

    assert numbers() == {0, 1}
    assert Guardian.objects.filter(id_index=blind_index(Identity.objects.first().number)).exists()


def test_an_index_whose_text_is_nowhere_stops_the_swap(children):
    change = index_change.begin()
    Guardian.objects.filter(pk=Guardian.objects.first().pk).update(id_index=b"x" * 32)
    index_change.fill(change)

    with pytest.raises(KeyChangeRefused, match=r"eqfund\.Guardian\.id_index: 1 rows"):
        index_change.swap(change)
    assert IndexKeyChange.objects.get().phase == "dual"


def test_the_steps_are_refused_out_of_order(children, settings):
    told("--begin")
    with pytest.raises(CommandError, match="have not changed places"):
        told("--finish")
    told("--fill")
    told("--swap")
    with pytest.raises(CommandError, match=r"Wait \d+ seconds"):
        told("--finish")
    with pytest.raises(CommandError, match="changed places already|goes on"):
        told("--fill")
    with pytest.raises(CommandError, match="key 0 may not be dropped"):
        call_command("keys_in_use", "--drop-index", "0", stdout=io.StringIO())


def test_begin_needs_one_newer_key_in_the_ring(children, settings):
    settings.INDEX_KEYS = ["old"]

    with pytest.raises(CommandError, match="INDEX_KEYS must hold"):
        told("--begin")


def test_no_step_prints_a_key(children, settings):
    settings.INDEX_KEYS = ["a-secret-that-is-old", "a-secret-that-is-new"]
    Identity.objects.all()
    words = told("--begin") + told()

    assert "a-secret" not in words


@pytest.mark.django_db(transaction=True)
def test_nobody_is_lost_or_doubled_while_others_write(children, settings):
    """Real PostgreSQL, another connection, all the four steps long."""
    added, errors = [], []
    stop = threading.Event()

    def write():
        try:
            count = 0
            while not stop.is_set():
                count += 1
                text = f"G{count:012d}"
                add_child(text)
                added.append(text)
                if found(text) != 1:
                    raise AssertionError(f"row {count} was not found")
                try:
                    add_child(text)
                    raise AssertionError(f"row {count} came twice")
                except IntegrityError:
                    pass
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for step in (["--begin"], ["--fill"], ["--swap"], ["--finish", "--settle", "0"]):
            told(*step)
    finally:
        stop.set()
        writer.join()

    assert errors == []
    assert len(added) > 20
    told("--finish", "--settle", "0")  # whoever still wrote both in the last second
    settings.INDEX_KEYS = ["-", "new"]
    index_keys.forget()
    assert numbers() == {1}
    assert [found(text) for text in added] == [1] * len(added)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%under_the_key_in_use'")
        assert cursor.fetchone()[0] == 0
