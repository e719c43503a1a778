"""Why is my pupil not in the list? What is missing upstream, in which registry, and who must act.

Asked with the whole number and the day of birth, so that nobody can look a child up by name across
the fence. The answer tells of the asker's own places; of another school it says "another school".

Each affiliation lets a pupil into the list in its own way (`FLAGS`); where none is laid down, the
answer says so and sends to the office. Higher apps add what comes after through hooks.listing_checks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access, hooks
from eqfund.fields import blind_index
from eqfund.models import (
    Affiliation,
    Enrolment,
    Pupil,
    RegistryImport,
    RegistryRecord,
    School,
    Term,
    User,
)
from eqfund.thai_text import thai_datetime

# affiliation -> what its registry must say for a pupil to be screened (DOMAIN 7.1)
FLAGS = {
    "OBEC": _("In DMC, the field ความด้อยโอกาส is set to เด็กยากจน."),
    "LAO": _("In LEC, the pupil is set to ต้องการสมัครขอรับทุน."),
}
NOT_LAID_DOWN = _(
    "Its affiliation has not laid down a field of the registry for this: ask the supervising office."
)
ADDS_NAMES = _(
    "The school adds its pupils itself, by the template on the page of the source registry."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One step: how it stands, in a sentence, and who does what about it."""

    code: str
    state: str  # good, sun or bad: a pill's colour
    sentence: str
    act: str = ""


@dataclass(slots=True)
class Answers:
    """What was found, step by step; `pupil` is set for a child of the asker's own places alone."""

    steps: list[Answer] = field(default_factory=list)
    pupil: Pupil | None = None

    @property
    def first_fault(self) -> Answer | None:
        return next((step for step in self.steps if step.state != "good"), None)


def why_not_listed(
    number: str, born: date, school: School, term: Term, *, by: User, at: datetime
) -> Answers:
    """The steps from the registry to the list, for one child and the asker's school."""
    answers = Answers()
    affiliation = school.office.affiliation
    last = _last_import(school, term)
    answers.steps.append(_of_file(affiliation, last))
    pupil, elsewhere = _find(number, born, school, term)
    if pupil is None:
        answers.steps.append(_of_absence(affiliation, last, elsewhere=elsewhere))
        return answers
    answers.pupil = pupil if access.may(by, "read_child", pupil.path) else None
    enrolment = (
        pupil.enrolments.filter(term=term, path__startswith=school.path).order_by("-pk").first()
    )
    if enrolment is None or enrolment.status != Enrolment.Status.STUDYING:
        answers.steps.append(_of_status(enrolment))
        return answers
    answers.steps.append(
        Answer("in_roll", "good", gettext("The pupil studies at the school by the registry."))
    )
    record = RegistryRecord.objects.filter(pupil=pupil, term=term).first()
    if pupil.identity_id is None:
        answers.steps.append(_of_duplicate())
    answers.steps.append(_of_flag(affiliation, record))
    for check in hooks.listing_checks:
        answers.steps += check(pupil, enrolment, at)
    return answers


def _last_import(school: School, term: Term) -> RegistryImport | None:
    """The last file recorded for the school, whoever of its places sent it."""
    paths = ["/".join(school.path.split("/")[:n]) + "/" for n in (3, 4)]
    done = RegistryImport.objects.filter(term=term, path__in=paths, status="confirmed")
    return done.order_by("confirmed_at").last()


def _find(number: str, born: date, school: School, term: Term) -> tuple[Pupil | None, bool]:
    """The child at this school, with identity or waiting for it; and whether it studies elsewhere."""
    index = blind_index(number)
    waiting = RegistryRecord.objects.filter(
        duplicate_index=index, term=term, enrolment__path__startswith=school.path
    ).select_related("pupil")
    for record in waiting:
        if record.pupil.birth_date == born:
            return record.pupil, True
    pupil = Pupil.objects.filter(identity__id_index=index, birth_date=born).first()
    if pupil is None:
        return None, False
    here = pupil.enrolments.filter(term=term, path__startswith=school.path).exists()
    if here or pupil.path.startswith(school.path):
        return pupil, False
    return None, pupil.enrolments.filter(term=term, status=Enrolment.Status.STUDYING).exists()


def _of_file(affiliation: Affiliation, last: RegistryImport | None) -> Answer:
    registry = affiliation.registry
    if last is None:
        act = gettext(
            "The registry keeper sends the file of %(registry)s on the page “Source registry”."
        )
        return Answer(
            "no_file",
            "bad",
            gettext("No registry file of this school has been recorded this term."),
            act % {"registry": registry} if registry else str(ADDS_NAMES),
        )
    assert last.confirmed_at is not None
    left = last.counts.get("left_out", 0)
    said = gettext("The registry file was last recorded %(at)s.") % {
        "at": thai_datetime(last.confirmed_at)
    }
    if left:
        said += " " + gettext("%(count)d rows of it were left out for wrong cells.") % {
            "count": left
        }
    return Answer("file", "sun" if left else "good", said,
                  gettext("Look whether the pupil's row is among them; correct it in the registry and send the file again.") if left else "")  # fmt: skip


def _of_absence(
    affiliation: Affiliation, last: RegistryImport | None, *, elsewhere: bool
) -> Answer:
    if elsewhere:
        return Answer(
            "elsewhere",
            "bad",
            gettext("The pupil is enrolled at another school this term."),
            gettext("That school records that the pupil left; then send your registry file again."),
        )
    registry = affiliation.registry
    act = str(ADDS_NAMES)
    if registry:
        act = gettext("The registry keeper looks in %(registry)s: is the pupil enrolled, with this number and day of birth? Then send the file again.") % {"registry": registry}  # fmt: skip
    return Answer(
        "unknown",
        "bad",
        gettext("No pupil of this number and day of birth is in the school's registry file."),
        act,
    )


def _of_status(enrolment: Enrolment | None) -> Answer:
    if enrolment is None:
        return Answer(
            "not_this_term",
            "bad",
            gettext("The pupil is known at the school and not enrolled this term."),
            gettext(
                "The registry keeper enrols the pupil in the registry and sends the file again."
            ),
        )
    return Answer(
        "left",
        "bad",
        gettext("It is recorded that the pupil is not studying at the school: %(status)s.")
        % {"status": enrolment.get_status_display()},
        gettext(
            "If that is wrong, the next registry file with the pupil in it takes the enrolment up again."
        ),
    )


def _of_duplicate() -> Answer:
    return Answer(
        "duplicate",
        "bad",
        gettext("Two schools claim this number, so the pupil stands without identity here."),
        gettext(
            "The two schools settle where the child studies: one of them records that the pupil left."
        ),
    )


def _of_flag(affiliation: Affiliation, record: RegistryRecord | None) -> Answer:
    flag = FLAGS.get(affiliation.code)
    if record is not None and record.disadvantage_poor:
        return Answer("poor", "good", gettext("The registry marks the pupil as poor."))
    if flag is None:
        return Answer(
            "flag_open",
            "sun",
            gettext("The registry does not mark the pupil as poor."),
            str(NOT_LAID_DOWN),
        )
    return Answer(
        "not_poor",
        "bad",
        gettext("The registry does not mark the pupil as poor."),
        gettext("What the registry must say: %(flag)s Then send the file again.")
        % {"flag": str(flag)},
    )


def asked(answers: Answers) -> dict[str, Any]:
    """What the audit book keeps of a question: the codes of its answer, nothing of the child."""
    return {"answer": [step.code for step in answers.steps]}
