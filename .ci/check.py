"""Every linter and contract: runs all, reports all, says how many passed.

Two run at a time. What needs no database is given addresses that are never asked, so that no
server is started for it.
"""

import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
MANAGE = [str(BIN / "python"), "manage.py"]
NO_SERVICES = {"DATABASE_URL": "postgresql://nobody@nowhere/none", "REDIS_URL": "redis://nowhere/0"}
PRODUCTION = {
    "DEMO_MODE": "false",
    "ALLOWED_HOSTS": "eqfund.example.org",
    "EMAIL_HOST": "mail.example.org",
    "SMS_BACKEND": "eqfund.accounts.sms.gateway",
    "SMS_GATEWAY_URL": "https://sms.example.org/send",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "FIELD_KEYS": secrets.token_urlsafe(48),
    "INDEX_KEY": secrets.token_urlsafe(48),
    "SEAL_KEYS": secrets.token_urlsafe(48),
}


@dataclass(frozen=True)
class Check:
    """One tool: how it is called, and what to do when it complains."""

    name: str
    command: list[str]
    env: dict[str, str] = field(default_factory=lambda: dict(NO_SERVICES))
    cure: str = ""
    same_as: Path | None = None  # what it prints must equal this file
    says: bool = (
        False  # what it prints is shown though it passes: something may not have been looked at
    )


def files(pattern: str) -> list[str]:
    """The committed (or about to be committed) files that match."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in found.stdout.split() if (ROOT / name).exists()]


def checks() -> list[Check]:
    tool = {
        name: str(BIN / name)
        for name in ("ruff", "djade", "django-upgrade", "lint-imports", "mypy")
    }
    return [
        Check("types (mypy)", [tool["mypy"]]),
        Check(
            "format (ruff)",
            [tool["ruff"], "format", "--check", "--output-format", "concise", "."],
            cure="make fix",
        ),
        Check("lint (ruff)", [tool["ruff"], "check", "--quiet", "--output-format", "concise", "."]),
        Check(
            "templates (djade)",
            [tool["djade"], "--check", "--target-version", "6.1", *files("*.html")],
            cure="make fix",
        ),
        Check(
            "newer Django (django-upgrade)",
            [tool["django-upgrade"], "--check", "--target-version", "6.1", *files("*.py")],
            cure="make fix",
        ),
        Check("arrows (import-linter)", [tool["lint-imports"], "--no-cache"]),
        Check(
            "production settings (check --deploy)",
            [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
            env=PRODUCTION,
        ),
        Check(
            "known faults of packages (pip-audit, npm audit)",
            [str(BIN / "python"), ".ci/audit_dependencies.py"],
            cure="uv lock --upgrade-package NAME; or ACCEPTED in .ci/audit_dependencies.py, with a reason and a day",
            says=True,
        ),
        Check(
            "migrations (makemigrations --check)",
            [*MANAGE, "makemigrations", "--check", "--dry-run"],
            env={},
            cure="manage.py makemigrations <app> --name <what it does>",
        ),
        Check(
            "translations",
            [str(BIN / "python"), "-m", "eqfund.translations", "check"],
            cure="write the Thai into the app's locale/th/LC_MESSAGES/django.po",
        ),
        Check("roles", [*MANAGE, "draw_roles"], cure="make docs", same_as=ROOT / "docs/roles.md"),
        Check(
            "personal data",
            [*MANAGE, "draw_personal_data"],
            cure="make docs",
            same_as=ROOT / "docs/personal-data.md",
        ),
        Check(
            "states", [*MANAGE, "draw_states"], cure="make docs", same_as=ROOT / "docs/states.md"
        ),
    ]


def run(check: Check) -> tuple[Check, bool, str, float]:
    begun = time.monotonic()
    done = subprocess.run(
        check.command, cwd=ROOT, env=os.environ | check.env, capture_output=True, text=True
    )
    words, passed = (done.stdout + done.stderr).strip(), done.returncode == 0
    if passed and check.same_as:
        there = check.same_as.read_text(encoding="utf-8") if check.same_as.exists() else ""
        passed = done.stdout.strip() == there.strip()
        words = "" if passed else f"{check.same_as.relative_to(ROOT)} is not what it would be now"
    return check, passed, words, time.monotonic() - begun


def main() -> int:
    failed = 0
    with ThreadPoolExecutor(2) as pool:
        for check, passed, words, seconds in pool.map(run, checks()):
            print(f"{'ok  ' if passed else 'FAIL'}  {check.name}  ({seconds:.1f} s)", flush=True)
            if passed and check.says:
                print("\n".join(f"      {line}" for line in words.splitlines()))
            if not passed:
                failed += 1
                print("\n".join(f"      {line}" for line in words.splitlines()[-60:]))
                if check.cure:
                    print(f"      -> {check.cure}")
    print(f"{len(checks()) - failed} passed, {failed} failed (checks)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
