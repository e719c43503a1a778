"""Mail in our words: a template for subject and text, the programme's contacts under each.

In demo mode mail stays in the test inbox (`InboxBackend`), so that the whole way in can be walked
without a mail server.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import translation

from eqfund import clock
from eqfund.accounts.rules import masked_email
from eqfund.models import SentMessage


def contacts() -> dict[str, str]:
    """Whom to ask, for the foot of every mail."""
    return {
        "phone": settings.CONTACT_PHONE,
        "email": settings.CONTACT_EMAIL,
        "line": settings.CONTACT_LINE,
    }


def render(prefix: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and text of a mail, from <prefix>_subject.txt and <prefix>_message.txt."""
    context = {**context, "contact": contacts(), "public_url": settings.PUBLIC_URL}
    subject = " ".join(render_to_string(f"{prefix}_subject.txt", context).split())
    return subject, render_to_string(f"{prefix}_message.txt", context).strip() + "\n"


def send(to: str, prefix: str, context: dict[str, Any]) -> None:
    """Mail one person, in Thai whatever language the sender reads; nothing where there is no address."""
    if not to:
        return
    with translation.override("th"):
        subject, text = render(prefix, context)
    EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [to]).send()


class InboxBackend(BaseEmailBackend):
    """The demo's mail: kept in the test inbox, told on the console, sent nowhere."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            for recipient in message.recipients():
                SentMessage.objects.create(
                    kind="email",
                    recipient=recipient,
                    subject=str(message.subject),
                    text=str(message.body),
                    sent_at=clock.wall(),
                )
                print(f"Mail to {masked_email(recipient)}: {message.subject}", file=sys.stderr)
        return len(email_messages)
