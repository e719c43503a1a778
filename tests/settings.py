"""The settings of the tests: the real ones, as the tables' owner, and faster where it is safe."""

import os

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
