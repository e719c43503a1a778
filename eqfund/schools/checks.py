"""The checklist "up to date for this term": what the kernel itself can tell. Apps add their lines by hooks.school_checks.

Each check is asked for many schools at once and costs a constant number of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from eqfund import addresses, hooks
from eqfund.access import ROLE_NAMES, Role
from eqfund.hooks import SchoolCheck
from eqfund.models import Classroom, Posting, RegistryImport, School, Term
from eqfund.school_year import level_of
from eqfund.thai_text import thai_date

from . import geography, queries, rules, words

NAMED = 4  # classes named in a sentence; the rest are counted


def checklist(school: School, term: Term, at: datetime) -> list[SchoolCheck]:
    """Every line of one school's list, in the order of registration."""
    return checklists([school], term, at).get(school.pk, [])


def checklists(schools: list[School], term: Term, at: datetime) -> dict[int, list[SchoolCheck]]:
    """The lists of many schools."""
    found: dict[int, list[SchoolCheck]] = defaultdict(list)
    for ask in hooks.school_checks:
        for school, lines in ask(schools, term, at).items():
            found[school] += lines
    return dict(found)


def profile_checks(schools: list[School], term: Term, at: datetime) -> dict[int, list[SchoolCheck]]:
    """Contacts, address, point on the map."""
    admin = str(ROLE_NAMES[Role.SCHOOL_ADMIN])
    return {
        school.pk: [
            _contacts(school, admin),
            _address(school, admin),
            _point(school, admin),
        ]
        for school in schools
    }


def _contacts(school: School, who: str) -> SchoolCheck:
    missing = []
    if rules.phone_of(school.phone) is None:
        missing.append(gettext("a telephone number that is answered in school hours"))
    if not school.contact_name:
        missing.append(gettext("the name of the contact person"))
    if not school.contact_mobile and not school.email:
        missing.append(gettext("a mobile number of the contact person, or an e-mail"))
    sentence = (
        gettext("Missing: %(what)s.") % {"what": "; ".join(missing)}
        if missing
        else f"{school.contact_name} · {school.phone}"
    )
    return SchoolCheck(
        "contacts",
        gettext("Contacts"),
        "bad" if missing else "good",
        sentence,
        who,
        reverse("schools:school-edit", args=[school.pk]),
        "registry.edit_school",
        holds_back=True,
    )


def _address(school: School, who: str) -> SchoolCheck:
    place = addresses.place_of(school.subdistrict_code)
    fits = place is not None and school.postcode in (
        *addresses.postcodes_of(school.subdistrict_code),
    )
    if place is None:
        sentence = gettext("No subdistrict of the official list is chosen.")
    elif not fits:
        sentence = gettext("The post code is not one of this subdistrict.")
    else:
        sentence = queries.address_of(school)
    return SchoolCheck(
        "address",
        gettext("Address with subdistrict code"),
        "good" if fits else "bad",
        sentence,
        who,
        reverse("schools:school-edit", args=[school.pk]) + "#place",
        "registry.edit_school",
        holds_back=True,
    )


def _point(school: School, who: str) -> SchoolCheck:
    state, sentence = (
        "sun",
        gettext("Not set. Visits are planned by it, and homes compared with it."),
    )
    if school.latitude is not None and school.longitude is not None:
        fault = geography.why_not_there(
            float(school.latitude), float(school.longitude), school.province_code
        )
        state = "bad" if fault else "good"
        sentence = (
            str(words.PLACE_FAULTS[fault]) if fault else f"{school.latitude}, {school.longitude}"
        )
    return SchoolCheck(
        "point",
        gettext("Point on the map"),
        state,
        sentence,
        who,
        reverse("schools:school-edit", args=[school.pk]) + "#point",
        "registry.edit_school",
    )


def director_checks(
    schools: list[School], term: Term, at: datetime
) -> dict[int, list[SchoolCheck]]:
    """Who signs today, and whether their account says the same."""
    day = at.date()
    signing = queries.signers_on([school.pk for school in schools], day)
    posts = defaultdict(list)
    rows = Posting.objects.held_on(day).filter(
        role=Role.SCHOOL_DIRECTOR,
        path__in=[school.path for school in schools],
        user__is_active=True,
    )
    for post in rows.select_related("user"):
        posts[post.path].append(post)
    found = {}
    for school in schools:
        head = signing.get(school.pk)
        url = reverse("schools:directors", args=[school.pk])
        admin, office = str(ROLE_NAMES[Role.SCHOOL_ADMIN]), str(ROLE_NAMES[Role.OFFICE_ADMIN])
        sentence = (
            gettext("%(name)s, %(capacity)s since %(day)s")
            % {
                "name": head.full_name,
                "capacity": words.CAPACITIES[head.capacity],
                "day": thai_date(head.starts_on),
            }
            if head
            else gettext("Nobody is recorded who signs for the school today.")
        )
        line = SchoolCheck(
            "director",
            gettext("School director"),
            "good" if head else "bad",
            sentence,
            admin,
            url,
            "registry.edit_school",
            holds_back=True,
        )
        found[school.pk] = [line, _account(posts[school.path], head, url, admin, office)]
    return found


def _account(
    posts: list[Posting], head: object | None, url: str, admin: str, office: str
) -> SchoolCheck:
    own = getattr(head, "posting", None)
    who, link, verb = admin, url, "registry.edit_school"
    if not posts:
        state, who, link = "sun", office, ""
        sentence = gettext(
            "Nobody has an account as director, so nobody can sign here. The supervising office invites them."
        )
    elif head is None or own not in posts:
        state = "sun"
        sentence = gettext("The account of %(name)s is not tied to who is recorded above.") % {
            "name": posts[0].user.full_name
        }
    elif own.capacity != getattr(head, "capacity", ""):
        state, who, link = "sun", office, ""
        sentence = gettext("The account says “%(account)s”, the line above “%(line)s”.") % {
            "account": words.CAPACITIES[own.capacity],
            "line": words.CAPACITIES[getattr(head, "capacity", "")],
        }
    else:
        state, sentence = "good", own.user.full_name
    return SchoolCheck(
        "director_account", gettext("Director's account"), state, sentence, who, link, verb
    )


def staff_checks(schools: list[School], term: Term, at: datetime) -> dict[int, list[SchoolCheck]]:
    """The registry keeper; the file of this term; the classes, their levels and their teachers."""
    day = at.date()
    rooms = defaultdict(list)
    for room in Classroom.objects.filter(school__in=schools, year_be=term.year_be).in_order():
        rooms[room.school_id].append(room)
    paths = [school.path for school in schools]
    paths += [room.path for of_school in rooms.values() for room in of_school]
    posts = Posting.objects.held_on(day).filter(
        role__in=[Role.REGISTRY_KEEPER, Role.HOMEROOM_TEACHER], path__in=paths
    )
    working: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = posts.filter(user__is_active=True, user__last_login__isnull=False)
    for role, path, name in rows.order_by("pk").values_list("role", "path", "user__full_name"):
        working[role, path].append(name)
    files = _files(schools, term)
    return {
        school.pk: [
            _levels(school, [str(level_of(room.grade)) for room in rooms[school.pk]]),
            _classes(len(rooms[school.pk])),
            _teachers(
                [r.label for r in rooms[school.pk] if not working[Role.HOMEROOM_TEACHER, r.path]],
                len(rooms[school.pk]),
            ),
            _keeper(working[Role.REGISTRY_KEEPER, school.path]),
            _file(files.get(school.pk), bool(school.office.affiliation.registry)),
        ]
        for school in schools
    }


def _files(schools: Iterable[School], term: Term) -> dict[int, date]:
    """When a registry file was last recorded this term for each school, by itself or by its office."""
    offices = {"/".join(school.path.split("/")[:3]) + "/" for school in schools}
    own = {school.path for school in schools}
    done = RegistryImport.objects.filter(
        term=term, path__in=[*offices, *own], status="confirmed"
    ).order_by("confirmed_at")
    last = dict(done.values_list("path", "confirmed_at"))
    found = {}
    for school in schools:
        office = "/".join(school.path.split("/")[:3]) + "/"
        if moments := [last[path] for path in (school.path, office) if path in last]:
            found[school.pk] = max(moments).date()
    return found


def _levels(school: School, taught: list[str]) -> SchoolCheck:
    said, seen = set(school.levels or ()), set(taught)
    shown = ", ".join(str(words.LEVELS[level]) for level in rules.LEVELS if level in said)
    if not said:
        state, sentence = "sun", gettext("Not said which levels the school teaches.")
    elif seen - said:
        state = "sun"
        sentence = gettext("There are classes of a level that is not named: %(levels)s.") % {
            "levels": ", ".join(str(words.LEVELS[it]) for it in rules.LEVELS if it in seen - said)
        }
    else:
        state, sentence = "good", shown
    return SchoolCheck(
        "levels",
        gettext("Levels taught"),
        state,
        sentence,
        str(ROLE_NAMES[Role.SCHOOL_ADMIN]),
        reverse("schools:school-edit", args=[school.pk]) + "#levels",
        "registry.edit_school",
    )


def _classes(count: int) -> SchoolCheck:
    sentence = (
        ngettext("%(count)d class", "%(count)d classes", count) % {"count": count}
        if count
        else gettext("None yet: they come with the registry file.")
    )
    return SchoolCheck(
        "classes",
        gettext("Classes of this school year"),
        "good" if count else "bad",
        sentence,
        str(ROLE_NAMES[Role.REGISTRY_KEEPER]),
        reverse("registry:imports"),
        "registry.import_file",
    )


def _teachers(without: list[str], rooms: int) -> SchoolCheck:
    if without:
        named = ", ".join(without[:NAMED])
        rest = len(without) - NAMED
        more = gettext(" and %(n)d more") % {"n": rest} if rest > 0 else ""
        sentence = gettext("Without a teacher who has signed in: %(classes)s") % {
            "classes": f"{named}{more}"
        }
    else:
        sentence = gettext("Every class has a teacher who has signed in.") if rooms else "–"
    return SchoolCheck(
        "teachers",
        gettext("Homeroom teachers"),
        "good" if rooms and not without else "sun",
        sentence,
        str(ROLE_NAMES[Role.SCHOOL_ADMIN]),
        reverse("people:people"),
        "people.manage",
    )


def _keeper(names: list[str]) -> SchoolCheck:
    return SchoolCheck(
        "keeper",
        gettext("Registry keeper"),
        "good" if names else "sun",
        ", ".join(names) or gettext("Nobody is named, or nobody of them has signed in yet."),
        str(ROLE_NAMES[Role.SCHOOL_ADMIN]),
        reverse("people:people"),
        "people.manage",
    )


def _file(day: date | None, has_registry: bool) -> SchoolCheck:
    missing = (
        gettext("None recorded this term.")
        if has_registry
        else gettext("None recorded this term. The school fills in the template itself.")
    )
    return SchoolCheck(
        "file",
        gettext("Registry file of this term"),
        "good" if day else "bad",
        gettext("Recorded on %(day)s") % {"day": thai_date(day)} if day else missing,
        str(ROLE_NAMES[Role.REGISTRY_KEEPER]),
        reverse("registry:imports"),
        "registry.import_file",
    )
