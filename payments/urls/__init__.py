"""Addresses of payments."""

from payments.urls import bank, continuing, payout, rounds

app_name = "payments"
urlpatterns = [*rounds.urlpatterns, *continuing.urlpatterns, *bank.urlpatterns, *payout.urlpatterns]
