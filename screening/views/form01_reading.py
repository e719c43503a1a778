"""What the reading and the review page of a form 01 show."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from screening.form01.rules import EDITABLE, Problem, Status, hints
from screening.forms.form01 import average_sentence, member_table, shown_answers
from screening.forms.form01_words import (
    HINT_SECTIONS,
    HINTS,
    anchor_of,
    cure_of,
    problem_label,
)
from screening.models import Form01, Form01Photo, Form01Signature
from screening.models.form01 import CAPACITY_NAMES, MEANS_NAMES, SIGNER_NAMES, SLOT_NAMES
from screening.permissions import form01 as permissions

from .form01_pages import SectionPage

# The step a form waits at, by its status.
WAITS_AT = {
    Status.DRAFT: 0,
    Status.RETURNED: 0,
    Status.SUBMITTED: 2,
    Status.REFUSED: 2,
    Status.CERTIFIED: 3,
    Status.SIGNED: 4,
    Status.SCORED: 4,
    Status.ANNOUNCED: 5,
}


def view_context(form: Form01, request: Any) -> dict[str, Any]:
    """All that the reading page shows, with why each thing may not be done."""
    user, at = request.user, request.moment
    page = SectionPage(form, form.spec.section(1), user, at)
    may_draft = permissions.why_not_draft(form, user) is None
    return {
        **page.head(),
        "steps": steps_of(form),
        "sections": answered(form),
        "average": average_sentence(form.given),
        "photos": photos_of(form),
        "signatures": signatures_of(form),
        "officer": form.officer,
        "capacity": CAPACITY_NAMES.get(form.signed_capacity, ""),
        "history": history_of(form),
        "may_draft": may_draft,
        "why_not_return": permissions.why_not_return(form, user),
        "why_not_certify": permissions.why_not_certify(form, user),
        "why_not_sign": permissions.why_not_sign(form, user),
        "why_not_withdraw": permissions.why_not_withdraw(form, user),
        "is_editable": form.status in EDITABLE,
    }


def review_context(form: Form01, request: Any) -> dict[str, Any]:
    """All that the review before sending shows."""
    user, at = request.user, request.moment
    page = SectionPage(form, form.spec.section(9), user, at)
    why_not = (
        permissions.why_not_submit(form, user)
        or permissions.why_not_now(form, permissions.SENDING, at)
        or permissions.why_consent_is_old(form, at)
    )
    return {
        **page.head(),
        "missing": missing_by_section(form, page.problems),
        "missing_count": len(page.problems),
        "hints": [
            {
                "text": HINTS[hint],
                "url": reverse(
                    "screening:form01-section", args=[form.pk, HINT_SECTIONS.get(hint, 3)]
                ),
            }
            for hint in hints(form.answers, form.private)
        ],
        "sections": answered(form),
        "average": average_sentence(form.given),
        "photos": photos_of(form),
        "signatures": signatures_of(form),
        "why_not_submit": why_not,
        "grace": permissions.grace_sentence(form, at),
        "segments": page.segments(),
        "first_address": reverse("screening:form01-section", args=[form.pk, 1]),
    }


def missing_by_section(form: Form01, found: list[Problem]) -> list[dict[str, Any]]:
    """What is missing, by section, each with the address of its box."""
    groups: list[dict[str, Any]] = []
    for number in sorted({problem.section for problem in found}):
        address = reverse("screening:form01-section", args=[form.pk, number])
        groups.append(
            {
                "number": number,
                "title": gettext(form.spec.section(number).title),
                "items": [
                    {
                        "label": problem_label(problem, form.spec),
                        "cure": cure_of(problem, form.spec),
                        "url": f"{address}#{anchor_of(problem)}",
                    }
                    for problem in found
                    if problem.section == number
                ],
            }
        )
    return groups


def answered(form: Form01) -> list[dict[str, Any]]:
    """The answers by section, in words."""
    found = []
    for section in form.spec.sections_asked(form.given):
        rows = list(shown_answers(section, form.given))
        if section.code in ("photos", "signatures", "certification"):
            rows = rows if section.code == "photos" else []
        members = member_table(form.spec, form.given) if section.code == "household" else []
        if rows or members:
            found.append(
                {
                    "number": section.number,
                    "title": gettext(section.title),
                    "rows": rows,
                    "members": members,
                    "url": reverse("screening:form01-section", args=[form.pk, section.number]),
                }
            )
    return found


def photos_of(form: Form01) -> list[dict[str, Any]]:
    """The photos in force, with what each shows."""
    rows = Form01Photo.objects.current().filter(form=form).select_related("file").order_by("pk")
    return [{"photo": photo, "label": SLOT_NAMES[photo.slot]} for photo in rows]  # type: ignore[index]


def signatures_of(form: Form01) -> list[dict[str, Any]]:
    """Everybody who signs, with the signature where there is one."""
    rows = Form01Signature.objects.current().filter(form=form).select_related("by")
    known = {row.who: row for row in rows}
    found = []
    for who, label in SIGNER_NAMES.items():
        row = known.get(who)
        found.append(
            {
                "label": label,
                "signature": row,
                "means": MEANS_NAMES[row.means] if row else "",  # type: ignore[index]
                "changed_since": row is not None
                and row.revision < form.revision
                and row.who not in ("officer", "director"),
                "has_picture": row is not None and (row.image or row.file_id),
            }
        )
    return found


def steps_of(form: Form01) -> list[dict[str, str]]:
    """The path of a form: what is done, where it is now, what comes."""
    labels = (
        gettext("Drafting"),
        gettext("Sending"),
        gettext("Official certifies"),
        gettext("Director signs"),
        gettext("Result announced"),
    )
    now = WAITS_AT.get(form.standing, 0)
    return [
        {"label": label, "state": "done" if i < now else "now" if i == now else ""}
        for i, label in enumerate(labels)
    ]


def history_of(form: Form01) -> list[dict[str, Any]]:
    """Who did what to the form, the newest first, from the form's own columns."""
    happened = [
        (form.started_at, gettext("Begun"), form.started_by),
        (form.saved_at, gettext("Last saved"), form.saved_by),
        (form.submitted_at, gettext("Sent"), form.submitted_by),
        (form.returned_at, gettext("Returned"), form.returned_by),
        (form.certified_at, gettext("Official's decision recorded"), form.certified_by),
        (form.signed_at, gettext("Signed by the director"), form.signed_by),
        (form.withdrawn_at, gettext("Withdrawn"), form.withdrawn_by),
    ]
    rows = [
        {"at": at, "label": label, "name": by.full_name}
        for at, label, by in happened
        if at is not None and by is not None
    ]
    return sorted(rows, key=lambda row: row["at"], reverse=True)
