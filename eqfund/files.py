"""Take files in, keep them, hand them out. No generic address: each app serves its own.

What a file is, is read from its content, never from its name. A photo waits in
quarantine until a worker has re-encoded it (JPEG, at most 1600 px, no metadata);
what it claimed of time and place is kept aside.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import uuid
from datetime import datetime, timedelta
from typing import Any
from xml.parsers import expat

import imagehash
import pillow_heif
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse
from django.utils.translation import gettext
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from eqfund import antivirus, audit, clock, jobs, upload_rules
from eqfund.models import Job, StoredFile, User
from eqfund.refusal import Refused

log = logging.getLogger(__name__)
pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = upload_rules.MOST_PIXELS

MEGABYTE = 1024 * 1024
MAX_IMAGE_MB = 20
MAX_FILE_MB = 60
LONGEST_SIDE_PX = 1600
IMAGE_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
HEAD_BYTES = 4096
SCANNED_AGAIN_FOR = timedelta(days=7)
ISO_20022 = "urn:iso:std:iso:20022:"
FOR_BROWSERS = ("html", "svg", "math", "xsl", "stylesheet", "script")
TYPES = {
    "pdf": "application/pdf",
    "sheet": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "xml": "application/xml",
    "text": "text/plain",
    "zip": "application/zip",
    "image": "image/jpeg",
}


def kind_of(data: bytes) -> str:
    """What a file is by its first bytes: image, pdf, sheet, zip, xml, or text; "" when it is none of them."""
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "sheet" if b"[Content_Types].xml" in data[:4096] or b"xl/" in data[:8192] else "zip"
    if (
        data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or data[:4] == b"RIFF"
        or data[4:8] == b"ftyp"
    ):
        return "image"
    head = data[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return "xml" if _is_data(head) else ""
    return "text" if b"\0" not in head else ""


class _Root(Exception):
    """The name of a document's first element, or of its declared type."""


def _is_data(head: bytes) -> bool:
    """Whether this is XML that a program reads, not a page or a drawing that a browser would run.

    ISO 20022 may leave the prolog out; anything else without one is a page that calls itself XML.
    Only the head is read, and never a document type: it names the root, its entities are left alone.
    """

    def stop(name: str, *_rest: Any) -> None:
        raise _Root(name)

    # Names of elements are the same in every encoding that begins like ASCII.
    parser = expat.ParserCreate("iso-8859-1", " ")
    parser.StartElementHandler = stop
    parser.StartDoctypeDeclHandler = stop
    try:
        parser.Parse(head, False)
    except _Root as root:
        namespace, _, name = str(root).rpartition(" ")
    except expat.ExpatError:
        return False
    else:
        return False
    if name.lower() in FOR_BROWSERS or namespace.startswith("http://www.w3.org/"):
        return False
    return namespace.startswith(ISO_20022) or head.startswith(b"<?xml")


def store_upload(
    uploaded: Any,
    *,
    purpose: str,
    path: str,
    by: User,
    at: datetime,
    kinds: tuple[str, ...] = ("image",),
    max_mb: int | None = None,
) -> StoredFile:
    """Keep an uploaded file if its content is one of `kinds` and its size allows; else Refused."""
    limit = max_mb or (MAX_IMAGE_MB if kinds == ("image",) else MAX_FILE_MB)
    if uploaded.size > limit * MEGABYTE:
        raise Refused(
            gettext(
                "The file is %(size).1f MB; at most %(limit)d MB can be sent. Make it smaller and send it again."
            )
            % {"size": uploaded.size / MEGABYTE, "limit": limit}
        )
    data = uploaded.read()
    if not data:
        raise Refused(gettext("The file is empty. Choose another one."))
    kind = kind_of(data)
    if kind not in kinds:
        wanted = ", ".join(
            {"image": "JPG/PNG/HEIC", "pdf": "PDF", "sheet": "XLSX", "text": "CSV"}.get(
                k, k.upper()
            )
            for k in kinds
        )
        raise Refused(
            gettext("This file is not of a kind that can be read here. Send: %(kinds)s.")
            % {"kinds": wanted}
        )
    _check(kind, data)
    _scan(kind, data, purpose=purpose, path=path, by=by, at=at)
    return store_bytes(
        data, purpose=purpose, kind=kind, path=path, by=by, at=at, original_name=uploaded.name or ""
    )


def _scan(kind: str, data: bytes, *, purpose: str, path: str, by: User, at: datetime) -> None:
    """Refuse what the scanner knows; without a scanner nothing is asked. What was found is never stored.

    A picture whose scanner is away waits in quarantine, as every picture does, and is scanned there;
    anything else is read at once by somebody, and is refused until the scanner is back.
    """
    if not antivirus.is_set():
        return
    try:
        verdict = antivirus.scan(data)
    except antivirus.ScannerAway as away:
        log.error("the scanner of uploads is away: %s", away)
        if kind == "image":
            return
        raise Refused(
            gettext(
                "Files cannot be checked for viruses just now, so none is taken. Nothing is lost: send it again in a while."
            )
        ) from None
    if verdict.found:
        facts = {
            "purpose": purpose,
            "found": verdict.found,
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        audit.record(
            "files.infected",
            "eqfund.StoredFile",
            by=by,
            at=at,
            path=path,
            facts=facts,
            beside=True,
        )
        raise Refused(
            gettext(
                "The file holds a virus (%(name)s) and was not taken. Have the computer or phone it came from checked, then send a clean file."
            )
            % {"name": verdict.found}
        )


def store_bytes(
    data: bytes,
    *,
    purpose: str,
    kind: str,
    path: str,
    by: User | None,
    at: datetime,
    original_name: str = "",
) -> StoredFile:
    """Keep bytes as a file. An image waits in quarantine and is re-encoded by a job."""
    name = f"{purpose}/{uuid.uuid4().hex}"
    default_storage.save(name, ContentFile(data))
    stored = StoredFile.objects.create(
        purpose=purpose,
        kind=kind,
        content_type=TYPES[kind],
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        name=name,
        original_name=upload_rules.safe_name(original_name),
        state=StoredFile.State.QUARANTINE if kind == "image" else StoredFile.State.CLEAN,
        path=path,
        uploaded_by=by,
        uploaded_at=at,
    )
    if kind == "image":
        jobs.start("files.clean_image", by=by, obj=stored, key=f"clean-image-{stored.pk}")
    return stored


def opened(stored: StoredFile) -> File[bytes]:
    """The file's content, to be read. Refused if the storage has lost it; which one is in the log."""
    try:
        return default_storage.open(stored.name)
    except FileNotFoundError:
        log.error("stored file %s (%s) is not in the storage", stored.pk, stored.purpose)
        raise Refused(
            gettext(
                "File no. %(number)d is no longer in the storage. Everything else is kept. "
                "Tell the system administrator this number."
            )
            % {"number": stored.pk}
        ) from None


def read_bytes(stored: StoredFile) -> bytes:
    """The file's content, whole."""
    with opened(stored) as file:
        return bytes(file.read())


def serve(
    stored: StoredFile, *, by: User, at: datetime, filename: str = "", download: bool = True
) -> FileResponse:
    """Hand a file out, and write in the audit book that it was. The caller has asked visible_to."""
    content = opened(stored)
    audit.record("download_file", stored, by=by, at=at, facts={"purpose": stored.purpose})
    response = FileResponse(
        content,
        as_attachment=download,
        filename=filename or f"{stored.purpose}-{stored.pk}",
        content_type=stored.content_type,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def clean_image(data: bytes) -> tuple[bytes, int, dict[str, Any]]:
    """Re-encode a photo: (JPEG bytes without metadata, 64-bit signed perceptual hash, claims).

    Claims are what the camera wrote of time and place: {"taken_at": str, "latitude": float, "longitude": float}.
    """
    image = Image.open(io.BytesIO(data))
    claims = _claims(image)
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    upright.info.clear()  # comments and profiles would be written out again
    bits = int(str(imagehash.phash(upright)), 16)
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue(), bits - (1 << 64) if bits >= 1 << 63 else bits, claims


@jobs.register("files.clean_image")
def _clean_image_job(run: jobs.JobRun) -> dict[str, Any]:
    """Re-encode one photo in quarantine."""
    stored = StoredFile.objects.get(pk=run.job.object_id)
    if stored.state != StoredFile.State.QUARANTINE:
        return {"state": stored.state}
    old = stored.name
    raw = read_bytes(stored)
    if antivirus.is_set() and (found := antivirus.scan(raw).found):  # away: see scan_again
        return _reject(stored, run, found)
    try:
        data, phash, claims = clean_image(raw)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        StoredFile.objects.filter(pk=stored.pk).update(state=StoredFile.State.REJECTED)
        return {"state": StoredFile.State.REJECTED.value}
    name = default_storage.save(f"{stored.purpose}/{uuid.uuid4().hex}", ContentFile(data))
    with transaction.atomic():
        run.check_fence()
        stored.name, stored.size, stored.phash = name, len(data), phash
        stored.sha256, stored.content_type = hashlib.sha256(data).hexdigest(), TYPES["image"]
        stored.claims = json.dumps(claims) if claims else ""
        stored.state = StoredFile.State.CLEAN
        stored.save()
        transaction.on_commit(lambda: default_storage.delete(old))
    return {"state": stored.state}


def scan_again() -> int:
    """Ask anew for the pictures that wait because the scanner was away, once it is back; returns how many."""
    if not antivirus.is_set():
        return 0
    waiting = Job.objects.filter(
        kind="files.clean_image",
        state=Job.State.FAILED,
        error__contains=antivirus.ScannerAway.__name__,
        ended_at__gt=clock.wall() - SCANNED_AGAIN_FOR,
    ).select_related("by")
    if not waiting.exists() or not antivirus.ping():
        return 0
    kept = {str(each.pk): each for each in _waiting_files(waiting)}
    for job in waiting:
        if stored := kept.get(job.object_id):
            jobs.start(job.kind, by=job.by, obj=stored, key=job.key)
    return len(kept)


def _waiting_files(waiting: Any) -> Any:
    keys = [int(pk) for pk in waiting.values_list("object_id", flat=True)]
    return StoredFile.objects.filter(pk__in=keys, state=StoredFile.State.QUARANTINE)


def _reject(stored: StoredFile, run: jobs.JobRun, found: str) -> dict[str, Any]:
    """A picture that came while the scanner was away and is not clean: its bytes go, the row says so."""
    with transaction.atomic():
        run.check_fence()
        StoredFile.objects.filter(pk=stored.pk).update(state=StoredFile.State.REJECTED)
        facts = {"purpose": stored.purpose, "found": found, "sha256": stored.sha256}
        audit.record("files.infected", stored, by=stored.uploaded_by, at=run.moment, facts=facts)
        transaction.on_commit(lambda: default_storage.delete(stored.name))
    return {"state": StoredFile.State.REJECTED.value}


def _check(kind: str, data: bytes) -> None:
    """Refuse what is dangerous or cannot be opened, in words for the person who sent it."""
    why = None
    if kind == "image":
        _check_image(data)
    elif kind in ("sheet", "zip"):
        why = upload_rules.why_not_archive(data)
    elif kind == "pdf":
        why = upload_rules.why_not_pdf(data)
    if why == "locked":
        raise Refused(
            gettext("The file is locked by a password. Take the password off and send it again.")
        )
    if why in ("active", "macro"):
        raise Refused(
            gettext(
                "The file holds a program or another file. Print it to a new PDF, or save it without macros."
            )
        )
    if why:
        raise Refused(
            gettext(
                "The file cannot be opened, or is far too large once opened. Save it anew and send it again."
            )
        )


def _check_image(data: bytes) -> None:
    """Refuse what claims to be a picture and cannot be opened as one."""
    try:
        with Image.open(io.BytesIO(data), formats=IMAGE_FORMATS) as image:
            if upload_rules.why_not_image(image.size):
                raise Image.DecompressionBombError
            image.verify()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refused(
            gettext("The picture cannot be opened. Take it again, or send it as JPG.")
        ) from None


def _claims(image: Image.Image) -> dict[str, Any]:
    exif = image.getexif()
    claims: dict[str, Any] = {}
    if taken := exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal):
        claims["taken_at"] = str(taken)[:19]
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    try:
        for name, value, side, negative in (("latitude", 2, 1, "S"), ("longitude", 4, 3, "W")):
            degrees, minutes, seconds = (float(part) for part in gps[value])
            sign = -1 if gps.get(side) == negative else 1
            claims[name] = round(sign * (degrees + minutes / 60 + seconds / 3600), 6)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        pass
    return claims
