"""Files are what their content says, and photos leave without what the camera wrote."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from eqfund import files, jobs
from eqfund.models import Job, StoredFile
from eqfund.refusal import Refused


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
