"""Nothing personal in logs and error reports.

Our code logs numbers of rows and kinds of errors. What others log, and what an exception
says, may quote a row: so long numbers are covered in every line, and of an exception its
kind and its place in the code are written, never its words (a database's error names the
values that it refused). Reports hide all that was posted and every variable.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import ItemsView
from typing import Any

from django.views.debug import SafeExceptionReporterFilter

COVERED = "▒▒▒"
# Nine digits and more, as ids, accounts and phones are written, also with dashes or spaces; G-codes; e-mail.
_NUMBERS = re.compile(r"(?<![\w.])G?(?:[0-9๐-๙][ -]?){8,}[0-9๐-๙](?!\w)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_DETAIL = re.compile(r"(DETAIL:|CONTEXT:).*", re.DOTALL)


def covered(text: str) -> str:
    """The text without long numbers, e-mail addresses, and what a database adds of its rows."""
    return _MAIL.sub(COVERED, _NUMBERS.sub(COVERED, _DETAIL.sub(r"\1 " + COVERED, text)))


class PlainFormatter(logging.Formatter):
    """Lines without long numbers; exceptions by kind and place alone."""

    def format(self, record: logging.LogRecord) -> str:
        held, record.exc_text = record.exc_text, None  # another handler's text of it
        try:
            return covered(super().format(_told(record)))
        finally:
            record.exc_text = held

    def formatException(self, ei: Any) -> str:
        """Each exception of the chain: where it passed, and its kind."""
        parts = []
        error: BaseException | None = ei[1]
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.append(f"Traceback (most recent call last):\n{frames}{kind_of(error)}")
            error = error.__cause__ or error.__context__
        return "\n\nbefore it:\n".join(parts)


def _told(record: logging.LogRecord) -> logging.LogRecord:
    """The record with exceptions among its arguments told by their kind."""
    if not isinstance(record.args, tuple) or not any(
        isinstance(each, BaseException) for each in record.args
    ):
        return record
    told = logging.makeLogRecord(record.__dict__)
    told.args = tuple(
        kind_of(each) if isinstance(each, BaseException) else each for each in record.args
    )
    return told


def kind_of(error: BaseException) -> str:
    """An exception's class, with the database's code or constraint where there is one."""
    cause = error.__cause__ or error
    diagnosis = getattr(cause, "diag", None)
    more = [
        word
        for word in (
            getattr(cause, "sqlstate", None),
            getattr(diagnosis, "table_name", None),
            getattr(diagnosis, "constraint_name", None),
        )
        if word
    ]
    return type(error).__name__ + (f" ({', '.join(more)})" if more else "")


class ReportFilter(SafeExceptionReporterFilter):
    """Error reports hide everything that was posted, every variable, and the cookies; debug or not."""

    def is_active(self, request: Any) -> bool:
        return True

    def get_post_parameters(self, request: Any) -> dict[str, Any]:
        if request is None:
            return {}
        return dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> ItemsView[str, Any]:
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()

    def get_safe_cookies(self, request: Any) -> dict[str, Any]:
        return dict.fromkeys(getattr(request, "COOKIES", {}), self.cleansed_substitute)
