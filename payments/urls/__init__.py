"""Addresses of payments."""

from payments.urls import bank, basic_needs, continuing, payout, rounds

app_name = "payments"
urlpatterns = [
    *rounds.urlpatterns,
    *continuing.urlpatterns,
    *bank.urlpatterns,
    *basic_needs.urlpatterns,
    *payout.urlpatterns,
]
