"""What each class has left of an activity: for those who do the work in one class, and what a school is told to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from eqfund import hooks
from eqfund.models import Classroom, Term
from eqfund.school_year import GRADES, grade_label


class ClassLeft(NamedTuple):
    """A class with work left, by its path: light, for a close may leave many thousand."""

    key: int
    label: str
    done: int
    total: int
    drafts: int

    @property
    def left(self) -> int:
        return self.total - self.done


def counts_classes(activity: str) -> bool:
    """Whether an app can say of this activity which class has work left."""
    return any(it.classes for it in hooks.unfinished if it.activity == activity)


def left_by_class(
    activity: str, term: Term, round_no: int, path: str, at: datetime
) -> dict[str, ClassLeft]:
    """Path -> what is left, of each class under a place that has work left, class after class."""
    found: dict[int, hooks.Work] = {}
    for it in _of(activity):
        if it.classes is not None:
            for key, work in it.classes.work(term, round_no, path, at).items():
                before = found.get(key, hooks.Work(0, 0))
                found[key] = hooks.Work(
                    before.done + work.done, before.total + work.total, before.drafts + work.drafts
                )
    left = {key: work for key, work in found.items() if not work.is_finished}
    return dict(_named(left)) if left else {}


def _named(left: dict[int, hooks.Work]) -> Iterator[tuple[str, ClassLeft]]:
    """The classes in the order in which schools count them."""
    rows = Classroom.objects.filter(pk__any_of=list(left)).values_list(
        "pk", "path", "grade", "room"
    )
    for key, path, grade, room in sorted(rows, key=lambda row: (GRADES.index(row[2]), row[3])):
        work = left[key]
        label = f"{grade_label(grade)}/{room}"
        yield path, ClassLeft(key, label, work.done, work.total, work.drafts)


def page_of_class(activity: str, key: int, term: Term, round_no: int) -> str:
    """Where what a class has left is seen; "" when no app says."""
    pages = (it.classes.page for it in _of(activity) if it.classes)
    return next((page(key, term, round_no) for page in pages), "")


def page_of_school(activity: str, path: str, term: Term, round_no: int) -> str:
    """Where what a school has left is seen; "" when no app says."""
    page = next((it.page for it in _of(activity) if it.page), None)
    if page is None:
        return ""
    key = int(path.split("/")[3])
    return page(key, term, round_no)


def told_beside(activity: str) -> set[str]:
    """Roles at a school who are told of what it left, beside those of the calendar's line."""
    return {role for it in _of(activity) for role in it.also}


def _of(activity: str) -> list[hooks.Unfinished]:
    return [it for it in hooks.unfinished if it.activity == activity]
