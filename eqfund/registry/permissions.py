"""Why a person may not do a thing of the registry. None means they may."""

from __future__ import annotations

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import RegistryImport, User


def why_not_upload_registry_file(path: str, user: User) -> str | None:
    if access.level_of_path(path) not in ("school", "office"):
        return gettext("A registry file belongs to a school or to a supervising office.")
    return access.why_not(user, "registry.import_file", path)


def why_not_confirm_registry_import(it: RegistryImport, user: User) -> str | None:
    if reason := access.why_not(user, "registry.import_file", it.path):
        return reason
    return why_not_decide(it)


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
