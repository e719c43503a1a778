"""Registry files sent, confirmed and recorded, as the tests of imports need them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from eqfund import jobs
from eqfund.registry import actions

from .files import csv_bytes, student_list, xlsx


@pytest.fixture
def send(term, registry_keeper, school, at):
    """Send a file of `rows` and have it read."""

    def send(
        *rows, by=registry_keeper, path=school.path, make=xlsx, table=student_list, day="2569-05-20"
    ):
        content = rows[0] if isinstance(rows[0], bytes) else make(table(*rows))
        name = "students.csv" if make is csv_bytes else "students.xlsx"
        it = actions.upload_registry_file(
            SimpleUploadedFile(name, content), path=path, by=by, at=at(day)
        )
        jobs.run_now(it.job)
        it.refresh_from_db()
        return it

    return send


@pytest.fixture
def confirm(registry_keeper, at):
    """Confirm a preview and have it recorded; the job as it ended."""

    def confirm(it, *, by=registry_keeper, day="2569-05-21", **options):
        job = jobs.run_now(actions.confirm_registry_import(it, by=by, at=at(day), **options))
        it.refresh_from_db()
        return job

    return confirm


@pytest.fixture
def record(send, confirm, registry_keeper):
    """Send a file and record it."""

    def record(*rows, gone="", by=registry_keeper, day="2569-05-20", **options):
        it = send(*rows, by=by, day=day, **options)
        confirm(it, by=by, day=day, gone=gone)
        return it

    return record
