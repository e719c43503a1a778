"""Why a user may not do a thing to a round's files, its results or the book. None means they may."""

from django.conf import settings
from django.utils.translation import gettext

from eqfund import access
from eqfund.models import User
from eqfund.thai_text import thai_datetime
from payments.models import BankFile, ResultFile, TransferRound
from payments.rules.rounds import RoundStatus
from payments.words.rounds import round_status_name

COUNTRY = "TH/"


def why_not_write_bank_files(transfer_round: TransferRound, user: User) -> str | None:
    if reason := access.why_not(user, "payments.bank_files", COUNTRY):
        return reason
    if transfer_round.status != RoundStatus.RELEASED:
        return gettext("Bank files are made of a released round. This one is: %(status)s.") % {
            "status": round_status_name(transfer_round.status)
        }
    return None


def why_not_download_bank_file(file: BankFile, user: User) -> str | None:
    if reason := access.why_not(user, "payments.bank_files", COUNTRY):
        return reason
    if file.stored_id is None:
        return gettext("This file is still being written.")
    if file.downloaded_by is not None and file.downloaded_at is not None:
        return gettext(
            "File %(number)d was handed out to %(name)s on %(at)s. A bank file is handed out once; "
            "whoever took it has it."
        ) % {
            "number": file.number,
            "name": file.downloaded_by.full_name,
            "at": thai_datetime(file.downloaded_at),
        }
    return None


def why_not_call_back(file: BankFile, user: User) -> str | None:
    """Another person of the fund than the one who took the file, and before the bank has it."""
    if reason := access.why_not(user, "payments.call_back_bank_file", COUNTRY):
        return reason
    if file.downloaded_by_id is None:
        return gettext("Nobody has taken this file. It can be taken as it is.")
    if file.round.status != RoundStatus.RELEASED:
        return gettext(
            "The files were recorded as handed to the bank. A second copy would be paid twice."
        )
    if file.downloaded_by_id == user.pk:
        return gettext(
            "You took this file. Another person of the fund calls it back, so that two know of it."
        )
    return None


def why_not_show_password(file: BankFile, user: User) -> str | None:
    if reason := access.why_not(user, "payments.bank_files", COUNTRY):
        return reason
    if file.downloaded_by_id != user.pk:
        return gettext("The password is shown only to the person who took this file.")
    return None


def why_not_record_sent(transfer_round: TransferRound, user: User) -> str | None:
    if reason := access.why_not(user, "payments.bank_files", COUNTRY):
        return reason
    if transfer_round.status != RoundStatus.RELEASED:
        return gettext("Only a released round is handed to the bank. This one is: %(status)s.") % {
            "status": round_status_name(transfer_round.status)
        }
    files = list(transfer_round.bank_files.all())
    if not files:
        return gettext("No bank file has been made of this round yet.")
    waiting = [str(file.number) for file in files if file.downloaded_at is None]
    if waiting:
        return gettext(
            "Nobody has taken file %(numbers)s yet. Take every file before recording that they were sent."
        ) % {"numbers": ", ".join(waiting)}
    return None


def why_not_see_results(user: User) -> str | None:
    return access.why_not(user, "payments.bank_results", COUNTRY)


def why_not_upload_result(transfer_round: TransferRound, user: User) -> str | None:
    if reason := access.why_not(user, "payments.bank_results", COUNTRY):
        return reason
    if transfer_round.status != RoundStatus.SENT:
        return gettext(
            "A result is taken in for a round that is at the bank. This one is: %(status)s."
        ) % {"status": round_status_name(transfer_round.status)}
    return None


def why_not_apply_result(result: ResultFile, user: User) -> str | None:
    if reason := access.why_not(user, "payments.bank_results", COUNTRY):
        return reason
    if result.state == ResultFile.State.APPLIED and result.applied_at is not None:
        return gettext("This file was applied on %(at)s. Nothing was changed now.") % {
            "at": thai_datetime(result.applied_at)
        }
    if result.state != ResultFile.State.PREVIEWED:
        return gettext("This file has not been checked yet.")
    if result.problem:
        return gettext("This file cannot be read as a result. Ask the bank to send it again.")
    if result.bad_lines:
        return gettext(
            "%(count)s lines of this file are wrong. It is applied whole or not at all: ask the bank to mend it."
        ) % {"count": f"{result.bad_lines:,}"}
    if result.success_lines + result.failed_lines == 0:
        return gettext("This file settles no credit: the bank is still at work on all of them.")
    if result.round.status != RoundStatus.SENT:
        return gettext(
            "A result is applied to a round that is at the bank. This one is: %(status)s."
        ) % {"status": round_status_name(result.round.status)}
    return None


def why_not_set_result_aside(result: ResultFile, user: User) -> str | None:
    if reason := access.why_not(user, "payments.bank_results", COUNTRY):
        return reason
    if result.state == ResultFile.State.APPLIED:
        return gettext("A file that was applied stays in the book.")
    return None


def why_not_ask_sandbox(transfer_round: TransferRound, user: User) -> str | None:
    if not settings.DEMO_MODE:
        return gettext("The sandbox bank exists in demo mode only.")
    return why_not_upload_result(transfer_round, user)
