"""The calendars of 1/2569 and of 1/2562 drive the same screens: every page of every role, at moments of either term."""

from datetime import date

import pytest
import time_machine
from django.core.management import call_command
from django.urls import URLPattern, get_resolver, reverse
from icalendar import Calendar

from eqfund import access, clock, edges
from eqfund.access import Role
from eqfund.calendar import actions, feed
from eqfund.models import CalendarLine, CloseRecord, Posting, Term

MOMENTS = {
    "2569-1": ["2569-05-06", "2569-07-16", "2569-11-15"],
    "2562-1": ["2562-05-15", "2562-08-05", "2562-10-10"],
}
PLACE = {
    "classroom": "classroom",
    "school": "school",
    "office": "office",
    "affiliation": "affiliation",
}
CALENDAR_PAGES = (
    "home",
    "registry:calendar",
    "calendar:term-csv",
    "calendar:closes",
    "calendar:extensions",
    "calendar:extension-propose",
    "calendar:extension-policies",
    "calendar:lines",
    "calendar:line-new",
    "calendar:edit",
    "calendar:subscribe",
)
LEAVES = ("account_", "mfa_", "usersessions_", "socialaccount_")


@pytest.fixture(params=sorted(MOMENTS))
def calendar_name(request):
    return request.param


@pytest.fixture
def its_term(calendar_name, classroom):
    call_command("load_calendar", calendar_name, verbosity=0)
    year, number = map(int, calendar_name.split("-"))
    return Term.objects.get(year_be=year, number=number)


@pytest.fixture
def person(its_term, make_user, request):
    """Somebody of a role who was in post in both terms."""

    def person(role):
        level = access.LEVELS[role]
        path = request.getfixturevalue(PLACE[level]).path if level in PLACE else "TH/"
        user = make_user(role, path)
        Posting.objects.filter(user=user).update(starts_on=date(2019, 1, 1))
        return user

    return person


def pages():
    """Every page without an argument that a browser may ask for, by name."""
    found = []

    def walk(patterns, space):
        for pattern in patterns:
            if not isinstance(pattern, URLPattern):
                walk(pattern.url_patterns, pattern.namespace or space)
            elif (
                pattern.name and not pattern.pattern.converters and space not in ("admin", None, "")
            ):
                found.append(f"{space}:{pattern.name}")

    walk(get_resolver().url_patterns, "")
    return sorted(set(found))


def answers(client, name):
    response = client.get(reverse(name))
    if response.streaming:
        for _piece in response.streaming_content:
            pass
    return response.status_code


@pytest.mark.parametrize("role", list(Role))
def test_the_calendars_pages_open_for_each_role_at_each_of_its_moments(
    role, person, client, calendar_name, at
):
    user = person(role)

    for moment in MOMENTS[calendar_name]:
        with time_machine.travel(at(moment), tick=False):
            client.force_login(user)
            found = {name: answers(client, name) for name in CALENDAR_PAGES}
        # not theirs: 403; a term without what the page is of: 404 or a refusal in words
        assert set(found.values()) <= {200, 302, 403}, (moment, found)
        assert found["home"] == found["registry:calendar"] == 200


@pytest.mark.parametrize("calendar_name", ["2562-1"])
@pytest.mark.parametrize(
    "role", [Role.HOMEROOM_TEACHER, Role.SCHOOL_ADMIN, Role.OFFICE_ADMIN, Role.FUND_OFFICER]
)
def test_every_page_opens_in_the_term_of_2562_too(role, person, client, calendar_name, at):
    user = person(role)
    client.raise_request_exception = False

    with time_machine.travel(at(MOMENTS[calendar_name][1]), tick=False):
        client.force_login(user)
        found = {name: answers(client, name) for name in pages()}

    broken = {name: status for name, status in found.items() if status >= 500}
    assert not broken


@pytest.mark.parametrize("role", [Role.SCHOOL_ADMIN, Role.OFFICE_ADMIN, Role.FUND_OFFICER])
def test_the_feed_is_a_calendar(role, person, client, its_term, calendar_name, at):
    user = person(role)
    moment = at(MOMENTS[calendar_name][1])
    with time_machine.travel(moment, tick=False):
        secret = actions.make_feed(by=user, at=moment)
        response = client.get(reverse("calendar:feed", args=[secret]))

        events = Calendar.from_ical(response.content).walk("VEVENT")

        assert len(events) >= len(feed.lines_of(user, its_term)) // 2 > 0
        client.force_login(user)
        assert client.get(reverse("calendar:term-pdf")).content.startswith(b"%PDF")


def test_every_moment_of_the_term_comes_and_its_closes_are_kept(
    its_term, calendar_name, at, school
):
    first, last = MOMENTS[calendar_name][0], MOMENTS[calendar_name][-1]
    edges.begin(at(first))

    edges.run_due(at(last))

    counted = {"form01", "form05", "attendance", "form01_draft"}
    lines = CalendarLine.objects.filter(term=its_term, kind="window", activity__in=counted)
    closing = {
        line.activity for line in lines if line.during.upper and line.during.upper < at(last)
    }
    assert {record.activity for record in CloseRecord.objects.all()} >= closing
    assert clock.today() != at(last).date()  # the rehearsed instants are over
