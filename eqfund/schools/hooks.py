"""What schools put into the menu, the home page, the checklist and the reminders."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access, hooks
from eqfund.hooks import MenuItem, Todo, Unfinished
from eqfund.models import School, Term, User
from eqfund.windows import window_of

from . import checks, queries
from .rules import ProfileState

hooks.menu.register(
    MenuItem("place", _("Schools"), "schools:schools", "registry.read_schools"), order=10
)
hooks.school_checks.register(checks.profile_checks, order=10)
hooks.school_checks.register(checks.director_checks, order=20)
hooks.school_checks.register(checks.staff_checks, order=30)


def _page(school: int, term: Term, round_no: int) -> str:
    return reverse("schools:checklist", args=[school])


hooks.unfinished.register(Unfinished("school_profile", queries.not_confirmed, page=_page))


@hooks.home_tasks.register
def profile_tasks(user: User, at: datetime) -> list[Todo]:
    """A school whose profile is not confirmed this term as it stands."""
    term = Term.objects.current(at)
    paths = access.paths_with(user, "registry.edit_school")
    if term is None or not paths:
        return []
    rows = queries.with_state(School.objects.filter(path__in=paths), term)
    todos = []
    for school in rows.exclude(state=ProfileState.CONFIRMED.value).order_by("pk"):
        window = window_of(term, "school_profile", school.path, at)
        if window is None or not window.is_open(at):
            continue
        changed = school.state == ProfileState.CHANGED  # type: ignore[attr-defined]
        todos.append(
            Todo(
                gettext("Bring the school's profile up to date"),
                gettext("It was changed after it was confirmed: confirm it again.")
                if changed
                else gettext("Contacts, address and director; then confirm them for term %(term)s.")
                % {"term": term.label},
                url=reverse("schools:checklist", args=[school.pk]),
                action_label=gettext("Look and confirm"),
                due=window.closes_at,
                state="info" if changed else "",
                state_label=gettext("changed since it was confirmed") if changed else "",
            )
        )
    return todos
