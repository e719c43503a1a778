"""Addresses of the basic-needs subsidy."""

from django.urls import path

from payments.views import basic_needs as views, basic_needs_lists as lists

urlpatterns = [
    path("basic-needs/", views.basic_needs, name="basic-needs"),
    path("basic-needs/export/", views.basic_needs_csv, name="basic-needs-csv"),
    path("basic-needs/office/<int:pk>/", views.basic_needs_office, name="basic-needs-office"),
    path(
        "basic-needs/office/<int:pk>/account/",
        views.basic_needs_account,
        name="basic-needs-office-account",
    ),
    path(
        "basic-needs/office/<int:pk>/allocation/",
        views.basic_needs_allocation,
        name="basic-needs-office-allocation",
    ),
    path(
        "basic-needs/office/<int:pk>/send/", lists.basic_needs_send, name="basic-needs-office-send"
    ),
    path(
        "basic-needs/office/<int:pk>/blank/",
        lists.basic_needs_blank,
        name="basic-needs-office-blank",
    ),
    path("basic-needs/list/<int:pk>/", lists.basic_needs_list, name="basic-needs-list"),
    path(
        "basic-needs/list/<int:pk>/faults/",
        lists.basic_needs_faults,
        name="basic-needs-list-faults",
    ),
    path(
        "basic-needs/list/<int:pk>/record/",
        lists.basic_needs_record,
        name="basic-needs-list-record",
    ),
    path(
        "basic-needs/list/<int:pk>/set-aside/",
        lists.basic_needs_set_aside,
        name="basic-needs-list-set-aside",
    ),
    path("basic-needs/school/<int:pk>/", views.basic_needs_school, name="basic-needs-school"),
    path(
        "basic-needs/school/<int:pk>/export/",
        views.basic_needs_school_csv,
        name="basic-needs-school-csv",
    ),
    path(
        "basic-needs/school/<int:pk>/board/",
        views.basic_needs_board,
        name="basic-needs-school-board",
    ),
]
