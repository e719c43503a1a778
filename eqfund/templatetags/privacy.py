"""`{% masked "guardian-phone" guardian %}`: the last digits, and the way to the rest for those who may."""

from __future__ import annotations

from typing import Any

from django import template

from eqfund import access, clock
from eqfund.models import Policy
from eqfund.privacy import policies
from eqfund.privacy.reveal import known

register = template.Library()


@register.inclusion_tag("privacy/masked.html", takes_context=True)
def masked(context: Any, code: str, row: Any, path: str = "") -> dict[str, Any]:
    """One encrypted thing, masked; "–" where nothing is recorded. A list gives the place, so that no row asks for it."""
    what = known(code)
    if what is None:
        raise template.TemplateSyntaxError(f"nothing to reveal is called {code}")
    user = context.request.user  # also where a part is included with `only`
    text = what.masked(row) if row is not None else ""
    return {
        "what": what,
        "row": row,
        "masked": text,
        "may": bool(text) and (access.may(user, what.verb, path) if path else what.may(user, row)),
    }


@register.simple_tag
def guardian_policy() -> dict[str, str] | None:
    """What is read to pupil and guardian now: its version and text; None when none is loaded."""
    policy = policies.in_force(Policy.Audience.GUARDIAN, clock.now())
    return {"version": policy.version, "text": policies.text_of(policy)} if policy else None
