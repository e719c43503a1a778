"""Addresses of the continuing group: PromptPay followed up, leaflets, progress. Taken in by payments.urls."""

from django.urls import path

from payments.views import continuing, promptpay

urlpatterns = [
    path("channels/promptpay/", promptpay.promptpay, name="promptpay"),
    path("channels/promptpay/told/", promptpay.promptpay_told, name="promptpay-told"),
    path("channels/<int:pk>/promptpay/", promptpay.promptpay_note, name="promptpay-note"),
    path("channels/class/<int:pk>/leaflets.pdf", promptpay.leaflets, name="promptpay-leaflets"),
    path("continuing/", continuing.continuing, name="continuing"),
    path("continuing.csv", continuing.continuing_csv, name="continuing-csv"),
    path("continuing/school/<int:pk>/", continuing.continuing_school, name="continuing-school"),
]
