"""Addresses of scoring, announcement, committee, verification and grants."""

from django.urls import path

from screening.views import announcement, committee, grants, pmt, verification

urlpatterns = [
    path("pmt/models/", pmt.pmt_models, name="pmt-models"),
    path("pmt/models/make/", pmt.pmt_model_make, name="pmt-model-make"),
    path("pmt/models/<int:pk>/", pmt.pmt_model, name="pmt-model"),
    path("pmt/models/<int:pk>/file/", pmt.pmt_model_file, name="pmt-model-file"),
    path("pmt/models/<int:pk>/release/", pmt.pmt_model_release, name="pmt-model-release"),
    path("pmt/scoring/", pmt.scoring_page, name="scoring"),
    path("pmt/scoring/start/", pmt.scoring_start, name="scoring-start"),
    path("pmt/institutions/<int:pk>/", pmt.institution, name="institution"),
    path("pmt/institutions/<int:pk>/decide/", pmt.institution_decide, name="institution-decide"),
    path("scores/<int:pk>/", pmt.score, name="score"),
    path("announced/", announcement.announced, name="announced"),
    path("announcements/", announcement.announcements, name="announcements"),
    path("announcements/announce/", announcement.announce, name="announce"),
    path("form05/", committee.meetings, name="meetings"),
    path("form05/new/<int:school_pk>/", committee.meeting_new, name="meeting-new"),
    path("form05/<int:pk>/", committee.meeting, name="meeting"),
    path("form05/<int:pk>/details/", committee.meeting_details, name="meeting-details"),
    path("form05/<int:pk>/members/", committee.meeting_members, name="meeting-members"),
    path("form05/<int:pk>/lines/", committee.meeting_lines, name="meeting-lines"),
    path("form05/<int:pk>/plan/", committee.meeting_plan, name="meeting-plan"),
    path("form05/<int:pk>/minutes/", committee.meeting_minutes, name="meeting-minutes"),
    path("form05/<int:pk>/sign/", committee.meeting_sign, name="meeting-sign"),
    path("form05/<int:pk>/reopen/", committee.meeting_reopen, name="meeting-reopen"),
    path("form05/<int:pk>/pdf/", committee.meeting_pdf, name="meeting-pdf"),
    path("verification/", verification.verification, name="verification"),
    path("verification/<slug:step>/", verification.verification, name="verification-step"),
    path(
        "verification/<slug:step>/pass/", verification.verification_pass, name="verification-pass"
    ),
    path(
        "form05/<int:pk>/send-back/",
        verification.verification_send_back,
        name="verification-send-back",
    ),
    path("grants/", grants.grants, name="grants"),
    path("grants/<int:pk>/", grants.grant, name="grant"),
    path("grants/<int:pk>/end/", grants.grant_end, name="grant-end"),
    path("grants/<int:pk>/revive/", grants.grant_revive, name="grant-revive"),
    path(
        "grants/<int:pk>/revival/decide/",
        grants.grant_revival_decide,
        name="grant-revival-decide",
    ),
    path("grants/<int:pk>/suspend/", grants.grant_suspend, name="grant-suspend"),
    path("grants/<int:pk>/resume/", grants.grant_resume, name="grant-resume"),
]
