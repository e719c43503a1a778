"""The account pages that this product uses; allauth has more, and those are not mounted."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.http import HttpResponse
from django.urls import path, re_path, reverse_lazy
from django.views.generic import RedirectView

from eqfund.access import open_to_all
from eqfund.accounts import first_use, inbox, views, views_recovery
from eqfund.accounts.reauthentication import reauthenticated

signing_in = open_to_all("one must be able to sign in")
own = views.own


def forgets_mark(view: Callable[..., Any]) -> Callable[..., Any]:
    """Ask anew, after this, whether the person is through: a factor may be gone."""

    @wraps(view)
    def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        if request.method == "POST":
            request.session.pop(first_use.MARK, None)
        return response

    return wrapped


to_account = RedirectView.as_view(url=reverse_lazy("account"))

urlpatterns = [
    path("", views.account, name="account"),
    path("devices/sign-out/", views.end_sessions, name="account-end-sessions"),
    path("email/", views.change_email, name="account-email"),
    path("phone/", views.change_phone, name="account-phone"),
    path("go-on/", views.go_on, name="account-go-on"),
    # the first use
    path("first-use/", views.gate, name="first-use"),
    path("first-use/email/", views.verify_email, name="first-use-email"),
    path("first-use/phone/", views.verify_phone, name="first-use-phone"),
    path("first-use/second-factor/", views.second_factor, name="first-use-factor"),
    # signing in and out
    path("login/", signing_in(allauth.login), name="account_login"),
    path("login/passkey/", signing_in(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("login/second-factor/", signing_in(mfa.authenticate), name="mfa_authenticate"),
    path("login/lost-factor/", views_recovery.lost_factor, name="lost-factor"),
    path("logout/", signing_in(allauth.logout), name="account_logout"),
    path("inactive/", signing_in(allauth.account_inactive), name="account_inactive"),
    path("signup/", signing_in(allauth.signup), name="account_signup"),
    # once more
    path("reauthenticate/", own(allauth.reauthenticate), name="account_reauthenticate"),
    path("reauthenticate/code/", own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "reauthenticate/passkey/",
        own(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    # the password
    path("password/change/", own(allauth.password_change), name="account_change_password"),
    path("password/set/", own(reauthenticated(allauth.password_set)), name="account_set_password"),
    path("password/reset/", signing_in(allauth.password_reset), name="account_reset_password"),
    path(
        "password/reset/done/",
        signing_in(allauth.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(  # the first dash parts them: a key has dashes of its own
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        signing_in(allauth.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        signing_in(allauth.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    # the second factor
    path("factors/", own(to_account), name="mfa_index"),
    path("factors/passkeys/", own(to_account), name="mfa_list_webauthn"),
    path("factors/app/", own(totp.activate_totp), name="mfa_activate_totp"),
    path(
        "factors/app/remove/", own(forgets_mark(totp.deactivate_totp)), name="mfa_deactivate_totp"
    ),
    path("factors/passkeys/add/", own(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("factors/passkeys/<int:pk>/name/", own(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "factors/passkeys/<int:pk>/remove/",
        own(forgets_mark(views.keeps_last_factor(webauthn.remove_webauthn))),
        name="mfa_remove_webauthn",
    ),
    path("factors/codes/", own(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "factors/codes/new/", own(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path("recoveries/", views_recovery.recoveries, name="account-recoveries"),
    path("recoveries/<int:pk>/", views_recovery.recovery, name="account-recovery"),
]
if settings.DEMO_MODE:
    urlpatterns += [
        path("reauthenticate/demo/", views.demo_reauthenticate, name="demo-reauthenticate"),
        path("test-inbox/", inbox.inbox, name="demo-inbox"),
    ]
