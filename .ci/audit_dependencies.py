"""Known faults of what we install: Python's by pip-audit, the browser's packages by npm audit.

Both ask a service on the network. What could not be asked is said by name, and is neither a pass nor a
failure: "not reachable: not checked". A known fault fails, unless ACCEPTED gives a reason and a last day.
Set REQUIRE_ADVISORIES=1 where the services must be reachable (a release): then not checked fails too.

pip-audit answers "no known vulnerabilities" also when it found no package at all; so what it skipped is counted.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
SECONDS = 90
# advisory: (why it does not touch us, the last day on which that is believed)
ACCEPTED: dict[str, tuple[str, date]] = {}


def python_packages() -> tuple[str, list[str]]:
    """(what was asked or why not, faults) of every locked Python package."""
    uv = str(ROOT / ".tools" / "bin" / "uv")
    with tempfile.TemporaryDirectory() as folder:
        locked = Path(folder) / "locked.txt"
        export = [
            uv,
            "export",
            "--quiet",
            "--locked",
            "--no-emit-project",
            "--no-hashes",
            "--all-groups",
        ]
        done = subprocess.run(
            [*export, "-o", str(locked)], cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode:
            print(done.stderr.strip()[-300:])
            return "not checked: uv could not write the locked list", []
        ask = [str(BIN / "pip-audit"), "-r", str(locked), "--no-deps", "--disable-pip"]
        said = run([*ask, "--progress-spinner", "off", "--format", "json"])
    if said is None:
        return "not reachable: not checked", []
    packages = said.get("dependencies", [])
    asked = [p for p in packages if "skip_reason" not in p]
    if len(asked) < len(packages) / 2:
        return (
            f"not reachable: not checked ({len(packages) - len(asked)} of {len(packages)} unknown)",
            [],
        )
    faults = [
        f"{p['name']} {p['version']}: {v['id']} {', '.join(v.get('fix_versions', []))}"
        for p in asked
        for v in p.get("vulns", [])
        if not is_accepted([v["id"], *v.get("aliases", [])])
    ]
    unknown = [p["name"] for p in packages if "skip_reason" in p]
    left = f", not asked: {', '.join(unknown)}" if unknown else ""
    return f"{len(asked)} packages asked{left}", faults


def browser_packages() -> tuple[str, list[str]]:
    """The same of every package of package-lock.json."""
    said = run([str(ROOT / ".ci" / "npm"), "audit", "--json"])
    if said is None or "vulnerabilities" not in said:
        return "not reachable: not checked", []
    faults = [
        f"{name}: {found.get('severity', '')} {found.get('range', '')}"
        for name, found in said["vulnerabilities"].items()
        if not is_accepted([name])
    ]
    return (
        f"{said.get('metadata', {}).get('dependencies', {}).get('total', '?')} packages asked",
        faults,
    )


def run(command: list[str]) -> dict[str, object] | None:
    """What a tool says in JSON; None when it says none in time."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
        said = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError, OSError):
        return None
    return said if isinstance(said, dict) else None


def is_accepted(names: list[str]) -> bool:
    today = datetime.now(UTC).date()
    return any(name in ACCEPTED and today <= ACCEPTED[name][1] for name in names)


def main() -> int:
    failed = False
    for name, (said, faults) in (("python", python_packages()), ("browser", browser_packages())):
        print(f"{name}: {said}")
        for fault in faults:
            print(f"  {fault}")
        not_checked = "not checked" in said
        failed |= bool(faults) or (not_checked and os.environ.get("REQUIRE_ADVISORIES") == "1")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
