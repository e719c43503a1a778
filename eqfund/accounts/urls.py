"""The account pages that this product uses; allauth has more, and those are not mounted."""

from allauth.account import views
from django.urls import path

from eqfund.access import open_to_all

signing_in = open_to_all("one must be able to sign in")

urlpatterns = [
    path("login/", signing_in(views.login), name="account_login"),
    path("logout/", signing_in(views.logout), name="account_logout"),
    path("reauthenticate/", signing_in(views.reauthenticate), name="account_reauthenticate"),
    path("password/reset/", signing_in(views.password_reset), name="account_reset_password"),
    path(
        "password/reset/done/",
        signing_in(views.password_reset_done),
        name="account_reset_password_done",
    ),
    path(
        "password/reset/key/<uidb36>-<key>/",
        signing_in(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        signing_in(views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("inactive/", signing_in(views.account_inactive), name="account_inactive"),
    path("signup/", signing_in(views.signup), name="account_signup"),
]
