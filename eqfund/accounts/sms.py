"""Short messages, through one adapter named by the setting SMS_BACKEND.

    console  writes to the console and, in demo mode, into the test inbox; never in production
    gateway  posts to an HTTP gateway: address, token and the names of its fields are settings

An adapter is a function (phone, text) that raises DeliveryFailed. The phone is ten Thai digits.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from eqfund import clock
from eqfund.accounts.rules import masked_phone
from eqfund.models import SentMessage

TIMEOUT_SECONDS = 10

type Adapter = Callable[[str, str], None]


class DeliveryFailed(Exception):
    """The message did not go out; the reason names no person."""


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
    """The adapter of an HTTP gateway, kept general by settings.

    SMS_GATEWAY_URL     where to post
    SMS_GATEWAY_TOKEN   sent as "Authorization: Bearer ..."
    SMS_GATEWAY_FORMAT  "json" or "form"
    SMS_GATEWAY_FIELDS  names of the fields for to, text and sender, in this order
    SMS_SENDER          the registered sender's name
    """
    if not settings.SMS_GATEWAY_URL.startswith("https://"):
        raise ImproperlyConfigured("SMS_GATEWAY_URL is an https:// address")
    to_name, text_name, sender_name = settings.SMS_GATEWAY_FIELDS
    fields = {to_name: f"+66{phone[1:]}", text_name: text, sender_name: settings.SMS_SENDER}
    as_json = settings.SMS_GATEWAY_FORMAT == "json"
    request = Request(
        settings.SMS_GATEWAY_URL,
        data=(json.dumps(fields) if as_json else urlencode(fields)).encode(),
        headers={
            "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}",
            "Content-Type": "application/json" if as_json else "application/x-www-form-urlencoded",
        },
        method="POST",
    )
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            if answer.status >= 300:
                raise DeliveryFailed(f"the gateway answered {answer.status}")
    except (URLError, OSError) as error:
        raise DeliveryFailed(type(error).__name__) from error
