"""Why a person may not do a thing of the registry. None means they may."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import Enrolment, RegistryImport, School, Term, User


def why_not_upload_registry_file(path: str, user: User) -> str | None:
    if access.level_of_path(path) not in ("school", "office"):
        return gettext("A registry file belongs to a school or to a supervising office.")
    return access.why_not(user, "registry.import_file", path)


def why_not_type_pupil(school: School, user: User) -> str | None:
    """Why a pupil of this school may not be typed in: where there is a registry, pupils come from it alone."""
    if reason := access.why_not(user, "registry.import_file", school.path):
        return reason
    if registry := school.office.affiliation.registry:
        return gettext("Pupils are entered in %(registry)s; then the new file is sent here.") % {
            "registry": registry
        }
    return None


def why_not_change_typed(enrolment: Enrolment, user: User) -> str | None:
    """Why class and mark of a pupil of the roll may not be typed anew."""
    if reason := why_not_type_pupil(enrolment.classroom.school, user):
        return reason
    if enrolment.pupil.identity is None or enrolment.pupil.birth_date is None:
        return gettext(
            "The pupil has no number or no day of birth yet: enter these first, with a document."
        )
    return None


def why_not_confirm_registry_import(it: RegistryImport, user: User, at: datetime) -> str | None:
    """A file waits for the term in which it was sent: in the next one it would bring back last term's classes."""
    if reason := access.why_not(user, "registry.import_file", it.path):
        return reason
    if reason := why_not_decide(it):
        return reason
    if it.term == Term.objects.current(at):
        return None
    return gettext("This file was sent for term %(term)s, which is over. Send a new one.") % {
        "term": it.term.label
    }


def why_not_decide(it: RegistryImport) -> str | None:
    """Why this import is past deciding, whoever asks."""
    match it.status:
        case RegistryImport.Status.PREVIEWED:
            return None
        case RegistryImport.Status.READING:
            return gettext("The file is still being read.")
        case RegistryImport.Status.RECORDING:
            failed = it.job is not None and it.job.state == "failed"
            return None if failed else gettext("The file is being recorded.")
        case RegistryImport.Status.CONFIRMED:
            return gettext("This file has been recorded already.")
        case RegistryImport.Status.DISCARDED:
            return gettext("This file was set aside. Send it again to use it.")
    return gettext("This file was not accepted.")


def why_not_discard_registry_import(it: RegistryImport, user: User) -> str | None:
    if reason := access.why_not(user, "registry.import_file", it.path):
        return reason
    return None if it.status == RegistryImport.Status.READING else why_not_decide(it)
