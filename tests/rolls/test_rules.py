"""When a roll counts as confirmed; sums; which number a pupil has; what is done about a mark."""

import pytest
from hypothesis import given, strategies as st

from eqfund.rolls import rules, words
from eqfund.rolls.rules import Figures, IdState, RollState, Sum


@pytest.mark.parametrize(
    ("pupils", "confirmed", "now", "state"),
    [
        pytest.param(3, None, "a", RollState.NOT_CONFIRMED, id="nobody confirmed it"),
        pytest.param(3, "a", "a", RollState.CONFIRMED, id="as it was"),
        pytest.param(3, "a", "b", RollState.CHANGED, id="changed since"),
        pytest.param(0, None, "", RollState.EMPTY, id="nobody to confirm"),
        pytest.param(0, "a", "", RollState.EMPTY, id="all have left since"),
    ],
)
def test_the_state_of_a_class(pupils, confirmed, now, state):
    assert rules.roll_state(pupils, confirmed, now) is state


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (Sum(), RollState.EMPTY),
        (Sum(classes=2, confirmed=2), RollState.CONFIRMED),
        (Sum(classes=2, confirmed=1, changed=1), RollState.CHANGED),
        (Sum(classes=3, confirmed=1, changed=1), RollState.NOT_CONFIRMED),
        (Sum(classes=2), RollState.NOT_CONFIRMED),
    ],
)
def test_the_state_of_a_place_is_of_what_is_left(found, state):
    assert found.state is state


ROLLS = st.builds(
    Figures,
    digest=st.sampled_from("ab"),
    pupils=st.integers(0, 3),
    without_id=st.just(0),
    marks=st.integers(0, 2),
    confirmed=st.sampled_from([None, "a", "b"]),
)


@given(st.lists(ROLLS), st.lists(ROLLS))
def test_sums_add_up(some, others):
    assert rules.total(some) + rules.total(others) == rules.total([*some, *others])


@given(st.lists(ROLLS))
def test_what_is_left_was_never_confirmed_or_changed(rolls):
    found = rules.total(rolls)

    assert 0 <= found.changed <= found.left <= found.classes


@pytest.mark.parametrize(
    ("confirmed", "pupil", "now", "since"),
    [
        ({"1": "a"}, "1", "a", ""),
        ({"1": "a"}, "1", "b", "changed"),
        ({"1": "a"}, "2", "a", "new"),
        pytest.param({}, "1", "a", "", id="no rows were kept"),
    ],
)
def test_what_became_of_a_row_since(confirmed, pupil, now, since):
    assert rules.since(confirmed, pupil, now) == since


@pytest.mark.parametrize(
    ("kind", "claimed", "state"),
    [
        ("national_id", False, IdState.NATIONAL_ID),
        ("g_code", False, IdState.G_CODE),
        (None, False, IdState.NONE),
        (None, True, IdState.UNSETTLED),
    ],
)
def test_which_number_a_pupil_has(kind, claimed, state):
    assert rules.id_state(kind, claimed_elsewhere=claimed) is state


@pytest.mark.parametrize("kind", sorted(words.KINDS))
def test_every_mark_says_where_it_is_mended(kind):
    assert "DMC" in words.where_to_mend(kind, "DMC")
    assert words.where_to_mend(kind, "")
