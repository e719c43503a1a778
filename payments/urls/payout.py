"""Addresses of payouts, refunds and letters; payments.urls takes them in."""

from django.urls import path

from payments.views import (
    claims,
    class_reports,
    evidence,
    letters,
    payout,
    receipts,
    refunds,
    school_reports,
    statements,
)

urlpatterns = [
    path("claims/", claims.claims, name="claims"),
    path("claims/claims.csv", claims.claims_csv, name="claims-csv"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("claims/<int:pk>/slip/", claims.claim_slip, name="claim-slip"),
    path("payout/", payout.payout_home, name="payout"),
    path("payout/<int:round_pk>/school/<int:pk>/", payout.payout_school, name="payout-school"),
    path("payout/<int:round_pk>/class/<int:pk>/", payout.payout_class, name="payout-class"),
    path("payout/cannot-pay/<int:pk>/", payout.cannot_pay, name="cannot-pay"),
    path("payout/<int:round_pk>/class/<int:pk>/sheet.pdf", letters.class_sheet, name="class-sheet"),
    path(
        "payout/<int:round_pk>/class/<int:pk>/receipts.pdf",
        letters.class_receipts,
        name="class-receipts",
    ),
    path("payout/receipt/<int:pk>/", receipts.receipt, name="receipt"),
    path("payout/receipt/<int:pk>/receipt.pdf", letters.receipt_pdf, name="receipt-pdf"),
    path("payout/receipt/<int:pk>/void/", receipts.receipt_void, name="receipt-void"),
    path("payout/receipt/<int:pk>/evidence/", receipts.receipt_evidence, name="receipt-evidence"),
    path(
        "payout/<int:round_pk>/class/<int:pk>/report/",
        class_reports.class_report,
        name="class-report",
    ),
    path(
        "payout/<int:round_pk>/class/<int:pk>/report/evidence/",
        class_reports.class_evidence,
        name="class-evidence",
    ),
    path(
        "payout/<int:round_pk>/class/<int:pk>/report/submit/",
        class_reports.class_report_submit,
        name="class-report-submit",
    ),
    path(
        "payout/class-report/<int:pk>/send-back/",
        class_reports.class_report_send_back,
        name="class-report-send-back",
    ),
    path("payout/evidence/<int:pk>/", evidence.evidence_file, name="evidence-file"),
    path("payout/evidence/<int:pk>/remove/", evidence.evidence_remove, name="evidence-remove"),
    path(
        "payout/<int:round_pk>/school/<int:pk>/report/",
        school_reports.school_report,
        name="school-report",
    ),
    path(
        "payout/<int:round_pk>/school/<int:pk>/report/submit/",
        school_reports.school_report_submit,
        name="school-report-submit",
    ),
    path(
        "payout/school-report/<int:pk>/sign/",
        school_reports.school_report_sign,
        name="school-report-sign",
    ),
    # refunds
    path("refunds/<int:round_pk>/school/<int:pk>/", refunds.refunds, name="refunds"),
    path("refunds/<int:round_pk>/school/<int:pk>/new/", refunds.refund_new, name="refund-new"),
    path("refunds/<int:round_pk>/school/<int:pk>/none/", refunds.nil_refund, name="nil-refund"),
    path("refunds/<int:pk>/", refunds.refund, name="refund"),
    path("refunds/<int:pk>/slip.pdf", refunds.refund_slip, name="refund-slip"),
    path("refunds/<int:pk>/cancel/", refunds.refund_cancel, name="refund-cancel"),
    path("statements/", statements.statements, name="statements"),
    path("statements/new/", statements.statement_new, name="statement-new"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
    path("statements/<int:pk>/apply/", statements.statement_apply, name="statement-apply"),
    # letters
    path("letters/<int:round_pk>/", letters.letters, name="letters"),
    path("letters/<int:round_pk>/print/", letters.letters_print, name="letters-print"),
    path("letters/file/<int:pk>/", letters.letters_file, name="letters-file"),
    path("letters/of/<int:pk>/", letters.letter_issue, name="letter-issue"),
    path("letters/of/<int:pk>/letter.pdf", letters.letter, name="letter"),
    path("v/<str:token>/", letters.letter_verify, name="letter-verify"),
]
