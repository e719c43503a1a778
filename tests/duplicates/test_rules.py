"""How alike two pupils are: a table of cases from registries, and what two answers lead to."""

import itertools
from datetime import date

import pytest
from django.db import connection
from hypothesis import given, strategies as st

from eqfund.duplicates import rules
from eqfund.duplicates.rules import Alike, Answer, Band, Numbers, Outcome, Person

BORN = date(2016, 5, 13)
NAMES = [
    ("กมลชนก", "กมลชนก", Alike.SAME, "the same"),
    ("ด.ญ.กมลชนก", "กมลชนก", Alike.SAME, "a title inside the name"),
    ("เด็กหญิง กมลชนก", "กมล ชนก", Alike.SAME, "title and a space"),
    ("นายิกา", "นายิกา", Alike.SAME, "a name that begins like a title"),
    ("ธัญญ่า", "ธัญญา", Alike.SAME, "a tone mark"),
    ("พงษ์", "พงศ", Alike.SAME, "a silenced letter, of another s"),
    ("ณัฐวุฒิ", "นัฐวุธิ", Alike.SAME, "letters that sound alike"),
    ("กฤษดา", "กรึษดา", Alike.SAME, "ฤ written out"),
    ("วรรณา", "วัณา", Alike.SAME, "รร as ั"),
    ("น้ําฝน", "น้ำฝน", Alike.SAME, "ำ of two signs"),
    ("เเก้ว", "แก้ว", Alike.SAME, "แ of two signs"),
    ("ธนกร", "ธนากร", Alike.NEAR, "one letter more"),
    ("กมล", "กลม", Alike.NEAR, "two letters swapped"),
    ("กฤษณา", "กริชนา", Alike.NO, "two letters of a short name"),
    ("สมชาย", "สมหญิง", Alike.NO, "another child"),
    ("กิตติ", "กิตติธร", Alike.NO, "twins' names often begin alike"),
    ("มี", "มา", Alike.NO, "too short to be nearly anything"),
    ("", "", Alike.NO, "nothing agrees with nothing"),
]
BIRTHS = [
    (BORN, BORN, Alike.SAME, "the same"),
    (date(2016, 5, 3), date(2016, 3, 5), Alike.NEAR, "day and month swapped"),
    (BORN, date(2016, 5, 18), Alike.NEAR, "one digit"),
    (date(2016, 5, 13), date(2017, 5, 13), Alike.NEAR, "one digit of the year"),
    (date(2017, 1, 1), date(2016, 1, 1), Alike.NEAR, "2560 and 2559 differ by one in 2017"),
    (BORN, date(1959, 5, 13), Alike.NEAR, "59 taken for 1959"),
    (BORN, date(2559, 5, 13), Alike.NEAR, "a Buddhist year as it stood"),
    (BORN, date(2015, 8, 1), Alike.NO, "another day"),
    (BORN, date(2016, 6, 14), Alike.NO, "two digits"),
    (BORN, None, Alike.NO, "unknown"),
]


@pytest.mark.parametrize(("a", "b", "wanted"), [c[:3] for c in NAMES], ids=[c[3] for c in NAMES])
def test_names(a, b, wanted):
    assert rules.names_alike(a, b) is wanted
    assert rules.names_alike(b, a) is wanted


@pytest.mark.parametrize(("a", "b", "wanted"), [c[:3] for c in BIRTHS], ids=[c[3] for c in BIRTHS])
def test_birth_dates(a, b, wanted):
    assert rules.births_alike(a, b) is wanted
    assert rules.births_alike(b, a) is wanted


def person(first="กมลชนก", last="ใจดี", born=BORN, sex="f"):
    return Person(first, last, born, sex)


BANDS = [
    (person(), person("อื่น", "อีก", None, "m"), Numbers.SAME, Band.CERTAIN, "one number"),
    (person(), person(), Numbers.OPEN, Band.LIKELY, "all the same, one without national id"),
    (person(), person("กมลชนภ"), Numbers.OPEN, Band.POSSIBLE, "a letter of the first name"),
    (person(), person(last="ใจดีย์"), Numbers.OPEN, Band.POSSIBLE, "a letter of the surname"),
    (person(), person(born=date(2016, 5, 18)), Numbers.OPEN, Band.POSSIBLE, "a digit of the day"),
    (person(), person(sex="m"), Numbers.OPEN, Band.POSSIBLE, "the sex mistyped"),
    (person(), person("กมลชนภ", born=date(2016, 5, 18)), Numbers.OPEN, None, "two things differ"),
    (person(), person(), Numbers.DIFFER, Band.POSSIBLE, "two national ids, all else the same"),
    (person(), person("กมลชนภ"), Numbers.DIFFER, None, "two national ids and another letter"),
    (person("กมล"), person("กมน"), Numbers.DIFFER, None, "twins with names that sound alike"),
    (person("สมชาย"), person("สมหญิง"), Numbers.OPEN, None, "twins without number"),
    (person(), person("ณัฐธิดา", born=date(2018, 1, 2)), Numbers.OPEN, None, "a sister"),
    (person(), person(born=None), Numbers.OPEN, None, "no birth date"),
]


@pytest.mark.parametrize(
    ("a", "b", "numbers", "wanted"), [c[:4] for c in BANDS], ids=[c[4] for c in BANDS]
)
def test_bands(a, b, numbers, wanted):
    assert rules.band(a, b, numbers) is wanted
    assert rules.band(b, a, numbers) is wanted


S, L, N, W = Answer.STUDYING, Answer.LEFT, Answer.NEVER, Answer.WRONG
MIRROR = {
    Outcome.ONE_FIRST: Outcome.ONE_SECOND,
    Outcome.ONE_SECOND: Outcome.ONE_FIRST,
    Outcome.WRONG_FIRST: Outcome.WRONG_SECOND,
    Outcome.WRONG_SECOND: Outcome.WRONG_FIRST,
}
CERTAIN = {
    (S, S): None,
    (S, L): Outcome.ONE_FIRST,
    (S, N): Outcome.ONE_FIRST,
    (S, W): Outcome.WRONG_SECOND,
    (L, L): Outcome.NEITHER,
    (L, N): Outcome.NEITHER,
    (N, N): Outcome.NEITHER,
    (L, W): Outcome.WRONG_SECOND,
    (N, W): Outcome.WRONG_SECOND,
    (W, W): None,
}
BY_NAME = {
    (S, S): None,
    (S, L): Outcome.ENDED,
    (S, N): Outcome.ENDED,
    (S, W): Outcome.DIFFERENT,
    (L, L): Outcome.NEITHER,
    (L, N): Outcome.NEITHER,
    (N, N): Outcome.NEITHER,
    (L, W): Outcome.ENDED,
    (N, W): Outcome.ENDED,
    (W, W): Outcome.DIFFERENT,
}


@pytest.mark.parametrize("band", list(Band))
@pytest.mark.parametrize("answers", list(CERTAIN), ids=" and ".join)
def test_two_answers(band, answers):
    wanted = (CERTAIN if band is Band.CERTAIN else BY_NAME)[answers]
    first, second = answers

    assert rules.compared(band, first, second) is wanted
    assert rules.compared(band, second, first) is MIRROR.get(wanted, wanted)


def test_the_table_has_every_pair_of_answers():
    every = {frozenset(pair) for pair in itertools.product(Answer, repeat=2)}
    assert {frozenset(pair) for pair in CERTAIN} == every == {frozenset(p) for p in BY_NAME}


def test_what_can_be_decided_has_an_end_in_every_band():
    assert all(len(rules.decidable(band)) >= 3 for band in Band)


def test_every_state_can_be_reached_and_left():
    assert set(rules.TRANSITIONS) == set(rules.State)
    assert set().union(*rules.TRANSITIONS.values()) == set(rules.State)


def test_what_each_school_may_know_is_fields_and_no_values():
    codes = rules.agreeing(person(), person("กมลชนภ", born=date(2016, 5, 18)), Numbers.SAME)

    assert codes == ["number", "first_name_near", "last_name", "birth_date_near", "sex"]


# --- the same in SQL

THAI = st.text(alphabet=[chr(code) for code in range(0x0E01, 0x0E4F)] + list(" .-"), max_size=20)


def sql_key(text):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {rules.name_sql('%s::text')}", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("name", sorted({name for case in NAMES for name in case[:2]}))
def test_sql_says_the_same_of_a_name(db, name):
    assert sql_key(name) == rules.name_key(name)


@pytest.mark.django_db
def test_sql_says_the_same_of_any_text():
    @given(st.lists(THAI, min_size=1, max_size=20))
    def same(texts):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {rules.name_sql('t')} FROM unnest(%s::text[]) WITH ORDINALITY AS x(t, n) ORDER BY n",
                [texts],
            )
            assert [row[0] for row in cursor.fetchall()] == [rules.name_key(t) for t in texts]

    same()


@given(THAI, THAI)
def test_a_distance_is_the_same_both_ways_and_nothing_only_between_equals(a, b):
    assert rules.distance(a, b) == rules.distance(b, a) <= max(len(a), len(b))
    assert (rules.distance(a, b) == 0) == (a == b)
