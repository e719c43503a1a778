"""Which activity of the calendar opens each action. ALWAYS: no window gates it.

Every public function of every actions module stands here; a test compares.
An action whose activity has no window in the term is closed, with a sentence.
"""

from eqfund.windows import ALWAYS

ACTIVITY: dict[str, str] = {
    # eqfund
    "eqfund.move_clock": ALWAYS,
    "eqfund.send_code": ALWAYS,
    "eqfund.verify_contact": ALWAYS,
    "eqfund.postpone_factor": ALWAYS,
    "eqfund.ask_for_recovery": ALWAYS,
    "eqfund.restore_access": ALWAYS,
    "eqfund.refuse_recovery": ALWAYS,
    "eqfund.upload_registry_file": ALWAYS,  # the letter lets the registry be checked all term long
    "eqfund.confirm_registry_import": ALWAYS,
    "eqfund.record_registry_import": ALWAYS,
    "eqfund.renew_preview": ALWAYS,
    "eqfund.discard_registry_import": ALWAYS,
    "eqfund.add_registry_title": ALWAYS,
    "eqfund.remove_registry_title": ALWAYS,
    "eqfund.edit_school": "school_profile",
    "eqfund.confirm_school_profile": "school_profile",
    "eqfund.move_pupil_out": ALWAYS,
    # eqfund: the calendar
    "eqfund.propose_extension": ALWAYS,
    "eqfund.withdraw_extension": ALWAYS,
    "eqfund.decide_extension": ALWAYS,
    "eqfund.set_extension_policy": ALWAYS,
    # eqfund: people. The letter's line "user accounts" opens on 7 May and never closes; a school
    # that opens in April needs its people, so nothing here waits for it.
    "eqfund.give_post": ALWAYS,
    "eqfund.end_post": ALWAYS,
    "eqfund.extend_post": ALWAYS,
    "eqfund.change_class": ALWAYS,
    "eqfund.change_capacity": ALWAYS,
    "eqfund.close_account": ALWAYS,
    "eqfund.reopen_account": ALWAYS,
    "eqfund.invite": ALWAYS,
    "eqfund.resend_invitation": ALWAYS,
    "eqfund.cancel_invitation": ALWAYS,
    "eqfund.accept_invitation": ALWAYS,
    "eqfund.ask_for_account": ALWAYS,
    "eqfund.accept_request": ALWAYS,
    "eqfund.refuse_request": ALWAYS,
    "eqfund.read_teacher_list": ALWAYS,
    "eqfund.confirm_teacher_list": ALWAYS,
    "eqfund.discard_teacher_list": ALWAYS,
    "eqfund.replace_teachers": ALWAYS,
    # eqfund: personal data
    "eqfund.reveal": ALWAYS,
    "eqfund.give_consent": ALWAYS,
    # screening
    "screening.start_form01": "form01_draft",
    "screening.save_form01": "form01_draft",  # and its grace, for what was begun before the close
    "screening.settle_form01": "form01_draft",
    "screening.add_photo": "form01_draft",
    "screening.sign_form01": "form01_draft",
    "screening.submit_form01": "form01",
    "screening.return_form01": "form01",
    "screening.certify_form01": ALWAYS,  # the official may come after the close
    "screening.refuse_form01": ALWAYS,
    "screening.sign_as_director": ALWAYS,
    "screening.withdraw_form01": ALWAYS,
    "screening.make_model": ALWAYS,
    "screening.release_model": ALWAYS,
    "screening.score_term": ALWAYS,  # after the close of form 01, by its own refusal
    "screening.propose_institution": ALWAYS,
    "screening.decide_institution": ALWAYS,
    "screening.set_policy": ALWAYS,
    "screening.announce_results": "pmt_announcement",
    "screening.open_meeting": "form05",
    "screening.save_meeting": "form05",
    "screening.save_members": "form05",
    "screening.save_lines": "form05",
    "screening.save_plan": "form05",
    "screening.attach_minutes": "form05",
    "screening.sign_meeting": "form05",
    "screening.reopen_meeting": ALWAYS,  # what follows asks form05: an extension
    "screening.verify_meetings": "fund_verification",
    "screening.send_back": "fund_verification",
    "screening.end_grant": ALWAYS,
    "screening.suspend_grant": ALWAYS,
    "screening.resume_grant": ALWAYS,
    "screening.load_grants": ALWAYS,
    "screening.settle_grants": ALWAYS,
    "screening.settle_grants_at": ALWAYS,
    "screening.settle_after_import": ALWAYS,
    # attendance
    "attendance.set_term_days": "attendance",
    "attendance.record_month": "attendance",
    # payments: accounts, channels, rates, rounds
    "payments.propose_account": "school_bank_account",
    "payments.approve_account": "school_bank_account",
    "payments.accept_account": ALWAYS,
    "payments.send_back_account": ALWAYS,
    "payments.confirm_continuing": "confirm_continuing",
    "payments.confirm_all_unchanged": "confirm_continuing",
    "payments.correct_channel": "correct_channel",
    "payments.choose_channel": "choose_channel",
    "payments.propose_rate": ALWAYS,
    "payments.approve_rate": ALWAYS,
    "payments.plan_round": ALWAYS,
    "payments.ask_for_round_act": ALWAYS,
    "payments.do_round_act": ALWAYS,
    "payments.build_round": ALWAYS,
    "payments.approve_round": ALWAYS,
    "payments.release_round": ALWAYS,
    "payments.send_back_round": ALWAYS,
    "payments.cancel_round": ALWAYS,
    "payments.publish_round": ALWAYS,
    "payments.close_round": ALWAYS,
    # payments: bank files, results, the book
    "payments.write_bank_files": ALWAYS,  # the moments of a round are set by its release
    "payments.allot_bank_lines": ALWAYS,
    "payments.write_bank_file": ALWAYS,
    "payments.download_bank_file": ALWAYS,
    "payments.show_bank_file_password": ALWAYS,
    "payments.ask_to_record_sent": ALWAYS,
    "payments.record_sent": ALWAYS,
    "payments.upload_result": ALWAYS,
    "payments.read_result": ALWAYS,
    "payments.apply_result": ALWAYS,
    "payments.settle_result": ALWAYS,
    "payments.set_result_aside": ALWAYS,
    "payments.ask_sandbox_bank": ALWAYS,
    "payments.take_sandbox_answer": ALWAYS,
    "payments.book_files_sent": ALWAYS,
    "payments.record_receipt": ALWAYS,  # the ledger follows the action that moves the money
    "payments.record_receipts": ALWAYS,
    "payments.record_receipt_void": ALWAYS,
    "payments.record_refund": ALWAYS,
    # payments: payout, refunds, letters
    "payments.pay_pupils": "payout_report",  # after the due day it is late, not refused
    "payments.void_receipt": "payout_report",
    "payments.note_cannot_pay": "payout_report",
    "payments.clear_cannot_pay": "payout_report",
    "payments.add_class_evidence": "payout_report",
    "payments.add_receipt_evidence": "payout_report",
    "payments.remove_evidence": "payout_report",
    "payments.submit_class_report": "payout_report",
    "payments.send_back_class_report": "payout_report",
    "payments.submit_school_report": "payout_report",
    "payments.sign_school_report": "payout_report",
    "payments.send_back_school_report": "payout_report",
    "payments.issue_refund": "refund",
    "payments.cancel_refund": "refund",
    "payments.declare_nil_refund": "refund",
    "payments.withdraw_nil_refund": "refund",
    "payments.preview_statement": ALWAYS,  # the bank's file comes when it comes
    "payments.apply_statement": ALWAYS,
    "payments.issue_letters": ALWAYS,  # from publication on, by its own refusal
    "payments.start_letters": ALWAYS,
    # monitoring
}
