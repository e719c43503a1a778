"""Scoring, committee, verification and grants on the kernel's pages: tasks, a pupil's panels, menu lines."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from eqfund import access, hooks
from eqfund.models import Pupil, School, Term, User
from eqfund.windows import Window, event_at, window_of
from screening.form01.rules import Status
from screening.models import (
    AnnouncedPupil,
    CommitteeMeeting,
    Form01,
    FundVerification,
    Grant,
    GrantRevival,
    InstitutionDecision,
)
from screening.permissions import committee, verification
from screening.queries import scoring as scoring_queries, verification as verification_queries
from screening.queries.grant_ends import still_marked
from screening.rules.committee import OPEN, MeetingStatus
from screening.rules.grants import RevivalStatus
from screening.rules.verification import STEPS, Outcome

MENU = (
    (22, "screening", _("PMT scoring"), "screening:scoring", "screening.read_pmt", _("Scoring")),
    (
        24,
        "screening",
        _("Announce PMT results"),
        "screening:announcements",
        "screening.read_pmt",
        _("Announce"),
    ),
    (
        26,
        "screening",
        _("Announced list"),
        "screening:announced",
        "screening.read_announced",
        _("Announced list"),
    ),
    (28, "screening", _("Form 05"), "screening:meetings", "screening.read_form05", _("Form 05")),
    (
        30,
        "screening",
        _("Verify forms 05"),
        "screening:verification",
        "screening.read_verification",
        _("Verify"),
    ),
    (32, "screening", _("Grants"), "screening:grants", "screening.read_grants", _("Grants")),
    (60, "screening", _("PMT models"), "screening:pmt-models", "screening.read_pmt", _("PMT")),
)


def register() -> None:
    """Register with eqfund.hooks, and the kinds of jobs."""
    from screening import tasks_grant  # noqa: F401  (registers its jobs)

    counted = hooks.CountedSubject(scoring_queries.SUBJECT, scoring_queries.office_figures)
    hooks.counted_subjects.register(counted)
    hooks.home_tasks.register(todos, order=30)
    hooks.pupil_panels.register(panels, order=30)
    for order, section, label, url_name, verb, short in MENU:
        hooks.menu.register(hooks.MenuItem(section, label, url_name, verb, short), order=order)


def todos(user: User, at: datetime) -> list[hooks.Todo]:
    """What this person has to do between the score and the grant, by when."""
    term = Term.objects.current(at)
    if term is None:
        return []
    return [
        *_to_hold(user, term, at),
        *_to_sign(user, term, at),
        *_to_reopen(user, term),
        *_to_score(user, term, at),
        *_to_decide(user, term),
        *_to_verify(user, term, at),
        *_to_revive(user),
        *_to_unmark(user, term),
    ]


def _to_hold(user: User, term: Term, at: datetime) -> list[hooks.Todo]:
    """Announced pupils that no meeting has taken, and meetings not finished."""
    found = []
    for path in access.paths_with(user, "screening.record_form05"):
        window = window_of(term, committee.ACTIVITY, path, at)
        if window is None or not window.is_open(at):
            continue
        meetings = CommitteeMeeting.objects.under(path).filter(term=term, status__in=OPEN)
        for meeting in meetings:
            found.append(_unfinished(meeting, window))
        waiting = AnnouncedPupil.objects.under(path)
        count = waiting.filter(announcement__term=term, form05_line=None).count()
        school = School.objects.filter(path=path).first()
        if count and school and not meetings:
            found.append(_begin(school, count, window))
    return found


def _unfinished(meeting: CommitteeMeeting, window: Window) -> hooks.Todo:
    again = meeting.status == MeetingStatus.REOPENED
    return hooks.Todo(
        what=gettext("Correct form 05, which was reopened") if again else gettext("Finish form 05"),
        hint=meeting.reopen_reason
        if again
        else gettext("Members, decisions, plan K001 and minutes."),
        url=reverse("screening:meeting", args=[meeting.pk]),
        action_label=gettext("See"),
        due=window.closes_at,
        state="bad" if again else "sun",
    )


def _begin(school: School, count: int, window: Window) -> hooks.Todo:
    what = ngettext(
        "Hold the committee's meeting on %(count)d announced pupil",
        "Hold the committee's meeting on %(count)d announced pupils",
        count,
    )
    return hooks.Todo(
        what=what % {"count": count},
        hint=window.title,
        url=reverse("screening:meeting-new", args=[school.pk]),
        action_label=gettext("Record a meeting"),
        due=window.closes_at,
        state="sun",
        count=count,
    )


def _to_sign(user: User, term: Term, at: datetime) -> list[hooks.Todo]:
    """Complete forms 05 that await the director."""
    found = []
    for path in access.paths_with(user, "screening.sign_form05"):
        window = window_of(term, committee.ACTIVITY, path, at)
        rows = CommitteeMeeting.objects.under(path).filter(term=term, status__in=OPEN)
        for meeting in rows.select_related("school", "term", "plan", "minutes"):
            if window is not None and window.is_open(at) and not committee.faults_of(meeting):
                found.append(
                    hooks.Todo(
                        what=gettext("Sign form 05"),
                        hint=window.title,
                        url=reverse("screening:meeting", args=[meeting.pk]) + "#sign",
                        action_label=gettext("Sign"),
                        due=window.closes_at,
                        state="sun",
                    )
                )
    return found


def _to_reopen(user: User, term: Term) -> list[hooks.Todo]:
    """Forms 05 that the fund sent back, for the supervising office."""
    if not access.paths_with(user, "screening.reopen_form05"):
        return []
    meetings = CommitteeMeeting.objects.visible_to(user, "screening.reopen_form05")
    meetings = meetings.filter(term=term, status=MeetingStatus.LOCKED)
    findings = FundVerification.objects.filter(
        meeting__in=meetings, revision=F("meeting__revision"), outcome=Outcome.SENT_BACK
    )
    return [
        hooks.Todo(
            what=gettext("Reopen form 05 of %(school)s") % {"school": finding.meeting.school.name},
            hint=finding.reason,
            url=reverse("screening:meeting-reopen", args=[finding.meeting_id]),
            action_label=gettext("Look and reopen"),
            state="bad",
        )
        for finding in findings.select_related("meeting__school").order_by("at", "pk")[:20]
    ]


def _to_score(user: User, term: Term, at: datetime) -> list[hooks.Todo]:
    """For the fund: score after the close, announce at the calendar's moment."""
    if not access.paths_with(user, "screening.score"):
        return []
    figures = scoring_queries.figures_as_counted(user, term)
    line = event_at(term, "pmt_announcement")
    due = line.during.lower if line else None
    found = []
    if figures["waiting"] and _closed(term, at):
        what = ngettext("Score %(count)d form", "Score %(count)d forms", figures["waiting"])
        found.append((what % {"count": figures["waiting"]}, "screening:scoring", gettext("Score")))
    if figures["scored"]:
        what = ngettext(
            "Announce %(count)d result", "Announce %(count)d results", figures["scored"]
        )
        found.append(
            (what % {"count": figures["scored"]}, "screening:announcements", gettext("Announce"))
        )
    return [
        hooks.Todo(what=what, url=reverse(name), action_label=label, due=due, state="sun")
        for what, name, label in found
    ]


def _closed(term: Term, at: datetime) -> bool:
    from screening.permissions.pmt import last_close

    closes = last_close(term)
    return closes is not None and closes <= at


def _to_decide(user: User, term: Term) -> list[hooks.Todo]:
    """Proposals on institutional households that another person of the fund made."""
    if not access.paths_with(user, "screening.decide_institution"):
        return []
    rows = InstitutionDecision.objects.filter(status="proposed", form__enrolment__term=term)
    count = rows.exclude(proposed_by=user).count()
    if not count:
        return []
    what = ngettext(
        "Decide on %(count)d pupil of an institution",
        "Decide on %(count)d pupils of institutions",
        count,
    )
    return [
        hooks.Todo(
            what=what % {"count": count},
            url=reverse("screening:scoring") + "#institutions",
            action_label=gettext("See"),
            count=count,
        )
    ]


def _to_revive(user: User) -> list[hooks.Todo]:
    """Ends of a grant that somebody else asks to undo, for the fund."""
    if not access.paths_with(user, "screening.decide_revival"):
        return []
    count = GrantRevival.objects.filter(status=RevivalStatus.ASKED).exclude(asked_by=user).count()
    if not count:
        return []
    what = ngettext(
        "Decide whether the end of %(count)d grant is undone",
        "Decide whether the ends of %(count)d grants are undone",
        count,
    )
    return [
        hooks.Todo(
            what=what % {"count": count},
            url=reverse("screening:grants") + "?asked=1",
            action_label=gettext("See"),
            count=count,
            state="sun",
        )
    ]


def _to_unmark(user: User, term: Term) -> list[hooks.Todo]:
    """Households that are no longer poor and whom the registry, where that is taken off, still marks."""
    if not access.paths_with(user, "registry.import_file"):
        return []
    if any(path.count("/") < 4 for path in access.paths_with(user, "registry.import_file")):
        return []
    grants = still_marked(user, "registry.import_file", term)
    if not grants:
        return []
    what = ngettext(
        "Take off the mark “ยากจน” of %(count)d pupil in DMC",
        "Take off the mark “ยากจน” of %(count)d pupils in DMC",
        len(grants),
    )
    return [
        hooks.Todo(
            what=what % {"count": len(grants)},
            hint=gettext(
                "Their grants ended because the household is no longer poor. Then send the file again."
            ),
            url=reverse("screening:grants") + "?ended=1"
            if access.paths_with(user, "screening.read_grants")
            else "",
            action_label=gettext("See"),
            state="sun",
            count=len(grants),
        )
    ]


def _to_verify(user: User, term: Term, at: datetime) -> list[hooks.Todo]:
    """For the fund: signed forms 05 that wait for a step, while the window is open."""
    if not access.paths_with(user, "screening.verify_form05"):
        return []
    line = event_at(term, verification.ACTIVITY)
    if line is None or at not in line.during:
        return []
    counts = verification_queries.counts_by_step(term)
    waiting = [step for step in STEPS if counts[step]]
    if not waiting:
        return []
    total = sum(counts[step] for step in waiting)
    what = ngettext("Verify %(count)d form 05", "Verify %(count)d forms 05", total)
    return [
        hooks.Todo(
            what=what % {"count": total},
            hint=line.title,
            url=reverse("screening:verification-step", args=[waiting[0]]),
            action_label=gettext("Verify"),
            due=line.during.upper,
            state="sun",
            count=total,
        )
    ]


def panels(pupil: Pupil, user: User, at: datetime) -> list[hooks.Panel]:
    """The pupil's grant, and the result of the newest form once it is announced."""
    found = []
    grants = Grant.objects.visible_to(user, "screening.read_grants").filter(pupil=pupil)
    grant = grants.order_by("-first_term", "-pk").first()
    if grant is not None:
        found.append(hooks.Panel(gettext("Grant"), "screening/grants/panel.html", {"grant": grant}))
    forms = Form01.objects.visible_to(user, "screening.read_score")
    form = (
        forms.with_standing()
        .filter(enrolment__pupil=pupil, stands=Status.ANNOUNCED)
        .select_related("pmt_score", "institution_decision")
        .defer("private", "unread", "officer")
        .order_by("-pk")
        .first()
    )
    if form is not None:
        outcome = getattr(form, "pmt_score", None) or getattr(form, "institution_decision", None)
        context = {"form_pk": form.pk, "band": outcome.band if outcome else ""}
        found.append(hooks.Panel(gettext("PMT result"), "screening/pmt/panel.html", context))
    return found
