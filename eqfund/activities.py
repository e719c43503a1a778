"""Which activity of the calendar opens each action. ALWAYS: no window gates it.

Every public function of every actions module stands here; a test compares.
An action whose activity has no window in the term is closed, with a sentence.
"""

from eqfund.windows import ALWAYS

ACTIVITY: dict[str, str] = {
    # eqfund
    "eqfund.move_clock": ALWAYS,
    "eqfund.upload_registry_file": ALWAYS,  # the letter lets the registry be checked all term long
    "eqfund.confirm_registry_import": ALWAYS,
    "eqfund.discard_registry_import": ALWAYS,
    "eqfund.add_registry_title": ALWAYS,
    "eqfund.remove_registry_title": ALWAYS,
    "eqfund.edit_school": "school_profile",
    "eqfund.confirm_school_profile": "school_profile",
    "eqfund.move_pupil_out": ALWAYS,
    # screening
    # attendance
    # payments
    # monitoring
}
