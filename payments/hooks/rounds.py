"""What accounts, channels and rounds put on the kernel's pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from eqfund import access, hooks
from eqfund.access import Role
from eqfund.hooks import MenuItem, Panel, Todo
from eqfund.models import CalendarLine, Classroom, Enrolment, School, Term
from eqfund.money import baht
from eqfund.thai_text import thai_date
from eqfund.windows import Window
from payments.models import ReceivingChannel, SchoolBankAccount, TransferRound
from payments.models.rounds import sees_unpublished
from payments.queries import rounds as queries_rounds, unfinished
from payments.queries.channels import channel_counts
from payments.queries.windows import place_windows, window_among
from payments.rules.accounts import AccountStatus
from payments.rules.rounds import RoundStatus
from payments.words.channels import CHANNEL_NAMES
from payments.words.rounds import round_name
from screening.models import AnnouncedPupil

MOST_CLASSES = 2  # of one school, each with a line of its own on the first page
type Left = tuple[Classroom, Window, int]  # a class, what is open there, how many pupils are left

SOON = timedelta(days=10)  # before a round's transfers its people are told


def channels_page(classroom: int, term: Term, round_no: int) -> str:
    return reverse("payments:channels-class", args=[classroom])


def _channels_page(school: int, term: Term, round_no: int) -> str:
    return reverse("payments:channels")


def _account_page(school: int, term: Term, round_no: int) -> str:
    return reverse("payments:account", args=[school])


def register() -> None:
    """Register tasks, the pupil's panel, the fund's checks, who is unfinished, and menu lines. Once, from ready()."""
    hooks.home_tasks.register(home_tasks)
    hooks.pupil_panels.register(pupil_panels)
    hooks.verification_checks.register(account_checks)
    hooks.unfinished.register(
        hooks.unfinished_by_work(
            "school_bank_account",
            unfinished.account_work,
            page=_account_page,
            also=(Role.SCHOOL_DIRECTOR,),
        )
    )
    for activity, work in (
        ("choose_channel", unfinished.choice_work),
        ("correct_channel", unfinished.correction_work),
    ):
        classes = hooks.OfClasses(partial(work, of=unfinished.CLASS), channels_page)
        hooks.unfinished.register(
            hooks.unfinished_by_work(activity, work, classes=classes, page=_channels_page)
        )
    menu = hooks.menu.register
    menu(
        MenuItem(
            "money",
            _("Continuing group and channels"),
            "payments:channels",
            "payments.set_channel",
            _("Channels"),
        ),
        20,
    )
    menu(
        MenuItem(
            "money",
            _("Who will be paid"),
            "payments:forecast",
            "payments.read_forecast",
            _("Forecast"),
        ),
        22,
    )
    menu(
        MenuItem(
            "money", _("Transfers"), "payments:rounds", "payments.read_round_school", _("Transfers")
        ),
        24,
    )
    menu(
        MenuItem(
            "money",
            _("School bank accounts"),
            "payments:accounts",
            "payments.read_account",
            _("Accounts"),
        ),
        26,
    )
    menu(MenuItem("money", _("Amounts of the grant"), "payments:rates", "payments.read_rate"), 40)


def home_tasks(user: Any, at: datetime) -> list[Todo]:
    """What this person must do about channels, accounts and rounds."""
    term = Term.objects.current(at)
    if term is None:
        return []
    return [*_channels(user, term, at), *_accounts(user, term, at), *_rounds(user, at)]


# Each school once, though a person has posts in several of its classes.


def _windows_by_school(user: Any, verb: str, term: Term) -> dict[str, list[Window]]:
    """The windows of each school-or-narrower place where the user holds the verb."""
    paths = [path for path in access.paths_with(user, verb) if path.count("/") >= 4]
    return {path: place_windows(term, path) for path in paths}


def _channels(user: Any, term: Term, at: datetime) -> list[Todo]:
    """Classes with pupils to confirm, or without a channel: one line each, or one for a school's many."""
    windows_of = _windows_by_school(user, "payments.set_channel", term)
    if not windows_of:
        return []
    confirm: dict[int, list[Left]] = {}
    choose: dict[int, list[Left]] = {}
    for room in channel_counts(term, user):
        windows = next((w for path, w in windows_of.items() if room.path.startswith(path)), [])
        for found, activity, count in (
            (confirm, "confirm_continuing", room.continuing - room.confirmed),  # type: ignore[attr-defined]
            (choose, "choose_channel", room.new - room.new_chosen),  # type: ignore[attr-defined]
        ):
            window = window_among(windows, (activity,), at)
            if count and window and window.is_open(at):
                found.setdefault(room.school_id, []).append((room, window, count))
    return [
        *(todo for rooms in confirm.values() for todo in _confirm_todos(rooms, at)),
        *(todo for rooms in choose.values() for todo in _choose_todos(rooms, at)),
    ]


def _confirm_todos(rooms: list[Left], at: datetime) -> list[Todo]:
    if len(rooms) > MOST_CLASSES:
        what = ngettext(
            "Confirm %(count)d pupil of the continuing group",
            "Confirm %(count)d pupils of the continuing group",
            sum(count for _room, _window, count in rooms),
        )
        return [_many(what, rooms, at)]
    return [
        _todo(
            gettext("Confirm the continuing group of %(room)s") % {"room": room.label},
            ngettext("%(count)d pupil not confirmed", "%(count)d pupils not confirmed", count)
            % {"count": count},
            window,
            room.pk,
            at,
        )
        for room, window, count in rooms
    ]


def _choose_todos(rooms: list[Left], at: datetime) -> list[Todo]:
    if len(rooms) > MOST_CLASSES:
        what = ngettext(
            "Record how %(count)d pupil of the new group receives money",
            "Record how %(count)d pupils of the new group receive money",
            sum(count for _room, _window, count in rooms),
        )
        return [_many(what, rooms, at)]
    return [
        _todo(
            gettext("Record how the new group of %(room)s receives money")
            % {"room": f"{room.label} {room.school.name}"},
            ngettext(
                "%(count)d pupil without a channel", "%(count)d pupils without a channel", count
            )
            % {"count": count},
            window,
            room.pk,
            at,
        )
        for room, window, count in rooms
    ]


def _many(what: str, rooms: list[Left], at: datetime) -> Todo:
    """One line for a school's classes: which, and how many in each."""
    todo = _todo(
        what % {"count": sum(count for _room, _window, count in rooms)},
        " · ".join(
            gettext("%(room)s: %(count)d") % {"room": room.label, "count": count}
            for room, _window, count in rooms
        ),
        rooms[0][1],
        rooms[0][0].pk,
        at,
    )
    return replace(todo, url=reverse("payments:channels"), action_label=gettext("Open the classes"))


def _todo(what: str, hint: str, window: Window, room_pk: int, at: datetime) -> Todo:
    soon = window.closes_at is not None and (window.closes_at - at).days < 7
    return Todo(
        what=what,
        hint=hint,
        url=reverse("payments:channels-class", args=[room_pk]),
        action_label=gettext("Open the class"),
        due=window.closes_at,
        state="sun" if soon else "",
    )


def _accounts(user: Any, term: Term, at: datetime) -> list[Todo]:
    todos = []
    for path, windows in _windows_by_school(user, "payments.propose_account", term).items():
        window = window_among(windows, ("school_bank_account",), at)
        if window is None or not window.is_open(at):
            continue
        for school in School.objects.under(path):
            state = set(
                SchoolBankAccount.objects.filter(school=school)
                .exclude(status=AccountStatus.SUPERSEDED)
                .order_by("-pk")
                .values_list("status", flat=True)[:1]
            )
            if state & {
                AccountStatus.ACCEPTED,
                AccountStatus.PROPOSED,
                AccountStatus.DIRECTOR_APPROVED,
            }:
                continue
            what = (
                gettext("Mend the school's bank account")
                if state
                else gettext("Record the school's bank account")
            )
            todos.append(
                Todo(
                    what=what,
                    hint=school.name,
                    url=reverse("payments:account", args=[school.pk]),
                    action_label=gettext("Mend it") if state else gettext("Record the account"),
                    due=window.closes_at,
                    state="bad" if state else "sun",
                )
            )
    return [*todos, *_accounts_to_approve(user, term, at), *_accounts_to_decide(user, term, at)]


def _accounts_to_approve(user: Any, term: Term, at: datetime) -> list[Todo]:
    """What waits for a director, and until when it can be approved; nothing while accounts are closed."""
    todos = []
    for path, windows in _windows_by_school(user, "payments.approve_account", term).items():
        window = window_among(windows, ("school_bank_account",), at)
        if window is None or not window.is_open(at):
            continue
        waiting = SchoolBankAccount.objects.under(path).filter(status=AccountStatus.PROPOSED)
        for school in School.objects.filter(pk__in=waiting.values("school")).order_by("name", "pk"):
            todos.append(
                Todo(
                    what=gettext("Approve the school's bank account"),
                    hint=school.name,
                    url=reverse("payments:account", args=[school.pk]),
                    action_label=gettext("Open it"),
                    due=window.closes_at,
                    state="sun",
                )
            )
    return todos


def _accounts_to_decide(user: Any, term: Term, at: datetime) -> list[Todo]:
    """What waits for the fund; it is due before the next transfers begin."""
    if not access.paths_with(user, "payments.decide_account"):
        return []
    count = SchoolBankAccount.objects.filter(status=AccountStatus.DIRECTOR_APPROVED).count()
    if not count:
        return []
    hint = ngettext("%(count)d account waits", "%(count)d accounts wait", count) % {"count": count}
    return [
        Todo(
            what=gettext("Check the schools' bank accounts"),
            hint=hint,
            url=reverse("payments:accounts") + "?waiting=fund",
            action_label=gettext("Open it"),
            due=_next_transfer(term, at),
            state="sun",
            count=count,
        )
    ]


def _next_transfer(term: Term, at: datetime) -> datetime | None:
    """When the fund next begins to transfer: an account accepted before serves that round."""
    lines = CalendarLine.objects.filter(term=term, activity="transfer", during__startswith__gt=at)
    line = lines.order_by("during").first()
    return line.during.lower if line else None


def _rounds(user: Any, at: datetime) -> list[Todo]:
    acts = {
        RoundStatus.PLANNED: ("payments.build_round", gettext("Build the round")),
        RoundStatus.BUILT: ("payments.approve_round", gettext("Approve the round")),
        RoundStatus.APPROVED: ("payments.release_round", gettext("Release the round")),
        RoundStatus.RECONCILED: ("payments.publish_round", gettext("Publish the round")),
    }
    mine = [status for status, (verb, _label) in acts.items() if access.paths_with(user, verb)]
    if not mine:
        return []
    todos = _to_plan(user, at)
    for each in (
        TransferRound.objects.filter(status__in=list(map(str, mine)))
        .select_related("term")
        .order_by("pk")
    ):
        if user.pk in (each.maker_id, each.approver_id) and each.status in (
            RoundStatus.BUILT,
            RoundStatus.APPROVED,
        ):
            continue
        line = queries_rounds.transfer_event(each)
        label = acts[RoundStatus(each.status)][1]
        todos.append(
            Todo(
                what=label,
                hint=gettext("%(round)s · %(baht)s baht")
                % {
                    "round": round_name(each.number, each.term.label),
                    "baht": baht(each.amount_satang),
                },
                url=reverse("payments:round", args=[each.pk]),
                action_label=gettext("Open the round"),
                due=line.during.upper if line else None,
                state="sun" if line and line.during.lower and line.during.lower <= at else "",
            )
        )
    return todos


def _to_plan(user: Any, at: datetime) -> list[Todo]:
    """The round whose transfers the calendar begins soon, while nobody has planned it."""
    term = Term.objects.current(at)
    coming = queries_rounds.coming_round(term, at, sees_all=True) if term else None
    if term is None or coming is None or coming.starts is None or coming.starts > at + SOON:
        return []
    if TransferRound.objects.filter(
        term=term, number=coming.number, status=RoundStatus.PLANNED
    ).exists():
        return []
    name = round_name(coming.number, term.label)
    plans = bool(access.paths_with(user, "payments.build_round"))
    return [
        Todo(
            what=gettext("Plan and build %(round)s") % {"round": name}
            if plans
            else gettext("%(round)s comes to you next") % {"round": name},
            hint=gettext("The calendar begins its transfers on %(day)s.")
            % {"day": thai_date(coming.starts)}
            + ("" if plans else " " + gettext("The fund's officer builds it first.")),
            url=reverse("payments:rounds"),
            action_label=gettext("Open the rounds") if plans else gettext("See the rounds"),
            due=coming.starts,
            state="sun" if plans else "",
        )
    ]


def pupil_panels(pupil: Any, user: Any, at: datetime) -> list[Panel]:
    """How the pupil receives money, and whether the coming round pays; nothing for a pupil without a grant."""
    term = Term.objects.current(at)
    if term is None or not access.may(user, "payments.read_forecast", pupil.path):
        return []
    sees_all = sees_unpublished(user)
    coming = queries_rounds.coming_round(term, at, sees_all=sees_all)
    takes = queries_rounds.takes_of(coming)
    rows = queries_rounds.forecast_pupils(
        term, pupil.path, takes, sees_all=sees_all, pupil_id=pupil.pk
    )
    if not rows:
        return []
    windows = place_windows(term, pupil.path)
    row = queries_rounds.with_pupils(rows, term, user, windows, at)
    if not row:
        return []
    channel = ReceivingChannel.objects.current().filter(pupil=pupil).first()
    enrolment = Enrolment.objects.filter(pupil=pupil, term=term, status="studying").first()
    may_set = enrolment is not None and access.may(user, "payments.set_channel", enrolment.path)
    context = {
        "row": row[0],
        "coming": coming,
        "channel": CHANNEL_NAMES[channel.kind] if channel else "",
        "channel_url": reverse("payments:channel", args=[enrolment.pk])
        if may_set and enrolment
        else "",
    }
    return [
        Panel(
            gettext("The money of term %(term)s") % {"term": term.label},
            "payments/forecast/panel.html",
            context,
        )
    ]


def account_checks(schools: list[int], term: Term, at: datetime) -> dict[int, list[str]]:
    """What stands against the schools' new pupils: no channel, or the school account of a school without one."""
    announced = AnnouncedPupil.objects.filter(
        enrolment__term=term, enrolment__classroom__school__in=schools, enrolment__status="studying"
    )
    per_school = "enrolment__classroom__school"
    current = ReceivingChannel.objects.current()
    without = announced.exclude(enrolment__pupil__in=current.values("pupil"))
    by_school = announced.filter(
        enrolment__pupil__in=current.filter(kind="school_account").values("pupil")
    )
    accepted = set(
        SchoolBankAccount.objects.accepted()
        .filter(school__in=schools)
        .values_list("school", flat=True)
    )
    found: dict[int, list[str]] = {}
    for school, count in (
        without.values_list(per_school).annotate(n=Count("pk")).order_by(per_school)
    ):
        sentence = ngettext(
            "%(count)d pupil has no receiving channel.",
            "%(count)d pupils have no receiving channel.",
            count,
        )
        found.setdefault(school, []).append(sentence % {"count": count})
    for school, count in (
        by_school.values_list(per_school).annotate(n=Count("pk")).order_by(per_school)
    ):
        if school not in accepted:
            sentence = ngettext(
                "%(count)d pupil is paid through the school account, which is not accepted yet.",
                "%(count)d pupils are paid through the school account, which is not accepted yet.",
                count,
            )
            found.setdefault(school, []).append(sentence % {"count": count})
    return found
