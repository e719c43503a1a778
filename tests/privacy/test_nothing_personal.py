"""Marked people go through the flows; what the system writes beside its sealed fields does not name them."""

import inspect
import io
import logging
import sys
from importlib import import_module

import pytest
from celery import current_app
from django.apps import apps
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, reverse
from django.utils.module_loading import module_has_submodule
from django.views.debug import ExceptionReporter

from eqfund import audit, jobs
from eqfund.accounts import sessions
from eqfund.fields import blind_index
from eqfund.models import Guardian, Identity, Job, Pupil
from eqfund.privacy import actions, scan
from eqfund.privacy.logs import PlainFormatter, ReportFilter, covered
from eqfund.privacy.reveal import known

ID, PHONE, ACCOUNT = "1101700203450", "0898765432", "9871234567"
FIRST, LAST, GUARDIAN = "มาร์กเกอร์", "หนึ่งเดียว", "นางมาร์กเกอร์ ผู้ปกครองเดียว"
MARKS = (ID, PHONE, ACCOUNT, FIRST, LAST, GUARDIAN)


@pytest.fixture
def marked(make_pupils):
    """One child whose every value stands nowhere else."""
    (pupil,) = make_pupils(1)
    Identity.objects.update(number=ID, id_index=blind_index(ID), last4=ID[-4:])
    Pupil.objects.update(first_name=FIRST, last_name=LAST)
    Guardian.objects.update(full_name=GUARDIAN, phone=PHONE)
    return Pupil.objects.select_related("identity").get(pk=pupil.pk)


@pytest.fixture
def lines():
    """What is written to the log, as the console's handler writes it."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(PlainFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield out
    root.removeHandler(handler)


def names_nobody(text):
    return not any(mark in text for mark in MARKS)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (f"pupil {ID} was sent", "pupil ▒▒▒ was sent"),
        ("id 1-1017-00203-45-0.", "id ▒▒▒."),
        ("id ๑๑๐๑๗๐๐๒๐๓๔๕๐", "id ▒▒▒"),
        ("code G012345678901", "code ▒▒▒"),
        ("call 089-876-5432", "call ▒▒▒"),
        ("to somchai.t@example.go.th", "to ▒▒▒"),
        ("job 1234 took 12.5 s", "job 1234 took 12.5 s"),
        ("round 3, 1,300,000 rows", "round 3, 1,300,000 rows"),
        ("duplicate key\nDETAIL:  Key (last_name)=(ตัวอย่าง)", "duplicate key\nDETAIL: ▒▒▒"),
    ],
)
def test_long_numbers_and_addresses_are_covered_in_every_line(line, left):
    assert covered(line) == left


def test_an_exception_is_told_by_its_kind_and_place(marked, lines):
    try:
        with transaction.atomic():
            Identity.objects.create(
                kind="national_id", id_index=blind_index(ID), number=ID, last4=FIRST[:4]
            )
    except IntegrityError:
        logging.getLogger("eqfund").exception("saving went wrong")

    written = lines.getvalue()
    assert "IntegrityError (23505, eqfund_identity, identity_number_is_one_childs)" in written
    assert "test_nothing_personal.py" in written
    assert names_nobody(written)


def test_an_exception_among_the_arguments_is_told_by_its_kind(lines):
    logging.getLogger("eqfund").error("task failed: %s", ValueError(f"{GUARDIAN} {FIRST}"))

    assert "task failed: ValueError" in lines.getvalue()
    assert names_nobody(lines.getvalue())


def test_a_job_that_fails_says_what_kind_of_error_and_no_more(marked, admin, lines, monkeypatch):
    def work(run):
        raise ValueError(f"{GUARDIAN} {ID} {FIRST}")

    monkeypatch.setitem(jobs.KINDS, "marked", work)
    job = jobs.run_now(jobs.start("marked", by=admin, obj=marked, params={"pupil": marked.pk}))

    assert job.state == "failed"
    assert names_nobody(f"{job.error} {job.params} {job.message} {job.result}")
    assert names_nobody(lines.getvalue())


def test_a_report_hides_what_was_posted_and_every_variable(settings):
    request = RequestFactory().post("/x/", {"phone": PHONE, "name": GUARDIAN})
    request.COOKIES["sessionid"] = ID
    try:
        number = ID
        raise ValueError(number[:0])
    except ValueError:
        reporter = ExceptionReporter(request, *sys.exc_info())
        text = reporter.get_traceback_text() + reporter.get_traceback_html()

    assert settings.DEFAULT_EXCEPTION_REPORTER_FILTER.endswith("ReportFilter")
    assert isinstance(reporter.filter, ReportFilter)
    body = text.split("Traceback", 1)[1]
    for mark in (PHONE, GUARDIAN):
        assert mark not in text.replace(inspect.getsource(sys.modules[__name__]), "")
    assert "phone" in body


def test_the_page_of_an_error_names_nobody(marked, teacher, monkeypatch, settings, lines):
    settings.DEBUG = False
    teacher.is_demo = True
    teacher.save()
    client = Client(raise_request_exception=False)
    sessions.enter_by_click(client, teacher)

    def broken(*args, **kwargs):
        raise RuntimeError(f"{GUARDIAN} {ID} {PHONE}")

    monkeypatch.setattr(actions, "reveal", broken)
    response = client.post(
        reverse("privacy:reveal", args=["pupil-number", marked.pk]), {"reason": "reach"}
    )

    assert response.status_code == 500
    assert names_nobody(response.content.decode())
    assert names_nobody(lines.getvalue())


def test_marked_people_go_through_pages_and_acts_and_stand_in_their_sealed_fields_alone(
    marked, teacher, admin, fund_officer, at, lines
):
    """Pages are read, numbers revealed, an export made; then every column of text is looked through."""
    moment = at("2569-07-10")
    for person in (teacher, admin, fund_officer):
        person.is_demo = True
        person.save()
        client = Client()
        sessions.enter_by_click(client, person)
        client.get(reverse("registry:pupil", args=[marked.pk]))
        client.get(reverse("registry:pupils"), {"q": FIRST})
        client.get(reverse("home"))
    for code, row in (("pupil-number", marked), ("guardian-phone", marked.guardians.get())):
        actions.reveal(known(code), row, reason="reach", note="", by=teacher, at=moment)
    export = actions.ask_export(marked, reason="คำขอ ลงวันที่", by=fund_officer, at=moment)
    jobs.run_now(Job.objects.get(kind="privacy.export_person", object_id=str(export.pk)))
    audit.record(
        "edit", marked, by=admin, at=moment, before={"phone": PHONE}, after={"name": GUARDIAN}
    )

    wanted = scan.secrets()
    assert {ID, PHONE} <= wanted.numbers
    assert {GUARDIAN, f"{FIRST} {LAST}"} <= wanted.names
    assert list(scan.in_database(wanted)) == []
    assert list(scan.in_sessions(wanted)) == []
    assert names_nobody(lines.getvalue())
    assert all(names_nobody(message.subject) for message in mail.outbox)


def test_the_scan_finds_what_is_put_where_it_should_not_be(marked, admin):
    audit.record("edit", marked, by=admin, facts={"phone": PHONE})

    assert list(scan.in_database(scan.secrets())) == ["eqfund_event.facts"]
    with pytest.raises(CommandError, match=r"eqfund_event\.facts"):
        call_command("scan_personal_data", stdout=io.StringIO())


def test_a_task_is_told_numbers_and_days_alone():
    """What goes through the broker: keys of rows and ISO dates."""
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "tasks"):
            import_module(f"{config.name}.tasks")
    ours = {
        name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")
    }

    assert ours
    for name, task in ours.items():
        for parameter in inspect.signature(task.run).parameters.values():
            kind = getattr(parameter.annotation, "__name__", str(parameter.annotation))
            assert kind in ("int", "list[int]") or parameter.name in ("at", "on"), (
                f"{name}: {parameter}"
            )


def _patterns(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _patterns(pattern.url_patterns)


# Arguments of addresses that are words: each a code of ours or a random token, never anything typed.
WORDS = {
    "act",
    "code",
    "kind",
    "level",
    "step",
    "who",
    "month",
    "token",
    "uidb36",
    "key",
    "name",
    "page",
    "role",
    "secret",
}


def test_an_address_holds_numbers_and_codes_alone():
    for pattern in _patterns(get_resolver().url_patterns):
        ours = hasattr(pattern.callback, "requires") or hasattr(pattern.callback, "open_because")
        for name, converter in pattern.pattern.converters.items():
            if ours and converter.regex not in ("[0-9]+",):
                assert name in WORDS, f"{pattern.name}: {name}"
