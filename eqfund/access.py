"""Who may do what, where: one table, read by pages, actions and tests.

A posting gives a role at a place. A role holds verbs. A person may do a verb at
a place if **one** current posting holds it and the posting's path begins the
place's path. Rights of several postings add up; nobody switches roles.

Reading has three depths: `read_child` (rows about a pupil), `read_school` (rows
about a school, no pupil named) and `read_figures` (sums alone). A deeper right
holds the shallower ones.

Source: DESIGN sections 5 and 11; the table is printed in docs/roles.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import clock

if TYPE_CHECKING:
    from eqfund.models import User


class Role(StrEnum):
    HOMEROOM_TEACHER = "homeroom_teacher"
    SCREENING_TEACHER = "screening_teacher"
    REGISTRY_KEEPER = "registry_keeper"
    SCHOOL_ADMIN = "school_admin"
    SCHOOL_DIRECTOR = "school_director"
    OFFICE_ADMIN = "office_admin"
    AFFILIATION_OFFICER = "affiliation_officer"
    FUND_OFFICER = "fund_officer"
    FUND_APPROVER = "fund_approver"
    FUND_FINANCE = "fund_finance"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"


ROLE_NAMES = {
    Role.HOMEROOM_TEACHER: _("Homeroom teacher"),
    Role.SCREENING_TEACHER: _("Screening teacher"),
    Role.REGISTRY_KEEPER: _("Registry keeper"),
    Role.SCHOOL_ADMIN: _("School admin"),
    Role.SCHOOL_DIRECTOR: _("School director"),
    Role.OFFICE_ADMIN: _("Supervising office admin"),
    Role.AFFILIATION_OFFICER: _("Affiliation officer"),
    Role.FUND_OFFICER: _("Fund officer"),
    Role.FUND_APPROVER: _("Fund approver"),
    Role.FUND_FINANCE: _("Fund finance officer"),
    Role.AUDITOR: _("Auditor"),
    Role.SYSTEM_ADMIN: _("System administrator"),
}

# How deep in the tree of places a role is posted: number of segments of its path.
LEVELS = {
    Role.HOMEROOM_TEACHER: "classroom",
    Role.SCREENING_TEACHER: "school",
    Role.REGISTRY_KEEPER: "school",
    Role.SCHOOL_ADMIN: "school",
    Role.SCHOOL_DIRECTOR: "school",
    Role.OFFICE_ADMIN: "office",
    Role.AFFILIATION_OFFICER: "affiliation",
    Role.FUND_OFFICER: "country",
    Role.FUND_APPROVER: "country",
    Role.FUND_FINANCE: "country",
    Role.AUDITOR: "country",
    Role.SYSTEM_ADMIN: "country",
}
SEGMENTS = {"country": 1, "affiliation": 2, "office": 3, "school": 4, "classroom": 5}

T, S, K = Role.HOMEROOM_TEACHER, Role.SCREENING_TEACHER, Role.REGISTRY_KEEPER
A, D, O = Role.SCHOOL_ADMIN, Role.SCHOOL_DIRECTOR, Role.OFFICE_ADMIN
F, P, N = Role.FUND_OFFICER, Role.FUND_APPROVER, Role.FUND_FINANCE
H, U, Y = Role.AFFILIATION_OFFICER, Role.AUDITOR, Role.SYSTEM_ADMIN

SCHOOL_STAFF = (T, S, K, A, D)
FUND_STAFF = (F, P, N)

# verb -> the roles that hold it. Reading first, then a section for each app.
VERBS: dict[str, tuple[Role, ...]] = {
    # reading
    "read_child": (*SCHOOL_STAFF, O, *FUND_STAFF, U),
    "read_school": (*SCHOOL_STAFF, O, H, *FUND_STAFF, U, Y),
    "read_figures": (*SCHOOL_STAFF, O, H, *FUND_STAFF, U, Y),
    # kernel: home, calendar, accounts, registry
    "home": tuple(Role),
    "read_calendar": tuple(Role),
    "read_audit": (U,),
    "audit.read_change": (U,),
    "audit.export": (U,),
    "manage_jobs": (Y,),
    "move_clock": (Y,),
    "accounts.restore_access": (A, O, H, F, Y),
    "registry.import_file": (K, A, O),
    "registry.edit_school": (A,),
    "registry.move_pupil": (A, K),
    "registry.edit_calendar": (F,),
    "calendar.read_extensions": (A, D, O, H, *FUND_STAFF, U),
    "calendar.propose_extension": (O, F),
    "calendar.decide_extension": (F, P),
    "calendar.set_policy": (F,),
    "calendar.read_closes": (O, H, *FUND_STAFF, U),
    "registry.read_import": (K, A, D, O, F, U),
    "registry.read_schools": (S, K, A, D, O, H, *FUND_STAFF, U, Y),
    "registry.edit_titles": (F,),
    "registry.ask_listing": (T, S, K, A, D, O),
    # kernel: duplicates
    "duplicates.read": (K, A, D, O, F, U),
    "duplicates.answer": (K, A),
    "duplicates.compare": (O, F, U),
    "duplicates.decide": (O, F),
    "duplicates.ask_join": (K, A, O),
    "duplicates.read_joins": (F, P, U),
    "duplicates.propose_join": (F,),
    "duplicates.decide_join": (F, P),
    # kernel: pupils who move
    "handover.read": (T, S, K, A, D, O, H, F, U),
    "handover.propose": (K, A),
    "handover.answer": (A, D),
    "schools.read_contact": (K, A, D, O, H, F),
    # kernel: rolls of classes
    "rolls.read": (T, K, A, D, O, F, U),
    "rolls.follow": (T, K, A, D, O, H, *FUND_STAFF, U),
    "rolls.mark": (T, K, A),
    "rolls.confirm": (K, A),
    # kernel: people
    "people.read": (A, D, O, H, F, U, Y),
    "people.manage": (A, O, H, F, Y),
    "people.import_teachers": (A,),
    # kernel: personal data
    "privacy.reveal": (T, S, K, A, D, O, F, N),
    "privacy.reveal_number": (T, K, A, F),
    "privacy.reveal_phone": (T, S, A, D, O, F),
    "privacy.reveal_account": (A, D, F, N),
    "privacy.reveal_destination": (A, F, N),
    "privacy.reveal_office_account": (O, F, N),
    "privacy.export_person": (F,),
    "privacy.read_retention": (F, U, Y),
    # screening
    "screening.read_form01": (T, S, A, D, O, F, P, U),
    "screening.record_form01": (T, A),
    "screening.draft_form01": (T, S, A),
    "screening.certify_form01": (T, A),
    "screening.return_form01": (A, D),
    "screening.sign_form01": (D,),
    "screening.follow_visits": (T, S, A, D, O, H, F, P, U),
    "screening.read_visits": (T, S, A, D, O, F, U),
    "screening.plan_visits": (T, S, A),
    "screening.open_homes": (T, S),
    "screening.read_pmt": (*FUND_STAFF, U),
    "screening.make_pmt_model": (F,),
    "screening.release_pmt_model": (P,),
    "screening.score": (F,),
    "screening.read_score": (T, A, D, O, *FUND_STAFF, U),
    "screening.propose_institution": (F,),
    "screening.decide_institution": (F, P),
    "screening.announce": (F,),
    "screening.read_announced": (T, S, A, D, O, *FUND_STAFF, U),
    "screening.read_form05": (A, D, O, *FUND_STAFF, U),
    "screening.record_form05": (A,),
    "screening.sign_form05": (D,),
    "screening.reopen_form05": (O,),
    "screening.read_verification": (*FUND_STAFF, U),
    "screening.verify_form05": (F,),
    "screening.read_grants": (T, A, D, O, *FUND_STAFF, U),
    "screening.suspend_grant": (F,),
    "screening.end_grant": (A, F),
    "screening.ask_revival": (A, F),
    "screening.decide_revival": (F, P),
    "screening.load_grants": (F,),
    # attendance
    "attendance.record_month": (T, A),
    "attendance.set_term_days": (A,),
    # payments: accounts, channels, rates, rounds
    "payments.read_account": (A, D, O, *FUND_STAFF, U),
    "payments.propose_account": (A,),
    "payments.approve_account": (D,),
    "payments.decide_account": (F,),
    "payments.read_account_rules": (*FUND_STAFF, U),
    "payments.propose_account_rules": (F,),
    "payments.approve_account_rules": (P,),
    "payments.read_forecast": (T, A, D, O, *FUND_STAFF, U),
    "payments.confirm_continuing": (T, A),
    "payments.set_channel": (T, A),
    "payments.read_continuing": (A, D, O, H, *FUND_STAFF, U),
    "payments.read_continuing_left": (A, D, O, F, U),
    "payments.read_rate": (*FUND_STAFF, U),
    "payments.propose_rate": (F,),
    "payments.approve_rate": (P,),
    "payments.read_round": (*FUND_STAFF, U),
    "payments.read_round_school": (A, D, O, *FUND_STAFF, U),
    "payments.build_round": (F,),
    "payments.approve_round": (P,),
    "payments.release_round": (N,),
    "payments.cancel_round": (F,),
    "payments.publish_round": (F,),
    # payments: bank files, results, the book
    "payments.read_bank": (*FUND_STAFF, U),
    "payments.bank_files": (N,),
    "payments.call_back_bank_file": (P, N),
    "payments.bank_results": (N,),
    "payments.read_ledger": (*FUND_STAFF, U),
    "payments.read_money": (A, D, O, *FUND_STAFF, U),
    # payments: the basic-needs subsidy (OBEC and LAO alone, by the action's refusal)
    "payments.read_basic_needs": (A, D, O, H, *FUND_STAFF, U),
    "payments.read_subsidy_pupils": (A, D, O, F, U),
    "payments.keep_basic_needs": (O, H),
    # payments: payout, refunds, letters
    "payments.read_payout": (T, A, D, O, H, *FUND_STAFF, U),
    "payments.read_receipts": (T, A, D, O, *FUND_STAFF, U),
    "payments.pay": (T, A),
    "payments.report_class": (T,),
    "payments.send_back_class": (A,),
    "payments.report_school": (A,),
    "payments.sign_school_report": (D,),
    "payments.refund": (A,),
    "payments.read_refunds": (A, D, O, *FUND_STAFF, U),
    "payments.match_refunds": (N,),
    "payments.read_claims": (A, D, O, *FUND_STAFF, U),
    "payments.collect_claim": (A, N),
    "payments.print_letters": (T, A, D, O),
    # monitoring
    "progress.read": (A, D, O, H, *FUND_STAFF, U, Y),
    "progress.remind": (O,),
}


def postings_of(user: User) -> list[Any]:
    """The user's current postings, loaded once for each user object."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    found = getattr(user, "_current_postings", None)
    if found is None:
        day = clock.today()
        found = [
            p
            for p in user.postings.all()
            if p.starts_on <= day and (p.ends_on is None or day <= p.ends_on)
        ]
        user._current_postings = found  # type: ignore[attr-defined]
    return found


def roles_of(user: User) -> set[str]:
    """The roles a user holds today, at any place."""
    return {posting.role for posting in postings_of(user)}


def paths_with(user: User, verb: str) -> list[str]:
    """The shortest paths under which the user holds the verb; no path lies in another.

    Raises KeyError for a verb that is not in the table: a typo is not a refusal.
    """
    roles = VERBS[verb]
    paths = sorted({p.path for p in postings_of(user) if p.role in roles})
    kept: list[str] = []
    for path in paths:
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


def may(user: User, verb: str, path: str) -> bool:
    """Whether one current posting of the user holds `verb` and covers `path`."""
    return any(path.startswith(mine) for mine in paths_with(user, verb))


def why_not(user: User, verb: str, path: str) -> str | None:
    """None if the user may; else a sentence naming who may."""
    if may(user, verb, path):
        return None
    roles = " / ".join(str(ROLE_NAMES[role]) for role in VERBS[verb])
    return gettext("Your role does not do this here. It is done by: %(roles)s.") % {"roles": roles}


def next_path(path: str) -> str:
    """The first string that does not begin with `path`, in "C" order: '/' becomes '0'."""
    return path[:-1] + chr(ord(path[-1]) + 1)


def path_filter(user: User, verb: str, field: str) -> Q:
    """Rows whose `field` lies at or under a place where the user holds `verb`.

    A range on a "C"-collated column for each path, nothing for the whole country,
    and no row at all for a person without the verb.
    """
    return within(paths_with(user, verb), field)


def within(paths: Iterable[str], field: str) -> Q:
    """Rows whose `field` begins with one of `paths`."""
    condition = Q(pk__in=[])
    for path in paths:
        if path == "TH/":
            return Q()
        condition |= Q(**{f"{field}__gte": path, f"{field}__lt": next_path(path)})
    return condition


def requires(verb: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let in only people who hold `verb` somewhere; mark the view for the guard test.

    Where exactly is asked of the row itself, by visible_to and the action.
    """
    VERBS[verb]

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if not paths_with(request.user, verb):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded = login_required(guarded)
        guarded.requires = verb  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_to_all(reason: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a view as open, signed in or not, and say why; the guard test reads it."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        view.open_because = reason  # type: ignore[attr-defined]
        return view

    return decorate


def level_of_path(path: str) -> str:
    """The level a path names: country, affiliation, office, school or classroom."""
    count = path.count("/")
    return next(level for level, segments in SEGMENTS.items() if segments == count)


def at_instant(value: datetime) -> datetime:
    """`value` in Bangkok; ValueError without a time zone."""
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return value.astimezone(clock.BANGKOK)
