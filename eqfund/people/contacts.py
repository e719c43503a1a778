"""Whom to ask for an account: name and work phone of the right admin (letter 004), and nothing more.

A person's own phone is never shown: the phone is the school's or the office's, which is public.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.translation import gettext

from eqfund.access import Role
from eqfund.models import Affiliation, Posting, School, SupervisingOffice, User

from . import rules


@dataclass(frozen=True, slots=True)
class Contact:
    """One admin and where to reach them at work. `names` is empty where nobody holds the post."""

    role: str
    place: str
    names: tuple[str, ...]
    phone: str
    email: str = ""


def contact_of(person: User, role: str, path: str) -> Contact:
    """This giver of a post, with the work phone of the place from which it is given."""
    found = contact_for(role, path, None)
    return Contact(found.role, found.place, (person.full_name,), found.phone, found.email)


def contact_for(role: str, path: str, on: date | None) -> Contact:
    """Who gives a post as `role` at `path` on that day, by name; without a day the place alone."""
    return holders_of(rules.granters_of(role)[0], path, on)


def holders_of(role: str, path: str, on: date | None) -> Contact:
    """Who serves as `role` at the place around `path` on that day, by name; without a day the place alone."""
    at = "/".join(path.split("/")[: rules.SEGMENTS[role]]) + "/"
    names: tuple[str, ...] = ()
    if on is not None:
        posts = Posting.objects.held_on(on).filter(role=role, path=at, user__is_active=True)
        names = tuple(posts.order_by("pk").values_list("user__full_name", flat=True)[:3])
    place, phone, email = _work_contact(at)
    return Contact(role, place, names, phone, email)


def _work_contact(path: str) -> tuple[str, str, str]:
    """Name, public phone and public e-mail of the place; the programme's where it has none of its own."""
    level = path.count("/")
    if level == rules.SEGMENTS[Role.SCHOOL_ADMIN]:
        school = School.objects.only("name", "phone", "email").get(path=path)
        return school.name, school.phone, school.email
    if level == rules.SEGMENTS[Role.OFFICE_ADMIN]:
        office = SupervisingOffice.objects.get(path=path)
        return office.name, office.phone, office.email
    ours = (settings.CONTACT_PHONE, settings.CONTACT_EMAIL)
    if level == rules.SEGMENTS[Role.AFFILIATION_OFFICER]:
        return (Affiliation.objects.get(path=path).name, *ours)
    return (gettext("the programme"), *ours)
