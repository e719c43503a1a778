"""What the bank's pages put together for the eye: rows, steps, and the facts a question repeats."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext

from eqfund.models import User
from eqfund.money import baht
from eqfund.thai_text import thai_datetime
from payments.models import BankFile, BankFileCallBack, ResultFile, TransferRound
from payments.permissions import bank as permissions
from payments.rules.rounds import RoundStatus


@dataclass(frozen=True, slots=True)
class FileRow:
    """A bank file as its table shows it, and why this user may not take it."""

    file: BankFile
    why_not: str | None
    called_back: tuple[BankFileCallBack, ...] = ()
    may_call_back: bool = False

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the question before handing it out repeats."""
        return [
            (gettext("File"), self.file.message_id),
            (gettext("Credits"), f"{self.file.lines:,}"),
            (gettext("Baht"), baht(self.file.amount_satang)),
            (gettext("Afterwards"), gettext("The file is not handed out again, to anybody.")),
        ]


def files_of(transfer_round: TransferRound, user: User) -> list[FileRow]:
    """The round's files, by number."""
    files = transfer_round.bank_files.select_related("downloaded_by", "round").order_by("number")
    called_back = BankFileCallBack.objects.select_related("taken_by", "called_back_by")
    return [
        FileRow(
            file,
            permissions.why_not_download_bank_file(file, user),
            tuple(file.call_backs.all()),
            not permissions.why_not_call_back(file, user),
        )
        for file in files.prefetch_related(Prefetch("call_backs", called_back.order_by("number")))
    ]


def call_back_facts(file: BankFile) -> list[tuple[str, str]]:
    """What the question before calling a file back repeats."""
    assert file.downloaded_by is not None
    assert file.downloaded_at is not None
    return [
        (gettext("File"), file.message_id),
        (gettext("Credits"), f"{file.lines:,}"),
        (gettext("Baht"), baht(file.amount_satang)),
        (gettext("Taken by"), file.downloaded_by.full_name),
        (gettext("Taken at"), thai_datetime(file.downloaded_at)),
        (
            gettext("Afterwards"),
            gettext("The same file can be taken once more. Both takings stand in the audit book."),
        ),
    ]


def next_act(transfer_round: TransferRound, files: list[FileRow]) -> str:
    """What finance does next on the page: write, take, send, result, or nothing."""
    if transfer_round.status == RoundStatus.SENT:
        return "result"
    if transfer_round.status != RoundStatus.RELEASED:
        return ""
    if not files:
        return "write"
    return "send" if all(row.file.downloaded_at for row in files) else "take"


def sent_facts(transfer_round: TransferRound, files: list[FileRow]) -> list[tuple[str, str]]:
    """What the question before recording the hand-over repeats."""
    return [
        (gettext("Files"), f"{len(files):,}"),
        (gettext("Credits"), f"{sum(row.file.lines for row in files):,}"),
        (gettext("Pupils"), f"{transfer_round.pupils:,}"),
        (gettext("Baht"), baht(transfer_round.amount_satang)),
        (gettext("Afterwards"), gettext("Every transfer of the round is at the bank.")),
    ]


def apply_facts(result: ResultFile) -> list[tuple[str, str]]:
    """What the question before applying a result repeats."""
    return [
        (gettext("Went through"), _lines_and_baht(result.success_lines, result.success_satang)),
        (gettext("Failed"), _lines_and_baht(result.failed_lines, result.failed_satang)),
        (gettext("Still at the bank"), f"{result.open_lines:,}"),
        (gettext("Afterwards"), gettext("The ledger is written, and is never changed again.")),
    ]


def _lines_and_baht(lines: int, satang: int) -> str:
    return gettext("%(lines)s credits, %(baht)s baht") % {
        "lines": f"{lines:,}",
        "baht": baht(satang),
    }


def steps(transfer_round: TransferRound) -> list[dict[str, str]]:
    """The round's way through the bank, for components/steps.html."""
    status = transfer_round.status
    files = list(transfer_round.bank_files.all())
    taken = bool(files) and all(file.downloaded_at for file in files)
    done = [
        status not in (RoundStatus.PLANNED, RoundStatus.BUILT, RoundStatus.APPROVED),
        bool(files) and all(file.stored_id for file in files),
        taken,
        transfer_round.sent_at is not None,
        transfer_round.reconciled_at is not None,
    ]
    labels = [
        gettext("Released"),
        gettext("Files written"),
        gettext("Files taken"),
        gettext("Sent to the bank"),
        gettext("Reconciled"),
    ]
    now = done.index(False) if False in done else len(done)
    return [
        {"label": label, "state": "done" if is_done else "now" if place == now else ""}
        for place, (label, is_done) in enumerate(zip(labels, done, strict=True))
    ]
