"""The invented world: the same each time, valid, of the promised size, readable by the real import."""

from collections import Counter
from datetime import date
from random import Random

import pytest
from django.db import transaction

from eqfund import clock, national_id
from eqfund.access import Role
from eqfund.imports import dmc
from eqfund.models import Pupil
from payments.sandbox_bank import DEMO_RULES, LineKind
from rehearsal import names
from rehearsal.world import SCHOOLS, Channel, Group, Means, World, build, children as kids
from rehearsal.world.doubles import doubles
from tests.conftest import moment

DAY = date(2026, 5, 7)


@pytest.fixture(scope="module")
def invented():
    return kids.make(Random(2569))


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Built once, for nobody here changes it, and taken back at the end."""
    rehearsed = clock.rehearse(moment("2569-05-07 08:00"))
    with django_db_blocker.unblock(), transaction.atomic(), rehearsed:
        yield build(tmp_path_factory.mktemp("world"))
        transaction.set_rollback(True)


def test_children_come_out_the_same_each_time(invented):
    again = kids.make(Random(2569))

    assert [(c.number, c.full_name, c.group, c.channel) for c in again] == [
        (c.number, c.full_name, c.group, c.channel) for c in invented
    ]


def test_there_are_as_many_as_promised(invented):
    groups = Counter(child.group for child in invented)

    assert len(SCHOOLS) == 12 + 2
    assert sum(len(plan.classes) for plan in SCHOOLS) == 60 + 5
    assert len(invented) == 60 * 25 + 3 + 3 * 10 + 2 * 8
    assert {plan.affiliation for plan in SCHOOLS if plan.adds_names} == {"BPP", "ONAB"}
    assert groups[Group.CONTINUING] > 500
    assert groups[Group.NEW] > 100
    assert sum(child.is_g_code for child in invented) >= 20
    assert sum(len(c.household.children) > 1 for c in invented) >= 100
    assert sum(c.promptpay_fails for c in invented if c.group == Group.CONTINUING) >= 8
    assert {c.household.means for c in invented if c.group == Group.NEW} == {*Means} - {
        Means.WELL_OFF
    }


def test_every_number_is_valid_and_one_persons(invented):
    numbers = [child.number for child in invented]
    adults = [
        a.number
        for home in {c.household.key: c.household for c in invented}.values()
        for a in home.adults
    ]

    assert all(national_id.why_invalid(number) is None for number in [*numbers, *adults])
    assert len(set(numbers) | set(adults)) == len(numbers) + len(adults)


def test_no_number_names_a_real_registration_office(invented):
    assert all(c.number[1:5] == "0000" for c in invented if not c.is_g_code)


def test_the_sandbox_bank_fails_exactly_those_the_world_expects(invented):
    for child in invented:
        if child.destination:
            fails = DEMO_RULES.why_fails(child.destination, LineKind.PROMPTPAY)
            assert bool(fails) == child.promptpay_fails


def test_a_g_code_is_paid_through_the_school(invented):
    assert all(c.channel == Channel.SCHOOL for c in invented if c.is_g_code)


def test_the_endings_of_failing_ids_are_the_banks():
    assert set(names.FAILING_ENDINGS) == set(DEMO_RULES.promptpay_endings)


def test_the_poor_pass_the_income_gate_and_the_others_do_not(invented):
    for child in invented:
        home = child.household
        if home.means in (Means.EXTREMELY_POOR, Means.POOR, Means.NOT_POOR):
            assert home.income_baht <= 3000 * home.size
        if home.means == Means.OVER_INCOME:
            assert home.income_baht > 3000 * home.size


def test_the_world_stands_before_the_work_begins(world):
    roles = {posting.role for user in world.people.values() for posting in user.postings.all()}

    assert roles == {role.value for role in Role}
    assert len({s.office.affiliation_id for s in world.schools}) >= 2
    assert len({s.office_id for s in world.schools}) >= 4
    assert len({world.fund_officer.pk, world.fund_approver.pk, world.fund_finance.pk}) == 3
    assert not Pupil.objects.exists()


def test_every_class_has_its_teacher_and_every_school_its_people(world):
    for room in world.classrooms:
        assert world.teacher_of(room).postings.filter(path=room.path).exists()
    for school in world.schools:
        people = [
            f(school)
            for f in (world.admin_of, world.director_of, world.keeper_of, world.screener_of)
        ]
        assert len({person.pk for person in people}) == 4
        assert world.office_admin_of(school).postings.filter(path=school.office.path).exists()


def test_the_world_is_found_again(world):
    found = World.find(world.folder)

    assert found.people == world.people
    assert found.schools == world.schools
    assert [c.number for c in found.children] == [c.number for c in world.children]


def test_registry_files_are_read_whole_by_the_real_import(world):
    twice = {c.number for rows in doubles(world.children).values() for c in rows}
    expected = {c.number for c in world.children} | twice
    expected -= {world.added_by_hand.number}
    seen = []
    layouts = set()
    for school, _keeper, path in world.registry_files:
        reading = dmc.read(path.read_bytes(), on=DAY)
        layouts.add((reading.layout, path.suffix))
        assert reading.errors == []
        assert reading.school_codes == {school.smis_code or school.moe_code}
        seen += [row.number for row in reading.rows]

    assert len(twice) == 3
    assert set(seen) == expected
    assert sorted(n for n, times in Counter(seen).items() if times == 2) == sorted(
        c.number for c in world.claimed_twice
    )
    assert layouts == {
        ("student_list", ".xlsx"),
        ("student_list", ".csv"),
        ("full_export", ".xlsx"),
        ("other", ".xlsx"),
    }


def test_the_broken_file_names_its_four_wrong_cells(world):
    reading = dmc.read(world.broken_registry_file[2].read_bytes(), on=DAY)

    assert {error.code for error in reading.errors} == {
        "id_exponent",
        "id_check_digit",
        "birth_date_unreadable",
        "grade_unreadable",
    }


def test_the_list_typed_first_has_three_wrong_cells_and_no_more(world):
    reading = dmc.read(world.mistyped_registry_file[2].read_bytes(), on=DAY)

    assert sorted(error.code for error in reading.errors) == [
        "birth_date_unreadable",
        "birth_date_unreadable",
        "id_check_digit",
    ]
    assert len(reading.rows) == len(world.children_of(world.schools[12])) - 3


def test_the_mover_stands_at_one_school_in_may_and_at_another_in_august(world):
    number = world.mover.number
    may = {s.pk for s, _k, p in world.registry_files if number in _numbers(p)}
    august = {s.pk for s, _k, p in world.later_registry_files if number in _numbers(p)}

    assert may == {world.schools[world.mover.school_no - 1].pk}
    assert august == {world.mover_to.pk}


def test_the_predecessors_list_holds_the_continuing_alone(world):
    lines = world.predecessor_file.read_text(encoding="utf-8-sig").splitlines()

    assert lines[0] == "id,school_code,first_term,channel"
    assert len(lines) - 1 == len(world.continuing())


def _numbers(path):
    return {row.number for row in dmc.read(path.read_bytes(), on=DAY).rows}
