"""Which row a page is walked with: for each page's arguments, a row at the place of a context.

Part of rehearsal.access_walk. A new page with arguments is told of here, or the walk stops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models

from eqfund.access import Role
from eqfund.models import (
    AccountRequest,
    CalendarLine,
    Classroom,
    Directorship,
    DuplicatePair,
    DuplicateSide,
    Enrolment,
    EnrolmentStatusChange,
    Event,
    Extension,
    FactorRecovery,
    Handover,
    Holiday,
    Invitation,
    Job,
    PersonExport,
    Posting,
    Pupil,
    PupilJoin,
    RollMark,
    SchoolAtClose,
    StoredFile,
    SupervisingOffice,
    TeacherList,
)
from eqfund.models.imports import RegistryImport, RegistryTitle, RegistryValue
from payments import models as money
from rehearsal.world import World
from screening import models as screening

type Kwargs = dict[str, Any]
type Sampler = Callable[[World, str], Kwargs | None]


def _row(model: type[models.Model], **fields: Any) -> Sampler:
    """The first row of a scoped table at a place, by its key."""

    def sample(world: World, path: str) -> Kwargs | None:
        row = model._default_manager.under(path).filter(**fields).order_by("pk").first()  # type: ignore[attr-defined]
        return {"pk": row.pk} if row else None

    return sample


def _at_school(model: type[models.Model], **fields: Any) -> Sampler:
    """The first row of a table about schools; a class's context is its school's."""

    def sample(world: World, path: str) -> Kwargs | None:
        school = world.school_at(path)
        row = model._default_manager.under(school.path).filter(**fields).order_by("pk").first()  # type: ignore[attr-defined]
        return {"pk": row.pk} if row else None

    return sample


def _national(model: type[models.Model]) -> Sampler:
    def sample(world: World, path: str) -> Kwargs | None:
        row = model._default_manager.order_by("pk").first()
        return {"pk": row.pk} if row else None

    return sample


def _close(world: World, path: str) -> Kwargs | None:
    """The close of a line in which a school of the place stood."""
    row = SchoolAtClose.objects.under(world.school_at(path).path).order_by("pk").first()
    return {"pk": row.record_id} if row else None


def _with_round(inner: Sampler) -> Sampler:
    def sample(world: World, path: str) -> Kwargs | None:
        kwargs = inner(world, path)
        number = (
            money.TransferRound.objects.filter(published_at__isnull=False)
            .order_by("number")
            .first()
        )
        return {"round_pk": number.pk, **kwargs} if kwargs and number else None

    return sample


def _part_of_form(model: type[models.Model], name: str) -> Sampler:
    def sample(world: World, path: str) -> Kwargs | None:
        row = model._default_manager.under(path).order_by("pk").first()  # type: ignore[attr-defined]
        return {"pk": row.form_id, name: row.pk} if row else None

    return sample


def _form(**more: Any) -> Sampler:
    def sample(world: World, path: str) -> Kwargs | None:
        found = _row(screening.Form01)(world, path)
        return {**found, **more} if found else None

    return sample


def _renamed(inner: Sampler, name: str) -> Sampler:
    def sample(world: World, path: str) -> Kwargs | None:
        found = inner(world, path)
        return {name: found["pk"]} if found else None

    return sample


def _with_code(found: Kwargs | None) -> Kwargs | None:
    return {"code": "pupil-number", **found} if found else None


def _with_kind(found: Kwargs | None) -> Kwargs | None:
    return {"kind": "pupil", **found} if found else None


def _class_month(world: World, path: str) -> Kwargs | None:
    room = _row(Classroom)(world, path)
    return {**room, "year": 2026, "month": 7} if room else None


def _office(world: World, path: str) -> Kwargs:
    return {"pk": SupervisingOffice.objects.get(pk=world.school_at(path).office_id).pk}


def _of_office(model: type[models.Model]) -> Sampler:
    """The last row of a table about offices, at the office over a place."""

    def sample(world: World, path: str) -> Kwargs | None:
        office = world.school_at(path).office
        row = model._default_manager.under(office.path).order_by("pk").last()  # type: ignore[attr-defined]
        return {"pk": row.pk} if row else None

    return sample


def _school_pk(world: World, path: str) -> Kwargs:
    return {"pk": world.school_at(path).pk}


def _round_and_school(world: World, path: str) -> Kwargs | None:
    found = _national(money.TransferRound)(world, path)
    return {**found, "school_pk": world.school_at(path).pk} if found else None


def _round_act(world: World, path: str) -> Kwargs | None:
    found = _national(money.TransferRound)(world, path)
    return {**found, "act": "approve"} if found else None


def _letters_file(world: World, path: str) -> Kwargs | None:
    row = StoredFile.objects.under(world.school_at(path).path).filter(purpose="letters08").first()
    return {"pk": row.pk} if row else None


def _director(world: World, path: str) -> Kwargs:
    """The director's post at the path's school: those above and beside the school see it."""
    school = world.school_at(path)
    return {"pk": Posting.objects.under(school.path).get(role=Role.SCHOOL_DIRECTOR).pk}


def _person(world: World, path: str) -> Kwargs:
    return {"pk": Posting.objects.get(**_director(world, path)).user_id}


def _arrived(world: World, path: str) -> Kwargs | None:
    """An accepted hand-over to a place: its history is open there."""
    rows = Handover.objects.filter(status="accepted", to_path__startswith=path)
    row = rows.order_by("pk").first()
    return {"pk": row.pk} if row else None


def _pair_of_office(world: World, path: str) -> Kwargs | None:
    """A ticket wholly under the path's office; one of two offices is the fund's, and no place's."""
    office = world.school_at(path).office.path
    pair = DuplicatePair.objects.under(office).filter(apart="office").order_by("pk").first()
    return {"pk": pair.pk} if pair else None


ROUND = _national(money.TransferRound)
TRANSFER = _row(money.Transfer, status="success", kind="school_account")
RESULT = _national(money.ResultFile)
BANK_FILE = _national(money.BankFile)
STATEMENT = _national(money.RefundStatement)
IMPORT = _at_school(RegistryImport)
FORM = _form()
MEETING = _at_school(screening.CommitteeMeeting)
ACCOUNT = _at_school(money.SchoolBankAccount)
ROOM = _row(Classroom)

BY_PAGE: dict[str, Sampler] = {
    "registry:pupil": _row(Pupil),
    "handover:handover-history": _arrived,
    "privacy:reveal": lambda world, path: _with_code(_row(Pupil)(world, path)),
    "privacy:export-ask": lambda world, path: _with_kind(_row(Pupil)(world, path)),
    "privacy:export-password": _national(PersonExport),
    "privacy:export-file": _national(PersonExport),
    "registry:title-remove": _national(RegistryTitle),
    "registry:value-remove": _national(RegistryValue),
    "calendar:line": _national(CalendarLine),
    "calendar:line-remove": _national(CalendarLine),
    "calendar:holiday-remove": _national(Holiday),
    "calendar:close": _close,
    "calendar:close-csv": _close,
    "rolls:office": _office,
    "rolls:school": _school_pk,
    "rolls:roll": ROOM,
    "rolls:roll-confirm": ROOM,
    "rolls:mark-missing": ROOM,
    "rolls:mark": _row(Enrolment),
    "rolls:correct": _row(Enrolment),
    "rolls:mark-settle": _row(RollMark),
    "schools:school": _school_pk,
    "schools:school-edit": _school_pk,
    "schools:school-confirm": _school_pk,
    "schools:checklist": _school_pk,
    "schools:directors": _school_pk,
    "schools:director-end": _at_school(Directorship),
    "schools:director-correct": _at_school(Directorship),
    "screening:form01-start": _renamed(_row(Enrolment), "enrolment_pk"),
    "screening:form01-section": _form(number=2),
    "screening:form01-sign": _form(who="guardian"),
    "screening:form01-held": _form(held_pk=0),
    "screening:form01-photo": _part_of_form(screening.Form01Photo, "photo_pk"),
    "screening:form01-signature": _part_of_form(screening.Form01Signature, "signature_pk"),
    "screening:score": FORM,
    "screening:meeting-new": _renamed(_school_pk, "school_pk"),
    "screening:verification-step": lambda world, path: {"step": "list"},
    "screening:verification-pass": lambda world, path: {"step": "list"},
    "screening:verification-send-back": MEETING,
    "screening:grant": _row(screening.Grant),
    "screening:visits-propose": _school_pk,
    "attendance:class-month": _class_month,
    "attendance:term-days": _school_pk,
    "payments:channels-class": ROOM,
    "payments:channels-confirm-all": ROOM,
    "payments:promptpay-leaflets": ROOM,
    "payments:promptpay-note": _row(Enrolment),
    "payments:continuing-school": _school_pk,
    "payments:rate-approve": _national(money.BenefitRate),
    "payments:round-school": _round_and_school,
    "payments:round-act": _round_act,
    "payments:forecast-place": lambda world, path: {"level": "school", **_school_pk(world, path)},
    "payments:bank-file-call-back": BANK_FILE,
    "payments:bank-file-download": BANK_FILE,
    "payments:bank-file-password": BANK_FILE,
    "payments:result-upload": ROUND,
    "payments:ledger-school": _school_pk,
    "payments:money-school": _school_pk,
    "payments:account": _school_pk,
    "payments:account-history": _school_pk,
    "payments:payout-school": _with_round(_school_pk),
    "payments:payout-class": _with_round(ROOM),
    "payments:cannot-pay": TRANSFER,
    "payments:class-sheet": _with_round(ROOM),
    "payments:class-receipts": _with_round(ROOM),
    "payments:class-report": _with_round(ROOM),
    "payments:class-evidence": _with_round(ROOM),
    "payments:class-report-submit": _with_round(ROOM),
    "payments:class-report-send-back": _row(money.ClassPayoutReport),
    "payments:school-report": _with_round(_school_pk),
    "payments:school-report-submit": _with_round(_school_pk),
    "payments:school-report-sign": _at_school(money.SchoolPayoutReport),
    "payments:refunds": _with_round(_school_pk),
    "payments:refund-new": _with_round(_school_pk),
    "payments:nil-refund": _with_round(_school_pk),
    "payments:refund": _at_school(money.Refund),
    "payments:claim": _national(money.RefundClaim),
    "payments:claim-slip": _national(money.RefundClaim),
    "payments:refund-slip": _at_school(money.Refund),
    "payments:refund-cancel": _at_school(money.Refund),
    "payments:letters": _with_round(lambda world, path: {}),
    "payments:letters-print": _with_round(lambda world, path: {}),
    "payments:letters-file": _letters_file,
    "payments:letter-issue": _row(money.Transfer, status="success"),
    "payments:letter": _row(money.Transfer, letter__isnull=False),
    "progress:office": _office,
    "progress:remind": _office,
    "progress:office-csv": _office,
    "job": _national(Job),
    "people:invite": lambda world, path: {"role": "registry_keeper"},
    "people:post-class": _row(Posting, role="homeroom_teacher"),
    "people:person-give": lambda world, path: {**_person(world, path), "role": "registry_keeper"},
    "people:teachers-blank": lambda world, path: {**_school_pk(world, path), "kind": "csv"},
    "account-recovery": _national(FactorRecovery),
}
BY_PREFIX: tuple[tuple[str, Sampler], ...] = (
    ("audit:event", _at_school(Event)),
    ("duplicates:ticket", _at_school(DuplicateSide)),
    ("duplicates:join", _national(PupilJoin)),
    ("duplicates:pair", _pair_of_office),
    ("calendar:extension", _at_school(Extension)),
    ("handover:handover", _row(Handover)),
    ("handover:pupil", _row(Pupil)),
    ("handover:state", _row(EnrolmentStatusChange)),
    ("audit:export-file", _national(StoredFile)),
    ("people:person", _person),
    ("people:post", _director),
    ("people:invitation", _at_school(Invitation)),
    ("people:request", _at_school(AccountRequest)),
    ("people:teacher-list", _at_school(TeacherList)),
    ("people:teachers", _school_pk),
    ("people:new-year", _school_pk),
    ("calendar:extension", _at_school(Extension)),
    ("registry:import", IMPORT),
    ("registry:pupil-", _row(Pupil)),
    ("screening:form01", FORM),
    ("screening:pmt-model", _national(screening.PmtModel)),
    ("screening:institution", FORM),
    ("screening:grant-", _row(screening.Grant)),
    ("screening:meeting", MEETING),
    ("screening:visits-class", ROOM),
    ("screening:visit", _row(screening.HomeVisit)),
    ("payments:basic-needs-office", _office),
    ("payments:basic-needs-school", _school_pk),
    ("payments:basic-needs-list", _of_office(money.SubsidyList)),
    ("payments:account-rules", _national(money.AccountRules)),
    ("payments:account", ACCOUNT),
    ("payments:channel", _row(Enrolment)),
    ("payments:round", ROUND),
    ("payments:bank", ROUND),
    ("payments:result", RESULT),
    ("payments:receipt", _row(money.Receipt06)),
    ("payments:evidence", _row(money.PayoutEvidence)),
    ("payments:statement", STATEMENT),
)
# Their argument names a row of the whole country, the same in every context.
NATIONAL = {
    "payments:letters",
    "payments:letters-print",
    "payments:round-left-out",
    "payments:round-left-out-csv",
    "job",
}


def sampler_of(name: str) -> Sampler:
    """How to find a row for a page. KeyError for a page that nobody has told of: tell it."""
    if name in BY_PAGE:
        return BY_PAGE[name]
    for prefix, sampler in BY_PREFIX:
        if name.startswith(prefix):
            return sampler
    raise KeyError(f"rehearsal.access_rows does not know a row for the page {name}")
