"""What beat asks for: each task runs, and finds nothing to do in an empty house."""

import pytest
from django.conf import settings

from eqfund import tasks
from eqfund.celery import app

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "task", ["sweep_jobs", "calendar_tick", "forget_registry_rows"], ids=lambda name: name
)
def test_a_task_runs_and_finds_nothing(task, calendar):
    assert getattr(tasks, task)() == 0


def test_beat_asks_for_tasks_that_exist():
    asked = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    ours = {name for name in asked if name.startswith(f"{tasks.__name__}.")}
    assert ours
    assert ours <= set(app.tasks)
