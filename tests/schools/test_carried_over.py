"""What stood in two columns of a school becomes rows, once, with what is known of it."""

from datetime import date
from importlib import import_module

import pytest
from django.db import connection

from eqfund import audit
from eqfund.models import Directorship, ProfileConfirmation, School, Term

migration = import_module("eqfund.migrations.0021_carry_over_directors_and_confirmations")
pytestmark = pytest.mark.django_db


@pytest.fixture
def carry_over():
    def carry_over():
        with connection.cursor() as cursor:
            cursor.execute(migration.DIRECTORS)
            cursor.execute(migration.CONFIRMATIONS)

    return carry_over


def test_a_director_becomes_a_line_tied_to_the_account_of_that_name(
    carry_over, school, other_school, director
):
    School.objects.filter(pk=school.pk).update(director_name=f" {director.full_name} ")

    carry_over()

    [row] = Directorship.objects.all()
    post = director.postings.get()
    assert (row.school, row.full_name, row.posting) == (school, director.full_name, post)
    assert (row.starts_on, row.ends_on, row.capacity) == (post.starts_on, None, "in_post")


def test_a_director_without_an_account_begins_with_the_confirmation(carry_over, school, term, at):
    School.objects.update(director_name="ก", profile_confirmed_at=at("2569-05-20"))

    carry_over()

    assert Directorship.objects.get().starts_on == date(2026, 5, 20)


def test_a_confirmation_belongs_to_the_term_that_had_opened(carry_over, school, term, admin, at):
    before = Term.objects.create(
        year_be=2568, number=2, opens_on=date(2025, 11, 1), closes_on=date(2026, 4, 30)
    )
    School.objects.update(profile_confirmed_at=at("2569-04-30"))
    audit.record("registry.confirm_profile", school, by=admin, at=at("2569-04-30"))

    carry_over()

    [row] = ProfileConfirmation.objects.all()
    assert (row.school, row.term, row.by, row.at) == (school, before, admin, at("2569-04-30"))
    assert (row.digest, row.facts) == ("", {})


def test_who_confirmed_may_be_unknown(carry_over, school, term, at):
    School.objects.update(profile_confirmed_at=at("2569-05-20"))

    carry_over()

    assert ProfileConfirmation.objects.get().by is None
