"""A changed data key reaches the second factors too, and they still open."""

from allauth.mfa.models import Authenticator

from eqfund.accounts import keys
from eqfund.privacy import field_keys
from tests.accounts.conftest import app_code


def test_factors_are_sealed_anew_under_the_newest_key_and_still_open(teacher, with_app, settings):
    first, second = "first-" + "x" * 40, "second-" + "y" * 40
    settings.FIELD_KEYS = [first]
    secret = with_app(teacher)
    codes = Authenticator.objects.get(user=teacher, type="recovery_codes").wrap().get_unused_codes()
    (old,) = keys.numbers_used()
    settings.FIELD_KEYS = [first, second]

    written = field_keys.rotate()

    assert written[keys.LABEL] == 2
    (new,) = keys.numbers_used()
    assert new != old
    assert field_keys.numbers_used()[keys.LABEL] == {new: 2}
    assert keys.seal_anew() == 0
    app = Authenticator.objects.get(user=teacher, type="totp").wrap()
    assert app.validate_code(app_code(secret))
    recovery = Authenticator.objects.get(user=teacher, type="recovery_codes").wrap()
    assert recovery.get_unused_codes() == codes


def test_a_lost_key_is_seen(teacher, with_app, settings):
    settings.FIELD_KEYS = ["first-" + "x" * 40, "second-" + "y" * 40]
    with_app(teacher)
    assert keys.LABEL not in field_keys.unreadable()
    settings.FIELD_KEYS = ["first-" + "x" * 40]

    assert field_keys.unreadable()[keys.LABEL] == 2
