"""The list of homes to visit: named by the data, decided by people, visited."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from eqfund import hooks, places
from eqfund.access import Role
from eqfund.handover.actions import moves
from eqfund.models import Event, RegistryImport, RegistryRecord, StoredFile
from eqfund.refusal import Refused
from eqfund.registry.listing import Asked, why_not_listed
from screening.actions import form01 as drafting, visits
from screening.models import Grant, HomeVisit
from screening.queries.visits import lines_of
from screening.rules.visits import Stage
from tests.conftest import moment

MAY, JUNE = moment("2569-05-20 09:00"), moment("2569-06-10 09:00")
pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def say(term, admin):
    """What the registry says of pupils: `say(pupils, poor=True, extras={...})`."""

    def say(pupils, *, poor=True, extras=None):
        first = pupils[0].enrolments.get()
        file = StoredFile.objects.create(
            sha256="0" * 64, purpose="registry", content_type="text/csv", size=1, name=f"x{first.pk}",
            path=first.path, state="clean", uploaded_by=admin, uploaded_at=MAY,
        )  # fmt: skip
        source = RegistryImport.objects.create(
            term=term, path=first.path, file=file, sha256="0" * 64, registry="DMC",
            status="discarded", uploaded_by=admin, uploaded_at=MAY,
        )  # fmt: skip
        for pupil in pupils:
            RegistryRecord.objects.create(
                pupil=pupil, term=term, enrolment=pupil.enrolments.get(), source=source,
                registry="DMC", disadvantage_poor=poor, extras=extras or {}, extras_index=b"0" * 32,
            )  # fmt: skip

    return say


def grant(pupil, enrolment=None, **fields):
    given = {"status": "active", "first_term": 25681, "last_term": 25712} | fields
    return Grant.objects.create(
        pupil=pupil, enrolment=enrolment or pupil.enrolments.get(), group="continuing",
        source="predecessor", given_at=MAY, **given,
    )  # fmt: skip


def the_line(pupil):
    return HomeVisit.objects.get(enrolment__pupil=pupil)


def test_the_data_name_pupils_and_tick_them(school, term, admin, make_pupils, say):
    poor, rich, granted = make_pupils(3)
    say([poor, granted])
    say([rich], poor=False)
    grant(granted)

    done = visits.propose_visits(school.path, term, by=admin, at=MAY)

    line = HomeVisit.objects.get()
    assert done.named == 1
    assert (line.enrolment.pupil, line.is_ticked, line.evidence) == (poor, True, ["marked_poor"])
    assert Event.objects.get(verb="propose_visits").facts == {"named": 1, "changed": 0}


def test_looking_again_changes_nothing_and_tells_nothing(school, term, admin, make_pupils, say):
    say(make_pupils(2))
    visits.propose_visits(school.path, term, by=admin, at=MAY)

    done = visits.propose_visits(school.path, term, by=admin, at=JUNE)

    assert (done.named, done.changed) == (0, 0)
    assert Event.objects.filter(verb="propose_visits").count() == 1


def test_former_grants_speak_by_where_they_were_given(
    school, term, admin, make_pupils, other_classroom
):
    moved, over, no_longer_poor, here = make_pupils(4)
    elsewhere = make_pupils(1, classroom=other_classroom)[0].enrolments.get()
    grant(moved, elsewhere, status="ended", end_reason="moved", ended_at=MAY)
    grant(over, first_term=25661, last_term=25682)
    grant(no_longer_poor, status="ended", end_reason="no_longer_poor", ended_at=MAY)
    grant(here, status="ended", end_reason="left", ended_at=MAY)

    visits.propose_visits(school.path, term, by=admin, at=MAY)

    said = {line.enrolment.pupil: line.evidence for line in HomeVisit.objects.all()}
    assert said == {moved: ["grant_elsewhere"], over: ["grant_over"], here: ["grant_over"]}


def test_the_line_of_an_ended_grant_shows_again_only_when_the_data_name_the_pupil_anew(
    school, term, admin, make_pupils, say
):
    pupil = make_pupils(1)[0]
    say([pupil])
    visits.propose_visits(school.path, term, by=admin, at=MAY)
    held = grant(pupil)
    visits.propose_visits(school.path, term, by=admin, at=MAY)
    Grant.objects.filter(pk=held.pk).update(
        status="ended", end_reason="no_longer_poor", ended_at=JUNE
    )
    shown = HomeVisit.objects.to_visit_in(term)

    assert not shown.exists()
    visits.propose_visits(school.path, term, by=admin, at=JUNE)
    assert shown.exists()


def test_the_registrys_incomes_speak_where_nothing_else_does(school, term, admin, make_pupils, say):
    low, high = make_pupils(2)
    say([low], poor=False, extras={"mother": {"first_name": "ก", "income_satang": 500_000}})
    say([high], poor=False, extras={"mother": {"first_name": "ก", "income_satang": 5_000_000}})

    visits.propose_visits(school.path, term, by=admin, at=MAY)

    assert the_line(low).evidence == ["registry_income"]
    assert HomeVisit.objects.count() == 1


def test_years_of_subsidy_come_from_above_by_the_hook(
    school, term, admin, make_pupils, monkeypatch
):
    pupil, other = make_pupils(2)
    counted = hooks.Registry()
    counted.register(lambda term, pupils: {pupil.pk: 3, other.pk: 2})
    monkeypatch.setattr(hooks, "subsidy_years", counted)

    visits.propose_visits(school.path, term, by=admin, at=MAY)

    assert the_line(pupil).evidence == ["subsidy_list"]
    assert HomeVisit.objects.count() == 1


def test_data_that_change_never_take_a_line_or_a_tick_away(
    school, term, admin, teacher, make_pupils, say
):
    pupil, other = make_pupils(2)
    say([pupil, other])
    visits.propose_visits(school.path, term, by=admin, at=MAY)
    visits.skip_visit(the_line(other), reason="not_poor", by=teacher, at=MAY)
    RegistryRecord.objects.update(disadvantage_poor=False)

    done = visits.propose_visits(school.path, term, by=admin, at=JUNE)

    assert done.changed == 2
    assert (the_line(pupil).is_ticked, the_line(pupil).evidence) == (True, [])
    assert the_line(other).is_ticked is False


def test_a_pupil_handed_over_is_proposed_by_what_the_former_registry_said_until_the_next_file(
    school, term, admin, make_pupils, say, other_school, other_classroom, make_user
):
    (child,) = make_pupils(1)
    say([child])
    RegistryImport.objects.update(status="confirmed", confirmed_by=admin, confirmed_at=MAY)
    receiver = make_user(Role.SCHOOL_ADMIN, other_school.path, "receiver")
    sent = moves.propose_handover(
        child.enrolments.get(), other_school, moved_on=MAY.date(), by=admin, at=MAY
    )
    here = moves.accept_handover(sent, classroom=other_classroom, by=receiver, at=MAY).to_enrolment

    line = HomeVisit.objects.get(enrolment=here)
    assert line.evidence == ["marked_before"]
    (shown,) = lines_of(HomeVisit.objects.filter(pk=line.pk), term, opened=False)
    assert shown.marked_poor is None  # the new registry has not said anything
    assert "DMC of the former school" in shown.last_known.sentence
    assert "พ.ค. 2569" in shown.last_known.sentence
    asked = Asked(child.birth_date, child.identity.number)
    why = why_not_listed(asked, other_school, term, by=receiver, at=JUNE)
    assert [step.state for step in why.steps if step.code == "last_known"] == ["sun"]

    # the next file of the new school replaces the row
    RegistryRecord.objects.update(enrolment=here, disadvantage_poor=False)
    visits.propose_visits(other_school.path, term, by=None, at=JUNE)
    assert HomeVisit.objects.get(enrolment=here).evidence == []


def test_a_teacher_looks_at_the_own_class_alone(term, school, teacher, make_pupils, say):
    room = places.add_classroom(school, year_be=2569, grade="P5", room="1")
    say(make_pupils(1, classroom=room))

    with pytest.raises(Refused):
        visits.propose_visits(school.path, term, by=teacher, at=MAY)
    with pytest.raises(Refused):
        visits.propose_visits(room.path, term, by=teacher, at=MAY)


def test_a_teacher_adds_a_pupil_with_a_reason_of_the_letter(teacher, make_pupils):
    (pupil,) = make_pupils(1)

    line = visits.add_visit(
        pupil.enrolments.get(), reason="low_income", note="บิดาตกงาน", by=teacher, at=MAY
    )

    assert (line.added_by, line.reason, line.note) == (teacher, "low_income", "บิดาตกงาน")
    with pytest.raises(Refused, match="already"):
        visits.add_visit(pupil.enrolments.get(), reason="low_income", by=teacher, at=MAY)


@pytest.mark.parametrize("why", ["left", "granted", "not_mine"])
def test_a_pupil_who_cannot_be_visited_is_not_added(why, teacher, outsider, make_pupils):
    (pupil,) = make_pupils(1)
    enrolment = pupil.enrolments.get()
    if why == "left":
        enrolment.status, enrolment.ends_on = "withdrew", date(2026, 5, 18)
        enrolment.save()
    if why == "granted":
        grant(pupil)

    by = outsider if why == "not_mine" else teacher
    with pytest.raises(Refused):
        visits.add_visit(enrolment, reason="low_income", by=by, at=MAY)
    assert not HomeVisit.objects.exists()


@pytest.fixture
def line(school, term, admin, make_pupils, say):
    pupils = make_pupils(1)
    say(pupils)
    visits.propose_visits(school.path, term, by=admin, at=MAY)
    return the_line(pupils[0])


def test_unticking_needs_a_reason_and_can_be_undone(line, teacher):
    with pytest.raises(Refused, match="other reason"):
        visits.skip_visit(line, reason="other", note=" ", by=teacher, at=MAY)

    skipped = visits.skip_visit(line, reason="other", note="ย้ายไปอยู่กับยาย", by=teacher, at=MAY)

    assert (skipped.is_ticked, skipped.decided_by) == (False, teacher)
    with pytest.raises(Refused, match="already"):
        visits.skip_visit(line, reason="not_poor", by=teacher, at=MAY)
    assert visits.keep_visit(line, by=teacher, at=JUNE).skip_reason == ""
    with pytest.raises(Refused, match="already"):
        visits.keep_visit(line, by=teacher, at=JUNE)


def test_a_pupil_with_a_form_keeps_the_tick(line, teacher, calendar):
    drafting.start_form01(line.enrolment, by=teacher, at=JUNE)

    with pytest.raises(Refused, match="form 01"):
        visits.skip_visit(line, reason="not_poor", by=teacher, at=JUNE)


def test_a_visit_is_recorded_when_it_was_made(line, teacher):
    for day in (date(2026, 6, 11), date(2026, 4, 30)):
        with pytest.raises(Refused):
            visits.record_visit(line, visited_on=day, outcome="met", by=teacher, at=JUNE)

    visits.record_visit(line, visited_on=date(2026, 6, 9), outcome="nobody_home", by=teacher, at=JUNE)  # fmt: skip
    seen = visits.record_visit(line, visited_on=date(2026, 6, 10), outcome="met", by=teacher, at=JUNE)  # fmt: skip

    assert (seen.visited_on, seen.outcome, seen.visited_by) == (date(2026, 6, 10), "met", teacher)
    assert Event.objects.filter(verb="record_visit").count() == 2


def test_an_unticked_home_is_not_visited_or_planned(line, teacher):
    visits.skip_visit(line, reason="not_poor", by=teacher, at=MAY)

    with pytest.raises(Refused, match="tick"):
        visits.record_visit(line, visited_on=date(2026, 6, 9), outcome="met", by=teacher, at=JUNE)
    with pytest.raises(Refused, match="ticked"):
        visits.plan_visits([line], planned_on=date(2026, 6, 20), by=teacher, at=JUNE)


def test_the_day_is_set_for_all_chosen_or_none(line, teacher, make_pupils):
    other = visits.add_visit(make_pupils(1)[0].enrolments.get(), reason="low_income", by=teacher, at=MAY)  # fmt: skip
    visits.skip_visit(other, reason="not_poor", by=teacher, at=MAY)

    with pytest.raises(Refused):
        visits.plan_visits([line, other], planned_on=date(2026, 6, 20), by=teacher, at=JUNE)
    line.refresh_from_db()
    assert line.planned_on is None
    assert visits.plan_visits([line], planned_on=date(2026, 6, 20), by=teacher, at=JUNE) == 1
    assert visits.plan_visits([], planned_on=None, by=teacher, at=JUNE) == 0


def test_a_teachers_order_is_kept(line, teacher, outsider):
    assert visits.set_turn(line, turn=3, by=teacher, at=JUNE).turn == 3
    assert visits.set_turn(line, turn=None, by=teacher, at=JUNE).turn is None
    with pytest.raises(Refused):
        visits.set_turn(line, turn=1, by=outsider, at=JUNE)


def test_the_form_says_where_the_line_stands(line, teacher, term, calendar):
    rows = HomeVisit.objects.filter(pk=line.pk)
    (before,) = lines_of(rows, term, opened=True)
    form = drafting.start_form01(line.enrolment, by=teacher, at=JUNE)

    (after,) = lines_of(rows, term, opened=True)

    assert (before.stage, after.stage, after.stands) == (Stage.TO_VISIT, Stage.FORM, "draft")
    assert after.form == form


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"reason": "rich"}, id="home_visit_reason_is_known"),
        pytest.param({"reason": "low_income"}, id="home_visit_added_by_somebody_with_a_reason"),
        pytest.param({"evidence": ["rumour"]}, id="home_visit_evidence_is_known"),
        pytest.param({"is_ticked": False}, id="home_visit_unticked_by_somebody_with_a_reason"),
        pytest.param({"skip_reason": "lazy"}, id="home_visit_skip_reason_is_known"),
        pytest.param({"outcome": "fun"}, id="home_visit_outcome_is_known"),
        pytest.param(
            {"visited_on": date(2026, 6, 1)}, id="home_visit_has_its_day_its_outcome_and_who_went"
        ),
        pytest.param({"turn": 0}, id="home_visit_turn_counts_from_one"),
    ],
)
def test_the_database_refuses(broken, line, request):
    with pytest.raises(IntegrityError), transaction.atomic():
        HomeVisit.objects.filter(pk=line.pk).update(**broken)


def test_a_pupil_stands_on_the_list_once(line):
    with pytest.raises(IntegrityError), transaction.atomic():
        HomeVisit.objects.create(enrolment=line.enrolment, proposed_at=MAY)


@pytest.mark.parametrize("count", [1, 30])
def test_looking_at_the_data_costs_the_same_queries_for_any_class(
    count, school, term, make_pupils, say, django_assert_num_queries
):
    say(make_pupils(count))

    # savepoint; lines, gate; marks, grants, moved, scores, years of subsidy, pupils; insert; audit; release
    with django_assert_num_queries(12):
        visits.propose_visits(school.path, term, by=None, at=MAY)

    assert HomeVisit.objects.count() == count
