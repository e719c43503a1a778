"""Reads of receiving channels that join several models. Scope is the caller's: pass places one may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    When,
)

from eqfund.models import Classroom, Enrolment, Guardian, Term, User
from eqfund.school_year import GRADES
from eqfund.windows import Window
from payments.models import ContinuingConfirmation, ReceivingChannel, Transfer
from payments.rules import channels as rules
from payments.rules.promptpay import Standing, standing
from payments.rules.rounds import TransferStatus
from payments.words.faults import fault
from screening.models import AnnouncedPupil, Grant
from screening.rules.grants import PupilGroup


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One pupil's way of receiving money in a term, as it stands."""

    enrolment: Enrolment
    grant: Grant | None
    guardian: Guardian | None
    channel: ReceivingChannel | None
    confirmation: ContinuingConfirmation | None
    is_announced: bool
    failed_this_way: bool = False
    paid_this_way: bool = False

    @property
    def is_continuing(self) -> bool:
        return self.grant is not None and self.grant.group == PupilGroup.CONTINUING

    @property
    def kind(self) -> str:
        """The channel; before the first is recorded here, the predecessor's; "" if none is known."""
        if self.channel:
            return self.channel.kind
        return self.grant.former_channel if self.grant else ""

    @property
    def promptpay_state(self) -> str:
        return self.channel.promptpay_state if self.channel else rules.PromptPayState.UNKNOWN

    @property
    def standing(self) -> Standing:
        """Where the family stands with PromptPay."""
        return standing(
            self.kind or None,
            self.promptpay_state,
            failed_this_way=self.failed_this_way,
            paid_this_way=self.paid_this_way,
        )

    @property
    def stamp(self) -> str:
        """What stands for the data as they are: another guardian or channel gives another stamp."""
        guardian, channel = self.guardian, self.channel
        state = channel.promptpay_state if channel else ""
        return f"{guardian.pk if guardian else 0}.{channel.pk if channel else 0}.{state}"

    @property
    def has_national_id(self) -> bool:
        identity = self.enrolment.pupil.identity
        return identity is not None and identity.kind == "national_id"

    @property
    def obstacle(self) -> str | None:
        """The code of why the data cannot be confirmed as they stand."""
        identity = self.enrolment.pupil.identity
        return rules.why_not_confirm_unchanged(
            self.kind or None,
            identity_kind=identity.kind if identity else None,
            guardian_has_id=None if self.guardian is None else self.guardian.id_index is not None,
            promptpay_state=self.promptpay_state,
        )

    @property
    def obstacle_text(self) -> str:
        return fault(self.obstacle) if self.obstacle else ""


def channel_rows(term: Term, path: str, *, only: Q | None = None) -> list[ChannelRow]:
    """The pupils with a grant, or on the published list, under a place; by name. Five queries."""
    grants = Grant.objects.alive_in(term)
    announced = Exists(AnnouncedPupil.objects.filter(enrolment=OuterRef("pk")))
    enrolments = (
        Enrolment.objects.studying()
        .under(path)
        .filter(only or Q(), term=term)
        .annotate(announced_here=announced)
        .filter(Q(announced_here=True) | Exists(grants.filter(pupil=OuterRef("pupil_id"))))
        .select_related("pupil__identity", "classroom", "term")
        .prefetch_related(
            Prefetch("pupil__grants", grants, to_attr="alive_grants"),
            Prefetch(
                "pupil__guardians",
                Guardian.objects.filter(is_current=True),
                to_attr="now_guardians",
            ),
            Prefetch("pupil__channels", _current_channels(), to_attr="now_channels"),
        )
        .order_by("path", "pupil__sort_key", "pk")
    )
    found = list(enrolments)
    confirmations = ContinuingConfirmation.objects.filter(
        term=term, grant__pupil__in=[enrolment.pupil_id for enrolment in found]
    )
    by_grant = {confirmation.grant_id: confirmation for confirmation in confirmations}
    return [_channel_row(enrolment, by_grant) for enrolment in found]


def channel_row(enrolment: Enrolment) -> ChannelRow:
    """One pupil's row, read anew; with neither grant nor listing it has only what is there."""
    rows = channel_rows(enrolment.term, enrolment.path, only=Q(pk=enrolment.pk))
    if rows:
        return rows[0]
    guardian = Guardian.objects.filter(pupil=enrolment.pupil_id, is_current=True).first()
    channel = _current_channels().filter(pupil=enrolment.pupil_id).first()
    return ChannelRow(enrolment, None, guardian, channel, None, is_announced=False)


def _current_channels() -> Any:
    """The channels in use, each with whether the bank, in a published round, paid by it or could not."""
    told = Transfer.objects.filter(channel=OuterRef("pk"), round__published_at__isnull=False)
    return ReceivingChannel.objects.current().annotate(
        failed_this_way=Exists(told.filter(status=TransferStatus.FAILED)),
        paid_this_way=Exists(told.filter(status=TransferStatus.SUCCESS)),
    )


def _channel_row(enrolment: Any, by_grant: dict[int, ContinuingConfirmation]) -> ChannelRow:
    pupil = enrolment.pupil
    grant = next(iter(pupil.alive_grants), None)
    channel = next(iter(pupil.now_channels), None)
    return ChannelRow(
        enrolment,
        grant,
        next(iter(pupil.now_guardians), None),
        channel,
        by_grant.get(grant.pk) if grant else None,
        enrolment.announced_here,
        failed_this_way=channel is not None and channel.failed_this_way,
        paid_this_way=channel is not None and channel.paid_this_way,
    )


def channel_counts(term: Term, user: User) -> list[Classroom]:
    """The user's classes with figures: continuing, confirmed, corrected, new, new_chosen. One query."""
    alive = Grant.objects.alive_in(term).filter(pupil=OuterRef("pupil_id"))
    confirmed = ContinuingConfirmation.objects.filter(term=term, grant__pupil=OuterRef("pupil_id"))
    channel = ReceivingChannel.objects.current().filter(pupil=OuterRef("pupil_id"))
    announced = AnnouncedPupil.objects.filter(enrolment=OuterRef("pk"))
    continuing = Exists(alive.filter(group=PupilGroup.CONTINUING))
    new = Exists(announced) | Exists(alive.filter(group=PupilGroup.NEW))
    figures = (
        Enrolment.objects.visible_to(user, "payments.set_channel")
        .studying()
        .filter(term=term)
        .annotate(
            is_continuing=continuing,
            is_new=Case(When(new, then=1), default=0, output_field=IntegerField()),
        )
        .filter(Q(is_continuing=True) | Q(is_new=1))
        .values("classroom_id")
        .annotate(
            continuing=Count("pk", filter=Q(is_continuing=True)),
            confirmed=Count("pk", filter=Q(is_continuing=True) & Q(Exists(confirmed))),
            corrected=Count(
                "pk", filter=Q(is_continuing=True) & Q(Exists(confirmed.filter(unchanged=False)))
            ),
            new=Count("pk", filter=Q(is_continuing=False)),
            new_chosen=Count("pk", filter=Q(is_continuing=False) & Q(Exists(channel))),
        )
    )
    by_class = {row["classroom_id"]: row for row in figures}
    classrooms = list(
        Classroom.objects.visible_to(user, "payments.set_channel")
        .filter(pk__in=by_class)
        .select_related("school")
    )
    order = {grade: number for number, grade in enumerate(GRADES)}
    classrooms.sort(key=lambda room: (room.school.name, order[room.grade], room.room))
    for room in classrooms:
        for name, value in by_class[room.pk].items():
            setattr(room, name, value)
    return classrooms


def open_channel_activity(row: ChannelRow, windows: list[Window], at: datetime) -> str:
    """Which activity, of those open now, serves this pupil; "" if none does."""
    if row.is_continuing:
        wanted = ("confirm_continuing", "correct_channel")
    else:
        wanted = ("choose_channel", "correct_channel")
    opened = {w.line.activity for w in windows if w.line.kind == "window" and w.is_open(at)}
    return next((activity for activity in wanted if activity in opened), "")
