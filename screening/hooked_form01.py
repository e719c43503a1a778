"""Form 01 on the kernel's pages: what waits for whom, a pupil's panel, the menu's lines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from eqfund import access, hooks
from eqfund.models import Enrolment, Pupil, Term, User
from eqfund.windows import Window, why_closed, window_of
from screening.form01.rules import Status
from screening.hooked_visits import homes_to_visit
from screening.models import Form01
from screening.permissions.form01 import DRAFTING, SENDING, why_not_start
from screening.queries import form01 as queries
from screening.views.form01_pages import pill_of


def register() -> None:
    """Register with eqfund.hooks."""
    hooks.home_tasks.register(todos, order=20)
    hooks.pupil_panels.register(panels, order=20)
    hooks.menu.register(
        hooks.MenuItem(
            "screening",
            _("Form 01"),
            "screening:form01-list",
            "screening.read_form01",
            _("Form 01"),
        ),
        order=20,
    )
    hooks.menu.register(
        hooks.MenuItem(
            "screening",
            _("Sign forms 01"),
            "screening:form01-signing",
            "screening.sign_form01",
            _("Sign"),
        ),
        order=21,
    )


def todos(user: User, at: datetime) -> list[hooks.Todo]:
    """What this person has to do with forms 01, by when."""
    term = Term.objects.current(at)
    if term is None:
        return []
    return [*_to_write(user, term, at), *_to_certify(user, term), *_to_sign(user, term)]


def _to_write(user: User, term: Term, at: datetime) -> list[hooks.Todo]:
    """Visit, finish and correct, while the window lets it."""
    paths = access.paths_with(user, "screening.draft_form01")
    if not paths:
        return []
    window = window_of(term, SENDING, paths[0], at)
    drafting = window_of(term, DRAFTING, paths[0], at)
    if window is None or drafting is None or (not drafting.is_open(at) and not window.is_open(at)):
        return []
    rows = queries.new_group(term).visible_to(user, "screening.draft_form01")  # type: ignore[attr-defined]
    counts = queries.counts_by_state(rows) | {queries.TO_VISIT: homes_to_visit(user, term)}
    found = []
    for state, what in (
        (
            Status.RETURNED.value,
            ngettext(
                "Correct %(count)d returned form 01",
                "Correct %(count)d returned forms 01",
                counts[Status.RETURNED],
            ),
        ),
        (
            queries.TO_VISIT,
            ngettext(
                "Visit %(count)d home of the new group",
                "Visit %(count)d homes of the new group",
                counts[queries.TO_VISIT],
            ),
        ),
        (
            Status.DRAFT.value,
            ngettext(
                "Finish and send %(count)d draft of form 01",
                "Finish and send %(count)d drafts of form 01",
                counts[Status.DRAFT],
            ),
        ),
    ):
        if counts[state]:
            found.append(_todo(what, state, counts[state], window, at))
    return found


def _todo(what: str, state: str, count: int, window: Window, at: datetime) -> hooks.Todo:
    soon = window.closes_at is not None and (window.closes_at - at).days < 7
    visits = state == queries.TO_VISIT
    return hooks.Todo(
        what=what % {"count": count},
        hint=gettext("The plan with its map can be printed.") if visits else window.title,
        url=reverse("screening:visits")
        if visits
        else f"{reverse('screening:form01-list')}?state={state}",
        action_label=gettext("Plan the visits") if visits else gettext("Open the list"),
        due=window.closes_at,
        state="bad" if state == Status.RETURNED else "sun" if soon else "",
        count=count,
    )


def _to_certify(user: User, term: Term) -> list[hooks.Todo]:
    """Sent forms that await the official."""
    if not access.paths_with(user, "screening.certify_form01"):
        return []
    waiting = queries.waiting_for(user, "screening.certify_form01", term, [Status.SUBMITTED])
    count = waiting[Status.SUBMITTED]
    if not count:
        return []
    what = ngettext(
        "Let the official certify %(count)d form 01",
        "Let the official certify %(count)d forms 01",
        count,
    )
    return [
        hooks.Todo(
            what=what % {"count": count},
            url=f"{reverse('screening:form01-list')}?state={Status.SUBMITTED}",
            action_label=gettext("Open the list"),
            count=count,
        )
    ]


def _to_sign(user: User, term: Term) -> list[hooks.Todo]:
    """Certified forms that await the director."""
    if not access.paths_with(user, "screening.sign_form01"):
        return []
    waiting = queries.waiting_for(user, "screening.sign_form01", term, [Status.CERTIFIED])
    count = waiting[Status.CERTIFIED]
    if not count:
        return []
    what = ngettext("Sign %(count)d form 01", "Sign %(count)d forms 01", count)
    return [
        hooks.Todo(
            what=what % {"count": count},
            url=reverse("screening:form01-signing"),
            action_label=gettext("Sign"),
            count=count,
        )
    ]


def panels(pupil: Pupil, user: User, at: datetime) -> list[hooks.Panel]:
    """The pupil's newest form 01 that this person may read, or the way to begin one."""
    forms = (
        Form01.objects.visible_to(user, "screening.read_form01")
        .alive()
        .with_standing()
        .filter(enrolment__pupil=pupil)
    )
    form: Any = (
        (forms.select_related("enrolment__term").defer("private", "unread", "officer"))
        .order_by("-started_at")
        .first()
    )
    context = {"form": form, "pill": pill_of(form.standing)} if form else _to_begin(pupil, user, at)
    if not context:
        return []
    return [hooks.Panel(gettext("Form 01"), "screening/form01/panel.html", context)]


def _to_begin(pupil: Pupil, user: User, at: datetime) -> dict[str, Any]:
    """The enrolment a form may be begun for, to those who may; nothing for others."""
    term = Term.objects.current(at)
    rows = Enrolment.objects.visible_to(user, "screening.draft_form01").studying()
    enrolment = rows.filter(pupil=pupil, term=term).select_related("term").first()
    if enrolment is None or why_closed(enrolment.term, DRAFTING, enrolment.path, at):
        return {}
    return {"enrolment": enrolment, "why_not": why_not_start(enrolment, user)}
