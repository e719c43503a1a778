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


def test_many_lines_of_one_act_are_as_one_by_one(admin, school, other_school, at):
    moment = at("2569-07-10 09:00")
    audit.record("edit_school", school, by=admin, at=moment, path="TH/", facts={"n": 1})

    done = [audit.Noted(school, "TH/", facts={"n": 1}), audit.Noted(other_school)]
    assert audit.record_each("edit_school", done, by=admin, at=moment) == 2

    told = ("at", "kind", "actor_id", "verb", "object_label", "object_id", "path", "facts")
    one, same, other = Event.objects.order_by("pk").values_list(*told)
    assert one == same
    assert other[5:] == (str(other_school.pk), other_school.path, {})
