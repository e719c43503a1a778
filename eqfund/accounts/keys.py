"""The secrets of second factors, sealed inside allauth's own table: sealed anew when the data key changes.

They lie base64 in the JSON of an authenticator, where no sealed column is seen; this is how the
rotation reaches them (eqfund.privacy.field_keys).
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.db import transaction

from eqfund.accounts.adapter import MFAAdapter
from eqfund.fields import newest_key

NAMES = ("secret", "seed")
LABEL = "mfa.Authenticator.data"


def key_number(text: str) -> int:
    """The number of the key that a secret is sealed under."""
    return base64.b64decode(text)[1]


def _sealed() -> Iterator[tuple[int, str, str]]:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    rows = Authenticator.objects.filter(type__in=kinds).values_list("pk", "data")
    for pk, data in rows.iterator():
        for name in NAMES:
            if name in data:
                yield pk, name, data[name]


def numbers_used() -> dict[int, int]:
    """How many secrets are sealed under each key."""
    return dict(Counter(key_number(text) for _pk, _name, text in _sealed()))


def seal_anew() -> int:
    """Seal every secret that is not under the newest key; a row changed meanwhile is locked and read again."""
    newest, adapter, count = newest_key(), MFAAdapter(), 0
    old = sorted({pk for pk, _name, text in _sealed() if key_number(text) != newest})
    for pk in old:
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is None:
                continue
            for name in NAMES:
                if name in row.data and key_number(row.data[name]) != newest:
                    row.data[name] = adapter.encrypt(adapter.decrypt(row.data[name]))
                    count += 1
            row.save(update_fields=["data"])
    return count
