"""All that is held of one person, for who asks by right: complete, sealed, once, and gone after a week."""

import io
import json
from datetime import timedelta

import pytest
import pyzipper
from django.apps import apps
from django.urls import reverse

from eqfund import clock, files, hooks, jobs
from eqfund.accounts import sessions
from eqfund.models import Event, Guardian, Job, PersonExport, Pupil, User
from eqfund.privacy import actions, scrub
from eqfund.privacy.export import PUPIL, USER
from eqfund.privacy.personal import OURS
from eqfund.refusal import Refused

REASON = "คำขอของผู้ปกครอง ที่ ๑/๒๕๖๙"


@pytest.fixture
def pupil(make_pupils):
    return make_pupils(2)[0]


def ask(of, by, at):
    export = actions.ask_export(of, reason=REASON, by=by, at=at("2569-07-10"))
    jobs.run_now(Job.objects.get(kind="privacy.export_person", object_id=str(export.pk)))
    export.refresh_from_db()
    return export


def opened(export, password):
    archive = pyzipper.AESZipFile(io.BytesIO(files.read_bytes(export.file)))
    archive.setpassword(password.encode())
    return json.loads(archive.read("person.json")), archive.read("person.html").decode()


def leading_to(target):
    """Tables of ours from which a chain of keys leads to the target, with the links of that chain."""
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in OURS]
    reached = {target}
    while True:
        more = {
            model
            for model in ours
            for field in model._meta.concrete_fields
            if field.is_relation and field.related_model in reached
        }
        if more <= reached:
            return reached
        reached |= more


def test_every_table_about_a_pupil_is_exported():
    exported = {part.model for part in hooks.person_exports if part.subject == PUPIL}
    without = {
        "eqfund.StagingRow": "a waiting room, emptied when the import is confirmed",
        "screening.FormIdentity": "indexes of numbers that form 01 says in words",
        "eqfund.NameKey": "the pupil's own name and birth date, written as they are compared",
    }
    missing = {model._meta.label for model in leading_to(Pupil) - exported}

    assert missing == set(without)


def test_a_pupils_export_says_everything_and_nobody_elses(pupil, fund_officer, at):
    export = ask(pupil, fund_officer, at)
    password = actions.show_export_password(export, by=fund_officer, at=at("2569-07-10"))
    data, page = opened(export, password)

    guardian = pupil.guardians.get()
    other = Pupil.objects.exclude(pk=pupil.pk).get()
    text = json.dumps(data, ensure_ascii=False)
    for said in (pupil.first_name, pupil.identity.number, guardian.national_id, guardian.full_name):
        assert said in text
        assert said in page
    assert other.identity.number not in text
    assert {table["table"] for table in data["tables"]} >= {
        "eqfund.Pupil",
        "screening.Form01",
        "payments.Transfer",
    }


def test_an_account_holders_export_holds_no_password(teacher, fund_officer, at):
    teacher.set_password("a-long-password")
    teacher.phone = "0812345678"
    teacher.save()
    export = ask(teacher, fund_officer, at)
    data, _page = opened(export, export.password)

    text = json.dumps(data, ensure_ascii=False)
    assert teacher.full_name in text
    assert "0812345678" in text
    assert teacher.password not in text
    assert data["of"] == [USER, str(teacher.pk)]


def test_the_zip_needs_its_password_and_shows_it_once(pupil, fund_officer, at):
    export = ask(pupil, fund_officer, at)
    with pytest.raises(RuntimeError):
        opened(export, "wrong")

    actions.show_export_password(export, by=fund_officer, at=at("2569-07-10"))
    with pytest.raises(Refused):
        actions.show_export_password(export, by=fund_officer, at=at("2569-07-10"))
    assert set(Event.objects.values_list("verb", flat=True)) >= {
        "privacy.ask_export",
        "privacy.show_export_password",
    }


def test_only_the_funds_officer_asks_and_with_a_reason(pupil, admin, auditor, fund_officer, at):
    for person in (admin, auditor):
        with pytest.raises(Refused):
            actions.ask_export(pupil, reason=REASON, by=person, at=at("2569-07-10"))
    with pytest.raises(Refused):
        actions.ask_export(pupil, reason=" ", by=fund_officer, at=at("2569-07-10"))


def test_the_pages_find_ask_and_hand_out_and_name_nobody_in_an_address(
    pupil, fund_officer, client, settings
):
    fund_officer.is_demo = True
    fund_officer.save()
    sessions.enter_by_click(client, fund_officer)
    number = pupil.identity.number

    found = client.post(reverse("privacy:exports"), {"who": number})
    assert number not in found.headers["Location"]
    client.post(found.headers["Location"], {"reason": REASON})
    export = PersonExport.objects.get()
    jobs.run_now(Job.objects.get(kind="privacy.export_person"))

    assert client.get(reverse("privacy:exports")).status_code == 200
    assert client.get(reverse("privacy:export-file", args=[export.pk])).status_code == 200
    shown = client.post(reverse("privacy:export-password", args=[export.pk]))
    export.refresh_from_db()
    assert export.password in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    settings.REAUTHENTICATION_SECONDS = 0
    assert client.get(reverse("privacy:export-file", args=[export.pk])).status_code == 302


def test_another_officer_does_not_know_of_it(pupil, fund_officer, make_user, client, at):
    export = ask(pupil, fund_officer, at)
    other = make_user("fund_officer", "TH/", is_demo=True)
    sessions.enter_by_click(client, other)

    assert client.get(reverse("privacy:export-file", args=[export.pk])).status_code == 404


def test_an_export_is_gone_after_its_week(pupil, fund_officer, client, at):
    export = ask(pupil, fund_officer, at)
    name = export.file.name
    PersonExport.objects.update(
        asked_at=clock.wall() - timedelta(days=9), expires_at=clock.wall() - timedelta(days=2)
    )
    fund_officer.is_demo = True
    fund_officer.save()
    sessions.enter_by_click(client, fund_officer)
    assert client.get(reverse("privacy:export-file", args=[export.pk])).status_code == 409

    assert scrub.forget_exports(clock.wall()) == 1

    export.refresh_from_db()
    assert (export.password, export.file.name == name) == ("", True)
    assert export.deleted_at is not None
    assert Guardian.objects.exists()
    assert User.objects.exists()
