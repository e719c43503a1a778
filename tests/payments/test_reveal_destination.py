"""Where a transfer went is shown by its last digits; the rest is opened with a reason, and written down."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from eqfund.models import Event

from .payout_world import url

PLACES = ["round-school", "receipt", "pupil"]


@pytest.fixture
def address(cash: Any) -> str:
    return reverse("privacy:reveal", args=["destination", cash[0].pk])


@pytest.fixture
def pages(world: Any, cash: Any, school: Any) -> dict[str, str]:
    (receipt,) = world.pay(cash[:1])
    return {
        "round-school": url("round-school", world.round.pk, school.pk),
        "receipt": url("receipt", receipt.pk),
        "pupil": reverse("registry:pupil", args=[cash[0].enrolment.pupil_id]),
    }


@pytest.mark.parametrize("page", PLACES)
def test_those_who_hold_the_verb_are_offered_the_rest(page, pages, cash, address, browse):
    shown = browse("admin").get(pages[page]).text

    assert f"…{cash[0].destination_last4}" in shown
    assert cash[0].destination_text() not in shown
    assert address in shown


@pytest.mark.parametrize("page", PLACES)
def test_others_see_the_last_digits_alone(page, pages, cash, address, browse):
    shown = browse("director").get(pages[page]).text

    assert f"…{cash[0].destination_last4}" in shown
    assert address not in shown


def test_it_is_opened_with_a_reason_and_written_down(cash, address, browse, admin):
    client = browse("admin")

    asked = client.post(address, {"reason": ""})
    shown = client.post(address, {"reason": "money"})

    assert cash[0].destination_text() not in asked.text
    assert cash[0].destination_text() in shown.text
    event = Event.objects.get(object_id=str(cash[0].pk), verb__contains="reveal")
    assert event.actor_id == admin.pk
    assert event.pupil_id == cash[0].enrolment.pupil_id
    assert event.facts["reason"] == "money"


def test_a_neighbour_does_not_know_of_it(address, sign_in, make_user, other_school):
    client = sign_in(make_user("school_admin", other_school.path))

    assert client.get(address).status_code == 404
