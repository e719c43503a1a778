"""What fields are called on the page of one person's data; a name without a word here stands as it is."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_lazy as _

LABELS = {
    "id": _("Row"),
    "number": _("Number"),
    "last4": _("Last four digits"),
    "kind": _("Kind"),
    "title": _("Title"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "full_name": _("Name"),
    "sort_key": _("Sorted as"),
    "sex": _("Sex"),
    "birth_date": _("Date of birth"),
    "relationship": _("Relationship"),
    "relation": _("Relationship"),
    "national_id": _("National id"),
    "guardian_national_id": _("Guardian's national id"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "username": _("User name"),
    "student_number": _("Student number"),
    "status": _("State"),
    "starts_on": _("From"),
    "ends_on": _("Until"),
    "role": _("Role"),
    "reason": _("Reason"),
    "amount_satang": _("Amount in satang"),
    "destination": _("Paid to"),
    "receiver_name": _("Receiver"),
    "paid_on": _("Paid on"),
    "month": _("Month"),
    "school_days": _("School days"),
    "present": _("Days present"),
    "sick": _("Days sick"),
    "personal": _("Days of leave"),
    "absent": _("Days absent"),
    "late": _("Late"),
    "answers": _("Answers"),
    "private": _("Answers that are kept encrypted"),
    "verb": _("Act"),
    "at": _("At"),
    "wall_at": _("Real time"),
    "actor_name": _("Who"),
    "value": _("Score"),
    "band": _("Band"),
    "extras": _("What the registry says"),
    "ip": _("Address of the device"),
    "user_agent": _("Browser"),
    "version": _("Version"),
}


def label_of(name: str) -> str:
    """The word for a field, or its name."""
    return gettext(str(LABELS[name])) if name in LABELS else name
