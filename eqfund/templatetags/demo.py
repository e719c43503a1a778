"""The demo's people, for the sign-in page; empty outside demo mode."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

from eqfund import demo
from eqfund.access import ROLE_NAMES, Role, postings_of
from eqfund.places import place_names

register = template.Library()


@register.simple_tag
def demo_people() -> list[dict[str, Any]]:
    """Each demo person with their roles and place, as the one-click sign-in shows them."""
    if not settings.DEMO_MODE:
        return []
    people = demo.people()
    names = place_names({posting.path for person in people for posting in postings_of(person)})
    return [
        {
            "username": person.username,
            "full_name": person.full_name,
            "roles": ", ".join(str(ROLE_NAMES[Role(p.role)]) for p in postings_of(person)),
            "place": ", ".join(sorted({names.get(p.path, "") for p in postings_of(person)})),
        }
        for person in people
    ]
