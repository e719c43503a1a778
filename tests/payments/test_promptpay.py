"""PromptPay on the national ID, followed family by family: what is noted moves the channel, nothing is lost."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from eqfund.refusal import Refused
from payments.actions import channels
from payments.actions.channels import ChannelFacts
from payments.models import ContinuingConfirmation, PromptPayNote
from payments.queries.channels import channel_row
from payments.queries.continuing import progress
from payments.queries.promptpay import note_rows
from tests.conftest import moment

MAY = moment("2569-05-20 10:00")
CLOSE = moment("2569-06-25 17:00")
BETWEEN = moment("2569-07-05 10:00")
CORRECT_2 = moment("2569-08-01 10:00")
TODAY = date(2026, 5, 20)


@pytest.fixture
def pupil(calendar, make_pupils, make_grants):
    """A continuing grantee of whose PromptPay nobody has asked yet, not confirmed."""
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    pupil.channels.update(promptpay_state="unknown")
    return pupil


def enrolment_of(pupil):
    return pupil.enrolments.select_related("pupil__identity", "term").get()


def note(pupil, step, by, at=MAY, **more):
    return channels.note_promptpay(enrolment_of(pupil), step, by=by, at=at, **more)


def standing_of(pupil):
    return str(channel_row(enrolment_of(pupil)).standing)


def test_a_family_that_was_told_opens_it_and_the_history_stays(pupil, teacher, admin):
    assert standing_of(pupil) == "not_asked"

    note(pupil, "told", teacher)
    assert standing_of(pupil) == "told"
    note(pupil, "told", admin)
    note(pupil, "opened", teacher, opened_on=TODAY)

    assert standing_of(pupil) == "opened"
    assert pupil.channels.get(is_current=True).promptpay_state == "opened"
    said = [(row.note.step, row.note.by, row.note.opened_on) for row in note_rows(pupil.pk)]
    assert said == [("opened", teacher, TODAY), ("told", admin, None), ("told", teacher, None)]
    assert not ContinuingConfirmation.objects.exists(), "it confirms nobody"


def test_a_family_that_cannot_is_paid_through_the_school(pupil, teacher):
    channels.confirm_continuing(enrolment_of(pupil), by=teacher, at=MAY)

    kept = note(pupil, "cannot", teacher, reason="no_bank_near")

    assert kept.reason == "no_bank_near"
    assert pupil.channels.get(is_current=True).kind == "school_account"
    assert standing_of(pupil) == "school"
    assert not ContinuingConfirmation.objects.get().unchanged


def test_telling_mends_no_failure_but_seeing_it_open_does(pupil, teacher):
    failed = pupil.channels.get()
    pupil.channels.update(promptpay_state="failed")

    note(pupil, "told", teacher, at=CORRECT_2)
    assert pupil.channels.get(is_current=True).pk == failed.pk
    assert standing_of(pupil) == "failed"

    note(pupil, "opened", teacher, at=CORRECT_2, opened_on=date(2026, 8, 1))
    assert pupil.channels.get(is_current=True).pk != failed.pk, "so the failed way counts as mended"
    assert standing_of(pupil) == "opened"


@pytest.mark.parametrize(
    ("step", "more", "sentence"),
    [
        ("opened", {}, "Type the day"),
        ("opened", {"opened_on": date(2026, 5, 21)}, "lies in the future"),
        ("opened", {"opened_on": date(2025, 5, 1)}, "more than a year back"),
        ("cannot", {}, "Choose why"),
        ("cannot", {"reason": "bored"}, "Choose why"),
    ],
)
def test_a_note_says_what_is_needed(pupil, teacher, step, more, sentence):
    with pytest.raises(Refused, match=sentence):
        note(pupil, step, teacher, **more)
    assert not PromptPayNote.objects.exists()


@pytest.mark.parametrize("shut", [CLOSE, BETWEEN])
def test_nothing_is_noted_while_all_is_frozen(pupil, teacher, shut):
    with pytest.raises(Refused, match="opened yet|closed"):
        note(pupil, "told", teacher, at=shut)


@pytest.mark.parametrize("person", ["outsider", "office_admin", "director"])
def test_others_note_nothing(pupil, person, request):
    with pytest.raises(Refused):
        note(pupil, "told", request.getfixturevalue(person))


def test_a_pupil_of_the_school_account_has_no_promptpay_to_open(pupil, make_channel, teacher):
    make_channel(pupil, "school_account", "unknown")

    with pytest.raises(Refused, match="not how this pupil receives money"):
        note(pupil, "told", teacher)


def test_a_g_code_pupil_has_none_either(calendar, make_pupils, make_grants, teacher):
    pupil = make_pupils(1, g_code=True)[0]
    make_grants([pupil], kind="school_account")

    with pytest.raises(Refused, match="needs the pupil's national ID"):
        note(pupil, "told", teacher)


def test_what_a_saved_channel_says_of_promptpay_is_noted_too(pupil, teacher):
    save = channels.confirm_continuing
    save(enrolment_of(pupil), ChannelFacts("promptpay_pupil", "not_opened"), by=teacher, at=MAY)
    seen = ChannelFacts("promptpay_pupil", "opened", opened_on=date(2026, 5, 18))
    save(enrolment_of(pupil), seen, by=teacher, at=MAY)
    away = ChannelFacts("school_account", cannot="bank_refused")
    save(enrolment_of(pupil), away, by=teacher, at=MAY)

    said = [(n.step, n.opened_on, n.reason) for n in pupil.promptpay_notes.order_by("pk")]
    assert said == [
        ("told", None, ""),
        ("opened", date(2026, 5, 18), ""),
        ("cannot", None, "bank_refused"),
    ]


def test_who_was_paid_this_way_has_it_open(calendar, world, make_pupils):
    pupil = make_pupils(1)[0]
    transfer = world.cash([pupil], "promptpay_pupil")[0]
    pupil.channels.filter(pk=transfer.channel_id).update(is_current=True, promptpay_state="unknown")

    assert standing_of(pupil) == "opened"
    one = progress(calendar, ["TH/"])
    assert sum(each.promptpay_open for each in one.values()) == 0


# What can never be.


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"step": "guessed"}, "promptpay_note_step_is_known"),
        ({"step": "opened"}, "promptpay_note_opened_has_its_day"),
        ({"step": "told", "opened_on": TODAY}, "promptpay_note_opened_has_its_day"),
        ({"step": "cannot"}, "promptpay_note_cannot_says_why"),
        ({"step": "told", "reason": "no_account"}, "promptpay_note_cannot_says_why"),
        ({"step": "failed"}, "promptpay_note_failure_is_the_banks"),
    ],
    ids=str,
)
def test_a_note_cannot_be_what_makes_no_sense(pupil, teacher, values, name):
    with pytest.raises(IntegrityError, match=name):
        PromptPayNote.objects.create(pupil=pupil, at=MAY, by=teacher, **values)


def test_a_note_is_never_changed_or_taken_away(pupil, teacher):
    note(pupil, "told", teacher)

    for change in (lambda rows: rows.update(at=CLOSE), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(PromptPayNote.objects.all())


def test_a_note_goes_along_when_two_rows_of_a_child_become_one(pupil, make_pupils, teacher):
    note(pupil, "told", teacher)
    other = make_pupils(1)[0]

    PromptPayNote.objects.filter(pupil=pupil).update(pupil=other)

    assert other.promptpay_notes.get().step == "told"


# The pages.


def test_the_list_shows_who_is_still_to_open(pupil, make_pupils, make_grants, visit, teacher):
    opened = make_pupils(1)[0]
    make_grants([opened])
    client = visit(teacher)
    address = reverse("payments:promptpay")

    text = client.get(address).text
    assert pupil.full_name in text
    assert opened.full_name not in text
    text = client.get(address, {"standing": "opened"}).text
    assert opened.full_name in text
    assert pupil.full_name not in text


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same_at_any_length(
    rows, calendar, make_pupils, make_grants, visit, teacher, django_assert_num_queries
):
    pupils = make_pupils(rows)
    make_grants(pupils)
    for pupil in pupils:
        pupil.channels.update(promptpay_state="not_opened")
    client = visit(teacher)

    # clock, user, postings; term; enrolments, grants, guardians, channels, confirmations; notes;
    # for the banner: term, windows, extensions; the reading
    with django_assert_num_queries(14):
        page = client.get(reverse("payments:promptpay"))

    assert len(page.context["rows"]) == rows


def test_a_note_on_the_page_goes_back_with_its_fault(pupil, visit, teacher):
    client = visit(teacher)
    address = reverse("payments:promptpay-note", args=[enrolment_of(pupil).pk])

    wrong = client.post(address, {"note-step": "cannot"})
    assert (wrong.status_code, "Choose why" in wrong.text) == (422, True)
    assert client.post(address, {"note-step": "told"}).status_code == 302
    assert standing_of(pupil) == "told"


def test_several_families_are_noted_as_told_at_once_those_of_others_left_out(
    pupil, make_pupils, make_grants, other_classroom, visit, teacher
):
    mine, other = make_pupils(1)[0], make_pupils(classroom=other_classroom)[0]
    make_grants([mine, other])
    mine.channels.update(promptpay_state="unknown")
    chosen = [enrolment_of(child).pk for child in (pupil, mine, other)]
    client = visit(teacher)

    assert f'value="{chosen[0]}" form="told"' in client.get(reverse("payments:promptpay")).text
    client.post(reverse("payments:promptpay-told"), {"family": chosen})

    assert [standing_of(child) for child in (pupil, mine)] == ["told", "told"]
    assert not other.promptpay_notes.exists()


def test_of_several_families_none_is_noted_where_one_cannot_be(
    pupil, make_pupils, make_grants, teacher
):
    through_school = make_pupils(1)[0]
    make_grants([through_school])
    note(through_school, "cannot", teacher, reason="no_bank_near")

    both = [enrolment_of(child) for child in (pupil, through_school)]

    with pytest.raises(Refused, match=through_school.full_name):
        channels.note_families_told(both, by=teacher, at=MAY)
    assert standing_of(pupil) == "not_asked"


def test_a_stranger_finds_no_pupil_and_no_leaflet(pupil, classroom, visit, outsider):
    client = visit(outsider)
    enrolment = enrolment_of(pupil)

    address = reverse("payments:promptpay-note", args=[enrolment.pk])
    assert client.post(address, {"note-step": "told"}).status_code == 404
    paper = reverse("payments:promptpay-leaflets", args=[classroom.pk])
    assert client.get(paper).status_code == 404


def test_a_leaflet_holds_the_childs_name_and_nothing_else_of_it(pupil, classroom, calendar):
    from payments.letters.promptpay import Reader, leaflets_html

    window_closes = CLOSE
    page = leaflets_html(
        [Reader(pupil.full_name, classroom.label, False)],
        classroom.school,
        calendar,
        by=window_closes,
        size="a5",
    )

    assert pupil.full_name in page
    assert "๒๕ มิถุนายน ๒๕๖๙" in page
    assert "๑๗.๐๐" in page
    assert pupil.identity.number not in page
    assert pupil.identity.last4 not in page


def test_the_leaflets_of_a_class_are_printed(pupil, classroom, visit, teacher):
    client = visit(teacher)
    address = reverse("payments:promptpay-leaflets", args=[classroom.pk])

    for query in ({}, {"size": "a5", "who": "all"}, {"who": "blank"}):
        answer = client.get(address, query)
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
