"""Addresses of the calendar beyond its page: extensions, the feed, the paper."""

from django.urls import path

from . import views, views_closes, views_edit, views_feed, views_lines

app_name = "calendar"
urlpatterns = [
    path("edit/", views_edit.edit, name="edit"),
    path("lines/", views_lines.lines, name="lines"),
    path("lines/new/", views_lines.line_new, name="line-new"),
    path("lines/<int:pk>/", views_lines.line, name="line"),
    path("lines/<int:pk>/remove/", views_lines.line_remove, name="line-remove"),
    path("holidays/", views_lines.holidays, name="holidays"),
    path("holidays/<int:pk>/remove/", views_lines.holiday_remove, name="holiday-remove"),
    path("term.pdf", views_feed.term_pdf, name="term-pdf"),
    path("term.csv", views_feed.term_csv, name="term-csv"),
    path("my-program/", views_feed.subscribe, name="subscribe"),
    path("feed/<str:secret>.ics", views_feed.feed_ics, name="feed"),
    path("closes/", views_closes.closes, name="closes"),
    path("closes/<int:pk>/", views_closes.close, name="close"),
    path("closes/<int:pk>.csv", views_closes.close_csv, name="close-csv"),
    path("extensions/", views.extensions, name="extensions"),
    path("extensions/propose/", views.extension_propose, name="extension-propose"),
    path("extensions/policies/", views.policies, name="extension-policies"),
    path("extensions/<int:pk>/", views.extension, name="extension"),
    path("extensions/<int:pk>/decide/", views.extension_decide, name="extension-decide"),
    path("extensions/<int:pk>/withdraw/", views.extension_withdraw, name="extension-withdraw"),
]
