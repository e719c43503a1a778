"""The story of term 1/2569: the whole term in the order of its calendar, through the real actions and jobs.

Each step belongs to a stage, which plays it in a module of its own:

    rehearsal/story/<stage>.py     def play(world) -> Figures      (or one function for each chapter)

A step is called at its moment (`clock.rehearse`) and may rehearse other moments inside itself. It
does things as the people of the world do (`world.admin_of(school)`), by actions alone, and returns
its figures: pairs of a label and a number or short text. Jobs that an action starts run at once, in
this process; while a step marked `by_worker` plays, a real Celery worker runs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.utils import translation

from eqfund import clock
from rehearsal.columns import Printer
from rehearsal.world import World, at, build

from .queue import eager_jobs, jobs_by_worker

type Figures = Iterable[tuple[str, Any]]


@dataclass(frozen=True)
class Step:
    """One chapter: when it is played, by which function, under which title."""

    at: str
    title: str
    play: str  # "module.function" under rehearsal.story
    by_worker: bool = False

    @property
    def moment(self) -> datetime:
        return at(self.at)

    def function(self) -> Callable[[World], Figures | None] | None:
        """The function to call, or None while the stage has not written it."""
        module, name = self.play.rsplit(".", 1)
        if find_spec(f"{__name__}.{module}") is None:
            return None
        found: Callable[[World], Figures | None] | None = getattr(
            import_module(f"rehearsal.story.{module}"), name, None
        )
        return found


STEPS = (
    Step("2569-05-11 09:00", "Registry files come in", "registry.play"),
    Step("2569-05-15 13:00", "The predecessor's list of grants", "predecessor.play"),
    Step("2569-05-18 09:00", "Names and ids confirmed, class by class", "rolls.play"),
    Step(
        "2569-05-18 10:00",
        "Last term's lists of the basic-needs subsidy",
        "basic_needs.play_before",
    ),
    Step("2569-05-25 09:00", "The homes to visit are ticked and planned", "visits.play"),
    Step("2569-05-26 09:00", "Children who stand twice are found and settled", "duplicates.play"),
    Step("2569-06-01 09:00", "The PMT model released, the policy laid down", "scoring.release"),
    Step("2569-06-10 10:00", "School accounts; the continuing confirmed", "accounts.play"),
    Step("2569-06-20 10:00", "Form 01 drafted at the homes", "form01.play"),
    Step("2569-06-25 17:00", "The continuing group is frozen", "accounts.close"),
    Step("2569-06-25 17:00", "The first windows close", "closes.play"),
    Step("2569-07-08 10:00", "Pupils move between schools", "moves.play"),
    Step("2569-07-10 10:00", "Form 01 sent, certified, signed by most", "form01.submit"),
    Step("2569-07-13 10:00", "People are invited, and ask", "people.play"),
    Step("2569-07-13 11:00", "The office reminds its schools", "progress.remind"),
    Step("2569-07-14 15:00", "Form 01 signed by the other directors", "form01.sign"),
    Step("2569-07-15 09:00", "Round 1 built, approved, released", "rounds.play_1"),
    Step("2569-07-16 09:00", "Round 1 at the bank, reconciled", "bank.play_1"),
    Step("2569-07-24 16:59", "Form 01: the last second, and five sharp", "form01.close"),
    Step("2569-07-24 17:00", "Form 01 has closed: who had not reported", "closes.play"),
    Step("2569-07-31 09:00", "Round 1 published", "rounds.publish_1"),
    Step("2569-08-03 09:00", "A pupil moves; a claimed one is settled", "registry.play_august"),
    Step("2569-08-05 10:00", "What failed is corrected", "accounts.correct_2"),
    Step("2569-08-06 09:00", "Lists that changed are confirmed anew", "rolls.play_after"),
    Step("2569-08-10 10:00", "Round 1 paid out by the schools", "payout.play_1"),
    Step("2569-08-17 09:00", "Scored by the released model, announced", "scoring.play"),
    Step("2569-08-19 10:00", "The new choose their channels", "accounts.choose"),
    Step("2569-08-20 10:00", "Committees meet; the fund verifies", "committee.play"),
    Step("2569-08-28 10:00", "One month of attendance", "attendance.play"),
    Step(
        "2569-08-31 09:00", "Round 2 built (by a worker), approved, released", "rounds.play_2", True
    ),
    Step("2569-09-01 09:00", "Round 2 at the bank, reconciled", "bank.play_2"),
    Step("2569-09-07 09:00", "This term's lists of the basic-needs subsidy", "basic_needs.play"),
    Step("2569-09-08 10:00", "What failed is corrected again", "accounts.correct_3"),
    Step("2569-09-10 09:00", "Round 2 published", "rounds.publish_2"),
    Step("2569-09-17 09:00", "Round 3 built, approved, released", "rounds.play_3"),
    Step("2569-09-18 09:00", "Round 3 at the bank, reconciled", "bank.play_3"),
    Step("2569-09-28 09:00", "Round 3 published", "rounds.publish_3"),
    Step("2569-10-01 10:00", "Rounds 2 and 3 paid out by the schools", "payout.play_23"),
    Step("2569-10-30 16:00", "What the office sees", "progress.play"),
)
# Told on demand: it takes long, and tells nothing of the term.
EVERY_PAGE = Step("2569-10-30 16:30", "Every page, asked for by every role", "access.play")
WHAT_WAS_WRITTEN = Step("2569-10-30 16:40", "What all this wrote names nobody", "privacy.play")

BEGINNING = "2569-05-07 08:00"


@dataclass
class Telling:
    """How a telling went: steps played, and those that were not there."""

    played: int = 0
    missing: int = 0


def begin(folder: Path, printer: Printer) -> World:
    """Make the world that the story begins with, in an empty database."""
    begun = clock.stopwatch()
    with translation.override("th"), clock.rehearse(at(BEGINNING)):
        world = build(folder)
    figures = [
        ("schools", len(world.schools)),
        ("classes", len(world.classrooms)),
        ("people with a post", len(world.people)),
        ("pupils in registry files", len(world.children)),
    ]
    printer.step(
        at(BEGINNING), "The calendar, places and people", figures, clock.stopwatch() - begun
    )
    return world


def tell(
    world: World,
    printer: Printer,
    until: datetime | None = None,
    steps: tuple[Step, ...] = STEPS,
) -> Telling:
    """Play every step up to `until`, in order; each prints its figures and the seconds it took."""
    telling = Telling()
    for step in steps:
        if until is not None and step.moment > until:
            break
        function = step.function()
        if function is None:
            printer.missing(step.moment, step.title, step.play)
            telling.missing += 1
            continue
        begun = clock.stopwatch()
        runner = jobs_by_worker() if step.by_worker else eager_jobs()
        try:
            with translation.override("th"), clock.rehearse(step.moment), runner:
                figures = list(function(world) or ())
        except Exception:
            printer.broke(step.moment, step.title, step.play)
            raise
        printer.step(step.moment, step.title, figures, clock.stopwatch() - begun)
        telling.played += 1
    return telling
