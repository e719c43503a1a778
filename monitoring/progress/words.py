"""What stages and states are called, and the pill each state wears."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from monitoring.progress.rules import Stage, State

STAGE_NAMES = {
    Stage.PROFILE: _("School data up to date"),
    Stage.REGISTRY: _("Registry file"),
    Stage.ACCOUNT: _("Bank account"),
    Stage.CONTINUING: _("Continuing group confirmed"),
    Stage.FORM01: _("Form 01"),
    Stage.FORM05: _("Form 05"),
    Stage.PAYOUT: _("Payout"),
    Stage.REPORT: _("Payout report"),
    Stage.ATTENDANCE: _("Attendance"),
}
STATE_NAMES = {
    State.NOTHING: _("nothing to do"),
    State.NOT_OPEN: _("not open yet"),
    State.TO_DO: _("not begun"),
    State.BEGUN: _("under way"),
    State.LATE: _("late"),
    State.DONE: _("complete"),
}
PILLS = {
    State.NOTHING: "",
    State.NOT_OPEN: "",
    State.TO_DO: "sun",
    State.BEGUN: "info",
    State.LATE: "bad",
    State.DONE: "good",
}
# What the board may be narrowed to.
SHOWN = {
    "late": _("late"),
    "left": _("work left"),
    "done": _("nothing left at present"),
}
SHOWN_PILLS = {"late": "bad", "left": "sun", "done": "good"}
