"""Measure what must be fast, beside the least that the database itself needs; fail over a limit."""

from __future__ import annotations

import json
import os
import platform
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from eqfund import clock, embedded
from rehearsal import bench
from rehearsal.columns import Printer, table
from rehearsal.story import stage


class Command(BaseCommand):
    help = "Print the performance table and write it to bench.json; exit code 1 over a limit."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("modules", nargs="*", help="some of rehearsal/bench; all without")
        parser.add_argument("--here", action="store_true", help="in this process and database")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["here"]:
            sys.exit(measure(options["modules"]))
        report = str(embedded.var_folder() / "bench.json")
        with stage.fresh_database("eqfund_bench", role="owner") as environment:
            environment |= {"EQFUND_BENCH_REPORT": report}
            sys.exit(stage.run_inside(environment, "bench", "--here", *options["modules"]))


def measure(wanted: list[str]) -> int:
    """Run the rows, print the table, write the report; 1 if a limit was exceeded."""
    printer = Printer(sys.stdout)
    begun = clock.stopwatch()
    rows = []
    for row in bench.collect(wanted):
        printer.line(f"  {row['name']}")
        rows.append(row)
    over = [row for row in rows if bench.is_over(row)]
    heads = ("what", "figure", "lower bound", "ratio", "limit", "")
    printer.line()
    for line in table(heads, [_cells(row) for row in rows]):
        printer.line(line)
    printer.line(
        f"\n{len(rows)} rows in {clock.stopwatch() - begun:.0f} s, {len(over)} over their limit"
    )
    report = {
        "at": clock.wall().isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "rows": rows,
    }
    path = Path(os.environ.get("EQFUND_BENCH_REPORT", settings.VAR_DIR / "bench.json"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False, default=str), encoding="utf-8")
    return 1 if over or not rows else 0


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
