"""Uploads are scanned by whatever speaks clamd's protocol; what it knows never reaches the storage."""

import io

import pytest
from django.core.checks import run_checks
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image

from eqfund import antivirus, clock, files, jobs
from eqfund.antivirus import ScannerAway, Verdict
from eqfund.models import Event, Job, StoredFile
from eqfund.refusal import Refused

from .clamd import EICAR, clamd

AWAY = "tcp:127.0.0.1:1"


@pytest.fixture
def scanner(settings):
    with clamd() as server:
        settings.ANTIVIRUS = server.address
        yield server


def picture(comment=b""):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, "JPEG", comment=comment)
    return out.getvalue()


def upload(data, by, school, kinds=("text",), name="a.csv"):
    return files.store_upload(
        SimpleUploadedFile(name, data),
        purpose="registry",
        path=school.path,
        by=by,
        at=clock.now(),
        kinds=kinds,
    )


@pytest.mark.parametrize("size", [0, 1, antivirus.CHUNK, antivirus.CHUNK + 1, 1_000_000])
def test_every_byte_arrives(scanner, size):
    data = bytes(number % 251 for number in range(size))

    assert antivirus.scan(data) == Verdict()
    assert scanner.scanned == [data]


def test_the_test_virus_is_named(scanner):
    assert antivirus.scan(b"before" + EICAR) == Verdict("Eicar-Test-Signature")
    assert antivirus.ping()


def test_a_socket_of_the_machine_serves_too(settings, tmp_path):
    with clamd(str(tmp_path / "clamd.ctl")) as server:
        settings.ANTIVIRUS = server.address

        assert antivirus.scan(EICAR).found == "Eicar-Test-Signature"


@pytest.mark.parametrize("address", [AWAY, "unix:/nowhere/clamd.ctl", "clamav:3310", "tcp:host"])
def test_a_scanner_that_is_not_there_is_told_from_a_clean_file(settings, address):
    settings.ANTIVIRUS = address

    with pytest.raises(ScannerAway):
        antivirus.scan(b"a")
    assert not antivirus.ping()


def test_a_scanner_that_does_not_answer_is_waited_for_so_long_and_no_longer(settings):
    with clamd(silent=True) as server:
        settings.ANTIVIRUS, settings.ANTIVIRUS_SECONDS = server.address, 1

        with pytest.raises(ScannerAway, match="Timeout"):
            antivirus.scan(b"a")


def test_a_file_that_the_scanner_finds_too_large_is_not_taken_for_clean(settings):
    with clamd(most=10) as server:
        settings.ANTIVIRUS = server.address

        with pytest.raises(ScannerAway):
            antivirus.scan(b"a" * 100)


def test_a_file_with_a_virus_is_refused_with_its_name_and_kept_nowhere(scanner, admin, school):
    with pytest.raises(Refused, match="Eicar-Test-Signature"):
        upload(EICAR, admin, school)

    assert not StoredFile.objects.exists()
    event = Event.objects.get(verb="files.infected")
    assert (event.actor_id, event.path) == (admin.pk, school.path)
    assert event.facts["found"] == "Eicar-Test-Signature"


def test_a_clean_file_is_kept(scanner, admin, school):
    assert upload(b"a,b\n", admin, school).state == "clean"


def test_without_a_scanner_nothing_is_asked(settings, admin, school):
    settings.ANTIVIRUS = ""

    assert upload(EICAR, admin, school).state == "clean"


def test_while_the_scanner_is_away_no_paper_is_taken(settings, admin, school):
    settings.ANTIVIRUS = AWAY

    with translation.override("en"), pytest.raises(Refused, match="just now"):
        upload(b"a,b\n", admin, school)
    assert not StoredFile.objects.exists()


def test_a_photo_waits_for_the_scanner_and_is_cleaned_when_it_is_back(settings, admin, school):
    settings.ANTIVIRUS = AWAY
    stored = upload(picture(), admin, school, ("image",), "a.jpg")
    job = jobs.run_now(Job.objects.get(kind="files.clean_image"))
    assert (job.state, StoredFile.objects.get().state) == ("failed", "quarantine")
    assert files.scan_again() == 0  # still away

    with clamd() as server:
        settings.ANTIVIRUS = server.address
        assert files.scan_again() == 1
        assert files.scan_again() == 0  # asked for already
        job = jobs.run_now(Job.objects.get(kind="files.clean_image"))

    assert (job.state, StoredFile.objects.get(pk=stored.pk).state) == ("done", "clean")


def test_a_photo_that_proves_bad_in_quarantine_is_rejected_and_its_bytes_go(
    settings, admin, school, django_capture_on_commit_callbacks
):
    settings.ANTIVIRUS = AWAY
    stored = upload(picture(EICAR), admin, school, ("image",), "a.jpg")
    with clamd() as server:
        settings.ANTIVIRUS = server.address
        with django_capture_on_commit_callbacks(execute=True):
            jobs.run_now(Job.objects.get(kind="files.clean_image"))

    assert StoredFile.objects.get().state == "rejected"
    assert not default_storage.exists(stored.name)
    assert Event.objects.get(verb="files.infected").object_id == str(stored.pk)


def test_the_deployment_check_says_that_there_is_no_scanner(settings):
    settings.ANTIVIRUS = ""
    assert "eqfund.I111" in {
        found.id for found in run_checks(tags=["security"], include_deployment_checks=True)
    }

    settings.ANTIVIRUS = AWAY
    assert "eqfund.I111" not in {
        found.id for found in run_checks(tags=["security"], include_deployment_checks=True)
    }
