"""Files from the bank and papers with children's names: who asks for them proves themselves just before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from eqfund import clock, hooks
from eqfund.models import StoredFile
from payments.models import ResultFile

from . import sessions
from .bank_world import report_on
from .payout_world import url


@pytest.fixture
def stale(client: Any, fund_finance: Any) -> Any:
    """Finance, signed in long ago."""
    return sessions.sign_in(client, fund_finance, fresh=False)


def prove(client: Any) -> None:
    session = client.session
    now = clock.wall().timestamp()
    session["account_authentication_methods"] = [{"method": "password", "at": now}]
    session.save()


def upload_page(sent: Any) -> str:
    return reverse("payments:result-upload", args=[sent.pk])


def a_result(sent: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile("answer.xml", report_on(sent.bank_files.get()))


@pytest.mark.parametrize("name", ["result-upload", "statement-new"])
def test_the_proof_is_asked_for_before_a_file_is_chosen(name, sent, stale):
    address = reverse(f"payments:{name}", args=[sent.pk] if name == "result-upload" else [])

    asked = stale.get(address)
    prove(stale)

    assert asked.status_code == 302
    assert f"next={address}" in asked.url.replace("%2F", "/")
    assert stale.get(address).context["form"].fields["file"]


def test_a_file_that_came_too_late_waits_unread_and_is_gone_on_with(sent, stale):
    page = upload_page(sent)

    asked = stale.post(page, {"file": a_result(sent)})

    assert f"next={page}" in asked.url.replace("%2F", "/")
    assert not ResultFile.objects.exists(), "nobody looked into it"
    waiting = StoredFile.objects.get(purpose="kept_upload")
    prove(stale)
    shown = stale.get(page)
    assert "answer.xml" in shown.text
    answer = stale.post(page, {"go-on": "1"})
    assert answer.url == reverse("payments:result", args=[ResultFile.objects.get().pk])
    waiting.refresh_from_db()
    assert waiting.state == StoredFile.State.REJECTED
    assert "answer.xml" not in stale.get(page).text


def test_what_was_kept_leaves_the_storage(sent, stale, django_capture_on_commit_callbacks):
    page = upload_page(sent)
    stale.post(page, {"file": a_result(sent)})
    name = StoredFile.objects.get(purpose="kept_upload").name
    prove(stale)

    with django_capture_on_commit_callbacks(execute=True):
        stale.post(page, {"go-on": "1"})

    assert not default_storage.exists(name)


def test_a_kept_file_whose_person_never_comes_back_goes_by_night(
    sent, stale, django_capture_on_commit_callbacks
):
    stale.post(upload_page(sent), {"file": a_result(sent)})
    waiting = StoredFile.objects.get(purpose="kept_upload")
    [kept] = [each for each in hooks.technical_records if each.code == "kept_uploads"]

    assert kept.delete(waiting.uploaded_at + timedelta(hours=23)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert kept.delete(waiting.uploaded_at + timedelta(hours=25)) == 1

    assert not default_storage.exists(waiting.name)


def test_a_kept_file_serves_its_own_page_and_person(sent, stale, fund_finance, make_user):
    stale.post(upload_page(sent), {"file": a_result(sent)})
    prove(stale)
    other = sessions.sign_in(Client(), make_user("fund_finance", "TH/", "other"))

    elsewhere = stale.get(reverse("payments:statement-new"))

    assert elsewhere.context["kept"] is None
    assert other.get(upload_page(sent)).context["kept"] is None
    assert other.post(upload_page(sent), {"go-on": "1"}).status_code == 422


def test_what_is_no_result_is_refused_though_the_proof_lapsed(sent, stale):
    answer = stale.post(upload_page(sent), {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7")})

    assert answer.status_code == 409
    assert not StoredFile.objects.filter(purpose="kept_upload").exists()


PAPERS = ["class-sheet", "class-receipts"]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_of_a_class_is_an_export(paper, world, cash, classroom):
    teacher = sessions.sign_in(Client(), world.people["teacher"], fresh=False)
    address = url(paper, world.round.pk, classroom.pk)

    asked = teacher.get(address)
    prove(teacher)

    assert asked.status_code == 302
    assert teacher.get(address)["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(("name", "method"), [("letters-print", "post"), ("letters-file", "get")])
def test_letters_in_bulk_are_an_export(name, method, world, cash):
    admin = sessions.sign_in(Client(), world.people["admin"], fresh=False)

    answer = getattr(admin, method)(url(name, world.round.pk))

    assert answer.status_code == 302
    assert "reauthenticate" in answer.url


def test_one_familys_receipt_is_handed_over_at_the_counter(world, cash):
    (receipt,) = world.pay(cash[:1])
    teacher = sessions.sign_in(Client(), world.people["teacher"], fresh=False)

    assert teacher.get(url("receipt-pdf", receipt.pk)).status_code == 200
