"""Secrets may come from files, as vaults hand them over; what is doubtful is refused without naming a secret."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from eqfund import secret_files

ROOT = Path(__file__).resolve().parents[2]


def test_a_file_holds_a_secret_or_a_ring_of_keys(tmp_path):
    (tmp_path / "key").write_text("s3cret\n")
    (tmp_path / "ring").write_text("-\nsecond key\n\n")
    environment = {
        "SECRET_KEY_FILE": str(tmp_path / "key"),
        "FIELD_KEYS_FILE": str(tmp_path / "ring"),
        "OTHER_FILE": "/nowhere",
    }

    assert secret_files.read_into(environment) == ["SECRET_KEY", "FIELD_KEYS"]
    assert (environment["SECRET_KEY"], environment["FIELD_KEYS"]) == ("s3cret", "-,second key")


@pytest.mark.parametrize(
    ("content", "more", "sentence"),
    [
        ("x", {"SECRET_KEY": "y"}, "Both SECRET_KEY and SECRET_KEY_FILE"),
        (" \n", {}, "SECRET_KEY_FILE is empty"),
        (None, {}, "SECRET_KEY_FILE cannot be read: FileNotFoundError"),
    ],
    ids=["twice", "empty", "missing"],
)
def test_what_is_doubtful_is_refused(tmp_path, content, more, sentence):
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ImproperlyConfigured, match=sentence):
        secret_files.read_into({"SECRET_KEY_FILE": str(path), **more})


def test_production_starts_with_secrets_from_files_alone(tmp_path):
    for name in ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEYS", "SEAL_KEYS"):
        (tmp_path / name).write_text(f"the {name} of a vault\n")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in secret_files.NAMES},
        **{f"{path.name}_FILE": str(path) for path in tmp_path.iterdir()},
        "DEMO_MODE": "false",
        "DATABASE_URL": "postgresql://nobody@localhost:1/none",
        "REDIS_URL": "redis://localhost:1/0",
        "DJANGO_SETTINGS_MODULE": "eqfund.settings",
    }
    code = "from django.conf import settings; print(settings.FIELD_KEYS, settings.SECRET_KEY)"

    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert told.stdout.strip() == "['the FIELD_KEYS of a vault'] the SECRET_KEY of a vault"
