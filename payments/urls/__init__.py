"""Addresses of payments."""

from payments.urls import bank, payout, rounds

app_name = "payments"
urlpatterns = [*rounds.urlpatterns, *bank.urlpatterns, *payout.urlpatterns]
