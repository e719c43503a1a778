"""Sealed values and the blind index."""

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection

from eqfund.fields import blind_index, indexer, seal, sealer, unseal
from eqfund.models import Guardian, Identity, Pupil


def test_what_is_sealed_is_not_in_the_database(make_pupils):
    make_pupils(1)
    number = Identity.objects.get().number

    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM eqfund_identity")
        stored = bytes(cursor.fetchone()[0])

    assert len(number) == 13
    assert number.encode() not in stored
    assert unseal(stored, "national_id").decode() == number


def test_the_same_text_is_sealed_differently_each_time():
    assert seal(b"1101700203450", "national_id") != seal(b"1101700203450", "national_id")


def test_a_changed_byte_or_another_purpose_is_noticed():
    sealed = seal(b"1101700203450", "national_id")

    with pytest.raises(InvalidTag):
        unseal(sealed, "guardian_phone")
    with pytest.raises(InvalidTag):
        unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), "national_id")


def test_an_old_key_still_reads_and_the_new_one_writes(settings):
    settings.FIELD_KEYS = ["old"]
    before = seal(b"x", "p")
    settings.FIELD_KEYS = ["old", "new"]

    after = seal(b"x", "p")

    assert (before[1], after[1]) == (0, 1)
    assert unseal(before, "p") == unseal(after, "p") == b"x"
    settings.FIELD_KEYS = ["old"]
    with pytest.raises(ValueError, match="not in the ring"):
        unseal(after, "p")


def test_the_blind_index_finds_equal_numbers_of_one_purpose_only(settings):
    assert blind_index("1") == blind_index("1")
    assert blind_index("1") != blind_index("2")
    assert blind_index("1") != blind_index("1", purpose="phone")
    one = blind_index("1")
    settings.INDEX_KEYS = ["another"]
    assert blind_index("1") != one


def test_empty_text_stays_empty_and_needs_no_key(make_pupils):
    make_pupils(1)
    Guardian.objects.update(phone="")

    assert Guardian.objects.get().phone == ""


def test_a_long_run_seals_and_indexes_as_one_value_does():
    seal_text, index = sealer("guardian_name"), indexer("national_id")

    assert unseal(seal_text("สมศรี"), "guardian_name").decode() == "สมศรี"
    assert seal_text("สมศรี") != seal_text("สมศรี")
    assert seal_text("") == b""
    assert index("1101700203450") == blind_index("1101700203450")


@pytest.mark.parametrize("key", ["pk", "identity", "enrolments__pupil"])
def test_keys_sent_as_one_array_find_the_same_rows(key, make_pupils):
    first, second, _third = make_pupils(3)
    keys = {"identity": "identity_id"}.get(key, "pk")
    wanted = [getattr(first, keys), getattr(second, keys)]

    rows = Pupil.objects.filter(**{f"{key}__any_of": wanted})

    assert set(rows) == {first, second}
    assert "::bigint[]" in str(rows.query)
    assert not Pupil.objects.filter(**{f"{key}__any_of": []}).exists()
