"""Home visits on the kernel's pages: the menu's line, and how many homes wait for a teacher."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from eqfund import hooks
from eqfund.models import Term, User
from screening.models import HomeVisit
from screening.permissions.visits import FOLLOW, PLAN
from screening.queries import visits as queries


def register() -> None:
    """Register with eqfund.hooks."""
    hooks.menu.register(
        hooks.MenuItem("screening", _("Home visits"), "screening:visits", FOLLOW, _("Visits")),
        order=19,
    )
    hooks.counted_subjects.register(hooks.CountedSubject(queries.SUBJECT, queries.office_figures))


def homes_to_visit(user: User, term: Term) -> int:
    """Ticked homes to which nobody has gone, and for whose pupil no form 01 has been begun."""
    rows = HomeVisit.objects.visible_to(user, PLAN).in_term(term).to_visit_in(term).with_form()
    return int(rows.filter(is_ticked=True, has_form=False, is_visited=False).count())
