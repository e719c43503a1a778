"""People whose time is over are forgotten: what is personal goes, what the book needs stays."""

import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from eqfund import audit, clock, hooks
from eqfund.models import (
    Enrolment,
    Event,
    Guardian,
    Identity,
    PersonKey,
    Posting,
    Pupil,
    RetentionRule,
    Term,
)
from eqfund.privacy import index_change, person_keys, scrub
from screening.models import Grant

LONG_AGO = date(2010, 3, 31)


def told(*arguments):
    out = io.StringIO()
    call_command("scrub", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def rule(db):
    return RetentionRule.objects.create(kind="pupil", years=10, ground="the law")


@pytest.fixture
def old(make_pupils, rule, admin, at):
    """A child who left long ago, with something in the audit book; another who studies."""
    gone, here = make_pupils(2)
    term = Term.objects.create(
        year_be=2552, number=2, opens_on=date(2009, 11, 1), closes_on=LONG_AGO
    )
    Enrolment.objects.filter(pupil=gone).update(term=term)
    audit.record("edit", gone, by=admin, at=at("2569-07-10"), after={"phone": "0899999999"})
    audit.record("edit", here, by=admin, at=at("2569-07-10"), after={"phone": "0877777777"})
    return gone, here


def test_without_do_it_nothing_happens(old):
    assert "1 would be scrubbed" in told()
    assert Pupil.objects.get(pk=old[0].pk).first_name


@pytest.mark.parametrize("said", [[], ["--people", "2"]], ids=["no number", "another number"])
def test_whoever_scrubs_has_looked_at_the_figures_before(old, said):
    with pytest.raises(CommandError, match="1 people would be scrubbed"):
        told("--do-it", *said)

    assert Pupil.objects.get(pk=old[0].pk).first_name


def test_without_a_rule_nobody_is_scrubbed(old, rule):
    rule.delete()

    assert "no rule" in told("--do-it", "--people", "0")
    assert Pupil.objects.get(pk=old[0].pk).first_name


def test_the_deed_forgets_one_and_not_the_other(old):
    gone, here = old
    number, guardian = gone.identity.number, gone.guardians.get().full_name

    words = told("--do-it", "--people", "1")

    assert "1 were scrubbed" in words
    gone.refresh_from_db()
    assert (gone.first_name, gone.last_name, gone.birth_date) == ("", "–", None)
    identity = Identity.objects.get(pk=gone.identity_id)
    assert (identity.last4, number in identity.number) == ("", False)
    kept = Guardian.objects.get(pupil=gone)
    assert (kept.full_name, kept.national_id, kept.phone, kept.id_index) == ("", "", "", None)
    assert guardian
    here.refresh_from_db()
    assert here.first_name
    assert here.identity.number


def test_the_book_stays_and_says_nothing_more_of_who_was_forgotten(old):
    gone, here = old
    before = Event.objects.count()

    told("--do-it", "--people", "1")

    of_gone = Event.objects.get(verb="edit", pupil_id=gone.pk)
    of_here = Event.objects.get(verb="edit", pupil_id=here.pk)
    assert of_gone.change.is_destroyed
    assert dict(of_gone.change) == {}
    assert of_here.change["after"] == {"phone": "0877777777"}
    assert Event.objects.count() == before + 1  # that it was scrubbed
    assert Event.objects.get(verb="privacy.scrub").facts["people"] == [gone.pk]


def test_what_is_recorded_after_the_scrub_is_not_readable_either(old, admin, at):
    gone, _here = old
    told("--do-it", "--people", "1")

    audit.record("edit", gone, by=admin, at=at("2569-07-11"), after={"phone": "0855555555"})

    assert Event.objects.filter(verb="edit", pupil_id=gone.pk).last().change.is_destroyed


def test_a_second_time_there_is_nobody(old):
    told("--do-it", "--people", "1")

    assert "0 would be scrubbed" in told()
    assert "0 were scrubbed" in told("--do-it", "--people", "0")


def test_a_living_grant_holds_its_pupil(old, at):
    gone, _here = old
    enrolment = gone.enrolments.get()
    Grant.objects.create(
        pupil=gone,
        enrolment=enrolment,
        group="continuing",
        first_term=25521,
        last_term=25522,
        source="predecessor",
        given_at=at("2569-07-10"),
    )

    assert "0 would be scrubbed" in told()
    Grant.objects.update(status="ended", end_reason="left", ended_at=at("2569-07-10"))
    assert "1 would be scrubbed" in told()


def test_the_index_key_still_changes_after_a_scrub(old, settings):
    told("--do-it", "--people", "1")
    settings.INDEX_KEYS = [settings.INDEX_KEYS[0], "new"]
    index_change.index_keys.forget()
    try:
        change = index_change.begin()
        index_change.fill(change)
        index_change.swap(change)
    finally:
        index_change.index_keys.forget()

    assert change.phase == "swapped"


def test_an_account_is_forgotten_when_its_last_post_is_long_over(teacher, admin, at):
    RetentionRule.objects.create(kind="user", years=10, ground="the law")
    Posting.objects.filter(user=teacher).update(starts_on=date(2009, 1, 1), ends_on=LONG_AGO)

    told("--do-it", "--people", "1")

    teacher.refresh_from_db()
    admin.refresh_from_db()
    assert (teacher.full_name, teacher.email, teacher.is_active) == ("–", "", False)
    assert admin.is_active


def test_the_key_of_a_person_is_made_once_and_destroyed_once(pupil_key):
    subject, key = pupil_key

    assert person_keys.sealed_for(subject, {"a": 1}).data[1:9] == key.pk.to_bytes(8, "big")
    assert person_keys.destroy([subject]) == 1
    assert person_keys.destroy([subject]) == 0
    assert PersonKey.objects.get().key == ""


@pytest.fixture
def pupil_key(make_pupils):
    subject = person_keys.subject_of(make_pupils(1)[0].guardians.get())
    person_keys.sealed_for(subject, {"a": 1})
    assert subject[0] == "eqfund.Pupil"
    return subject, PersonKey.objects.get()


def test_years_before_a_leap_day():
    assert scrub.years_before(date(2028, 2, 29), 1) == date(2027, 2, 28)
    assert scrub.years_before(date(2026, 7, 10), 10) == date(2016, 7, 10)
    assert clock.wall().date() > scrub.years_before(clock.wall().date(), 1)


def test_what_each_app_forgets_is_listed():
    assert sorted((each.kind, each.name) for each in hooks.person_scrubs) == [
        ("pupil", "decisions"),
        ("pupil", "duplicates"),
        ("pupil", "former names and numbers"),
        ("pupil", "forms"),
        ("pupil", "guardians"),
        ("pupil", "hand-overs and changes of state"),
        ("pupil", "home visits"),
        ("pupil", "marks in rolls"),
        ("pupil", "money"),
        ("pupil", "numbers"),
        ("pupil", "predecessor's list"),
        ("pupil", "pupils"),
        ("pupil", "registry records"),
        ("pupil", "student numbers"),
        ("user", "accounts"),
        ("user", "invitations"),
    ]
