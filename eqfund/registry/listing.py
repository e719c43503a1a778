"""Why is my pupil not in the list? What is missing upstream, in which registry, and who must act.

Asked with the whole number and the day of birth, so that nobody can look a child up across the
fence; or, for a child without a number, with the name and the day of birth, which finds pupils of
the asker's own school alone. The answer tells of the asker's own places; of another school it says
"another school".

Each affiliation lets a pupil into the list in its own way (`FLAGS`); where none is laid down, the
answer says so and sends to the office. Other apps add what comes after through hooks.listing_checks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access, hooks
from eqfund.access import ROLE_NAMES, Role
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
from eqfund.people.contacts import holders_of
from eqfund.thai_text import thai_date, thai_datetime

from . import last_known

# affiliation -> what must be set for a pupil to be screened (DOMAIN 7.1); the titles of OPEC and
# BEMIS are those that the fund has the files read by, and no rule of these affiliations
FLAGS = {
    "OBEC": _("In DMC, the field ความด้อยโอกาส is set to เด็กยากจน."),
    "LAO": _("In LEC, the pupil is set to ต้องการสมัครขอรับทุน."),
    "OPEC": _("In the file of OPEC, the column สถานะความยากจน says that the pupil is poor."),
    "BMA": _("In the file of BEMIS, the column ฐานะยากจน says that the pupil is poor."),
    "BPP": _("On the pupil's page, “Change class or mark”: the household is marked as poor; or in the template, the column ความด้อยโอกาส says เด็กยากจน."),
    "ONAB": _("On the pupil's page, “Change class or mark”: the household is marked as poor; or in the template, the column ความด้อยโอกาส says เด็กยากจน."),
}  # fmt: skip
LAID_DOWN = ("OBEC", "LAO")
ADDS_NAMES = _("The school adds the pupil itself, on the page “Source registry”: one by one, or by the template.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """One step: how it stands, in a sentence, who does what about it, and where that person is reached."""

    code: str
    state: str  # good, sun or bad: a pill's colour
    sentence: str
    act: str = ""
    who: str = ""


@dataclass(slots=True)
class Answers:
    """What was found, step by step; `pupil` is set for a child of the asker's own places alone."""

    steps: list[Answer] = field(default_factory=list)
    pupil: Pupil | None = None

    @property
    def first_fault(self) -> Answer | None:
        return next((step for step in self.steps if step.state != "good"), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a person asks about: by number, or where there is none by name, always with the day of birth."""

    born: date
    number: str = ""
    first_name: str = ""
    last_name: str = ""


def why_not_listed(child: Asked, school: School, term: Term, *, by: User, at: datetime) -> Answers:
    """The steps from the registry to the list, for one child and the asker's school."""
    answers = Answers()
    affiliation = school.office.affiliation
    keeper = said_contact(Role.REGISTRY_KEEPER, school.path, at)
    last = _last_import(school, term)
    answers.steps.append(_of_file(affiliation, last, keeper))
    pupil, elsewhere = _find(child, school, term)
    if pupil is None:
        office = said_contact(Role.OFFICE_ADMIN, school.path, at)
        answers.steps.append(
            _elsewhere(keeper, office) if elsewhere else _unknown(child, affiliation, keeper)
        )
        return answers
    answers.pupil = pupil if access.may(by, "read_child", pupil.path) else None
    enrolment = (
        pupil.enrolments.filter(term=term, path__startswith=school.path)
        .select_related("classroom__school", "term")
        .order_by("-pk")
        .first()
    )
    if enrolment is None or enrolment.status != Enrolment.Status.STUDYING:
        answers.steps.append(_of_status(enrolment, affiliation, keeper))
        return answers
    said = gettext("The pupil studies at the school, in class %(class)s.")
    answers.steps.append(Answer("in_roll", "good", said % {"class": enrolment.classroom.label}))
    of_term = RegistryRecord.objects.filter(pupil=pupil, term=term)
    record = of_term.select_related("enrolment", "source").first()
    if pupil.identity_id is None:
        waits = record is not None and record.duplicate_index is not None
        office = said_contact(Role.OFFICE_ADMIN, school.path, at)
        answers.steps.append(
            _duplicate(keeper, office) if waits else _no_number(affiliation, keeper)
        )
    answers.steps.append(_of_flag(school, record, keeper, at))
    for check in hooks.listing_checks:
        answers.steps += check(pupil, enrolment, at)
    return answers


def said_contact(role: Role, path: str, at: datetime) -> str:
    """Who serves as `role` around a place, with the place's public phone; the programme's where it has none."""
    found = holders_of(role, path, at.date())
    name = ", ".join(found.names) or gettext("nobody holds this post yet")
    said = f"{ROLE_NAMES[role]}: {name}, {found.place}"
    reached = found.phone or found.email
    if reached:
        return gettext("%(who)s, tel. %(phone)s") % {"who": said, "phone": reached}
    ours = gettext("or the programme, tel. %(phone)s") % {"phone": settings.CONTACT_PHONE}
    return f"{said} ({ours})"


def _last_import(school: School, term: Term) -> RegistryImport | None:
    """The last file recorded for the school, whoever of its places sent it."""
    paths = ["/".join(school.path.split("/")[:n]) + "/" for n in (3, 4)]
    done = RegistryImport.objects.filter(term=term, path__in=paths, status="confirmed")
    return done.select_related("confirmed_by").order_by("confirmed_at").last()


def _find(child: Asked, school: School, term: Term) -> tuple[Pupil | None, bool]:
    """The child at this school, with identity or waiting for it; and whether it studies elsewhere."""
    if not child.number:
        return _by_name(child, school, term), False
    index = blind_index(child.number)
    waiting = RegistryRecord.objects.filter(
        duplicate_index=index, term=term, enrolment__path__startswith=school.path
    ).select_related("pupil")
    for record in waiting:
        if record.pupil.birth_date == child.born:
            return record.pupil, True
    pupil = Pupil.objects.filter(identity__id_index=index, birth_date=child.born).first()
    if pupil is None:
        return None, False
    here = pupil.enrolments.filter(term=term, path__startswith=school.path).exists()
    if here or pupil.path.startswith(school.path):
        return pupil, False
    return None, pupil.enrolments.filter(term=term, status=Enrolment.Status.STUDYING).exists()


def _by_name(child: Asked, school: School, term: Term) -> Pupil | None:
    """A pupil of the school's own roll; nobody is looked for elsewhere by name."""
    rows = Pupil.objects.filter(
        enrolments__term=term,
        enrolments__path__startswith=school.path,
        first_name=child.first_name,
        last_name=child.last_name,
        birth_date=child.born,
    )
    return rows.order_by("pk").first()


def _of_file(affiliation: Affiliation, last: RegistryImport | None, keeper: str) -> Answer:
    registry = affiliation.registry
    if last is None and registry:
        return Answer(
            "no_file",
            "bad",
            gettext("No file of %(registry)s has been recorded for this school this term.")
            % {"registry": registry},
            gettext(
                "The registry keeper sends the file of %(registry)s on the page “Source registry”."
            )
            % {"registry": registry},
            keeper,
        )
    if last is None:
        said = gettext("The school has not added its pupils this term yet.")
        return Answer("no_file", "bad", said, str(ADDS_NAMES), keeper)
    assert last.confirmed_at is not None
    values = {"at": thai_datetime(last.confirmed_at), "by": last.confirmed_by, "registry": registry}
    if registry:
        said = gettext("The file of %(registry)s was last recorded %(at)s by %(by)s.") % values
    else:
        said = gettext("The school last added pupils %(at)s, by %(by)s.") % values
    left = last.counts.get("left_out", 0)
    if not left:
        return Answer("file", "good", said)
    said += " " + gettext("%(count)d rows of it were left out for wrong cells.") % {"count": left}
    act = (
        gettext("Look whether the pupil's row is among them; correct it in %(registry)s and send the file again.")
        if registry
        else gettext("Look whether the pupil's row is among them; add the pupil by hand or send the corrected list.")
    )  # fmt: skip
    return Answer("file", "sun", said, act % {"registry": registry} if registry else act, keeper)


def _elsewhere(keeper: str, office: str) -> Answer:
    return Answer(
        "elsewhere",
        "bad",
        gettext("The pupil is enrolled at another school this term."),
        gettext(
            "That school records that the pupil left; then send your registry file again. If it does not, the supervising office settles it."
        ),
        f"{keeper}\n{office}",
    )


def _unknown(child: Asked, affiliation: Affiliation, keeper: str) -> Answer:
    registry = affiliation.registry
    if not child.number:
        said = gettext("No pupil of this name and day of birth is on the school's roll.")
    else:
        said = gettext("No pupil of this number and day of birth is on the school's roll.")
    act = str(ADDS_NAMES)
    if registry:
        act = gettext("The registry keeper looks in %(registry)s: is the pupil enrolled, with this number and day of birth? Then send the file again.") % {"registry": registry}  # fmt: skip
    return Answer("unknown", "bad", said, act, keeper)


def _of_status(enrolment: Enrolment | None, affiliation: Affiliation, keeper: str) -> Answer:
    registry = affiliation.registry
    if enrolment is None:
        act = str(ADDS_NAMES)
        if registry:
            act = gettext("The registry keeper enrols the pupil in %(registry)s and sends the file again.") % {"registry": registry}  # fmt: skip
        said = gettext("The pupil is known at the school and not enrolled this term.")
        return Answer("not_this_term", "bad", said, act, keeper)
    values = {
        "status": enrolment.get_status_display(),
        "on": thai_date(enrolment.ends_on) if enrolment.ends_on else "–",
        "registry": registry,
    }
    said = gettext("The pupil is no longer on the roll: %(status)s, since %(on)s.") % values
    if enrolment.status == Enrolment.Status.DIED:
        act = gettext(
            "If that is wrong, the registry keeper corrects the state on the pupil's page."
        )
    elif registry:
        act = gettext("If that is wrong, the registry keeper corrects it in %(registry)s: the next file with the pupil in it takes the enrolment up again.") % values  # fmt: skip
    else:
        act = gettext("If that is wrong, the school adds the pupil again: the enrolment is taken up again.")  # fmt: skip
    if enrolment.status == Enrolment.Status.SUSPENDED:
        act = gettext(
            "When the pupil comes back, the state is set to studying on the pupil's page."
        )
    return Answer("left", "bad", said, act, keeper)


def _duplicate(keeper: str, office: str) -> Answer:
    return Answer(
        "duplicate",
        "bad",
        gettext("Two schools claim this number, so the pupil stands without identity here."),
        gettext(
            "Both schools answer the ticket on the page “Duplicates”: one of them records that the pupil left. What they dispute the supervising office settles."
        ),
        f"{keeper}\n{office}",
    )


def _no_number(affiliation: Affiliation, keeper: str) -> Answer:
    act = gettext("The school applies for a G-code for the child, and enters it here: “Correct name or number” on the pupil's page.")  # fmt: skip
    if affiliation.registry:
        act = gettext("The school applies for a G-code for the child, enters it in %(registry)s and sends the file again.") % {"registry": affiliation.registry}  # fmt: skip
    said = gettext("The pupil has neither a national id nor a G-code yet.")
    return Answer("no_number", "bad", said, act, keeper)


def _of_flag(school: School, record: RegistryRecord | None, keeper: str, at: datetime) -> Answer:
    affiliation = school.office.affiliation
    registry, flag = affiliation.registry, FLAGS.get(affiliation.code)
    if before := last_known.of(record, school.path):
        act = gettext("The pupil came by a hand-over. The visit list goes by what is last known; for the list, this school's own registry has to have the pupil: %(flag)s Then send the file.") % {"flag": str(flag)}  # fmt: skip
        return Answer("last_known", "sun", before.sentence, act if registry else str(flag), keeper)
    if record is not None and record.disadvantage_poor:
        said = gettext("%(registry)s marks the pupil as poor.") % {"registry": registry}
        mine = gettext("The school marks the pupil's household as poor.")
        return Answer("poor", "good", said if registry else mine)
    said = gettext("%(registry)s does not mark the pupil as poor.") % {"registry": registry}
    if not registry:
        said = gettext("The school has not marked the pupil's household as poor.")
        return Answer("not_poor", "bad", said, str(flag), keeper)
    if affiliation.code in LAID_DOWN:
        act = gettext("What the registry must say: %(flag)s Then send the file again.")
        return Answer("not_poor", "bad", said, act % {"flag": str(flag)}, keeper)
    act = gettext("The affiliation has not laid down how a pupil is marked: ask the supervising office. What this system reads: %(flag)s")  # fmt: skip
    who = said_contact(Role.OFFICE_ADMIN, school.path, at)
    return Answer("flag_open", "sun", said, act % {"flag": str(flag)}, who)


def asked(answers: Answers) -> dict[str, Any]:
    """What the audit book keeps of a question: the codes of its answer, nothing of the child."""
    return {"answer": [step.code for step in answers.steps]}
