"""The shared kernel's tables."""

from .accounts import AccountState, ContactCode, FactorRecovery, SentMessage
from .audit import AuditCheck, AuditSeal, AuditVolume, Event
from .base import ScopedQuerySet, next_pks
from .calendar import CalendarLine, Extension, RehearsalClock, Term
from .files import StoredFile
from .imports import RegistryCellError, RegistryImport, RegistryRecord, RegistryTitle, StagingRow
from .jobs import Job
from .people import Posting, User
from .places import Affiliation, Classroom, School, SupervisingOffice
from .pupils import Enrolment, Guardian, Identity, Pupil

__all__ = [
    "AccountState",
    "Affiliation",
    "AuditCheck",
    "AuditSeal",
    "AuditVolume",
    "CalendarLine",
    "Classroom",
    "ContactCode",
    "Enrolment",
    "Event",
    "Extension",
    "FactorRecovery",
    "Guardian",
    "Identity",
    "Job",
    "Posting",
    "Pupil",
    "RegistryCellError",
    "RegistryImport",
    "RegistryRecord",
    "RegistryTitle",
    "RehearsalClock",
    "School",
    "ScopedQuerySet",
    "SentMessage",
    "StagingRow",
    "StoredFile",
    "SupervisingOffice",
    "Term",
    "User",
    "next_pks",
]
