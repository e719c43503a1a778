from datetime import date, datetime

import pytest
from hypothesis import given, strategies as st

from payments.rules.payout import (
    CLASS_REPORT_TRANSITIONS,
    SCHOOL_REPORT_TRANSITIONS,
    ClassFacts,
    ClassReportStatus,
    EvidenceFlag,
    Missing,
    PayDayProblem,
    SchoolMoney,
    SchoolReportStatus,
    bands,
    bits_apart,
    due_day,
    evidence_flags,
    missing_in_class_report,
    missing_in_school_report,
    pay_day_problem,
    serial_text,
)
from payments.rules.refunds import (
    REFUND_TRANSITIONS,
    STATEMENT_TRANSITIONS,
    Match,
    RefundStatus,
    StatementStatus,
    match,
    reference2,
)

PUBLISHED = date(2026, 7, 31)
TODAY = date(2026, 9, 1)
hashes = st.integers(-(2**63), 2**63 - 1)


@pytest.mark.parametrize(
    ("published", "due"),
    [
        pytest.param(date(2026, 7, 31), date(2026, 8, 28), id="round 1"),
        pytest.param(date(2026, 9, 10), date(2026, 10, 7), id="round 2"),
        pytest.param(date(2026, 9, 28), date(2026, 10, 27), id="round 3"),
    ],
)
def test_the_due_day_is_the_twentieth_working_day(published, due):
    assert due_day(published) == due


@pytest.mark.parametrize(
    ("paid_on", "published", "problem"),
    [
        pytest.param(
            date(2026, 7, 30), PUBLISHED, PayDayProblem.BEFORE_PUBLICATION, id="the day before"
        ),
        pytest.param(PUBLISHED, PUBLISHED, None, id="the day of publication"),
        pytest.param(TODAY, PUBLISHED, None, id="today, though late"),
        pytest.param(date(2026, 9, 2), PUBLISHED, PayDayProblem.IN_THE_FUTURE, id="tomorrow"),
        pytest.param(TODAY, None, PayDayProblem.BEFORE_PUBLICATION, id="a round not published"),
    ],
)
def test_a_day_of_payment(paid_on, published, problem):
    assert pay_day_problem(paid_on, published_on=published, today=TODAY) is problem


@pytest.mark.parametrize(
    ("received", "paid", "refunded", "on_the_way", "in_hand", "settled"),
    [
        pytest.param(0, 0, 0, 0, 0, True, id="a school without money"),
        pytest.param(450_000, 0, 0, 0, 450_000, False, id="nothing done yet"),
        pytest.param(450_000, 300_000, 0, 150_000, 150_000, False, id="a slip is not yet a refund"),
        pytest.param(450_000, 300_000, 150_000, 0, 0, True, id="all explained"),
    ],
)
def test_what_a_school_has_in_hand(received, paid, refunded, on_the_way, in_hand, settled):
    money = SchoolMoney(received, paid, refunded, on_the_way)

    assert (money.in_hand_satang, money.is_settled) == (in_hand, settled)


@pytest.mark.parametrize(
    "figures", [(100, 101, 0), (100, 60, 41), (-1, 0, 0), (100, 60, 0, 41), (100, -1, 0)]
)
def test_figures_that_cannot_be_true_are_an_error(figures):
    with pytest.raises(ValueError):
        SchoolMoney(*figures)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12))
def test_received_is_always_paid_refunded_and_in_hand(paid, refunded, in_hand):
    money = SchoolMoney(paid + refunded + in_hand, paid, refunded)

    assert money.received_satang == money.paid_satang + money.refunded_satang + money.in_hand_satang


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        pytest.param((0, 0, 0, 0), (Missing.MONEY,), id="no money in the class"),
        pytest.param((3, 3, 0, 1), (), id="all paid, sheet attached"),
        pytest.param((3, 2, 1, 1), (), id="one cannot be paid"),
        pytest.param((3, 2, 0, 1), (Missing.PUPILS,), id="one not settled"),
        pytest.param((3, 3, 0, 0), (Missing.EVIDENCE,), id="no sheet"),
        pytest.param((3, 1, 0, 0), (Missing.PUPILS, Missing.EVIDENCE), id="both"),
        pytest.param((2, 0, 2, 0), (), id="nobody could be paid, so nobody signed"),
    ],
)
def test_what_a_class_report_still_needs(facts, missing):
    assert missing_in_class_report(ClassFacts(*facts)) == missing


@pytest.mark.parametrize("facts", [(1, 2, 0, 0), (2, 1, 2, 0), (-1, 0, 0, 0), (2, 1, 1, -1)])
def test_a_class_that_cannot_be_is_an_error(facts):
    with pytest.raises(ValueError):
        ClassFacts(*facts)


@pytest.mark.parametrize(
    ("classes", "reported", "missing"),
    [(0, 0, (Missing.MONEY,)), (2, 1, (Missing.CLASSES,)), (2, 2, ())],
)
def test_what_a_school_report_still_needs(classes, reported, missing):
    assert missing_in_school_report(classes, reported) == missing


@pytest.mark.parametrize(("classes", "reported"), [(1, 2), (1, -1)])
def test_more_classes_reported_than_there_are_is_an_error(classes, reported):
    with pytest.raises(ValueError):
        missing_in_school_report(classes, reported)


@pytest.mark.parametrize(
    ("table", "states", "start"),
    [
        (CLASS_REPORT_TRANSITIONS, ClassReportStatus, ClassReportStatus.DRAFT),
        (SCHOOL_REPORT_TRANSITIONS, SchoolReportStatus, SchoolReportStatus.DRAFT),
        (REFUND_TRANSITIONS, RefundStatus, RefundStatus.ISSUED),
        (STATEMENT_TRANSITIONS, StatementStatus, StatementStatus.PREVIEWED),
    ],
    ids=["class report", "school report", "refund", "statement"],
)
def test_every_state_says_what_may_follow_and_can_be_reached(table, states, start):
    reached, todo = set(), {start}
    while todo:
        state = todo.pop()
        reached.add(state)
        todo |= table[state] - reached

    assert set(table) == set(states) == reached


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [(0, 0, 0), (0, 1, 1), (-1, 0, 64), (0x7, 0x0, 3), (-(2**63), 2**63, 0)],
)
def test_bits_apart_ignores_the_sign_that_a_database_gives(one, other, apart):
    assert bits_apart(one, other) == apart


@given(hashes, st.sets(st.integers(0, 63), max_size=3))
def test_hashes_at_most_three_bits_apart_share_a_band(phash, flipped):
    other = phash
    for bit in flipped:
        other ^= 1 << bit

    assert any(mine == theirs for mine, theirs in zip(bands(phash), bands(other), strict=True))


@given(hashes)
def test_a_band_fits_a_smallint(phash):
    assert all(-(2**15) <= band < 2**15 for band in bands(phash))


SENT = datetime(2026, 7, 20, 9)


@pytest.mark.parametrize(
    ("phash", "taken_at", "others", "flags"),
    [
        pytest.param(None, None, [7], (), id="a PDF says nothing"),
        pytest.param(7, None, [0], (EvidenceFlag.REUSED,), id="three bits apart"),
        pytest.param(15, None, [0], (), id="four bits apart"),
        pytest.param(
            7,
            datetime(2026, 7, 20, 8),
            [],
            (EvidenceFlag.OLDER_THAN_TRANSFER,),
            id="before the money",
        ),
        pytest.param(7, SENT, [], (), id="at the same instant"),
        pytest.param(7, datetime(2025, 1, 1), [7], tuple(EvidenceFlag), id="both"),
    ],
)
def test_flags_of_a_picture(phash, taken_at, others, flags):
    assert (
        evidence_flags(phash=phash, taken_at=taken_at, transferred_at=SENT, others=others) == flags
    )


def test_a_serial_is_printed_with_its_round():
    assert serial_text(12, term="1/2569", round_no=2) == "1/2569-2-0012"
    with pytest.raises(ValueError):
        serial_text(0, term="1/2569", round_no=1)


@pytest.mark.parametrize(
    "fields",
    [
        {"number": 0},
        {"number": 10_000},
        {"round_no": 0},
        {"round_no": 10},
        {"term_no": 0},
        {"year_be": 2026},
    ],
)
def test_a_reference_that_does_not_fit_is_an_error(fields):
    good = {"year_be": 2569, "term_no": 1, "round_no": 3, "number": 42}

    assert reference2(**good) == "2569130042"
    with pytest.raises(ValueError):
        reference2(**good | fields)


@pytest.mark.parametrize(
    ("paid", "is_credit", "due", "status", "outcome"),
    [
        pytest.param(
            150_000, True, 150_000, RefundStatus.ISSUED, Match.MATCHED, id="as the slip says"
        ),
        pytest.param(
            149_999, True, 150_000, RefundStatus.ISSUED, Match.AMOUNT_DIFFERS, id="one satang short"
        ),
        pytest.param(150_000, True, None, None, Match.UNKNOWN_REFERENCE, id="no such slip"),
        pytest.param(
            150_000, True, 150_000, RefundStatus.MATCHED, Match.ALREADY_MATCHED, id="paid twice"
        ),
        pytest.param(
            150_000, True, 150_000, RefundStatus.CANCELLED, Match.CANCELLED, id="slip was cancelled"
        ),
        pytest.param(
            150_000,
            False,
            150_000,
            RefundStatus.ISSUED,
            Match.REVERSED,
            id="taken back by the bank",
        ),
    ],
)
def test_a_statement_line_and_its_slip(paid, is_credit, due, status, outcome):
    assert match(paid_satang=paid, is_credit=is_credit, due_satang=due, status=status) is outcome
