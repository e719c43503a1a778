"""A round at the bank, its results, and the book. Taken in by payments.urls."""

from django.conf import settings
from django.urls import URLPattern, path

from payments.views import bank, ledger

urlpatterns: list[URLPattern] = [
    path("rounds/<int:pk>/bank/", bank.bank, name="bank"),
    path("rounds/<int:pk>/bank/write/", bank.bank_write, name="bank-write"),
    path("rounds/<int:pk>/bank/sent/", bank.bank_sent, name="bank-sent"),
    path("rounds/<int:pk>/bank/results/", bank.result_upload, name="result-upload"),
    path("bank-files/<int:pk>/download/", bank.bank_file_download, name="bank-file-download"),
    path("bank-files/<int:pk>/call-back/", bank.bank_file_call_back, name="bank-file-call-back"),
    path("bank-files/<int:pk>/password/", bank.bank_file_password, name="bank-file-password"),
    path("results/<int:pk>/", bank.result, name="result"),
    path("results/<int:pk>/apply/", bank.result_apply, name="result-apply"),
    path("results/<int:pk>/aside/", bank.result_aside, name="result-aside"),
    path("results/<int:pk>/bad-rows.csv", bank.result_bad_rows, name="result-bad-rows"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/schools/<int:pk>/", ledger.ledger_school, name="ledger-school"),
    path("money/", ledger.money, name="money"),
    path("money/<int:pk>/", ledger.money_school, name="money-school"),
]
if settings.DEMO_MODE:
    urlpatterns.append(
        path("rounds/<int:pk>/bank/sandbox/", bank.bank_sandbox, name="bank-sandbox")
    )
