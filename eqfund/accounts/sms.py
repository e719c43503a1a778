"""Short messages, through one adapter named by the setting SMS_BACKEND.

    console  writes to the console and, in demo mode, into the test inbox; never in production
    gateway  posts to an HTTP gateway: address, token and the names of its fields are settings

An adapter is a function (phone, text) that raises DeliveryFailed or DeliveryUnknown. The phone is ten Thai digits.
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
import uuid
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from eqfund import clock
from eqfund.accounts.rules import masked_phone
from eqfund.models import SentMessage

TIMEOUT_SECONDS = 10
TRIES = 2
# before anything was said to the gateway: the message surely did not go out
NOBODY_THERE = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)

type Adapter = Callable[[str, str], None]


class DeliveryFailed(Exception):
    """The message did not go out; the reason names no person."""


class DeliveryUnknown(Exception):
    """The message may have gone out or not; the reason names no person."""


def send(phone: str, text: str) -> None:
    """Send `text` to a Thai mobile number, by the adapter of the settings."""
    adapter: Adapter = import_string(settings.SMS_BACKEND)
    adapter(phone, text)


def console(phone: str, text: str) -> None:
    """The adapter of development and the demo: nobody's phone rings."""
    if not settings.DEMO_MODE:
        raise DeliveryFailed("SMS_BACKEND is not set")
    SentMessage.objects.create(kind="phone", recipient=phone, text=text, sent_at=clock.wall())
    print(f"SMS to {masked_phone(phone)}: {text}", file=sys.stderr)


def gateway(phone: str, text: str) -> None:
    """The adapter of an HTTP gateway, kept general by settings; docs/runbooks/sms.md is its protocol.

    SMS_GATEWAY_URL     where to post
    SMS_GATEWAY_TOKEN   sent as "Authorization: Bearer ..."
    SMS_GATEWAY_FORMAT  "json" or "form"
    SMS_GATEWAY_FIELDS  names of the fields for to, text and sender, in this order
    SMS_SENDER          the registered sender's name

    What it answers, and what follows:

    2xx                      taken
    409                      known by its Idempotency-Key: taken the first time
    other 4xx, a redirect    not taken, not asked again: DeliveryFailed
    5xx, no answer in time   once more with the same key, then DeliveryUnknown: it may have gone out
    nobody there             not taken: DeliveryFailed
    """
    if not settings.SMS_GATEWAY_URL.startswith("https://"):
        raise ImproperlyConfigured("SMS_GATEWAY_URL is an https:// address")
    to_name, text_name, sender_name = settings.SMS_GATEWAY_FIELDS
    fields = {to_name: f"+66{phone[1:]}", text_name: text, sender_name: settings.SMS_SENDER}
    key = uuid.uuid4().hex
    for attempt in range(1, TRIES + 1):
        try:
            return _post(fields, key)
        except DeliveryUnknown:
            if attempt == TRIES:
                raise


def _post(fields: dict[str, str], key: str) -> None:
    """Ask the gateway once. The message has been read by it, or not: the two errors say which."""
    as_json = settings.SMS_GATEWAY_FORMAT == "json"
    request = Request(
        settings.SMS_GATEWAY_URL,
        data=(json.dumps(fields) if as_json else urlencode(fields)).encode(),
        headers={
            "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}",
            "Content-Type": "application/json" if as_json else "application/x-www-form-urlencoded",
            "Idempotency-Key": key,
        },
        method="POST",
    )
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS):
            return
    except HTTPError as answer:
        status = answer.code
        answer.close()
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(error, URLError) and isinstance(reason, NOBODY_THERE):
            raise DeliveryFailed(type(reason).__name__) from error
        raise DeliveryUnknown(type(reason).__name__) from error
    if status == 409:
        return
    if status >= 500:
        raise DeliveryUnknown(f"the gateway answered {status}")
    raise DeliveryFailed(f"the gateway answered {status}")


class _NoRedirect(HTTPRedirectHandler):
    """Token, phone and code go to the address of the settings and nowhere else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None
