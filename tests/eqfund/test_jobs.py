"""Long work: once, seen, survived."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from eqfund import clock, jobs
from eqfund.models import Job
from eqfund.refusal import Refused
from eqfund.tasks import run_job


@pytest.fixture
def work(monkeypatch):
    """Name a kind of work for one test."""

    def name(function):
        monkeypatch.setitem(jobs.KINDS, "test.work", function)

    return name


@pytest.fixture
def start(db, admin, monkeypatch):
    monkeypatch.setattr(jobs, "_send", lambda job_id: None)
    return lambda **more: jobs.start("test.work", by=admin, **more)


def test_a_job_ends_with_its_result(work, start):
    work(lambda run: {"rows": 3})

    job = jobs.run_now(start())

    assert (job.state, job.result) == ("done", {"rows": 3})
    assert job.ended_at is not None


def test_the_same_key_is_the_same_job(work, start):
    work(lambda run: {})

    assert start(key="k").pk == start(key="k").pk


def test_a_job_that_is_over_is_not_done_again(work, start):
    times = []
    work(lambda run: times.append(1) or {})
    job = start()

    jobs.run_now(job)
    jobs.run_now(job)

    assert times == [1]


def test_a_refusal_ends_the_job_with_its_sentence(work, start):
    def refuse(run):
        raise Refused("ยังไม่ถึงเวลา")

    work(refuse)

    job = jobs.run_now(start())

    assert (job.state, job.error) == ("failed", "ยังไม่ถึงเวลา")


def test_an_error_ends_the_job_and_tells_no_data(work, start, caplog):
    def break_down(run):
        raise RuntimeError("1101700203450")

    work(break_down)

    job = jobs.run_now(start())

    assert job.state == "failed"
    assert "1101700203450" not in job.error


def test_a_failed_job_asked_for_again_is_the_same_row_with_a_new_try(work, start):
    def refuse(run):
        raise Refused("no")

    work(refuse)
    failed = jobs.run_now(start(key="k"))
    work(lambda run: {"ok": 1})

    again = jobs.run_now(start(key="k"))

    assert (again.pk, again.state) == (failed.pk, "done")


def test_a_worker_that_lost_its_lease_commits_nothing(work, start, school):
    def slow(run):
        Job.objects.filter(pk=run.job.pk).update(
            fence=run.job.fence + 1
        )  # another worker has taken it
        with transaction.atomic():
            school.name = "เปลี่ยนแล้ว"
            school.save()
            run.check_fence()
        return {}

    work(slow)

    job = jobs.run_now(start())

    school.refresh_from_db()
    assert school.name != "เปลี่ยนแล้ว"
    assert job.state == "running"


def test_a_job_whose_worker_died_is_taken_by_the_next_one(work, start):
    work(lambda run: {"fence": run.job.fence})
    job = start()
    dead = clock.wall() - timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(state="running", fence=1, heartbeat_at=dead)

    assert jobs.run_now(job).result == {"fence": 2}


def test_a_job_at_work_is_left_alone(work, start):
    work(lambda run: {"done": 1})
    job = start()
    Job.objects.filter(pk=job.pk).update(state="running", fence=1, heartbeat_at=clock.wall())

    assert jobs.run_now(job).state == "running"


def test_the_sweeper_sends_what_was_left_and_gives_up_in_the_end(work, start, monkeypatch):
    work(lambda run: {})
    sent = []
    job, hopeless = start(), start()
    monkeypatch.setattr(jobs, "_send", sent.append)
    old = clock.wall() - timedelta(minutes=10)
    Job.objects.filter(pk=job.pk).update(made_at=old)
    Job.objects.filter(pk=hopeless.pk).update(
        state="running", heartbeat_at=old, tries=jobs.MAX_TRIES
    )

    assert jobs.sweep() == 1
    assert sent == [job.pk]
    hopeless.refresh_from_db()
    assert hopeless.state == "failed"


def test_the_sweeper_lets_a_message_in_a_long_queue_be(work, db, admin, monkeypatch):
    work(lambda run: {})
    delivered = []
    monkeypatch.setattr(run_job, "delay", delivered.append)
    job = Job.objects.create(
        kind="test.work",
        key="waiting",
        by=admin,
        made_at=clock.wall() - timedelta(minutes=1),
        moment=clock.now(),
    )
    cache.delete(jobs._sent_key(job.pk))

    assert [jobs.sweep(), jobs.sweep()] == [1, 0]
    assert delivered == [job.pk]

    cache.delete(
        jobs._sent_key(job.pk)
    )  # the broker lost its store: the note went with the message
    assert jobs.sweep() == 1


def test_progress_is_kept_and_a_lost_lease_is_noticed(work, start):
    def slow(run):
        run.progress(1, 2, "ครึ่งทาง")
        Job.objects.filter(pk=run.job.pk).update(fence=99)
        run.progress(2, 2)
        return {}

    work(slow)

    job = jobs.run_now(start())

    assert (job.done, job.total, job.message) == (1, 2, "ครึ่งทาง")


def test_a_job_is_seen_by_who_asked_and_by_nobody_else(work, start, client, admin, teacher):
    work(lambda run: {})
    job = start()
    url = reverse("job", args=[job.pk])

    client.force_login(admin)
    assert client.get(url).status_code == 200
    client.force_login(teacher)
    assert client.get(url).status_code == 404
