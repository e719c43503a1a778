"""What comes in as a file: judged by its content, opened before it is believed, named without tricks."""

import io
import struct
import zipfile
import zlib

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from eqfund import clock, files, upload_rules
from eqfund.imports.errors import WrongFile
from eqfund.imports.sheet import rows_of
from eqfund.refusal import Refused

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
HTML = b"<!doctype html><script>alert(1)</script>"


def picture(kind="JPEG", size=(8, 8)):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return out.getvalue()


def pdf(**keys):
    document = pikepdf.new()
    document.add_blank_page()
    for name, value in keys.items():
        document.Root[f"/{name}"] = value
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def huge_png():
    """A PNG of 40,000 x 40,000 pixels in a few bytes: nobody may decode it."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def send(data, kinds, admin, school, name="x.jpg"):
    return files.store_upload(
        SimpleUploadedFile(name, data),
        purpose="test",
        path=school.path,
        by=admin,
        at=clock.now(),
        kinds=kinds,
    )


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (SVG, ("image",)),
        (SVG, ("image", "pdf", "sheet", "text")),
        (b"\n\n  " + SVG, ("image", "pdf", "text")),
        (HTML, ("image", "text", "sheet")),
        (b"\xef\xbb\xbf" + HTML, ("text",)),
        (b"GIF89a" + b"\0" * 20, ("image",)),
        (b"MZ" + b"\0" * 100, ("image", "pdf", "sheet", "text")),
        (b"\x7fELF" + b"\0" * 100, ("text",)),
        (b"\xff\xd8\xff" + HTML, ("image",)),
        (b"RIFF\0\0\0\0WAVEfmt ", ("image",)),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 50, ("image",)),
        (huge_png(), ("image",)),
        (picture("PNG", (20_001, 1)), ("image",)),
        (picture(), ("pdf",)),
        (b"", ("image",)),
        (b"%PDF-1.7 nothing more", ("pdf",)),
        (b"PK\x03\x04[Content_Types].xml broken", ("sheet",)),
        (zipped(xl__sheet=b"\0" * (300 * 1024 * 1024)), ("sheet",)),
        (zipped(**{f"xl__s{n}": b"" for n in range(2_100)}), ("sheet",)),
        (zipped(inner_dot_zip=b"PK\x03\x04"), ("sheet",)),
        (zipped(xl__vbaProject_dot_bin=b"macro"), ("sheet",)),
        (pdf(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")), ("pdf",)),
        (pdf(Names=pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary())), ("pdf",)),
        (pdf(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.Launch)), ("pdf",)),
    ],
)  # fmt: skip
def test_what_is_not_what_it_should_be_is_refused(data, kinds, admin, school):
    with pytest.raises(Refused):
        send(data, kinds, admin, school)


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (picture(), ("image",)),
        (picture("PNG"), ("image",)),
        (picture("WEBP"), ("image",)),
        (pdf(), ("pdf",)),
        (zipped(xl__sheet="<row/>" * 1000), ("sheet",)),
        (zipped(xl__printerSettings__printerSettings1_dot_bin=b"\0\1"), ("sheet",)),
        ("ชื่อ,อายุ\nก,9\n".encode(), ("text",)),
    ],
)
def test_what_is_right_is_taken(data, kinds, admin, school):
    assert send(data, kinds, admin, school).size > 0


def test_a_locked_pdf_is_refused_with_its_cure(admin, school):
    document, out = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    document.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))

    with pytest.raises(Refused, match="รหัสผ่าน|password"):
        send(out.getvalue(), ("pdf",), admin, school)


def test_too_many_megabytes_are_refused_before_they_are_read(admin, school):
    class Large:
        """Whoever reads it has lost."""

        name, size = "x.jpg", 21 * 1024 * 1024

    with pytest.raises(Refused):
        files.store_upload(Large(), purpose="t", path=school.path, by=admin, at=clock.now())


def test_a_photo_comes_out_without_what_was_hidden_in_it():
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    Image.new("RGB", (40, 40)).save(out, "JPEG", exif=exif, comment=b"hidden words")

    cleaned, _phash, _claims = files.clean_image(out.getvalue() + b"PK\x03\x04 appended")

    assert b"script" not in cleaned and b"hidden" not in cleaned and b"appended" not in cleaned


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ครู\\ภาพ.jpg", "ภาพ.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("gpj\u202etxt.exe", "gpjtxt.exe"),
        ("nul\0byte.png", "nulbyte.png"),
        ("...", ""),
        ("ก" * 300 + ".jpg", "ก" * 116 + ".jpg"),
    ],
)
def test_a_files_own_name_has_no_tricks(given, kept):
    assert upload_rules.safe_name(given) == kept


def test_the_storages_name_says_nothing_of_the_files_own(admin, school):
    stored = send(picture(), ("image",), admin, school, name="../../สมชาย.jpg")

    assert "สมชาย" not in stored.name and ".." not in stored.name
    assert len(stored.name.rsplit("/", 1)[1]) == 32


def test_a_file_goes_out_as_a_download_that_runs_nowhere(admin, school):
    stored = files.store_bytes(
        HTML, purpose="test", kind="text", path=school.path, by=admin, at=clock.now()
    )

    response = files.serve(stored, by=admin, at=clock.now(), filename='a"\r\nX: y.csv')

    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "\n" not in response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "bomb",
    [
        zipped(xl__sheet=b"\0" * (300 * 1024 * 1024)),
        zipped(xl__vbaProject_dot_bin=b"macro"),
        zipped(xl__printerSettings__printerSettings1_dot_bin=b"\0" * (30 * 1024 * 1024)),
    ],
    ids=["bomb", "macro", "bomb among the printer's settings"],
)
def test_a_sheet_that_is_read_without_being_kept_is_looked_at_first(bomb):
    """Lists of teachers and trials of registry files are read in the web's own process."""
    with pytest.raises(WrongFile):
        rows_of(bomb)
