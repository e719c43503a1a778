"""The settings of the tests: the real ones, as the tables' owner, and faster where it is safe."""

import os
from pathlib import Path

from eqfund.embedded import schema

# Tests side by side (pytest -n 2) have servers of their own: what a seal may cover, and which
# roles there are, is a matter of the whole server, not of one database.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    var = Path(os.environ.get("EQFUND_VAR") or Path(__file__).resolve().parent.parent / "var")
    if var.name != worker:  # a command that a test starts has its worker's already
        os.environ |= {"EQFUND_VAR": str(var), **schema.environment()}
        os.environ["EQFUND_VAR"] = str(var / worker)

os.environ.setdefault("EQFUND_FAST_DB", "1")
os.environ.setdefault("EQFUND_DATABASE_ROLE", "owner")

from eqfund.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
AXES_ENABLED = False
# A test is one transaction, which a second connection cannot see into.
PROGRESS_DATABASE = "default"
# A page marked as read that recorded no reading fails here.
STRICT_READS = True
# Tests ask faster than people; tests/security sets limits of its own.
RATE_LIMITS = {}
