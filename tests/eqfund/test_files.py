"""Files are what their content says, and photos leave without what the camera wrote."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from eqfund import files, jobs
from eqfund.models import Event, Job, StoredFile
from eqfund.refusal import Refused
from tests.papers import A_PDF


def photo(size=(2400, 1200), exif=None):
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    out = io.BytesIO()
    image.save(out, "JPEG", **({"exif": exif} if exif else {}))
    return out.getvalue()


@pytest.fixture
def store(admin, school, at):
    def store(data, name="a.jpg", **more):
        upload = SimpleUploadedFile(name, data)
        return files.store_upload(
            upload, purpose="test", path=school.path, by=admin, at=at("2569-07-10 09:00"), **more
        )

    return store


def test_a_photo_waits_in_quarantine_until_it_is_re_encoded(store):
    stored = store(photo())
    assert stored.state == "quarantine"

    jobs.run_now(Job.objects.get(object_id=str(stored.pk)))

    stored.refresh_from_db()
    image = Image.open(io.BytesIO(files.read_bytes(stored)))
    assert stored.state == "clean"
    assert max(image.size) == 1600
    assert stored.phash is not None


def test_the_cameras_words_are_stripped_and_kept_as_claims(store):
    exif = Image.Exif()
    exif[0x8769] = {0x9003: "2026:06:10 09:30:00"}
    exif[0x8825] = {1: "N", 2: (18.0, 47.0, 24.0), 3: "E", 4: (98.0, 59.0, 6.0)}
    stored = store(photo(exif=exif))

    jobs.run_now(Job.objects.get(object_id=str(stored.pk)))

    stored.refresh_from_db()
    assert '"taken_at": "2026:06:10 09:30:00"' in stored.claims
    assert '"latitude": 18.79' in stored.claims
    assert not Image.open(io.BytesIO(files.read_bytes(stored))).getexif()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        pytest.param(
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
            "house.jpg",
            id="svg",
        ),
        pytest.param(b"<html><script>1</script></html>", "house.jpg", id="html"),
        pytest.param(b"%PDF-1.7 ...", "house.jpg", id="pdf named jpg"),
        pytest.param(b"MZ\x90\x00\x03\x00", "house.jpg", id="program"),
        pytest.param(b"\xff\xd8\xff" + b"0" * 100, "house.jpg", id="begins as jpeg only"),
    ],
)
def test_what_is_no_photo_is_refused_and_nothing_is_kept(data, name, store):
    with pytest.raises(Refused):
        store(data, name)
    assert not StoredFile.objects.exists()


def test_a_photo_of_30_mb_is_refused_with_its_size(store):
    with pytest.raises(Refused, match=r"30\.0"):
        store(b"\xff\xd8\xff" + b"0" * (30 * 1024 * 1024 - 3))


def test_a_photo_that_only_seems_whole_is_rejected_by_the_worker(store):
    data = photo()
    stored = store(data)
    files.default_storage.delete(stored.name)
    files.default_storage.save(stored.name, files.ContentFile(data[:500]))

    jobs.run_now(Job.objects.get(object_id=str(stored.pk)))

    stored.refresh_from_db()
    assert stored.state == "rejected"


def test_a_png_with_alpha_and_a_heic_are_taken(store):
    out = io.BytesIO()
    Image.new("RGBA", (40, 30), (9, 9, 9, 0)).save(out, "PNG")
    assert store(out.getvalue()).kind == "image"
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 10, 10)).save(out, "HEIF")
    assert store(out.getvalue(), "a.heic").kind == "image"


PAIN = b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        pytest.param(PAIN, "xml", id="a bank's file may leave the prolog out"),
        pytest.param(b"\xef\xbb\xbf\r\n" + PAIN, "xml", id="behind a byte order mark"),
        pytest.param(b"<!-- from the bank -->" + PAIN, "xml", id="behind a comment"),
        pytest.param(
            b'<n:Document xmlns:n="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">',
            "xml",
            id="with a prefix",
        ),
        pytest.param(b'<?xml version="1.0"?><Report/>', "xml", id="other data with a prolog"),
        pytest.param(
            b'<?xml version="1.0"?>\n<!DOCTYPE r><r/>', "xml", id="its reader says no DTD"
        ),
        pytest.param(b'<?xml version="1.0"?><a>&', "xml", id="broken: its reader says where"),
        pytest.param(b'<?xml version="1.0"?><a', "", id="no root at all"),
        pytest.param(b"<?xml version='1.0'?>\0<a/>", "", id="no XML behind a prolog"),
        pytest.param(
            b'<?xml version="1.0" encoding="TIS-620"?><svg>\xa1</svg>', "", id="svg in Thai"
        ),
        pytest.param(b"<Report/>", "", id="other data without one"),
        pytest.param(b'<?xml version="1.0"?><svg/>', "", id="svg behind a prolog"),
        pytest.param(
            b'<?xml version="1.0"?><x xmlns="http://www.w3.org/2000/svg"/>', "", id="svg renamed"
        ),
        pytest.param(
            b'<?xml version="1.0"?><h:html xmlns:h="http://www.w3.org/1999/xhtml">',
            "",
            id="xhtml with a prefix",
        ),
        pytest.param(b'<?xml version="1.0"?><!DOCTYPE svg><a/>', "", id="svg by its type"),
        pytest.param(b"<!DOCTYPE html><html>", "", id="html"),
        pytest.param(b"<script>1</script>", "", id="script"),
        pytest.param(b"<!-- " + b"x" * 5000 + b" --><svg/>", "", id="nothing but a comment"),
    ],
)
def test_what_a_browser_would_run_is_no_data(head, kind):
    assert files.kind_of(head) == kind


def test_a_file_that_the_storage_lost_is_refused_in_words_and_logged_by_number(
    store, admin, at, caplog
):
    stored = store(A_PDF, "รายชื่อ ป.4.pdf", kinds=("pdf",))
    files.default_storage.delete(stored.name)

    with pytest.raises(Refused, match=str(stored.pk)):
        files.serve(stored, by=admin, at=at("2569-07-10 09:05"))
    with pytest.raises(Refused):
        files.read_bytes(stored)

    assert f"stored file {stored.pk} (test)" in caplog.text
    assert "ป.4" not in caplog.text
    assert not Event.objects.filter(verb="download_file").exists()


def test_a_job_on_a_lost_file_says_so(store):
    stored = store(photo())
    files.default_storage.delete(stored.name)

    job = jobs.run_now(Job.objects.get(object_id=str(stored.pk)))

    assert (job.state, str(stored.pk) in job.error) == ("failed", True)
