"""The demo's people, for the sign-in page; empty outside demo mode."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

from eqfund import demo
from eqfund.access import ROLE_NAMES, Role, postings_of
from eqfund.models import Affiliation, User
from eqfund.places import place_names

register = template.Library()


@register.simple_tag
def demo_people() -> list[dict[str, Any]]:
    """Each demo person with their roles and place, as the one-click sign-in shows them."""
    if not settings.DEMO_MODE:
        return []
    people = demo.people()
    short_names = {a.path: a.short_name for a in Affiliation.objects.all()}
    names = place_names({posting.path for person in people for posting in postings_of(person)})
    return [
        {
            "username": person.username,
            "full_name": person.full_name,
            "roles": ", ".join(str(ROLE_NAMES[Role(p.role)]) for p in postings_of(person)),
            "affiliation": short_names.get(_affiliation_path(person), ""),
            "place": ", ".join(sorted({names.get(p.path, "") for p in postings_of(person)})),
        }
        for person in people
    ]


def _affiliation_path(person: User) -> str:
    """The affiliation of a person's first post; "TH/" for the country's."""
    return "/".join(next((p.path for p in postings_of(person)), "").split("/")[:2]) + "/"
