"""Every address of the product. Apps are included by string, so the wiring is no import."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from eqfund import views

urlpatterns = [
    path("", views.home, name="home"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("language/", views.set_language, name="set-language"),
    path("accounts/", include("eqfund.accounts.urls")),
    path("people/", include("eqfund.people.urls")),
    path("audit/", include("eqfund.audit.urls")),
    path("privacy/", include("eqfund.privacy.urls")),
    path("", include("eqfund.registry.urls")),
    path("schools/", include("eqfund.schools.urls")),
    path("rolls/", include("eqfund.rolls.urls")),
    path("duplicates/", include("eqfund.duplicates.urls")),
    path("handovers/", include("eqfund.handover.urls")),
    path("calendar/", include("eqfund.calendar.urls")),
    path("screening/", include("screening.urls")),
    path("attendance/", include("attendance.urls")),
    path("payments/", include("payments.urls")),
    path("progress/", include("monitoring.progress.urls")),
    path("favicon.ico", RedirectView.as_view(url="/static/img/mark.svg"), name="favicon"),
]
if settings.DEMO_MODE:
    urlpatterns += [
        path("demo/sign-in/", views.demo_sign_in, name="demo-sign-in"),
        path("demo/clock/", views.demo_clock, name="demo-clock"),
    ]
