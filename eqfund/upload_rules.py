"""What a file must not be, whatever it calls itself: too large once opened, locked, or with a program inside.

Codes, not sentences; eqfund.files says them. Nothing here writes to a disk or follows an address.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from typing import Any

MEGABYTE = 1024 * 1024
MOST_MEMBERS = 2_000
MOST_UNPACKED = 400 * MEGABYTE
MOST_RATIO = 200  # of a member over a megabyte; a real sheet packs 10 to 30 times
PRINTER_SETTINGS = "xl/printerSettings/"  # Excel leaves them in every sheet that was once printed
MOST_PIXELS = 80_000_000
MOST_SIDE = 20_000
NAME_LENGTH = 120
# what makes a PDF do something of its own
ACTIVE = ("/JS", "/JavaScript", "/Launch", "/EmbeddedFiles", "/RichMedia", "/XFA", "/ImportData")
ACTIONS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm")
MOST_OBJECTS = 200_000
MOST_DEPTH = 60


def why_not_archive(data: bytes) -> str | None:
    """None for a ZIP (an XLSX is one) that opens to a sane size; else broken, locked, nested or bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return "broken"
    if any(member.flag_bits & 1 for member in members):
        return "locked"
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        return "bomb"
    for member in members:
        name = member.filename.lower()
        if name.endswith((".zip", ".xlsx", ".gz", ".7z")):
            return "nested"
        if name.endswith(".bin") and not member.filename.startswith(PRINTER_SETTINGS):
            return "macro"
        packed = max(member.compress_size, 1)
        if member.file_size > MEGABYTE and member.file_size / packed > MOST_RATIO:
            return "bomb"
    return None


def why_not_pdf(data: bytes) -> str | None:
    """None for a PDF that only shows pages; else broken, locked, or active."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            if len(document.objects) > MOST_OBJECTS:
                return "bomb"
            return "active" if any(_is_active(thing) for thing in document.objects) else None
    except pikepdf.PasswordError:
        return "locked"
    except (pikepdf.PdfError, ValueError, RuntimeError):
        return "broken"


def _is_active(thing: Any, depth: int = 0) -> bool:
    """Whether an object, or one written inside it, starts a program or carries a file."""
    import pikepdf

    if depth > MOST_DEPTH:
        return True
    if isinstance(thing, pikepdf.Array):
        inside = list(thing)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        if any(key in thing for key in ACTIVE) or thing.get("/S") in ACTIONS:
            return True
        inside = [value for _key, value in thing.items()]
    else:
        return False
    # what stands by reference is an object of the document's own list
    return any(
        _is_active(value, depth + 1)
        for value in inside
        if isinstance(value, pikepdf.Object) and not value.is_indirect
    )


def why_not_image(size: tuple[int, int]) -> str | None:
    """None for a picture that a worker can open; else bomb."""
    width, height = size
    return "bomb" if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE else None


def safe_name(name: str) -> str:
    """A file's own name as it may be shown again: no folders, no control or direction characters."""
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(
        char for char in unicodedata.normalize("NFC", last) if unicodedata.category(char)[0] != "C"
    )
    return kept.strip(" .")[-NAME_LENGTH:]
