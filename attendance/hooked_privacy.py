"""What attendance brings to the care of personal data. Its months hold no name and stay as figures."""

from django.utils.translation import gettext_lazy as _

from attendance.models import MonthRecord
from eqfund import hooks
from eqfund.privacy.export import PUPIL, Part

hooks.person_exports.register(
    Part(PUPIL, _("Attendance"), MonthRecord, "enrolment__pupil"), order=60
)
