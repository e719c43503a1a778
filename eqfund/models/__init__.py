"""The shared kernel's tables."""

from .accounts import AccountState, ContactCode, FactorRecovery, SentMessage
from .audit import AuditCheck, AuditSeal, AuditVolume, Event
from .base import ScopedQuerySet, next_pks
from .calendar import (
    CalendarFeed,
    CalendarLine,
    Edge,
    EdgeClock,
    Extension,
    ExtensionPolicy,
    RehearsalClock,
    Term,
)
from .closes import CloseRecord, Holiday, SchoolAtClose
from .duplicates import DuplicatePair, DuplicateSide, NameKey
from .files import StoredFile
from .handovers import EnrolmentStatusChange, Handover
from .imports import (
    RegistryCellError,
    RegistryImport,
    RegistryReading,
    RegistryRecord,
    RegistryTitle,
    RegistryValue,
    StagingRow,
)
from .invitations import AccountRequest, Invitation, TeacherList
from .jobs import Job
from .joins import PupilJoin
from .people import Posting, User
from .places import Affiliation, Classroom, School, SupervisingOffice
from .privacy import Consent, IndexKeyChange, PersonExport, PersonKey, Policy, RetentionRule
from .pupils import Enrolment, Guardian, Identity, Pupil
from .rolls import FormerName, FormerNumber, RollConfirmation, RollMark
from .schools import Directorship, ProfileConfirmation

__all__ = [
    "AccountRequest",
    "AccountState",
    "Affiliation",
    "AuditCheck",
    "AuditSeal",
    "AuditVolume",
    "CalendarFeed",
    "CalendarLine",
    "Classroom",
    "CloseRecord",
    "Consent",
    "ContactCode",
    "Directorship",
    "DuplicatePair",
    "DuplicateSide",
    "Edge",
    "EdgeClock",
    "Enrolment",
    "EnrolmentStatusChange",
    "Event",
    "Extension",
    "ExtensionPolicy",
    "FactorRecovery",
    "FormerName",
    "FormerNumber",
    "Guardian",
    "Handover",
    "Holiday",
    "Identity",
    "IndexKeyChange",
    "Invitation",
    "Job",
    "NameKey",
    "PersonExport",
    "PersonKey",
    "Policy",
    "Posting",
    "ProfileConfirmation",
    "Pupil",
    "PupilJoin",
    "RegistryCellError",
    "RegistryImport",
    "RegistryReading",
    "RegistryRecord",
    "RegistryTitle",
    "RegistryValue",
    "RehearsalClock",
    "RetentionRule",
    "RollConfirmation",
    "RollMark",
    "School",
    "SchoolAtClose",
    "ScopedQuerySet",
    "SentMessage",
    "StagingRow",
    "StoredFile",
    "SupervisingOffice",
    "TeacherList",
    "Term",
    "User",
    "next_pks",
]
