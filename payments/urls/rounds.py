"""Accounts, channels, amounts, rounds and the forecast. Taken in by payments.urls."""

from django.urls import path

from payments.views import account_rules, accounts, channels, forecast, rates, rounds

urlpatterns = [
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/accounts.csv", accounts.accounts_csv, name="accounts-csv"),
    path("accounts/rules/", account_rules.rules, name="account-rules"),
    path("accounts/rules/new/", account_rules.rules_new, name="account-rules-new"),
    path("accounts/rules/<int:pk>/", account_rules.rules_version, name="account-rules-version"),
    path(
        "accounts/rules/<int:pk>/approve/",
        account_rules.rules_approve,
        name="account-rules-approve",
    ),
    path(
        "accounts/rules/<int:pk>/withdraw/",
        account_rules.rules_withdraw,
        name="account-rules-withdraw",
    ),
    path("accounts/school/<int:pk>/", accounts.account, name="account"),
    path("accounts/school/<int:pk>/history/", accounts.account_history, name="account-history"),
    path("accounts/<int:pk>/approve/", accounts.account_approve, name="account-approve"),
    path("accounts/<int:pk>/accept/", accounts.account_accept, name="account-accept"),
    path("accounts/<int:pk>/send-back/", accounts.account_send_back, name="account-send-back"),
    path("accounts/<int:pk>/proof/", accounts.account_proof, name="account-proof"),
    path("channels/", channels.channels, name="channels"),
    path("channels/class/<int:pk>/", channels.channels_class, name="channels-class"),
    path(
        "channels/class/<int:pk>/confirm/",
        channels.channels_confirm_all,
        name="channels-confirm-all",
    ),
    path("channels/<int:pk>/", channels.channel, name="channel"),
    path("channels/<int:pk>/confirm/", channels.channel_confirm, name="channel-confirm"),
    path("rates/", rates.rates, name="rates"),
    path("rates/propose/", rates.rate_propose, name="rate-propose"),
    path("rates/<int:pk>/approve/", rates.rate_approve, name="rate-approve"),
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/plan/", rounds.round_plan, name="round-plan"),
    path("rounds/<int:pk>/", rounds.round, name="round"),
    path("rounds/<int:pk>/left-out/", rounds.round_left_out, name="round-left-out"),
    path("rounds/<int:pk>/left-out.csv", rounds.round_left_out_csv, name="round-left-out-csv"),
    path("rounds/<int:pk>/schools/<int:school_pk>/", rounds.round_school, name="round-school"),
    path("rounds/<int:pk>/do/<str:act>/", rounds.round_act, name="round-act"),
    path("forecast/", forecast.forecast, name="forecast"),
    path("forecast/<str:level>/<int:pk>/", forecast.forecast_place, name="forecast-place"),
]
