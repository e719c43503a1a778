"""A round at the bank, its results, and the book. Taken in by payments.urls."""

from django.conf import settings
from django.urls import URLPattern, path

from payments import views_bank, views_ledger

urlpatterns: list[URLPattern] = [
    path("rounds/<int:pk>/bank/", views_bank.bank, name="bank"),
    path("rounds/<int:pk>/bank/write/", views_bank.bank_write, name="bank-write"),
    path("rounds/<int:pk>/bank/sent/", views_bank.bank_sent, name="bank-sent"),
    path("rounds/<int:pk>/bank/results/", views_bank.result_upload, name="result-upload"),
    path("bank-files/<int:pk>/download/", views_bank.bank_file_download, name="bank-file-download"),
    path("bank-files/<int:pk>/password/", views_bank.bank_file_password, name="bank-file-password"),
    path("results/<int:pk>/", views_bank.result, name="result"),
    path("results/<int:pk>/apply/", views_bank.result_apply, name="result-apply"),
    path("results/<int:pk>/aside/", views_bank.result_aside, name="result-aside"),
    path("results/<int:pk>/bad-rows.csv", views_bank.result_bad_rows, name="result-bad-rows"),
    path("ledger/", views_ledger.ledger, name="ledger"),
    path("ledger/schools/<int:pk>/", views_ledger.ledger_school, name="ledger-school"),
    path("money/", views_ledger.money, name="money"),
    path("money/<int:pk>/", views_ledger.money_school, name="money-school"),
]
if settings.DEMO_MODE:
    urlpatterns.append(
        path("rounds/<int:pk>/bank/sandbox/", views_bank.bank_sandbox, name="bank-sandbox")
    )
