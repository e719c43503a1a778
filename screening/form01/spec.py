"""The parts that a version of form 01 is written with. Pure.

A version is data: sections of fields, each with its kind, limits, choices, the
condition under which it is asked, and whether its answer may identify somebody.
The same data draw the page, read what was typed, check what is missing and say
what is stored in the clear. Labels are English message ids; pages translate them.

Answers   A mapping of field code to plain JSON values: text, whole numbers, true or
          false, a choice's code, a list of codes. Baht are whole (int) as the paper
          form asks; amounts worked out from them are satang and named so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

type Answers = Mapping[str, Any]


def gettext_noop(message: str) -> str:
    """Mark `message` for translation and return it unchanged."""
    return message


class Kind(StrEnum):
    """What sort of answer a field takes."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    BAHT = "baht"
    YES_NO = "yes_no"
    TICK = "tick"
    SINGLE = "single"
    MULTI = "multi"
    NATIONAL_ID = "national_id"
    PHONE = "phone"
    DAY = "day"
    PROVINCE = "province"
    SUBDISTRICT = "subdistrict"
    COORDINATE = "coordinate"
    MEMBERS = "members"
    PHOTO = "photo"
    SIGNATURE = "signature"
    REGISTRY = "registry"
    COMPUTED = "computed"


# Kinds that nobody types into the form's own boxes.
NOT_TYPED = {Kind.PHOTO, Kind.SIGNATURE, Kind.REGISTRY, Kind.COMPUTED}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose: its stored code and its label."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class When:
    """A condition on another answer: it is one of `values` (or, negated, none of them)."""

    field: str
    values: tuple[Any, ...]
    negate: bool = False

    def holds(self, answers: Answers) -> bool:
        """Say whether the condition holds; a list answer holds if any of it is named.

        >>> When("housing_tenure", ("rent",)).holds({"housing_tenure": "rent"})
        True
        >>> When("lives_with", ("institution",), negate=True).holds({})
        True
        """
        answer = answers.get(self.field)
        given = answer if isinstance(answer, list) else [answer]
        return any(value in self.values for value in given) is not self.negate


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `private` answers may identify somebody and are kept encrypted."""

    code: str
    label: str
    kind: Kind
    private: bool = False
    required: bool = True
    choices: tuple[Choice, ...] = ()
    show_if: When | None = None
    least: int | None = None
    most: int | None = None
    max_length: int = 100
    unit: str = ""
    help: str = ""
    prefill: str = ""  # where an answer can come from: registry, sibling
    columns: tuple["Field", ...] = ()  # of MEMBERS, asked once per row
    folded: bool = False  # shown behind a "more" fold
    g_code: bool = False  # of NATIONAL_ID: a G-code will do as well

    def label_of(self, code: str) -> str:
        """Return the label of a choice; ValueError when the field has no such choice."""
        for choice in self.choices:
            if choice.code == code:
                return choice.label
        raise ValueError(f"{self.code} has no choice {code!r}")


@dataclass(frozen=True, slots=True)
class Section:
    """One numbered section of the paper form; one page on a phone."""

    number: int
    code: str
    title: str
    fields: tuple[Field, ...]
    note: str = ""
    show_if: When | None = None

    def asked(self, answers: Answers) -> bool:
        """Say whether this household answers the section at all."""
        return self.show_if is None or self.show_if.holds(answers)

    def fields_asked(self, answers: Answers) -> Iterator[Field]:
        """Yield the fields that `answers` leave to be asked."""
        for field in self.fields:
            if field.show_if is None or field.show_if.holds(answers):
                yield field


@dataclass(frozen=True, slots=True)
class Spec:
    """One version of the form, whole."""

    version: int
    revised: str  # day of the official revision, ISO
    policy_version: str  # of the fund's privacy policy that section 8 acknowledges
    max_members: int
    header: tuple[Field, ...]
    sections: tuple[Section, ...]

    def section(self, number: int) -> Section:
        """Return section `number`; ValueError when there is none."""
        for section in self.sections:
            if section.number == number:
                return section
        raise ValueError(f"form 01 of {self.version} has no section {number}")

    def fields(self) -> Iterator[Field]:
        """Yield every field, header and member columns included."""
        yield from self.header
        for section in self.sections:
            for field in section.fields:
                yield field
                yield from field.columns

    def field(self, code: str) -> Field:
        """Return the field `code`; ValueError when there is none."""
        for field in self.fields():
            if field.code == code:
                return field
        raise ValueError(f"form 01 of {self.version} has no field {code!r}")

    def section_of(self, code: str) -> Section:
        """Return the section that asks `code`; ValueError when none does."""
        for section in self.sections:
            if any(field.code == code for field in section.fields):
                return section
        raise ValueError(f"no section of form 01 of {self.version} asks {code!r}")

    def sections_asked(self, answers: Answers) -> list[Section]:
        """Return the sections this household answers, in order."""
        return [section for section in self.sections if section.asked(answers)]

    def codes(self, *, private: bool) -> frozenset[str]:
        """Return the codes of typed answers kept encrypted, or of those kept in the clear."""
        return frozenset(
            field.code
            for section in self.sections
            for field in section.fields
            if field.private is private and field.kind not in NOT_TYPED
        )
