"""The fund's verification of a school's form 05, in three steps. Pure.

(1) list and meeting, (2) account and amount, (3) grant: each after the one
before, once for each time the meeting was signed. A meeting sent back at any
step is mended, signed again, and verified from the first step on.

Source    Letter 003 line 68 (1 to 3); the 2569 letter is silent, kept by assumption.
"""

from collections.abc import Iterable
from enum import StrEnum


class Step(StrEnum):
    LIST = "list"
    ACCOUNT = "account"
    GRANT = "grant"


class Outcome(StrEnum):
    PASSED = "passed"
    SENT_BACK = "sent_back"


STEPS = (Step.LIST, Step.ACCOUNT, Step.GRANT)


def next_step(done: Iterable[tuple[str, str]]) -> Step | None:
    """The step to take after `done` (step, outcome) pairs of one signing; None when it is over.

    >>> next_step([("list", "passed")])
    <Step.ACCOUNT: 'account'>
    >>> next_step([("list", "sent_back")]) is None
    True
    """
    outcomes = dict(done)
    for step in STEPS:
        outcome = outcomes.get(step)
        if outcome is None:
            return step
        if outcome != Outcome.PASSED:
            return None
    return None
