"""Records of the machinery go when their time is over, by real time; people are only counted."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.utils.html import escape

from eqfund import clock, hooks
from eqfund.models import (
    AccountRequest,
    CalendarFeed,
    ContactCode,
    Enrolment,
    Event,
    FactorRecovery,
    Pupil,
    RetentionRule,
    SentMessage,
    Term,
)
from eqfund.privacy import hooked, technical, work

RUNBOOK = Path(__file__).resolve().parents[2] / "docs/runbooks/retention.md"
DAY = timedelta(days=1)


def session(key, ends):
    return Session.objects.create(session_key=key, session_data="", expire_date=ends)


def device(user, key, seen):
    return UserSession.objects.create(
        user=user, session_key=key, ip="10.0.0.1", user_agent="x", last_seen_at=seen
    )


def code(user, sent):
    return ContactCode.objects.create(
        user=user,
        kind="email",
        target="a@b.c",
        digest=b"x",
        sent_at=sent,
        expires_at=sent + timedelta(minutes=9),
    )


def failure(user, at):
    row = AccessAttempt.objects.create(
        username=f"user {user.pk}",
        ip_address="10.0.0.1",
        user_agent=str(at),
        failures_since_start=1,
    )
    AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=at)
    return row


def request(user, made):
    return AccountRequest.objects.create(
        role="homeroom_teacher",
        path=f"TH/1/2/{made.toordinal()}/",
        full_name="ก ข",
        email="a@b.c",
        made_at=made,
    )


def message(user, sent):
    return SentMessage.objects.create(kind="email", recipient="a@b.c", text="x", sent_at=sent)


def recovery(user, decided, admin):
    return FactorRecovery.objects.create(
        user=user, state="refused", asked_at=decided - DAY, decided_at=decided, decided_by=admin
    )


MAKE = {
    "sessions": lambda user, ended, admin: session(f"s{ended.timestamp()}", ended),
    "devices": lambda user, ended, admin: device(user, f"d{ended.timestamp()}", ended),
    "failed_sign_ins": lambda user, ended, admin: failure(user, ended),
    "codes": lambda user, ended, admin: code(user, ended),
    "recoveries": recovery,
    "offers_and_requests": lambda user, ended, admin: request(user, ended),
    "demo_messages": lambda user, ended, admin: message(user, ended),
}


def kept(code):
    return next(each for each in hooks.technical_records if each.code == code)


@pytest.mark.parametrize("code", MAKE)
def test_a_record_goes_after_its_time_and_not_before(code, teacher, admin):
    wall = clock.wall()
    ended = wall - timedelta(days=kept(code).days)
    gone = MAKE[code](teacher, ended - 2 * DAY, admin)
    stays = MAKE[code](teacher, ended + 2 * DAY, admin)

    assert technical.forget_technical(wall, at=clock.now()) == {code: 1}

    model = type(gone)
    assert list(model.objects.values_list("pk", flat=True)) == [stays.pk]
    assert Event.objects.get(verb="privacy.forget_technical").facts == {code: 1}
    assert technical.forget_technical(wall, at=clock.now()) == {}
    assert Event.objects.filter(verb="privacy.forget_technical").count() == 1


def test_every_kind_of_record_is_tried_here():
    elsewhere = {"calendar_feeds", "kept_uploads"}  # below, and with the bank's uploads
    assert {each.code for each in hooks.technical_records} == {*MAKE, *elsewhere}


def test_a_device_stays_while_its_session_lives(teacher):
    wall = clock.wall()
    session("alive", wall + DAY)
    device(teacher, "alive", wall - 9 * DAY)

    assert technical.forget_technical(wall, at=clock.now()) == {}


def test_a_calendars_address_goes_with_the_last_post_and_not_before(teacher, director):
    wall = clock.wall()
    for user, secret in ((teacher, b"a"), (director, b"b")):
        CalendarFeed.objects.create(user=user, secret=secret, made_at=wall)
    teacher.postings.update(starts_on=date(2020, 1, 1), ends_on=wall.date() - 32 * DAY)
    director.postings.update(starts_on=date(2020, 1, 1), ends_on=wall.date() - 5 * DAY)

    assert technical.forget_technical(wall, at=clock.now()) == {"calendar_feeds": 1}
    assert CalendarFeed.objects.get().user == director


def test_the_rehearsal_clock_does_not_make_time_over(teacher, at):
    """A demo that stands in the year 2580 keeps the sessions of today."""
    session("now", clock.wall() + timedelta(hours=1))
    with clock.rehearse(at("2580-01-01 09:00")):
        work.keep_time()

    assert Session.objects.filter(session_key="now").exists()


@pytest.fixture
def long_gone(make_pupils):
    RetentionRule.objects.create(kind="pupil", years=10, ground="the law")
    (child,) = make_pupils(1)
    term = Term.objects.create(
        year_be=2552, number=2, opens_on=date(2009, 11, 1), closes_on=date(2010, 3, 31)
    )
    Enrolment.objects.filter(pupil=child).update(term=term)
    return child


def test_people_are_counted_every_night_and_nobody_is_scrubbed(
    long_gone, system_admin, fund_officer, auditor, at
):
    work.keep_time()

    assert RetentionRule.objects.get().due == 1
    assert Pupil.objects.get(pk=long_gone.pk).first_name
    now = at("2569-07-14 09:00")
    for person, told in ((system_admin, 1), (fund_officer, 1), (auditor, 0)):
        assert [todo.count for todo in hooked.people_due(person, now)] == [1] * told


def test_the_page_says_what_is_kept_and_what_is_due(client, long_gone, auditor):
    work.keep_time()
    client.force_login(auditor)

    page = client.get("/privacy/retention/", headers={"accept-language": "en"}).content.decode()

    for kept_record in hooks.technical_records:
        assert str(escape(kept_record.what)) in page
    assert "the law" in page and '<span class="pill sun">1</span>' in page


def test_a_teacher_does_not_read_it(client, teacher):
    client.force_login(teacher)

    assert client.get("/privacy/retention/").status_code == 403


def test_the_runbook_lists_every_record_with_its_time():
    listed = dict(re.findall(r"^\| `(\w+)` \|[^|]*\| (\d+) days?", RUNBOOK.read_text(), re.M))

    assert listed == {each.code: str(each.days) for each in hooks.technical_records}
