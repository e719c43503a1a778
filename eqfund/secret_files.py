"""Secrets from files: NAME_FILE in the environment names a file that holds NAME.

This is how Docker secrets, Kubernetes, systemd credentials and the agents of vaults hand them over: no
secret stands in an environment that other processes can read. A ring (FIELD_KEYS and the like)
may hold one key a line. Read once, when the settings are; a change needs a restart, as any change of keys.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

NAMES = (
    "SECRET_KEY",
    "FIELD_KEYS",
    "INDEX_KEY",
    "INDEX_KEYS",
    "SEAL_KEYS",
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "EMAIL_HOST_PASSWORD",
    "SMS_GATEWAY_TOKEN",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
)


def read_into(environment: MutableMapping[str, str]) -> list[str]:
    """Set each secret that a file holds; returns their names. Refuses what is doubtful, naming no secret."""
    found = []
    for name in NAMES:
        path = environment.get(f"{name}_FILE", "")
        if not path:
            continue
        if environment.get(name):
            raise ImproperlyConfigured(f"Both {name} and {name}_FILE are set. Leave one.")
        try:
            lines = Path(path).read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(
                f"{name}_FILE cannot be read: {type(error).__name__}."
            ) from None
        secret = ",".join(line.strip() for line in lines if line.strip())
        if not secret:
            raise ImproperlyConfigured(f"{name}_FILE is empty.")
        environment[name] = secret
        found.append(name)
    return found
