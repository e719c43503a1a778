"""People with passwords, who come in by the pages; the clock of sessions and limits is real time."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache

from eqfund import clock
from eqfund.accounts import actions
from eqfund.models import AccountState, SentMessage

PASSWORD = "ฝนตกที่เชียงใหม่ 2569"


@pytest.fixture(autouse=True)
def _limits_begin_anew(db):
    cache.clear()


@pytest.fixture
def with_password():
    """Give a person a password, an e-mail and a phone; verified unless told otherwise."""

    def with_password(user, *, verified=True, email=None, phone="0812345678"):
        user.set_password(PASSWORD)
        user.email = f"{user.username}@school.example" if email is None else email
        user.phone = phone
        user.save()
        if verified:
            now = clock.wall()
            actions.mark_verified(user, "email", at=now)
            actions.mark_verified(user, "phone", at=now)
        return user

    return with_password


@pytest.fixture
def settled(with_password):
    """A person who has done everything of the first use; "later" to the second factor."""

    def settled(user, **options):
        with_password(user, **options)
        now = clock.wall()
        AccountState.objects.filter(user=user).update(factor_postponed_at=now, entered_at=now)
        return user

    return settled


@pytest.fixture
def come_in(client):
    """Sign in by the page, as a person does."""

    def come_in(user, password=PASSWORD, **more):
        return client.post(
            "/accounts/login/", {"login": user.username, "password": password} | more
        )

    return come_in


@pytest.fixture
def with_app(rf):
    """Give a person an authenticator app and recovery codes; return the app's secret."""

    def with_app(user):
        secret = generate_totp_secret()
        TOTP.activate(user, secret)
        RecoveryCodes.activate(user)
        return secret

    return with_app


def app_code(secret):
    """What the app shows just now."""
    *_earlier, _later = counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def code_in(text):
    return re.search(r"\b\d{6}\b", text).group()


def last_sms():
    return SentMessage.objects.filter(kind="phone").latest("pk").text
