"""Addresses of people: who serves where, invitations, requests, the way in and the way up."""

from django.urls import path

from .views import ask, entering, invitations, people, teachers

app_name = "people"
urlpatterns = [
    path("", people.people, name="people"),
    path("<int:pk>/", people.person, name="person"),
    path("<int:pk>/give/<slug:role>/", people.give, name="person-give"),
    path("<int:pk>/close/", people.close, name="person-close"),
    path("<int:pk>/reopen/", people.reopen, name="person-reopen"),
    path("posts/<int:pk>/end/", people.end, name="post-end"),
    path("posts/<int:pk>/extend/", people.extend, name="post-extend"),
    path("posts/<int:pk>/class/", people.change_class, name="post-class"),
    path("posts/<int:pk>/capacity/", people.change_capacity, name="post-capacity"),
    path("invite/<slug:role>/", invitations.invite, name="invite"),
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/<int:pk>/again/", invitations.send_again, name="invitation-again"),
    path("invitations/<int:pk>/cancel/", invitations.cancel, name="invitation-cancel"),
    path("requests/", invitations.requests, name="requests"),
    path("requests/<int:pk>/accept/", invitations.request_accept, name="request-accept"),
    path("requests/<int:pk>/refuse/", invitations.request_refuse, name="request-refuse"),
    path("teachers/<int:pk>/", teachers.teachers, name="teachers"),
    path("teachers/<int:pk>/blank.<slug:kind>", teachers.teachers_blank, name="teachers-blank"),
    path("lists/<int:pk>/", teachers.teacher_list, name="teacher-list"),
    path("lists/<int:pk>/confirm/", teachers.teacher_list_confirm, name="teacher-list-confirm"),
    path("lists/<int:pk>/discard/", teachers.teacher_list_discard, name="teacher-list-discard"),
    path("new-year/<int:pk>/", teachers.new_year, name="new-year"),
    path("ask/", ask.ask, name="no-account"),
    path("ask/school/<int:pk>/", ask.ask_school, name="ask-school"),
    path("ask/office/<int:pk>/", ask.ask_office, name="ask-office"),
    path("ask/sent/", ask.asked, name="asked"),
    path("invitation/", entering.invitation, name="invitation"),
    path("invitation/<str:token>/", entering.invitation_open, name="invitation-open"),
]
