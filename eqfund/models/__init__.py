"""The shared kernel's tables."""

from .audit import Event
from .base import ScopedQuerySet, next_pks
from .calendar import CalendarLine, Extension, RehearsalClock, Term
from .files import StoredFile
from .imports import RegistryCellError, RegistryImport, RegistryRecord, RegistryTitle, StagingRow
from .jobs import Job
from .people import Posting, User
from .places import Affiliation, Classroom, School, SupervisingOffice
from .pupils import Enrolment, Guardian, Identity, Pupil

__all__ = [
    "Affiliation",
    "CalendarLine",
    "Classroom",
    "Enrolment",
    "Event",
    "Extension",
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
    "StagingRow",
    "StoredFile",
    "SupervisingOffice",
    "Term",
    "User",
    "next_pks",
]
