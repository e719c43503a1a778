"""What people do about a child that stands twice: schools and supervisors in `tickets`, the fund in `joins`."""

from .joins import ask_join, decide_join, propose_join
from .tickets import answer_duplicate, decide_duplicate, settle_own_duplicate

__all__ = [
    "answer_duplicate",
    "ask_join",
    "decide_duplicate",
    "decide_join",
    "propose_join",
    "settle_own_duplicate",
]
