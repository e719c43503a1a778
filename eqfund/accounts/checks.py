"""What a deployment must have before anybody can enter: a way to send codes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error, Info, Tags, register

from eqfund import antivirus


@register(Tags.security, deploy=True)
def uploads_are_scanned(app_configs: Any, **kwargs: Any) -> list[Info]:
    """Without a scanner what is uploaded is judged by its content alone: said, not refused."""
    if antivirus.is_set():
        return []
    return [
        Info(
            "No virus scanner is set: uploads are judged by their content alone.",
            hint="Set ANTIVIRUS to clamd's address (docs/runbooks/deploy.md).",
            id="eqfund.I111",
        )
    ]


@register(Tags.security, deploy=True)
def codes_can_be_sent(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Outside the demo codes go by a gateway; without one the first use cannot be done. Mail is Django's to check."""
    if settings.DEMO_MODE or settings.SMS_BACKEND != "eqfund.accounts.sms.console":
        return []
    return [
        Error(
            "No SMS gateway is set: nobody could verify a phone, and nobody would get in.",
            hint="Set SMS_BACKEND, SMS_GATEWAY_URL and SMS_GATEWAY_TOKEN (docs/runbooks/deploy.md).",
            id="eqfund.E110",
        )
    ]
