"""What an answer says, whatever it is made of; and what it must not say to this person.

HTML, CSV and JSON are read as they are, XLSX and ZIP are opened, a PDF's text is drawn out.
A *marker* is a text that stands at one place alone (a child's name, a school's name or code) with the
verb that reading it takes. Whoever does not hold the verb there must not find it in any answer.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from email.header import decode_header, make_header
from typing import Any
from urllib.parse import unquote

from eqfund import access
from eqfund.models import Pupil, School, User

CHILDREN_OF_A_PLACE = 40


@dataclass(frozen=True, slots=True)
class Marker:
    """A text of one place."""

    text: str
    path: str
    verb: str
    context: str


def text_of(response: Any) -> str:
    """All that an answer says, and the headers that can say something."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    said = " ".join(
        str(response.headers.get(name, ""))
        for name in ("Location", "Content-Disposition", "HX-Trigger")
    )
    said = unquote(str(make_header(decode_header(said.strip()))))
    return f"{said}\n{_opened(body, response.headers.get('Content-Type', ''))}"


def _opened(body: bytes, content_type: str) -> str:
    if body.startswith(b"%PDF-"):
        return _pdf(body)
    if body.startswith(b"PK\x03\x04"):
        return _zip(body)
    if content_type.startswith("image/"):
        return ""
    text = body.decode("utf-8", errors="replace")
    return html.unescape(text) if "html" in content_type else text


def _zip(body: bytes) -> str:
    """The members of an archive; one that is locked says its names alone."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        texts = archive.namelist()
        for name in archive.namelist():
            try:
                texts.append(archive.read(name).decode("utf-8", errors="replace"))
            except (RuntimeError, NotImplementedError):
                continue
    return html.unescape("\n".join(texts))


def _pdf(body: bytes) -> str:
    import pypdfium2  # of the developers' environment, as the walk is

    document = pypdfium2.PdfDocument(body)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def markers_of(places: dict[str, str]) -> list[Marker]:
    """Markers of each place (context -> path of a class or a school): names that only one child has."""
    found = []
    everybody = Counter(Pupil.objects.values_list("first_name", "last_name"))
    for context, path in places.items():
        school = School.objects.get(path="/".join(path.split("/")[:4]) + "/")
        found += [
            Marker(text, school.path, "read_school", context)
            for text in (school.name, school.moe_code, school.smis_code)
            if text
        ]
        for pupil in Pupil.objects.under(path).order_by("pk")[:CHILDREN_OF_A_PLACE]:
            if everybody[pupil.first_name, pupil.last_name] == 1:
                text = f"{pupil.first_name} {pupil.last_name}"
                found.append(Marker(text, pupil.path, "read_child", context))
    return found


def forbidden_to(user: User, markers: Iterable[Marker]) -> list[Marker]:
    """The markers that a person must never read. Who works inside a school knows its name."""
    mine = [posting.path for posting in access.postings_of(user)]
    return [
        marker
        for marker in markers
        if not access.may(user, marker.verb, marker.path)
        and not (marker.verb == "read_school" and any(p.startswith(marker.path) for p in mine))
    ]


def told(text: str, forbidden: Iterable[Marker], *, asked: str = "") -> list[Marker]:
    """Which markers a text holds; what the person typed is only given back to them."""
    return [marker for marker in forbidden if marker.text in text and marker.text != asked]


CHANGING = (
    re.compile(r'nonce="[^"]+"'),
    re.compile(r"<dcterms:(created|modified)[^>]*>[^<]*"),  # of a workbook made anew
    re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"'),
    re.compile(r'"X-CSRFToken":\s*"[^"]+"', re.IGNORECASE),
    re.compile(r'(csrf-?token"?\s*content=|data-csrf=)"[^"]+"', re.IGNORECASE),
)


def lasting(text: str) -> str:
    """The text without what differs at each asking."""
    for pattern in CHANGING:
        text = pattern.sub("", text)
    return text
