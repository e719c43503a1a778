"""Snapshots of offices: counted where something happened, shown to whom the whole office belongs."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from eqfund import audit, edges, hooks, places
from eqfund.models import CalendarLine, Event, School, Term
from monitoring.progress import actions, hooked, queries, tasks
from monitoring.progress.models import OfficeSnapshot, ProgressMark, StageSnapshot
from monitoring.progress.rules import Stage, office_of


@pytest.fixture
def july(at, monkeypatch):
    moment = at("2569-07-20 10:00")
    monkeypatch.setattr("eqfund.clock.now", lambda: moment)
    return moment


@pytest.fixture
def counted(calendar, school, other_school, july):
    """Every office counted once, nothing stale."""
    actions.note_touched(calendar)
    actions.recount(calendar, at=july, most=10_000)
    return calendar


def stale():
    return set(OfficeSnapshot.objects.filter(is_stale=True).values_list("office", flat=True))


@pytest.mark.parametrize(
    ("path", "office"),
    [("TH/", "TH/"), ("TH/1/", "TH/1/"), ("TH/1/2/", "TH/1/2/"), ("TH/1/2/3/", "TH/1/2/")],
)
def test_the_office_of_a_place(path, office):
    assert office_of(path) == office


def test_the_first_tick_counts_everything_and_agrees_with_the_board(counted, office, july):
    assert stale() == set()
    snapshot = OfficeSnapshot.objects.get(office=office)
    rows = queries.board(School.objects.all(), office, counted, july)
    sums = queries.sums(rows)

    assert snapshot.counted_at == july
    assert snapshot.schools == len(rows)
    kept = {s.stage: (s.done, s.total) for s in snapshot.stages.all()}
    assert kept == {stage: (sums[stage].done, sums[stage].total) for stage in Stage}


@pytest.mark.django_db(transaction=True)  # an event's position is its transaction's
def test_only_the_office_where_something_was_done_is_counted_again(
    counted, school, office, admin, july
):
    audit.record("registry.confirm_profile", school, by=admin, at=july, path=school.path)

    assert actions.note_touched(counted) == 1
    assert stale() == {office.pk}
    assert actions.recount(counted, at=july, most=10) == 1
    assert stale() == set()


@pytest.mark.django_db(transaction=True)  # an event's position is its transaction's
@pytest.mark.parametrize(
    ("verb", "path", "kind"),
    [
        pytest.param("people.give_post", "TH/1/", Event.Kind.ACT, id="staff"),
        pytest.param("registry.confirm", "", Event.Kind.ACT, id="nowhere"),
        pytest.param("read_list", "TH/", Event.Kind.READ, id="a reading"),
    ],
)
def test_what_moves_no_stage_counts_nothing_again(verb, path, kind, counted, admin, july):
    actions.note_touched(counted)
    actions.recount(counted, at=july, most=10_000)
    audit.record(verb, "x", by=admin, at=july, path=path, kind=kind)

    actions.note_touched(counted)

    assert stale() == set()


def test_an_act_of_the_whole_country_touches_every_office(counted, fund_officer, july):
    audit.record("announce_results", counted, by=fund_officer, at=july, path="TH/")

    actions.note_touched(counted)

    assert len(stale()) == OfficeSnapshot.objects.count() > 1


def test_a_window_that_turns_touches_the_offices_of_its_affiliation(counted, office, at):
    line = CalendarLine.objects.filter(
        activity="form01", kind="window", affiliation=office.affiliation
    ).get()
    edges.begin(line.during.upper.replace(hour=0))

    edges.run_due(line.during.upper)

    assert office.pk in stale()


@pytest.mark.django_db(transaction=True)  # an event's position is its transaction's
def test_a_tick_counts_so_many_and_leaves_the_rest_to_the_next(
    calendar, school, other_school, july, monkeypatch
):
    monkeypatch.setattr(tasks, "AT_ONCE", 1)
    monkeypatch.setattr(tasks.clock, "refresh", lambda: None)
    monkeypatch.setattr(Term.objects.__class__, "current", lambda self, at: calendar)

    assert tasks.tick() == 1
    left = len(stale())
    assert tasks.tick() == 1
    assert len(stale()) == left - 1


def test_without_a_term_a_tick_does_nothing(db, july, monkeypatch):
    monkeypatch.setattr(tasks.clock, "refresh", lambda: None)

    assert tasks.tick() == 0
    assert not ProgressMark.objects.exists()


def test_the_country_sees_sums_and_an_office_its_own(
    counted, client, fund_officer, affiliation_officer, office, other_office
):
    for person in (fund_officer, affiliation_officer):
        client.force_login(person)
        whole = client.get(reverse("progress:offices")).context["whole"]
        mine = queries.snapshots(person, counted)
        assert whole.offices == mine.count()
        assert whole.schools == sum(mine.values_list("schools", flat=True))
    assert queries.whole(queries.snapshots(fund_officer, counted)).schools == School.objects.count()


def test_an_affiliations_officer_is_told_at_what_its_schools_are_late(
    counted, affiliation_officer, office_admin, fund_officer, office, july
):
    counts = StageSnapshot.objects.filter(snapshot__office=office)
    counts.update(late=0)
    StageSnapshot.objects.exclude(snapshot__office=office).update(late=0)
    counts.filter(stage=Stage.FORM01).update(late=3)

    (todo,) = hooked.todos_of_affiliation(affiliation_officer, july)

    assert (todo.count, todo.url) == (3, reverse("progress:offices"))
    for person in (office_admin, fund_officer):
        assert hooked.todos_of_affiliation(person, july) == []


def test_a_school_sees_no_sums_of_its_office(counted, admin):
    assert not queries.snapshots(admin, counted).exists()


def test_what_lower_apps_count_is_kept_and_shown_where_the_country_is_listed(
    calendar, client, school, office, admin, fund_officer, make_pupils, july
):
    make_pupils(3)
    client.force_login(fund_officer)
    pages = [("rolls:rolls", "lines"), ("screening:visits", "rows")]
    live = [(client.get(reverse(page)).context[rows]) for page, rows in pages]
    actions.note_touched(calendar)
    actions.recount(calendar, at=july, most=10_000)
    audit.record("registry.confirm", school, by=admin, at=july, path=school.path)
    make_pupils(1)

    for (page, rows), before in zip(pages, live, strict=True):
        context = client.get(reverse(page)).context
        assert (context[rows], context["counted_at"]) == (before, july)
    for subject in hooks.counted_subjects:
        kept, _at = hooks.kept_figures(fund_officer, calendar, subject.name, [office.pk])
        assert kept.keys() == {office.pk}
        assert not hooks.kept_figures(admin, calendar, subject.name, [office.pk])[0]


@pytest.mark.parametrize("offices", [1, 50])
def test_the_page_costs_the_same_at_any_number_of_offices(
    offices, counted, client, fund_officer, office, july, django_assert_num_queries
):
    for number in range(offices):
        made = places.add_office(
            office.affiliation,
            kind="education_area_primary",
            name=f"o{number}",
            short_name=f"o{number}",
        )
        places.add_school(made, name=f"s{number}", moe_code=f"77{number:08d}")
    actions.note_touched(counted)
    actions._mark(counted, {""})
    actions.recount(counted, at=july, most=1_000)
    client.force_login(fund_officer)

    # session, user, postings; count, offices; term; rows and their stages; the sums: offices, stages
    with django_assert_num_queries(10):
        response = client.get(reverse("progress:offices"))

    assert len(response.context["rows"]) >= min(offices, 50)


@pytest.mark.parametrize(
    ("table", "change", "name"),
    [
        (OfficeSnapshot, {"late_schools": 10_000}, "office_snapshot_counts_its_schools"),
        (StageSnapshot, {"stage": "lunch"}, "stage_snapshot_stage_is_known"),
        (StageSnapshot, {"done": 10_000}, "stage_snapshot_done_is_of_total"),
    ],
)
def test_what_the_database_refuses(table, change, name, counted):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        table.objects.update(**change)
