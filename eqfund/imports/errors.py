"""What can be wrong with a registry file: codes, never sentences. Pure.

A *cell* can be wrong (`CellError`): its row is then left out, or only that cell is,
as `LEAVES_ROW_OUT` says. A *file* can be wrong (`WrongFile`): nothing of it is read.
The sentences that people see are in eqfund.registry.sentences.
"""

from dataclasses import dataclass, field
from typing import Any

# code -> whether the whole row is left out; False: the row stays, the cell is not read.
LEAVES_ROW_OUT = {
    # the row's own place
    "school_code_missing": True,
    "school_code_unreadable": True,
    "school_unknown": True,
    "school_not_yours": True,
    # who the pupil is
    "id_missing": True,
    "id_exponent": True,
    "id_length": True,
    "id_check_digit": True,
    "id_not_digits": True,
    "id_repeated": True,
    "id_in_two_rows_that_differ": True,
    "first_name_missing": True,
    "last_name_missing": True,
    "sex_missing": True,
    "sex_unreadable": True,
    "birth_date_missing": True,
    "birth_date_unreadable": True,
    "birth_date_impossible": True,
    # where the pupil sits
    "grade_missing": True,
    "grade_unreadable": True,
    "room_unreadable": True,
    # extras: the cell alone
    "sex_and_title_differ": False,
    "number_unreadable": False,
    "amount_unreadable": False,
    "relative_id_unreadable": False,
    "phone_unreadable": False,
}


@dataclass(frozen=True, slots=True)
class CellError:
    """One cell that could not be read. `row` counts as the sheet does, from 1."""

    row: int
    column: str
    title: str
    code: str
    value: str = ""

    @property
    def leaves_row_out(self) -> bool:
        return LEAVES_ROW_OUT[self.code]


class BadCell(ValueError):
    """Raised by a reader of one cell; `code` is one of LEAVES_ROW_OUT."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a whole file is refused, with what was found in it and what was expected."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


class WrongFile(ValueError):
    """Raised for a file that is not a registry file; `.wrong` says why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.wrong = Wrong(code, params)
