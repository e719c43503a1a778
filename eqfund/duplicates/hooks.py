"""What duplicates put on the home page, the pupil's page, the menu, and behind a recorded registry file."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext_lazy

from eqfund import access, hooks
from eqfund.hooks import MenuItem, Panel, Todo
from eqfund.models import DuplicateSide, Pupil, PupilJoin, RegistryImport, User
from eqfund.privacy.export import PUPIL, Part
from eqfund.privacy.scrub import Scrub

from . import queries, scrubbing, tasks
from .rules import school_of
from .rules_joins import JoinStatus

hooks.menu.register(
    MenuItem(
        "pupils",
        _("Duplicates"),
        "duplicates:tickets",
        "duplicates.read",
        pgettext_lazy("tab", "Duplicates"),
    ),
    order=16,
)
hooks.joined_words.register(("eqfund.EnrolmentStatusChange", _("changes of state")))
hooks.joined_words.register(("eqfund.Handover", _("a hand-over")))
hooks.person_exports.register(
    Part(PUPIL, _("Duplicates"), DuplicateSide, "pupil", leave_out=("proof",)), order=40
)
hooks.person_scrubs.register(Scrub("pupil", "duplicates", scrubbing.forget))


@hooks.registry_imported.register
def look_after_import(it: RegistryImport, at: datetime) -> None:
    """Whoever a file brought is looked at when it is recorded, never before or while."""
    tasks.look(it.term, path=it.path, import_pk=it.pk, key=f"find-duplicates-of-import-{it.pk}")


@hooks.home_tasks.register
def answer_tasks(user: User, at: datetime) -> list[Todo]:
    """Children of my schools of whom another school says the same."""
    if not access.paths_with(user, "duplicates.answer"):
        return []
    mine = queries.waiting_for_answer(user)
    told = mine.aggregate(due=Min("pair__due_at"))
    count = mine.values("pair").distinct().count()
    if not count:
        return []
    return [
        Todo(
            ngettext(
                "Say whether the child studies with you",
                "Say of %(n)d children whether they study with you",
                count,
            )
            % {"n": count},
            gettext(
                "Another school has the same child too. Until it is settled, the child may not be paid."
            ),
            url=reverse("duplicates:tickets") + "?show=mine",
            action_label=gettext("Give the answer"),
            due=told["due"],
            state="sun",
            count=count,
        )
    ]


@hooks.home_tasks.register
def decision_tasks(user: User, at: datetime) -> list[Todo]:
    """What two schools could not agree on, or left unanswered."""
    if not access.paths_with(user, "duplicates.decide"):
        return []
    count = queries.waiting_for_decision(user, at).count()
    if not count:
        return []
    return [
        Todo(
            ngettext(
                "Decide where a child studies",
                "Decide where %(n)d children study",
                count,
            )
            % {"n": count},
            gettext("Two schools did not agree, or did not answer in time."),
            url=reverse("duplicates:pairs") + "?show=decide",
            action_label=gettext("Compare and decide"),
            state="bad",
            count=count,
        )
    ]


@hooks.home_tasks.register
def join_tasks(user: User, at: datetime) -> list[Todo]:
    """What the fund was asked to join, and what a colleague has proposed."""
    todos = []
    rows = PupilJoin.objects.visible_to(user).waiting()
    if not access.paths_with(user, "duplicates.decide_join"):
        return []
    asked = rows.filter(status=JoinStatus.ASKED).count()
    if asked and access.paths_with(user, "duplicates.propose_join"):
        what = ngettext(
            "Look at two rows of one child", "Look at the two rows of %(n)d children", asked
        )
        todos.append(_join_todo(what % {"n": asked}, "asked", asked))
    proposed = rows.filter(status=JoinStatus.PROPOSED).exclude(proposed_by=user.pk).count()
    if proposed:
        what = ngettext(
            "Decide whether two rows are joined",
            "Decide whether the rows of %(n)d children are joined",
            proposed,
        )
        todos.append(_join_todo(what % {"n": proposed}, "proposed", proposed))
    return todos


def _join_todo(what: str, show: str, count: int) -> Todo:
    return Todo(
        what,
        gettext("Money, a grant or a form stands on both rows."),
        url=reverse("duplicates:joins") + f"?show={show}",
        action_label=gettext("Look"),
        state="sun",
        count=count,
    )


@hooks.pupil_panels.register
def duplicate_panel(pupil: Pupil, user: User, at: datetime) -> list[Panel]:
    """The tickets of this child that the person may read; nothing when there are none."""
    school = school_of(pupil.path)  # whose side a teacher of the class reads too
    sides = DuplicateSide.objects.filter(pupil=pupil.pk, path=school)
    rows = list(sides.select_related("pair").order_by("-pair__found_at", "pair", "position")[:10])
    shown = list({side.pair_id: side for side in rows}.values())
    if not any(side.pair.is_open for side in shown):
        shown = shown[:1]
    if not shown:
        return []
    context = {
        "sides": [queries.row_of(side) for side in shown],
        "may_read": access.may(user, "duplicates.read", school),
        "moment": at,
    }
    return [Panel(gettext("Stands twice"), "duplicates/panel.html", context)]
