"""What the pages of form 05 show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from eqfund import access
from eqfund.models import School, Term
from eqfund.pages import PAGE_SIZE
from eqfund.schools.queries import signer_on
from eqfund.windows import why_closed, window_of
from screening.forms import committee as forms
from screening.models import AnnouncedPupil, CommitteeMeeting, Form05Line, FundVerification
from screening.models.committee import OUTCOME_NAMES, STATUS_NAMES, STEP_NAMES
from screening.permissions import committee as permissions
from screening.rules import committee as rules
from screening.rules.committee import Fault, MeetingStatus
from screening.rules.verification import STEPS, Outcome

PILLS = {MeetingStatus.DRAFT: "sun", MeetingStatus.REOPENED: "bad", MeetingStatus.LOCKED: "good"}
PARTS = (
    ("members", {Fault.NO_MEMBERS, Fault.NO_CHAIR, Fault.NO_SECRETARY, Fault.NO_QUORUM}),
    ("pupils", {Fault.NO_LINES, Fault.UNDECIDED, Fault.TOO_FEW_DECIDING}),
    ("plan", {Fault.NO_PLAN, Fault.PLAN_DIFFERS}),
    ("minutes", {Fault.NO_MINUTES}),
)


def pill_of(status: str) -> str:
    return PILLS[MeetingStatus(status)]


def open_now(request: Any, term: Term) -> dict[str, Any]:
    """The window of form 05 at the person's first place, or the sentence that it is closed."""
    paths = [
        p for p in access.paths_with(request.user, "screening.read_form05") if p.count("/") > 1
    ]
    if not paths:
        return {"window": None, "why_closed": None}
    window = window_of(term, permissions.ACTIVITY, paths[0], request.moment)
    return {
        "window": window,
        "left": window.left(request.moment) if window else "",
        "why_closed": why_closed(term, permissions.ACTIVITY, paths[0], request.moment),
    }


def schools_without(user: Any, term: Term, verb: str) -> list[School]:
    """The first of my schools whose announced pupils no meeting has taken, by name."""
    waiting = AnnouncedPupil.objects.filter(
        enrolment__classroom__school=OuterRef("pk"), announcement__term=term, form05_line=None
    )
    schools = School.objects.visible_to(user, verb).filter(Exists(waiting))
    return list(schools.order_by("name")[:20])


def meeting_context(request: Any, meeting: CommitteeMeeting, **typed: Any) -> dict[str, Any]:
    """All parts of one form 05; `typed` holds what is shown again with its errors."""
    members = list(meeting.members.order_by("pk"))
    lines = meeting.lines.for_table().prefetch_related("abstentions__member")
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page") or request.POST.get("page"))
    why_not = permissions.why_not_record(meeting, request.user, request.moment)
    editable = why_not is None
    faults = permissions.faults_of(meeting)
    share = permissions.share_of(meeting)
    plan = getattr(meeting, "plan", None)
    items = list(plan.items.order_by("pk")) if plan else []
    present = [member for member in members if member.is_present]
    return {
        "meeting": meeting,
        "status_label": STATUS_NAMES[MeetingStatus(meeting.status)],
        "status_pill": pill_of(meeting.status),
        "steps": steps_of(meeting, faults),
        "window": window_of(
            meeting.term, permissions.ACTIVITY, meeting.school.path, request.moment
        ),
        "why_closed": why_closed(
            meeting.term, permissions.ACTIVITY, meeting.school.path, request.moment
        ),
        "editable": editable,
        "why_not_record": why_not,
        "details_form": typed.get("details_form")
        or forms.MeetingForm(initial={"met_on": meeting.met_on, "place": meeting.place}),
        "members": members,
        "present": present,
        "quorum": rules.quorum_of(len(members)) if members else 0,
        "has_quorum": rules.has_quorum(len(members), len(present)),
        "members_form": typed.get("members_form")
        or (
            forms.members_form(members=members, usual=usual_members(meeting)) if editable else None
        ),
        "page": page,
        "rows": line_rows(page, typed.get("typed"), typed.get("line_errors") or {}),
        "decided": figures_of(meeting),
        "plan": plan,
        "items": items,
        "planned": sum(item.amount_satang for item in items),
        "share": share,
        "items_form": typed.get("items_form")
        or (forms.items_form(items=items) if editable and share else None),
        "minutes_form": typed.get("minutes_form") or forms.MinutesForm(),
        "faults": [permissions.sentence(fault) for fault in faults],
        "why_not_sign": permissions.why_not_sign(meeting, request.user, request.moment),
        "may_sign": access.may(request.user, "screening.sign_form05", meeting.school.path),
        "may_reopen": access.may(request.user, "screening.reopen_form05", meeting.school.path),
        "why_not_reopen": permissions.why_not_reopen(meeting, request.user),
        "found": findings(meeting),
        "error_rows": typed.get("line_errors") or {},
    }


def steps_of(meeting: CommitteeMeeting, faults: Iterable[Fault]) -> list[dict[str, str]]:
    """The way of a form 05, for components/steps.html."""
    labels = {
        "members": gettext("Members"),
        "pupils": gettext("Pupils"),
        "plan": gettext("Plan K001"),
        "minutes": gettext("Minutes"),
    }
    found, steps, reached = set(faults), [], False
    locked = meeting.status == MeetingStatus.LOCKED
    for part, own in PARTS:
        done = locked or not found & own
        state = "done" if done and not reached else "" if reached else "now"
        reached = reached or not done
        steps.append({"label": labels[part], "state": state})
    sign = "done" if locked else "" if reached else "now"
    return [*steps, {"label": gettext("Director's signature"), "state": sign}]


def usual_members(meeting: CommitteeMeeting) -> list[tuple[str, str]]:
    """Whom the table of a new meeting offers: those of the school's last one, else a line for each role."""
    last = (
        CommitteeMeeting.objects.filter(school=meeting.school_id)
        .exclude(pk=meeting.pk)
        .order_by("-met_on", "-pk")
        .first()
    )
    if last is not None and (
        known := list(last.members.order_by("pk").values_list("name", "role"))
    ):
        return known
    signs = signer_on(meeting.school, meeting.met_on)
    director = signs.full_name if signs else ""
    return [(director if role == "secretary" else "", role) for role in forms.USUAL_ROLES]


def line_rows(
    lines: Iterable[Form05Line], typed: Any = None, errors: dict[int, str] | None = None
) -> list[dict[str, Any]]:
    """Each pupil with the choice made (or just typed), the reason and who abstained."""
    rows = []
    for line in lines:
        abstentions = list(line.abstentions.all())
        row = {
            "line": line,
            "choice": forms.choice_of(line),
            "reason": line.reason,
            "abstaining": [a.member_id for a in abstentions],
            "names": [a.member.name for a in abstentions],
            "relation": next((a.relation for a in abstentions if a.relation), ""),
            "error": (errors or {}).get(line.pk, ""),
        }
        if typed is not None:
            row["choice"] = typed.get(f"choice-{line.pk}", "")
            row["reason"] = typed.get(f"reason-{line.pk}", "")
            row["relation"] = typed.get(f"relation-{line.pk}", "")
            row["abstaining"] = [
                int(k) for k in typed.getlist(f"abstain-{line.pk}") if k.isdecimal()
            ]
        rows.append(row)
    return rows


def figures_of(meeting: CommitteeMeeting) -> dict[str, int]:
    """How many pupils were certified, refused, are undecided."""
    decisions = list(meeting.lines.values_list("decision", flat=True))
    return {
        "all": len(decisions),
        "certified": decisions.count(rules.Decision.CERTIFY),
        "refused": decisions.count(rules.Decision.REFUSE),
        "undecided": decisions.count(""),
    }


def findings(meeting: CommitteeMeeting) -> list[dict[str, Any]]:
    """The fund's three steps on the present signing, each with its outcome."""
    if meeting.status != MeetingStatus.LOCKED:
        return []
    found = {
        finding.step: finding
        for finding in meeting.verifications.filter(revision=meeting.revision).select_related("by")
    }
    return [
        {
            "label": STEP_NAMES[step],
            "finding": found.get(step),
            "outcome": OUTCOME_NAMES[Outcome(found[step].outcome)] if step in found else "",
        }
        for step in STEPS
    ]


def sent_back_of(meeting: CommitteeMeeting) -> FundVerification | None:
    """The fund's finding that sent the present signing back, if any."""
    found = meeting.verifications.filter(revision=meeting.revision, outcome=Outcome.SENT_BACK)
    return found.first()
