"""Rows of registry files are forgotten when their time is over; counts stay."""

from datetime import timedelta

import pytest

from eqfund import clock
from eqfund.models import Event, Job
from eqfund.registry.forgetting import forget_old_rows

from .files import mine

pytestmark = pytest.mark.django_db


@pytest.fixture
def forget(at):
    """Let so many days pass since the last work on the files, and forget."""

    def forget(days):
        ended = clock.wall() - timedelta(days=days)
        Job.objects.update(ended_at=ended, state="done")
        return forget_old_rows(clock.wall(), at=at("2569-09-01"))

    return forget


@pytest.mark.parametrize(("days", "left"), [(89, 2), (91, 0)])
def test_names_of_what_was_recorded_go_after_their_time(days, left, record, forget):
    it = record(mine(1), mine(2, ชั้น="ป.9"))

    assert forget(days) == (0 if left else 1)

    assert it.rows.count() == left
    it.refresh_from_db()
    assert (it.status, it.counts["new"]) == ("confirmed", 1)
    assert it.cell_errors.exists() is bool(left)


@pytest.mark.parametrize(("days", "status"), [(13, "previewed"), (15, "discarded")])
def test_a_preview_that_nobody_confirms_is_set_aside(days, status, send, forget):
    it = send(mine(1))

    forget(days)

    it.refresh_from_db()
    assert (it.status, it.rows.exists()) == (status, status == "previewed")
    assert Event.objects.filter(verb="registry.discard").exists() is (status == "discarded")


def test_a_second_night_finds_nothing(record, forget):
    record(mine(1))
    forget(100)

    assert forget(100) == 0
