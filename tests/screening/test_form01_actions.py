"""Form 01 while it is written: the deed, each refusal, a second call, what is kept."""

import uuid
from datetime import date

import pytest
from django.db import connection

from eqfund.fields import blind_index
from eqfund.models import Enrolment, Event, Guardian, Term
from eqfund.refusal import Refused
from screening.actions import form01 as actions
from screening.form01.reading import Reading, read_section
from screening.form01.rules import Means, Signer, Slot
from screening.models import (
    Form01,
    Form01Revision,
    FormIdentity,
    Grant,
)
from tests.conftest import moment
from tests.screening.form01_data import PLAIN, PRIVATE
from tests.screening.form01_steps import (
    CLOSE,
    LAST,
    OPEN,
    VISIT,
    begin,
    enrolment_of,
    fill,
    ink,
    jpeg,
    part,
    save,
    submitted,
)

pytestmark = pytest.mark.usefixtures("in_english", "calendar")


@pytest.fixture
def pupil(make_pupils):
    return make_pupils(1)[0]


@pytest.fixture
def form(pupil, teacher):
    return begin(pupil, teacher)


# Begin


def test_a_form_begins_with_what_is_known_of_the_child_and_the_guardian(pupil, teacher):
    form = begin(pupil, teacher)

    assert form.status == "draft"
    assert form.version == 2569
    assert form.revision == 1
    assert form.private["members"][0]["full_name"] == pupil.full_name
    assert form.private["members"][0]["national_id"] == pupil.identity.number
    assert form.private["guardian_national_id"] == pupil.guardians.get().national_id
    assert form.answers["guardian_relationship"] == "mother"
    assert form.prefilled["guardian_phone"] == "registry"
    assert Event.objects.get(verb="start_form01").object_id == str(form.pk)
    assert set(FormIdentity.objects.values_list("form", flat=True)) == {form.pk}


def test_what_is_private_is_not_to_be_read_in_the_database(form):
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers::text, private FROM screening_form01")
        answers, private = cursor.fetchone()

    name = form.private["members"][0]["full_name"]
    assert name not in answers
    assert name.encode() not in bytes(private)


def test_the_same_draft_asked_for_twice_is_one_form(pupil, teacher):
    client_id = uuid.uuid4()

    one = actions.start_form01(enrolment_of(pupil), by=teacher, at=VISIT, client_id=client_id)
    two = actions.start_form01(enrolment_of(pupil), by=teacher, at=VISIT, client_id=client_id)

    assert one.pk == two.pk


def test_a_pupil_without_a_number_begins_a_form_too(pupil, teacher):
    pupil.identity = None
    pupil.save()

    form = begin(pupil, teacher)

    assert "national_id" not in form.private["members"][0]
    guardian = blind_index(form.private["guardian_national_id"])
    assert {bytes(one.id_index) for one in FormIdentity.objects.all()} == {guardian}


def test_a_draft_of_another_pupil_is_not_taken_over(make_pupils, teacher):
    one, other = make_pupils(2)
    client_id = actions.start_form01(enrolment_of(one), by=teacher, at=VISIT).client_id

    with pytest.raises(Refused, match="belongs to another pupil"):
        actions.start_form01(enrolment_of(other), by=teacher, at=VISIT, client_id=client_id)


def test_a_pupil_has_one_form_alive(form, pupil, teacher):
    with pytest.raises(Refused, match="already has a form 01"):
        begin(pupil, teacher)


def test_a_stranger_to_the_class_begins_no_form(pupil, outsider):
    with pytest.raises(Refused, match="Your role does not do this here"):
        begin(pupil, outsider)


def test_a_pupil_who_has_left_is_not_screened(pupil, teacher):
    Enrolment.objects.filter(pupil=pupil).update(status="moved", ends_on=date(2026, 6, 1))

    with pytest.raises(Refused, match="does not study"):
        actions.start_form01(Enrolment.objects.get(pupil=pupil), by=teacher, at=VISIT)


def test_the_continuing_group_is_not_screened_again(pupil, teacher, term):
    Grant.objects.create(
        pupil=pupil,
        enrolment=enrolment_of(pupil),
        group="continuing",
        first_term=Term(year_be=2568, number=1),
        last_term=Term(year_be=2570, number=2),
        source="predecessor",
        given_at=VISIT,
    )

    with pytest.raises(Refused, match="continuing group"):
        begin(pupil, teacher)


@pytest.mark.parametrize(
    ("when", "words"),
    [("2569-04-30 23:59:59", "has not opened yet"), ("2569-07-24 17:00:00", "closed")],
)
def test_no_form_begins_outside_its_window(when, words, pupil, teacher):
    with pytest.raises(Refused, match=words):
        begin(pupil, teacher, moment(when))


def test_a_siblings_form_of_the_same_school_fills_the_household(make_pupils, teacher, pupil):
    sister = make_pupils(1)[0]
    mother = pupil.guardians.get()
    Guardian.objects.filter(pupil=sister).update(id_index=mother.id_index, last4=mother.last4)
    fill(begin(sister, teacher), teacher)

    form = begin(pupil, teacher)

    assert "farm_land" not in form.answers, "the sister's form names another mother"

    named = {**PRIVATE, "guardian_national_id": mother.national_id}
    save(Form01.objects.exclude(pk=form.pk).get(), 1, teacher, private=named)
    third = make_pupils(1)[0]
    Guardian.objects.filter(pupil=third).update(id_index=mother.id_index, last4=mother.last4)
    again = begin(third, teacher)

    assert again.answers["farm_land"] == PLAIN["farm_land"]
    assert again.prefilled["farm_land"] == "sibling"
    assert "travel_method" not in again.answers
    assert "pdpa_ack" not in again.answers


def test_a_household_is_never_filled_from_another_school(
    make_pupils, other_classroom, pupil, teacher, outsider
):
    away = make_pupils(1, classroom=other_classroom)[0]
    mother = pupil.guardians.get()
    named = {**PRIVATE, "guardian_national_id": mother.national_id}
    fill(begin(away, outsider), outsider, private=named)

    form = begin(pupil, teacher)

    assert "farm_land" not in form.answers


# Save


def test_a_section_is_saved_with_its_revision(form, teacher):
    saved = save(form, 5, teacher)

    assert saved.held is None
    assert saved.form.revision == 2
    assert saved.form.answers["travel_method"] == "walk"
    assert saved.form.sections_saved == [5]
    revision = Form01Revision.objects.get(number=2)
    assert (revision.section, revision.by, revision.at) == (5, teacher, VISIT)
    assert revision.answers["pocket_money_day"] == 20
    assert Event.objects.get(verb="save_form01").facts == {"section": 5, "revision": 2}


def test_a_section_leaves_the_others_as_they_were(form, teacher):
    save(form, 5, teacher)
    save(form, 3, teacher)

    form.refresh_from_db()
    assert form.answers["travel_method"] == "walk"
    assert form.answers["farm_land"] == "lt1"


def test_an_answer_taken_back_is_gone(form, teacher):
    save(form, 5, teacher)
    save(form, 5, teacher, plain={"travel_method": "bicycle"})

    form.refresh_from_db()
    assert form.answers["travel_method"] == "bicycle"
    assert "pocket_money_day" not in form.answers


def test_the_household_is_worked_out_on_saving(form, teacher):
    save(form, 1, teacher)
    save(form, 2, teacher)

    form.refresh_from_db()
    assert form.answers["household_income_total_satang"] == 560_000
    assert form.answers["income_per_capita_satang"] == 186_667
    indexes = {bytes(one.id_index) for one in FormIdentity.objects.filter(form=form)}
    assert blind_index("1101700203450") in indexes


def test_the_exact_point_is_private_and_its_square_is_not(form, teacher):
    save(form, 6, teacher, private={**PRIVATE, "lat": 18.578612, "lng": 99.008701})

    form.refresh_from_db()
    assert form.answers["home_grid"] == "18.57,99.00"
    assert "lat" not in form.answers
    assert form.private["lat"] == 18.578612


def test_an_answer_that_cannot_be_read_is_kept_as_typed(form, teacher):
    posted = {"travel_cost_month": ["สิบบาท"], "travel_method": ["walk"]}
    reading = read_section(form.spec, form.spec.section(5), posted, on=VISIT.date())

    actions.save_form01(form, 5, reading, based_on=1, by=teacher, at=VISIT)

    form.refresh_from_db()
    assert form.unread == {"travel_cost_month": "สิบบาท"}
    assert form.answers["travel_method"] == "walk"


def test_saving_the_same_twice_is_one_save(form, teacher):
    save(form, 5, teacher, based_on=1)
    again = save(form, 5, teacher, based_on=1)

    assert again.held is None
    assert not again.changed
    assert again.form.revision == 2


def test_looking_through_a_prefilled_section_counts_as_saved(form, teacher):
    form.answers, form.private = {}, {}
    form.save()

    saved = actions.save_form01(form, 8, Reading(), based_on=1, by=teacher, at=VISIT)

    assert saved.form.sections_saved == [8]
    assert saved.form.revision == 1


def test_a_changed_answer_no_longer_says_where_it_came_from(form, teacher):
    reading = part(form, 1, {**PLAIN, "guardian_relationship": "mother"})

    saved = actions.save_form01(form, 1, reading, based_on=1, by=teacher, at=VISIT)

    assert saved.form.prefilled["guardian_relationship"] == "registry"
    assert "guardian_phone" not in saved.form.prefilled


def test_the_policy_is_acknowledged_with_its_version_and_moment(form, teacher):
    save(form, 8, teacher)
    save(form, 5, teacher)
    save(form, 8, teacher, moment("2569-07-01 09:00"))

    form.refresh_from_db()
    assert form.answers["pdpa_policy_version"] == "2569-03"
    assert form.answers["pdpa_ack_at"] == VISIT.isoformat()

    save(form, 8, teacher, plain={"pdpa_ack": False})
    form.refresh_from_db()
    assert "pdpa_ack_at" not in form.answers


# Two at once


def test_a_stale_save_is_held_and_overwrites_nothing(form, teacher, admin):
    save(form, 5, admin, based_on=1)

    late = save(form, 5, teacher, based_on=1, plain={**PLAIN, "travel_method": "bicycle"})

    assert late.held is not None
    assert late.held.answers["travel_method"] == "bicycle"
    assert late.held.by == teacher
    form.refresh_from_db()
    assert form.answers["travel_method"] == "walk"
    assert form.revision == 2
    assert Event.objects.filter(verb="hold_form01").count() == 1


def test_the_same_stale_save_twice_is_held_once(form, teacher, admin):
    save(form, 5, admin, based_on=1)
    other = {**PLAIN, "travel_method": "bicycle"}

    one = save(form, 5, teacher, based_on=1, plain=other)
    two = save(form, 5, teacher, based_on=1, plain=other)

    assert one.held.pk == two.held.pk


def test_two_people_in_two_sections_do_not_meet(form, teacher, admin):
    save(form, 3, admin, based_on=1)

    saved = save(form, 5, teacher, based_on=1)

    assert saved.held is None
    assert saved.form.revision == 3


def test_a_held_version_is_settled_once(form, teacher, admin):
    save(form, 5, admin, based_on=1)
    held = save(form, 5, teacher, based_on=1, plain={**PLAIN, "travel_method": "bicycle"}).held
    chosen = part(form, 5, {**PLAIN, "travel_method": "bicycle"})

    saved = actions.settle_form01(held, chosen, based_on=2, by=teacher, at=VISIT)

    assert saved.form.answers["travel_method"] == "bicycle"
    with pytest.raises(Refused, match="already decided"):
        actions.settle_form01(held, part(form, 5), based_on=3, by=teacher, at=VISIT)
    form.refresh_from_db()
    assert form.answers["travel_method"] == "bicycle"


def test_a_choice_that_meets_yet_another_save_is_held_again(form, teacher, admin):
    save(form, 5, admin, based_on=1)
    held = save(form, 5, teacher, based_on=1, plain={**PLAIN, "travel_method": "bicycle"}).held
    save(form, 5, admin, based_on=2, plain={**PLAIN, "travel_method": "own_car"})

    chosen = part(form, 5, {**PLAIN, "travel_method": "bicycle"})
    again = actions.settle_form01(held, chosen, based_on=2, by=teacher, at=VISIT)

    assert again.held is not None
    held.refresh_from_db()
    assert held.settled_at is None
    form.refresh_from_db()
    assert form.answers["travel_method"] == "own_car"


def test_two_different_stale_saves_are_both_kept(form, teacher, admin):
    save(form, 5, admin, based_on=1)

    for method in ("bicycle", "own_car"):
        save(form, 5, teacher, based_on=1, plain={**PLAIN, "travel_method": method})

    assert Form01Revision.objects.filter(held=True).count() == 2


# Refusals while writing


def test_a_sent_form_is_not_changed(pupil, teacher):
    form = submitted(pupil, teacher)

    with pytest.raises(Refused, match="has been sent"):
        save(form, 5, teacher, OPEN)
    with pytest.raises(Refused, match="has been sent"):
        actions.add_photo(form, Slot.EXTERIOR, jpeg(), by=teacher, at=OPEN)
    with pytest.raises(Refused, match="has been sent"):
        actions.sign_form01(
            form, Signer.PUPIL, means=Means.SCREEN, image=ink(), by=teacher, at=OPEN
        )


def test_a_stranger_changes_nothing(form, outsider):
    for deed in (
        lambda: save(form, 5, outsider),
        lambda: actions.add_photo(form, Slot.EXTERIOR, jpeg(), by=outsider, at=VISIT),
        lambda: actions.sign_form01(
            form, Signer.PUPIL, means=Means.SCREEN, image=ink(), by=outsider, at=VISIT
        ),
    ):
        with pytest.raises(Refused, match="Your role does not do this here"):
            deed()


def test_the_close_holds_for_photos_and_signatures_too(form, teacher):
    actions.add_photo(form, Slot.EXTERIOR, jpeg(), by=teacher, at=LAST)
    with pytest.raises(Refused, match="closed"):
        actions.add_photo(form, Slot.EXTERIOR, jpeg(), by=teacher, at=CLOSE)
    with pytest.raises(Refused, match="closed"):
        actions.sign_form01(
            form, Signer.PUPIL, means=Means.SCREEN, image=ink(), by=teacher, at=CLOSE
        )
    with pytest.raises(Refused, match="closed"):
        save(form, 5, teacher, CLOSE)


def test_a_screening_teacher_drafts_too(pupil, screening_teacher):
    form = begin(pupil, screening_teacher)

    assert save(form, 5, screening_teacher).form.revision == 2
