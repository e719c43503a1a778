"""An encrypted thing is shown whole only as an act: with a right, a proof, a reason, a limit, and a line in the book."""

import pytest
from django.urls import reverse

from eqfund import hooks
from eqfund.accounts import sessions
from eqfund.models import Event, Guardian
from eqfund.privacy import actions, permissions
from eqfund.privacy.reveal import known
from eqfund.refusal import Refused

NOON = "2569-07-10 12:00"


@pytest.fixture
def guardian(make_pupils):
    make_pupils(1)
    Guardian.objects.update(phone="0812345678")
    return Guardian.objects.get()


@pytest.fixture
def enter(client):
    def enter(person):
        person.is_demo = True
        person.save()
        sessions.enter_by_click(client, person)
        return client

    return enter


def address(guardian, code="guardian-phone"):
    return reverse("privacy:reveal", args=[code, guardian.pk])


def reveal(guardian, by, at, **given):
    given = {"reason": "reach", "note": ""} | given
    return actions.reveal(known("guardian-phone"), guardian, by=by, at=at(NOON), **given)


def test_the_deed_shows_one_thing_and_stands_in_the_book(guardian, teacher, at):
    text = reveal(guardian, teacher, at, note="ผู้ปกครองไม่มารับเงิน")

    event = Event.objects.get(verb="privacy.reveal")
    assert text == "0812345678"
    assert event.facts == {"what": "guardian-phone", "reason": "reach"}
    assert (event.actor_id, event.pupil_id) == (teacher.pk, guardian.pupil_id)
    assert event.change["after"] == {"note": "ผู้ปกครองไม่มารับเงิน"}
    assert "0812345678" not in str(event.change)


@pytest.mark.parametrize(
    "given",
    [
        {"reason": ""},
        {"reason": "because"},
        {"reason": "other"},
        {"reason": "authority", "note": "x"},
    ],
)
def test_without_a_reason_nothing_is_shown(given, guardian, teacher, at):
    with pytest.raises(Refused, match="ต้องใช้|Say for what"):
        reveal(guardian, teacher, at, **given)
    assert not Event.objects.filter(verb="privacy.reveal").exists()


def test_only_whom_the_table_names_at_this_place(guardian, outsider, auditor, at):
    for person in (outsider, auditor):
        with pytest.raises(Refused):
            reveal(guardian, person, at)


def test_nothing_recorded_is_nothing_to_reveal(guardian, teacher, at):
    Guardian.objects.update(phone="")
    guardian.refresh_from_db()

    with pytest.raises(Refused):
        reveal(guardian, teacher, at)


def test_an_hour_and_a_day_have_their_limits(guardian, teacher, admin, at, monkeypatch):
    monkeypatch.setattr(permissions, "PER_HOUR", 2)
    reveal(guardian, teacher, at)
    reveal(guardian, teacher, at)

    with pytest.raises(Refused, match="2"):
        reveal(guardian, teacher, at)
    assert reveal(guardian, admin, at)  # another person's limit is their own


def test_the_page_asks_for_a_reason_then_shows_it_once_and_keeps_nothing(guardian, teacher, enter):
    client = enter(teacher)

    asked = client.get(address(guardian), headers={"HX-Request": "true"})
    shown = client.post(address(guardian), {"reason": "reach"}, headers={"HX-Request": "true"})
    again = client.get(address(guardian), headers={"HX-Request": "true"})
    covered = client.get(address(guardian) + "?closed=1", headers={"HX-Request": "true"})

    assert "0812345678" not in asked.content.decode()
    assert "0812345678" in shown.content.decode()
    assert 'hx-history="false"' in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store, private"
    for page in (again, covered):
        assert "0812345678" not in page.content.decode()
        assert "…5678" in page.content.decode()


def test_a_reason_without_words_is_said_in_the_form_which_stays(guardian, teacher, enter):
    asked = {"reason": "other", "note": "x"}

    page = enter(teacher).post(address(guardian), asked, headers={"HX-Request": "true"})

    assert page.status_code == 422
    assert 'value="x"' in page.text and 'value="other" selected' in page.text
    assert "0812345678" not in page.text


def test_without_script_it_is_a_page_of_its_own(guardian, teacher, enter):
    client = enter(teacher)

    assert "<html" in client.get(address(guardian)).content.decode()
    assert "0812345678" in client.post(address(guardian), {"reason": "money"}).content.decode()


def test_a_session_that_proved_itself_long_ago_is_asked_first(guardian, teacher, enter, settings):
    client = enter(teacher)
    settings.REAUTHENTICATION_SECONDS = 0

    response = client.post(address(guardian), {"reason": "reach"})

    assert response.status_code == 302
    assert "reauthenticate" in response.headers["Location"]
    assert not Event.objects.filter(verb="privacy.reveal").exists()


def test_another_schools_guardian_is_not_known_of(guardian, outsider, enter):
    client = enter(outsider)

    assert client.get(address(guardian)).status_code == 404
    assert client.post(address(guardian), {"reason": "reach"}).status_code == 404
    assert client.get(address(guardian, "no-such-thing")).status_code == 404


def test_the_pupils_page_shows_last_digits_and_offers_the_rest(guardian, teacher, enter):
    text = enter(teacher).get(reverse("registry:pupil", args=[guardian.pupil_id])).content.decode()

    assert "…5678" in text
    assert address(guardian) in text
    for secret in ("0812345678", guardian.national_id, guardian.pupil.identity.number):
        assert secret not in text


def test_who_may_not_reveal_is_offered_nothing(guardian, auditor, enter):
    text = enter(auditor).get(reverse("registry:pupil", args=[guardian.pupil_id])).content.decode()

    assert "…5678" in text
    assert "privacy/reveal" not in text


def test_what_can_be_revealed_is_listed():
    assert sorted(each.code for each in hooks.reveals) == [
        "account-number",
        "destination",
        "guardian-number",
        "guardian-phone",
        "office-account",
        "pupil-number",
    ]
