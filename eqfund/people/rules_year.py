"""The start of a school year: who has which class from a day on. Pure.

A class is its path, a teacher the key of a person. What was held and is chosen again stays as
it is: nothing is written for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    """A homeroom post of the school that holds on the day, or later."""

    pk: int
    user: int
    path: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a choice of teachers means: posts that stay, that begin, that end."""

    stay: tuple[tuple[int, str], ...]
    begin: tuple[tuple[int, str], ...]
    end: tuple[Held, ...]

    @property
    def is_empty(self) -> bool:
        return not self.begin and not self.end

    @property
    def leaving(self) -> frozenset[int]:
        """People who lose a class and get none: homeroom teachers no more."""
        kept = {user for user, _path in (*self.stay, *self.begin)}
        return frozenset(held.user for held in self.end) - kept


def plan(chosen: Mapping[str, Iterable[int]], held: Iterable[Held]) -> Plan:
    """Compare the teachers chosen for each class with the posts held; classes not shown end too.

    >>> plan({"4/": [1, 2], "5/": [3]}, [Held(10, 1, "4/"), Held(11, 4, "5/")])
    Plan(stay=((1, '4/'),), begin=((2, '4/'), (3, '5/')), end=(Held(pk=11, user=4, path='5/'),))
    """
    wanted = dict.fromkeys((user, path) for path, users in chosen.items() for user in users)
    present = {(post.user, post.path) for post in held}
    return Plan(
        stay=tuple(pair for pair in wanted if pair in present),
        begin=tuple(pair for pair in wanted if pair not in present),
        end=tuple(post for post in held if (post.user, post.path) not in wanted),
    )
