"""Pages of the continuing group and of channels: what is confirmed, what is frozen, at what cost."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from eqfund import clock
from eqfund.models import Enrolment, Pupil, Term
from eqfund.refusal import Refused
from payments.actions import channels
from payments.actions.channels import ChannelFacts
from payments.models import ContinuingConfirmation, PromptPayNote
from payments.queries.channels import channel_row
from tests.conftest import moment

MAY = moment("2569-05-20 10:00")
CLOSED = moment("2569-06-25 17:00")


@pytest.fixture(autouse=True)
def _in_may():
    with clock.rehearse(MAY):
        yield


def stamps(pupils):
    """What the preview of a class sends along, by its rows as they stand."""
    rows = [
        channel_row(pupil.enrolments.select_related("pupil__identity", "term").get())
        for pupil in pupils
    ]
    return [f"{row.enrolment.pk}:{row.stamp}" for row in rows]


def test_a_class_says_honestly_how_many_it_would_confirm(
    calendar, signed_in, classroom, make_pupils, make_grants, teacher
):
    ready, lacking = make_pupils(3), make_pupils(1)[0]
    make_grants(ready, confirmed=False)
    make_grants([lacking], kind=None, confirmed=False)
    client = signed_in(teacher)
    confirm = reverse("payments:channels-confirm-all", args=[classroom.pk])

    page = client.get(reverse("payments:channels-class", args=[classroom.pk]))
    assert "Look over and confirm 3 pupils" in page.text
    assert "lacking something 1" in page.text
    preview = client.get(confirm)
    assert "Confirm these 3 pupils" in preview.text
    assert [entry["pupil"] for entry in preview.context["lacking"]] == [lacking]
    assert "No channel is known." in preview.text
    assert all(pupil.full_name in preview.text for pupil in ready)

    given = {"seen": stamps([*ready, lacking])}
    after = client.post(confirm, given, follow=True)
    assert "3 pupils were confirmed. 1 still lacks something" in after.text
    assert ContinuingConfirmation.objects.count() == 3
    again = client.post(confirm, given, follow=True)
    assert "0 pupils were confirmed. 3 had been confirmed already." in again.text
    assert ContinuingConfirmation.objects.count() == 3


def test_who_was_changed_after_the_preview_is_not_confirmed_unseen(
    calendar, signed_in, classroom, make_pupils, make_grants, make_channel, teacher
):
    changed, same, unnamed = make_pupils(3)
    make_grants([changed, same, unnamed], confirmed=False)
    seen = stamps([changed, same])
    make_channel(changed, "school_account", "unknown")

    answer = signed_in(teacher).post(
        reverse("payments:channels-confirm-all", args=[classroom.pk]), {"seen": seen}, follow=True
    )

    assert "1 pupil was confirmed. 2 were changed by somebody meanwhile" in answer.text
    assert ContinuingConfirmation.objects.get().grant.pupil == same


def test_one_pupil_is_not_confirmed_otherwise_than_seen(
    calendar, signed_in, make_pupils, make_grants, make_channel, teacher
):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    _enrolment, seen = stamps([pupil])[0].split(":")
    url = reverse("payments:channel-confirm", args=[pupil.enrolments.get().pk])
    make_channel(pupil, "school_account", "unknown")
    client = signed_in(teacher)

    refused = client.post(url, {"seen": seen})

    assert (refused.status_code, "Somebody has just changed" in refused.text) == (409, True)
    assert not ContinuingConfirmation.objects.exists()
    assert client.post(url, {"seen": stamps([pupil])[0].split(":")[1]}).status_code == 302


def test_a_second_persons_change_is_not_overwritten(
    calendar, signed_in, make_pupils, make_grants, make_channel, teacher
):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    url = reverse("payments:channel", args=[pupil.enrolments.get().pk])
    client = signed_in(teacher)
    shown = client.get(url).context["form"]["seen"].value()
    make_channel(pupil, "school_account", "unknown")
    given = {"kind": "promptpay_pupil", "promptpay_state": "opened", "seen": shown}

    refused = client.post(url, given)

    assert "Somebody has just changed" in refused.text
    assert "School bank account" in refused.text, "what stands now is shown"
    assert pupil.channels.get(is_current=True).kind == "school_account"
    again = refused.context["form"]["seen"].value()
    assert client.post(url, given | {"seen": again}).status_code == 302
    assert pupil.channels.get(is_current=True).kind == "promptpay_pupil"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"guardian_number": "110170020345"}, "guardian_number"),
        ({"guardian_number": "G123456789012"}, "guardian_number"),
        ({"guardian_number": "1101700203451"}, "guardian_number"),
        ({"phone": "12345"}, "phone"),
        ({"guardian_name": "สมหญิง"}, "guardian_name"),
        ({"guardian_name": "นาง สมหญิง"}, "guardian_name"),
        ({"guardian_name": "นางสมหญิง ใจดี 2"}, "guardian_name"),
        ({"kind": "school_account"}, "cannot"),
        ({"opened_on": "31/12/2569"}, "opened_on"),
    ],
    ids=str,
)
def test_what_cannot_be_right_is_said_beside_its_box(
    calendar, signed_in, make_pupils, make_grants, teacher, given, field
):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    url = reverse("payments:channel", args=[pupil.enrolments.get().pk])
    fine = {
        "kind": "promptpay_pupil",
        "promptpay_state": "opened",
        "guardian_name": "นางสมหญิง ใจดี",
        "relationship": "aunt",
        "guardian_number": "1101700203450",
        "phone": "081 111 2222",
    }
    client = signed_in(teacher)

    wrong = client.post(url, fine | given)

    assert set(wrong.context["form"].errors) == {field}
    assert not ContinuingConfirmation.objects.exists()
    assert client.post(url, fine).status_code == 302


def test_leaving_promptpay_says_why_and_is_kept(
    calendar, signed_in, make_pupils, make_grants, teacher
):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    url = reverse("payments:channel", args=[pupil.enrolments.get().pk])

    saved = signed_in(teacher).post(url, {"kind": "school_account", "cannot": "no_bank_near"})

    assert saved.status_code == 302
    assert (PromptPayNote.objects.get().step, PromptPayNote.objects.get().reason) == (
        "cannot",
        "no_bank_near",
    )


def test_a_class_shows_no_full_number(
    calendar, signed_in, classroom, make_pupils, make_grants, teacher
):
    pupil = make_pupils(1)[0]
    make_grants([pupil])

    page = signed_in(teacher).get(reverse("payments:channels-class", args=[classroom.pk]))

    assert pupil.identity.last4 in page.text
    assert pupil.identity.number not in page.text
    assert pupil.guardians.get().national_id not in page.text


def test_after_the_close_the_class_is_frozen(
    calendar, signed_in, classroom, make_pupils, make_grants, teacher
):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    client = signed_in(teacher)
    enrolment = pupil.enrolments.get()

    with clock.rehearse(CLOSED):
        page = client.get(reverse("payments:channels-class", args=[classroom.pk]))
        posted = client.post(reverse("payments:channels-confirm-all", args=[classroom.pk]))
        one = client.post(reverse("payments:channel-confirm", args=[enrolment.pk]))

    assert "Look over and confirm" not in page.text
    assert "The list is frozen: 1 pupil was not confirmed" in page.text
    assert "The next time for corrections opens" in page.text
    assert posted.status_code == one.status_code == 409
    assert not ContinuingConfirmation.objects.exists()


def test_a_form_saves_a_changed_guardian(calendar, signed_in, make_pupils, make_grants, teacher):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    url = reverse("payments:channel", args=[pupil.enrolments.get().pk])
    given = {
        "kind": "promptpay_guardian",
        "promptpay_state": "opened",
        "guardian_name": "นางสมหญิง ใจดี",
        "relationship": "aunt",
        "guardian_number": "",
        "phone": "0811112222",
    }
    client = signed_in(teacher)

    asked = client.post(url, given)
    assert set(asked.context["form"].errors) == {"guardian_number"}
    wrong = client.post(url, given | {"guardian_number": "1101700203451"})
    assert set(wrong.context["form"].errors) == {"guardian_number"}
    saved = client.post(url, given | {"guardian_number": "๑๑๐๑๗๐๐๒๐๓๔๕๐"})

    assert saved.status_code == 302
    assert pupil.guardians.get(is_current=True).national_id == "1101700203450"
    assert not ContinuingConfirmation.objects.get().unchanged


def test_a_g_code_pupil_is_offered_the_school_account_alone(
    calendar, signed_in, make_pupils, make_grants, teacher
):
    pupil = make_pupils(1, g_code=True)[0]
    make_grants([pupil], kind="school_account", confirmed=False)

    page = signed_in(teacher).get(reverse("payments:channel", args=[pupil.enrolments.get().pk]))

    assert [code for code, _name in page.context["form"].fields["kind"].choices] == [
        "school_account"
    ]


def test_an_old_enrolment_does_not_reach_a_pupil_who_has_gone_to_another_school(
    calendar, signed_in, make_pupils, make_grants, other_classroom, teacher
):
    """Last term's enrolment stays with its school; guardian and channel go along with the pupil."""
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    here = pupil.enrolments.get()
    last_term = Term.objects.create(
        year_be=2568, number=2, opens_on=date(2025, 11, 1), closes_on=date(2026, 4, 30)
    )
    old = Enrolment.objects.create(
        pupil=pupil,
        term=last_term,
        classroom=here.classroom,
        path=here.path,
        starts_on=last_term.opens_on,
    )
    url, confirm = (
        reverse(f"payments:{it}", args=[old.pk]) for it in ("channel", "channel-confirm")
    )
    client = signed_in(teacher)
    assert client.get(url).status_code == 200, "while the pupil is here, the page is"

    Enrolment.objects.filter(pk=here.pk).update(
        classroom=other_classroom, path=other_classroom.path
    )
    Pupil.objects.filter(pk=pupil.pk).update(path=other_classroom.path)

    assert client.get(url).status_code == client.post(confirm).status_code == 404
    gone = Enrolment.objects.select_related("pupil", "term").get(pk=old.pk)
    facts = ChannelFacts("school_account")
    for act in (channels.confirm_continuing, channels.correct_channel, channels.choose_channel):
        with pytest.raises(Refused, match="Your role does not do this here"):
            act(gone, facts, by=teacher, at=MAY)


def test_another_schools_pupil_is_not_there(
    calendar, signed_in, make_pupils, make_grants, other_classroom, teacher, outsider
):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    enrolment = pupil.enrolments.get()
    client = signed_in(outsider)

    assert client.get(reverse("payments:channel", args=[enrolment.pk])).status_code == 404
    assert client.post(reverse("payments:channel-confirm", args=[enrolment.pk])).status_code == 404
    assert (
        client.get(reverse("payments:channels-class", args=[enrolment.classroom_id])).status_code
        == 404
    )


@pytest.mark.parametrize("rows", [1, 50])
def test_a_class_costs_the_same_at_any_length(
    rows,
    calendar,
    signed_in,
    classroom,
    make_pupils,
    make_grants,
    teacher,
    django_assert_num_queries,
):
    make_grants(make_pupils(rows), confirmed=False)
    client = signed_in(teacher)

    # session, user, postings; room, term; windows and extensions for the rows and for the banner (4), term again;
    # enrolments, grants, guardians, channels, confirmations; the reading; why not confirm: window, extensions; menu
    with django_assert_num_queries(18):
        response = client.get(reverse("payments:channels-class", args=[classroom.pk]))

    assert len(response.context["continuing"]) == rows
