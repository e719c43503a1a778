"""What an auditor is told to look at; and the state of the seals, when it is not well."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from eqfund import audit, clock
from eqfund.audit import unusual, verify
from eqfund.models import Event

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _anew(db):
    cache.clear()


def many(verb, count, by, **more):
    for _n in range(count):
        audit.record(verb, "eqfund.User", by=by, **more)


def shown(user):
    return [
        (each.person, each.verb or each.kind, each.count)
        for each in unusual.unusual(user, clock.wall())
    ]


def test_what_everybody_does_is_not_unusual(auditor, admin):
    many("privacy.reveal", unusual.MOST_REVEALED - 1, admin)
    many("download_file", unusual.MOST_TAKEN_OUT - 1, admin)
    many("accounts.locked_out", unusual.MOST_LOCKED - 1, None, facts={"who": "user 5"})
    many("access.refused", 9, admin, facts={"count": 1})

    assert shown(auditor) == []


def test_one_more_is(auditor, admin, teacher):
    many("privacy.reveal", unusual.MOST_REVEALED, admin)
    many("download_file", unusual.MOST_TAKEN_OUT, teacher)
    many("accounts.locked_out", unusual.MOST_LOCKED, None, facts={"who": "user 5"})
    many("access.not_found", 1, teacher, facts={"count": 100})
    many("files.infected", 1, admin)

    assert sorted(shown(auditor), key=str) == sorted(
        [
            (admin.pk, "privacy.reveal", 40),
            (teacher.pk, "download", 60),
            (None, "accounts.locked_out", 3),
            (teacher.pk, "access.not_found", 100),
            (admin.pk, "files.infected", 1),
        ],
        key=str,
    )


def test_what_is_long_ago_is_over(auditor, admin, monkeypatch):
    many("files.infected", 1, admin)
    later = clock.wall() + 8 * DAY

    assert unusual.unusual(auditor, later) == []


def test_the_page_leads_to_the_same_in_the_book(client, auditor, admin, teacher):
    many("files.infected", 1, admin)
    many("files.infected", 1, teacher)
    client.force_login(auditor)

    page = client.get(reverse("audit:unusual"))

    (mine,) = [each for each in page.context["rows"] if each.person == admin.pk]
    book = client.get(mine.url)
    assert [line.event.actor_id for line in book.context["lines"]] == [admin.pk]


def test_it_says_when_there_is_nothing(client, auditor):
    client.force_login(auditor)

    assert "ไม่มีการใช้งานที่ผิดสังเกต" in client.get(reverse("audit:unusual")).content.decode()


def test_nobody_else_is_told(admin, system_admin, fund_officer, at):
    many("files.infected", 1, admin)

    for person in (admin, system_admin, fund_officer):
        assert unusual.home_tasks(person, at("2569-07-14 09:00")) == []


def told(auditor, at):
    return [str(todo.what) for todo in unusual.home_tasks(auditor, at("2569-07-14 09:00"))]


def test_the_book_is_to_be_proved_every_week(auditor, at, monkeypatch):
    assert told(auditor, at) == ["ตรวจพิสูจน์สมุดบันทึกการใช้งาน"]
    verify.keep(verify.verify())
    assert told(auditor, at) == []

    later = clock.wall() + 8 * DAY
    monkeypatch.setattr(unusual.clock, "wall", lambda: later)
    assert told(auditor, at) == ["ตรวจพิสูจน์สมุดบันทึกการใช้งาน"]


def test_a_book_that_is_not_sealed_or_has_a_fault_is_said(auditor, admin, at, monkeypatch):
    verify.keep(verify.verify())
    many("files.infected", 1, admin)
    later = clock.wall() + 2 * unusual.SEALED_WITHIN
    with monkeypatch.context() as late:
        late.setattr(unusual.clock, "wall", lambda: later)
        assert told(auditor, at)[0] == "สมุดบันทึกการใช้งานไม่ได้ปิดผนึกตามกำหนด"

    report = verify.verify()
    report.faults.append(verify.Fault("event_changed", 1, 1, "x"))
    verify.keep(report)
    assert told(auditor, at)[0].endswith("ผิดปกติ 1 แห่ง")


def test_it_costs_the_same_for_one_as_for_many(auditor, admin, django_assert_num_queries):
    auditor.postings.all()
    unusual.unusual(auditor, clock.wall())
    for count in (1, 50):
        many("files.infected", count, admin)
        with django_assert_num_queries(5):
            unusual.unusual(auditor, clock.wall())
    assert Event.objects.count() == 51
