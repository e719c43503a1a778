"""Addresses."""

from payments import urls_bank, urls_payout, urls_rounds

app_name = "payments"
urlpatterns = [*urls_rounds.urlpatterns, *urls_bank.urlpatterns, *urls_payout.urlpatterns]
