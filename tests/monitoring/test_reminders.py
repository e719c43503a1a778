"""An office reminds its schools: whom, what of, once a day."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from eqfund import jobs
from eqfund.models import Event, Job, User
from eqfund.refusal import Refused
from monitoring.progress import actions, hooked
from monitoring.progress.models import Reminder

pytestmark = pytest.mark.django_db


@pytest.fixture
def june(at, monkeypatch):
    moment = at("2569-06-20 10:00")
    monkeypatch.setattr("eqfund.clock.now", lambda: moment)
    return moment


@pytest.fixture
def remind(calendar, june, office, office_admin, django_capture_on_commit_callbacks):
    def remind(schools=None, at=june):
        with django_capture_on_commit_callbacks(execute=True):
            told = actions.remind_schools(office, schools, by=office_admin, at=at)
        for job in Job.objects.filter(kind="progress.mail_reminders", state=Job.State.QUEUED):
            jobs.run_now(job)
        return told

    return remind


def test_a_school_is_told_what_is_left_once_a_day(
    remind, june, at, client, office, office_admin, school, admin, director
):
    User.objects.filter(pk=admin.pk).update(email="admin@school.example")
    User.objects.filter(pk=director.pk).update(email="director@school.example")

    assert remind({school.pk}) == 1

    [row] = Reminder.objects.all()
    assert row.stages == ["profile", "registry", "account"] and row.mailed_at
    assert [it.to for it in mail.outbox] == [["admin@school.example"], ["director@school.example"]]
    assert "บัญชีธนาคาร" in mail.outbox[0].body and office.short_name in mail.outbox[0].subject
    [task] = hooked.todos_of_school(admin, june)
    assert office.short_name in task.hint
    assert Event.objects.get(verb="progress.remind").facts == {"schools": 1, "term": "1/2569"}
    with pytest.raises(Refused, match="แจ้งได้อีกครั้งพรุ่งนี้"):
        remind({school.pk})
    assert remind({school.pk}, at=at("2569-06-21 08:00")) == 1
    assert hooked.todos_of_school(admin, at("2569-06-25 08:00")) == []


def test_the_board_narrows_and_reminds(
    calendar, june, client, office, office_admin, school, other_school
):
    client.force_login(office_admin)
    page = client.get(reverse("progress:office", args=[office.pk]), {"state": "late"})
    assert "ไม่มีสถานศึกษาในรายการนี้" in page.text

    client.post(reverse("progress:remind", args=[office.pk]), {"school": school.pk})

    assert [row.school for row in Reminder.objects.all()] == [school]
    page = client.get(reverse("progress:office", args=[office.pk]), {"state": "left"})
    assert "แจ้งเตือนแล้ว" in page.text
    assert page.context["told"] == 1 and school.pk in page.context["reminded"]


def test_others_remind_nobody(calendar, june, client, office, admin, fund_officer):
    for person in (admin, fund_officer):
        client.force_login(person)
        assert client.post(reverse("progress:remind", args=[office.pk])).status_code in (403, 404)


@pytest.mark.parametrize("stages", [[], ["nothing-known"]])
def test_a_reminder_names_known_stages(stages, term, school, office_admin, june):
    with pytest.raises(IntegrityError, match="reminder_names"), transaction.atomic():
        Reminder.objects.create(
            term=term, school=school, stages=stages, by=office_admin, at=june, day=june.date()
        )
