"""Addresses of form 01."""

from django.urls import path

from screening.views import form01 as writing, form01_decisions as deciding

urlpatterns = [
    path("form01/", writing.form01_list, name="form01-list"),
    path("form01/start/<int:enrolment_pk>/", writing.form01_start, name="form01-start"),
    path("form01/signing/", deciding.form01_signing, name="form01-signing"),
    path("form01/<int:pk>/", deciding.form01, name="form01"),
    path("form01/<int:pk>/section/<int:number>/", writing.form01_section, name="form01-section"),
    path("form01/<int:pk>/held/<int:held_pk>/", writing.form01_held, name="form01-held"),
    path("form01/<int:pk>/review/", deciding.form01_review, name="form01-review"),
    path("form01/<int:pk>/submit/", deciding.form01_submit, name="form01-submit"),
    path("form01/<int:pk>/certify/", deciding.form01_certify, name="form01-certify"),
    path("form01/<int:pk>/return/", deciding.form01_return, name="form01-return"),
    path("form01/<int:pk>/withdraw/", deciding.form01_withdraw, name="form01-withdraw"),
    path("form01/<int:pk>/sign/<slug:who>/", deciding.form01_sign, name="form01-sign"),
    path("form01/<int:pk>/photo/<int:photo_pk>/", deciding.form01_photo, name="form01-photo"),
    path(
        "form01/<int:pk>/signature/<int:signature_pk>/",
        deciding.form01_signature,
        name="form01-signature",
    ),
    path("form01/<int:pk>/card/", deciding.form01_officer_card, name="form01-officer-card"),
]
