"""The book is only ever added to."""

import pytest
from django.db import DatabaseError, connection, transaction

from eqfund import audit, clock
from eqfund.models import Event


def test_an_event_tells_both_times_and_hides_what_changed(admin, school, at):
    moment = at("2569-07-10 09:00")

    audit.record(
        "edit_school",
        school,
        by=admin,
        at=moment,
        before={"phone": "053000000"},
        after={"phone": "053111111"},
    )

    event = Event.objects.get()
    assert (event.at, event.actor_id, event.path) == (moment, admin.pk, school.path)
    assert event.wall_at <= clock.wall()
    assert event.change["after"] == {"phone": "053111111"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT change FROM eqfund_event")
        assert b"053111111" not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "statement",
    ["UPDATE eqfund_event SET verb = 'x'", "DELETE FROM eqfund_event", "TRUNCATE eqfund_event"],
)
def test_the_book_cannot_be_changed(statement, admin, school):
    audit.record("edit_school", school, by=admin)

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Event.objects.count() == 1
