from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eqfund import clock
from payments import sandbox_bank
from payments.bankfiles.reasons import FailCode
from payments.bankfiles.results import UnreadableFile


class Command(BaseCommand):
    help = (
        "The sandbox bank: answers payment files (pain.001 or flat, unzipped) as a bank would, "
        "with a pain.002 report and a camt.054 of what was booked, written beside each file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        answer = commands.add_parser("answer", help="answer payment files")
        answer.add_argument("files", nargs="+", type=Path, metavar="FILE")
        answer.add_argument(
            "--fail",
            action="append",
            default=[],
            metavar="DESTINATION=REASON",
            help="fail this id or account number; REASON is one of: " + ", ".join(FailCode),
        )
        answer.add_argument(
            "--accept-all", action="store_true", help="without the demo's own failures"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rules = self._rules(options["fail"], options["accept_all"])
        for file in options["files"]:
            self._answer(file, rules)

    def _rules(self, fail: list[str], accept_all: bool) -> sandbox_bank.Rules:
        destinations = {}
        for said in fail:
            destination, _, reason = said.partition("=")
            if reason not in list(FailCode):
                raise CommandError(f"{said}: the reason is one of {', '.join(FailCode)}")
            destinations[destination] = FailCode(reason)
        if accept_all:
            return sandbox_bank.Rules(destinations=destinations)
        demo = sandbox_bank.DEMO_RULES
        return sandbox_bank.Rules(destinations, demo.promptpay_endings, demo.account_endings)

    def _answer(self, file: Path, rules: sandbox_bank.Rules) -> None:
        try:
            answers = sandbox_bank.answer(file.read_bytes(), at=clock.now(), rules=rules)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except UnreadableFile as error:
            raise CommandError(f"{file}: not a payment file ({error})") from error
        names = [(f"{file.stem}.result{file.suffix}", answers.report)]
        if answers.booked:
            names.append((f"{file.stem}.camt054.xml", answers.booked))
        for name, content in names:
            file.with_name(name).write_bytes(content)
            self.stdout.write(f"  {file.with_name(name)}")
        self.stdout.write(f"{file.name}: {answers.accepted:,} accepted, {answers.failed:,} failed")
