"""The pages under one namespace, asked for as somebody; fixtures that a test module takes over by name."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from tests.payments.sessions import BACKEND


@pytest.fixture(autouse=True)
def in_june(at: Any, calendar: Any) -> Iterator[None]:
    with time_machine.travel(at("2569-06-10 09:00"), tick=False):
        yield


def sign_in(client: Any, person: Any) -> None:
    """Sign in, once for the same person, so that counted pages are pages alone."""
    if client.session.get("_auth_user_id") != str(person.pk):
        client.force_login(person, backend=BACKEND)


def asking(namespace: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The fixtures `get` and `post`:  get(person, "school", school.pk, page=2)."""

    @pytest.fixture
    def get(client: Any) -> Callable[..., Any]:
        def get(person: Any, view: str, /, *args: Any, **query: Any) -> Any:
            sign_in(client, person)
            return client.get(reverse(f"{namespace}:{view}", args=args), query)

        return get

    @pytest.fixture
    def post(client: Any) -> Callable[..., Any]:
        def post(person: Any, view: str, /, *args: Any, **data: Any) -> Any:
            sign_in(client, person)
            return client.post(reverse(f"{namespace}:{view}", args=args), data)

        return post

    return get, post
