"""What a pupil's move or leaving means for screening, and what of it the new school may read.

A former grantee who changed school is new group (letter 004, line 66): the grant ends with the move,
whoever recorded it, so that the new school can visit and send form 01 while its window is open. Death
ends it as well. Every other leaving leaves the grant to the school, which ends it with a reason.
"""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access, audit, hooks
from eqfund.audit import Noted
from eqfund.duplicates.rules_joins import GrantFate, grants as grant_fates
from eqfund.hooks import Duty, JoinLine, Panel, StatusMeaning
from eqfund.models import Enrolment, EnrolmentStatusChange, Handover, Pupil, PupilJoin, User
from eqfund.thai_text import thai_datetime
from eqfund.windows import window_of
from screening.actions.visits import propose_visits
from screening.form01.rules import SENT
from screening.models import Form01, Grant, GrantSuspension, HomeVisit
from screening.models.grants import END_NAMES
from screening.rules.grants import EndReason, GrantStatus
from screening.rules.visits import Evidence
from screening.views.form01_reading import answered, photos_of, signatures_of

SENDER, RECEIVER = "sender", "receiver"
FEW = 50  # single moves are proposed for a visit at once; after a whole file, the file's own hook does it


def register() -> None:
    """Register with eqfund.hooks."""
    hooks.joined_words.register(("screening.Grant", _("a grant")))
    hooks.joined_words.register(("screening.Form01", _("a form 01")))
    hooks.rows_join.register(settle_grants, order=20)
    hooks.children_moved.register(end_moved_grants, order=20)
    hooks.states_changed.register(end_grants_of_the_dead, order=20)
    hooks.handover_duties.register(duties, order=20)
    hooks.handover_history.register(history, order=20)
    hooks.status_meanings.register(meanings, order=20)
    hooks.home_tasks.register(screen_again, order=32)


def end_moved_grants(keys: list[int], by: User | None, at: datetime) -> None:
    """End the grants of pupils who study at another school now, and ask for their visit there."""
    moved = Handover.objects.filter(pk__in=keys)
    grants = Grant.objects.filter(pupil__in=moved.values("pupil")).exclude(status=GrantStatus.ENDED)
    _end(grants, EndReason.MOVED, by, at)
    if len(keys) <= FEW:
        for handover in moved.select_related("term"):
            propose_visits(handover.to_path, handover.term, by=None, at=at)


def end_grants_of_the_dead(keys: list[int], by: User | None, at: datetime) -> None:
    """Death ends a grant."""
    died = EnrolmentStatusChange.objects.filter(pk__in=keys, became=Enrolment.Status.DIED)
    grants = Grant.objects.filter(pupil__in=died.values("enrolment__pupil"))
    _end(grants.exclude(status=GrantStatus.ENDED), EndReason.DIED, by, at)


def settle_grants(
    join: PupilJoin, keep: Pupil, leave: Pupil, here: str, by: User, at: datetime
) -> list[JoinLine]:
    """The fund joins two rows of one child: one grant lives at most, at the school that has the child."""
    living = Grant.objects.exclude(status=GrantStatus.ENDED).select_related("enrolment")
    kept, other = living.filter(pupil=keep).first(), living.filter(pupil=leave).first()
    fates = grant_fates(
        kept_here=kept.enrolment.path.startswith(here) if kept else None,
        other_here=other.enrolment.path.startswith(here) if other else None,
    )
    lines = []
    for grant, fate in zip((kept, other), fates, strict=True):
        if grant is None or fate is None:
            continue
        span = {"span": f"{grant.first_term} – {grant.last_term}"}
        if fate is GrantFate.STAYS:
            said = gettext("The grant of terms %(span)s stays the child's.") % span
        else:
            reason = EndReason(fate.value)
            _end(Grant.objects.filter(pk=grant.pk), reason, by, at)
            words = {**span, "reason": str(END_NAMES[reason])}
            said = gettext("The grant of terms %(span)s ends: %(reason)s.") % words
        lines.append(JoinLine(f"grant {grant.pk} {fate}", said))
    return lines


def _end(grants: object, reason: EndReason, by: User | None, at: datetime) -> None:
    """End each by compare-and-set, lift its suspension, and note it in the child's own trail."""
    found = list(grants.select_related("enrolment").select_for_update(of=["self"]))  # type: ignore[attr-defined]
    keys = [grant.pk for grant in found]
    Grant.objects.filter(pk__in=keys).update(
        status=GrantStatus.ENDED, end_reason=reason, end_note="", ended_at=at, ended_by=by
    )
    suspended = GrantSuspension.objects.filter(grant__in=keys, lifted_at=None)
    suspended.update(lifted_at=at, lifted_by=by)
    ended = (Noted(grant, grant.enrolment.path, facts={"reason": reason}) for grant in found)
    audit.record_each("end_grant", ended, by=by, at=at)


# --- what is said of it -----------------------------------------------------------------


def duties(handover: Handover, at: datetime) -> list[Duty]:
    """The grant's end at the former school; the visit and form 01 at the new one."""
    return [*_of_grants(handover), *_of_screening(handover, at)]


def _of_grants(handover: Handover) -> list[Duty]:
    """Only what is alive, or what this move has ended."""
    rows = Grant.objects.filter(pupil=handover.pupil_id).order_by("-first_term")
    found = []
    for grant in rows:
        span = f"{grant.first_term} – {grant.last_term}"
        if grant.status != GrantStatus.ENDED and not handover.has_arrived:
            said = gettext("The grant of terms %(span)s ends with the reason “moved”.")
            found.append(Duty(SENDER, said % {"span": span}))
        elif grant.end_reason == EndReason.MOVED and grant.ended_at >= handover.proposed_at:
            said = gettext("The grant of terms %(span)s has ended with the reason “moved”.")
            found.append(Duty(SENDER, said % {"span": span}, done=True))
    return found


def _of_screening(handover: Handover, at: datetime) -> list[Duty]:
    if not handover.to_path:
        return []
    window = window_of(handover.term, "form01", handover.to_path, at)
    due = window.last_moment.date() if window and window.last_moment else None
    over = due is not None and at.date() > due
    here = handover.to_enrolment_id
    visit = HomeVisit.objects.filter(enrolment=here).first() if here else None
    form = Form01.objects.alive().filter(enrolment=here).first() if here else None
    visited = form is not None or (visit is not None and visit.visited_on is not None)
    sent = form is not None and form.status in SENT
    hint = gettext("A former grantee who changed school is new group and screened again.")
    if over and not sent:
        hint = gettext("The window of form 01 is past: the pupil is screened in the next one.")
    return [
        Duty(
            RECEIVER,
            gettext("Visit the home"),
            hint,
            url=reverse("screening:visits"),
            due=None if over else due,
            done=visited if here else None,
        ),
        Duty(
            RECEIVER,
            gettext("Record and send form 01, as new group"),
            url=reverse("screening:form01", args=[form.pk])
            if form
            else reverse("screening:form01-list"),
            due=None if over else due,
            done=sent if here else None,
        ),
    ]


def meanings(enrolment: Enrolment, at: datetime) -> list[StatusMeaning]:
    """What each state would do to a grant that lives."""
    alive = Grant.objects.filter(pupil=enrolment.pupil_id).exclude(status=GrantStatus.ENDED)
    if not alive.exists():
        return []
    rests = gettext(
        "The grant is not ended by this, and pays nothing until the pupil studies again."
    )
    return [
        StatusMeaning("moved", gettext("The grant ends when the new school has the pupil.")),
        StatusMeaning(
            "withdrew",
            rests + " " + gettext("If the pupil is gone for good, end the grant on its page."),
        ),
        StatusMeaning("suspended", rests),
        StatusMeaning("not_present", rests),
        StatusMeaning(
            "died",
            gettext("The grant ends at once. If this was a mistake, the fund is asked to undo it."),
            bad=True,
        ),
    ]


def screen_again(user: User, at: datetime) -> list[hooks.Todo]:
    """Pupils who came from other schools and have no form 01 yet, while its window is open."""
    found = []
    for path in access.paths_with(user, "screening.record_form01"):
        if access.level_of_path(path) not in ("school", "classroom"):
            continue
        came = Handover.objects.filter(
            access.within([path], "to_path"), to_enrolment__status=Enrolment.Status.STUDYING
        )
        came = came.filter(
            to_enrolment__home_visit__evidence__contains=[Evidence.GRANT_ELSEWHERE]
        ).exclude(to_enrolment__forms01__in=Form01.objects.alive().filter(status__in=SENT))
        first = came.select_related("term").order_by("-pk").first()
        if first is None:
            continue
        window = window_of(first.term, "form01", path, at)
        if window is None or not window.is_open(at):
            continue
        count = came.filter(term=first.term).values("pupil").distinct().count()
        found.append(
            hooks.Todo(
                gettext("Screen %(count)d pupils who moved here, as new group") % {"count": count},
                gettext("They held a grant at another school; it ended when they moved."),
                url=reverse("screening:form01-list"),
                action_label=gettext("See"),
                due=window.closes_at,
                state="sun",
                count=count,
            )
        )
    return found


# --- what the new school reads ------------------------------------------------------------


def history(handover: Handover, user: User, at: datetime) -> list[Panel]:
    """Grants and the last form 01 of the former schools, read-only; `handover` is accepted and the user's."""
    former = handover.former_enrolments()
    grants = list(
        Grant.objects.filter(enrolment__in=former).select_related("enrolment__classroom__school")
        .order_by("-first_term", "-pk")
    )  # fmt: skip
    found = []
    if grants:
        found.append(
            Panel(gettext("Grants"), "screening/grants/handed_over.html", {"grants": grants})
        )
    forms = Form01.objects.filter(enrolment__in=former, status__in=SENT).for_page()
    form = forms.order_by("-enrolment__term__opens_on", "-pk").first()
    if form is not None:
        context = {
            "form": form,
            "sections": answered(form),
            "signatures": signatures_of(form),
            "photos": len(photos_of(form)),
            "officer": form.officer,
            "sent_at": thai_datetime(form.submitted_at) if form.submitted_at else "",
        }
        found.append(
            Panel(
                gettext("The last form 01, term %(term)s") % {"term": form.enrolment.term.label},
                "screening/form01/handed_over.html",
                context,
            )
        )
    return found
