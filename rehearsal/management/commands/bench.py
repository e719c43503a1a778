"""Measure what must be fast, beside the least that the database itself needs; fail over a limit."""

from __future__ import annotations

import json
import os
import platform
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from eqfund import clock, embedded
from rehearsal import bench
from rehearsal.columns import Printer, table
from rehearsal.story import stage

MIGRATED, COPY = "eqfund_bench", "eqfund_bench_copy"


class Command(BaseCommand):
    help = "Print the performance table and write it to bench.json; exit code 1 over a limit."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("modules", nargs="*", help="some of rehearsal/bench; all without")
        parser.add_argument(
            "--size", type=int, help="rows of the large tables, where a module lets it"
        )
        parser.add_argument("--here", help="measure one module in this process; rows go to a file")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["here"]:
            measure(options["modules"][0], Path(options["here"]), options["size"])
            return
        if unknown := set(options["modules"]) - set(bench.modules()):
            raise CommandError(f"Not in rehearsal/bench: {', '.join(sorted(unknown))}")
        wanted = options["modules"] or bench.modules()
        sys.exit(measure_all(wanted, Printer(sys.stdout), options["size"]))


def measure_all(wanted: list[str], printer: Printer, size: int | None = None) -> int:
    """Each module in a process and a database of its own; print the table, write the report."""
    begun = clock.stopwatch()
    rows: list[bench.Row] = []
    failed: list[str] = []
    with stage.fresh_database(MIGRATED):
        for name in wanted:
            printer.line(f"  {name} ...")
            found = _module(name, size)
            rows += found or []
            if found is None:
                failed.append(name)
    printer.line()
    heads = ("what", "figure", "bound", "ratio", "limit", "")
    for line in table(heads, [_cells(row) for row in rows]):
        printer.line(line)
    over = [row for row in rows if bench.is_over(row)]
    seconds = clock.stopwatch() - begun
    printer.line(f"\n{len(rows)} rows in {seconds:.0f} s, {len(over)} over their limit")
    for name in failed:
        printer.line(f"{name} did not end: its words stand above")
    _report(rows, failed)
    return 1 if over or failed or not rows else 0


def measure(name: str, to: Path, size: int | None = None) -> None:
    """Run one module's rows in this process and write each down as it comes."""
    rows: list[bench.Row] = []
    printer = Printer(sys.stdout)
    for row in bench.collect(name, size):
        rows.append(row)
        to.write_text(json.dumps(rows, ensure_ascii=False, default=str))
        printer.line(f"    {'  '.join(cell for cell in _cells(row) if cell)}")


def _module(name: str, size: int | None) -> list[bench.Row] | None:
    """One module's rows, from a child process; None if it failed."""
    with stage.fresh_database(COPY, template=MIGRATED, role=bench.role_of(name)) as environment:
        written = Path(environment["EQFUND_VAR"]) / "rows.json"
        more = ["--size", str(size)] if size else []
        if stage.run_inside(environment, "bench", name, "--here", str(written), *more):
            return None
        rows: list[bench.Row] = json.loads(written.read_text())
        return rows


def _report(rows: list[bench.Row], failed: list[str]) -> None:
    report = {
        "at": datetime.isoformat(clock.wall(), timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "rows": rows,
        "failed": failed,
    }
    path = Path(settings.VAR_DIR if settings.VAR_DIR.is_dir() else embedded.var_folder())
    text = json.dumps(report, indent=1, ensure_ascii=False)
    (path / "bench.json").write_text(text, encoding="utf-8")


def _cells(row: bench.Row) -> tuple[str, ...]:
    unit = row.get("unit", "s")
    figures = [_figure(row.get("seconds"), unit), _figure(row["lower_bound_seconds"], unit)]
    ratio = f"{row['ratio']:.2f}" if row["ratio"] is not None else "-"
    limit = f"{row['limit']:.2f}" if row["limit"] is not None else "-"
    return (row["name"], *figures, ratio, limit, "OVER" if bench.is_over(row) else "")


def _figure(value: Any, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:.3f} {unit}" if isinstance(value, float) else f"{value} {unit}"
