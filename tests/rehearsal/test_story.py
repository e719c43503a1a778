"""The story's runner and its book: in order, complete, and able to say no."""

import io
from types import SimpleNamespace

import pytest

from eqfund import clock
from eqfund.models import School, StoredFile
from rehearsal import bench
from rehearsal.columns import Printer, left, table, width
from rehearsal.story import STEPS, Step, book, queue, stage, tell


def test_every_step_is_there():
    assert [step.play for step in STEPS if step.function() is None] == []


def test_steps_stand_in_the_order_of_the_calendar():
    moments = [step.moment for step in STEPS]

    assert moments == sorted(moments)


def test_one_step_at_least_is_done_by_a_real_worker():
    assert any(step.by_worker for step in STEPS)


@pytest.fixture
def told(monkeypatch):
    """Tell three steps, of which the last is not written yet; what was played, and what was printed."""
    played = []

    def play(world):
        played.append(clock.now())
        yield "figure", 1_500

    steps = (
        Step("2569-05-07 09:00", "First", "registry.play"),
        Step("2569-07-14 09:00", "Second", "accounts.play"),
        Step("2569-07-15 09:00", "Third", "nobody.play"),
    )
    monkeypatch.setattr(Step, "function", lambda step: None if step.play == "nobody.play" else play)

    def run(until=None):
        out = io.StringIO()
        telling = tell(SimpleNamespace(), Printer(out), until, steps)
        return telling, played, out.getvalue()

    return run


def test_a_step_is_played_at_its_own_moment(told, at):
    _telling, played, text = told()

    assert played == [at("2569-05-07 09:00"), at("2569-07-14 09:00")]
    assert "1,500" in text


def test_a_telling_stops_after_the_moment_it_is_given(told, at):
    telling, played, _text = told(until=at("2569-07-14 08:59"))

    assert len(played) == telling.played == 1
    assert telling.missing == 0


def test_a_step_that_is_not_there_is_counted(told):
    telling, _played, text = told()

    assert telling.missing == 1
    assert "not there yet (nobody.play)" in text


def test_jobs_are_done_at_once_while_a_step_plays():
    from eqfund.celery import app

    with queue.eager_jobs():
        assert app.conf.task_always_eager
    assert not app.conf.task_always_eager


def test_an_act_without_an_event_is_found(db, school, admin, at):
    StoredFile.objects.create(
        purpose="proof",
        kind="pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
        name="proof/1",
        path=school.path,
        uploaded_by=admin,
        uploaded_at=at("2569-07-10 09:00"),
    )

    breaks = list(book.every_act_is_in_the_audit_book(SimpleNamespace()))

    assert breaks == ["eqfund.StoredFile.uploaded_by: 1 of 1 without an event"]


def test_a_row_seen_over_the_fence_is_found(
    school,
    other_school,
    other_classroom,
    admin,
    teacher,
    director,
    outsider,
    make_user,
    monkeypatch,
):
    world = SimpleNamespace(
        schools=[school, other_school],
        people=dict.fromkeys(
            ("teacher", "screening", "office", "affiliation", "sysadmin"), teacher
        ),
        admin_of=lambda _school: admin,
        director_of=lambda _school: director,
        teacher_of=lambda _room: outsider,
        classrooms_of=lambda _school: [other_classroom],
    )
    assert list(book.nobody_sees_over_the_fence(world)) == []

    monkeypatch.setattr(
        type(School.objects.all()), "visible_to", lambda rows, user, verb=None: rows
    )

    assert f"admin sees eqfund.School at {other_school.path}" in list(
        book.nobody_sees_over_the_fence(world)
    )


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("ป.4/1", 5), ("โรงเรียน", 7), ("ที่", 1), ("", 0)],
)
def test_thai_signs_above_and_below_take_no_room(text, columns):
    assert width(text) == columns


def test_a_table_lines_up():
    lines = table(("what", "n"), [("ที่", 1), ("school", 1_200)])

    assert [width(line) for line in lines] == [13] * 4
    assert left("โรงเรียน", 4) == "โรงเ"


@pytest.mark.parametrize(
    ("ratio", "limit", "over"),
    [(1.51, 1.5, True), (1.5, 1.5, False), (9.0, None, False), (None, 1, False)],
)
def test_a_row_is_over_only_above_its_limit(ratio, limit, over):
    assert bench.is_over({"ratio": ratio, "limit": limit}) is over


def test_a_database_of_its_own_is_on_the_same_server():
    assert (
        stage._named("postgresql://me:pw@host:5/eqfund", "other")
        == "postgresql://me:pw@host:5/other"
    )
    assert stage._apart("redis://:pw@host:6/0") == "redis://:pw@host:6/15"
