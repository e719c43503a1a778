"""A bank file whose download broke: called back by another person, with a reason, and taken once more."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from eqfund import files
from eqfund.models import Event
from eqfund.refusal import Refused
from payments.actions import bank
from payments.models import BankFile, BankFileCallBack
from payments.rules.rounds import RoundStatus

from . import sessions
from .bank_world import PUPIL, SENT, fix_totals, make_rate, make_round, owe, write_files

BROKE = "ดาวน์โหลดหลุด เปิดไฟล์ไม่ได้"


@pytest.fixture
def taken(term, people, make_pupils, fund_finance):
    """A released round's one file, taken by finance."""
    made = make_round(term, people, 1)
    for pupil in make_pupils(2):
        owe(made, pupil, PUPIL, make_rate(term, people))
    write_files(fix_totals(made), fund_finance)
    file = made.bank_files.get()
    bank.download_bank_file(file, by=fund_finance, at=SENT)
    return file


def call_back(file, by, reason=BROKE):
    bank.call_back_bank_file(file, reason=reason, by=by, at=SENT)


def test_another_person_calls_it_back_and_it_is_taken_once_more(taken, fund_approver, fund_finance):
    call_back(taken, fund_approver)
    taken.refresh_from_db()
    stored = bank.download_bank_file(taken, by=fund_finance, at=SENT)

    assert stored == taken.stored
    back = BankFileCallBack.objects.get()
    assert (back.taken_by, back.called_back_by, back.reason) == (
        fund_finance,
        fund_approver,
        BROKE,
    )
    event = Event.objects.get(verb="call_back_bank_file")
    assert (event.actor_id, event.facts["time"], event.facts["taken_by"]) == (
        fund_approver.pk,
        1,
        fund_finance.pk,
    )
    assert Event.objects.filter(verb="download_bank_file").count() == 2
    with pytest.raises(Refused, match="handed out once"):
        bank.download_bank_file(taken, by=fund_finance, at=SENT)


def test_the_password_goes_to_whoever_has_taken_it_last(taken, fund_approver, make_user):
    other = make_user("fund_finance", "TH/", "finance-2")
    call_back(taken, fund_approver)
    taken.refresh_from_db()
    with pytest.raises(Refused):
        bank.show_bank_file_password(taken, by=fund_approver, at=SENT)
    bank.download_bank_file(taken, by=other, at=SENT)

    assert bank.show_bank_file_password(taken, by=other, at=SENT) == taken.password


def test_whoever_took_it_does_not_call_it_back(taken, fund_finance):
    with pytest.raises(Refused, match="You took this file"):
        call_back(taken, fund_finance)
    assert not BankFileCallBack.objects.exists()


def test_a_second_press_finds_nothing_to_call_back(taken, fund_approver):
    call_back(taken, fund_approver)

    with pytest.raises(Refused, match="Nobody has taken this file"):
        call_back(taken, fund_approver)


def test_a_reason_is_wanted(taken, fund_approver):
    with pytest.raises(Refused, match="what went wrong"):
        call_back(taken, fund_approver, " ")


def test_files_that_the_bank_has_are_not_called_back(taken, fund_approver, fund_finance):
    bank.record_sent(taken.round, by=fund_finance, at=SENT)

    with pytest.raises(Refused, match="paid twice"):
        call_back(taken, fund_approver)


@pytest.mark.parametrize("who", ["fund_officer", "auditor", "admin", "system_admin"])
def test_others_call_nothing_back(who, taken, request):
    with pytest.raises(Refused):
        call_back(taken, request.getfixturevalue(who))


def test_a_file_called_back_meanwhile_is_not_recorded_as_sent(
    taken, fund_approver, fund_finance, monkeypatch
):
    """Between the look and the deed another person calls the file back."""
    monkeypatch.setattr(bank.permissions, "why_not_record_sent", lambda *_: None)
    call_back(taken, fund_approver)

    with pytest.raises(Refused, match="called back a moment ago"):
        bank.record_sent(taken.round, by=fund_finance, at=SENT)
    taken.round.refresh_from_db()
    assert taken.round.status == RoundStatus.RELEASED


def test_a_file_that_the_storage_lost_is_not_marked_as_taken(taken, fund_approver, fund_finance):
    call_back(taken, fund_approver)
    taken.refresh_from_db()
    files.default_storage.delete(taken.stored.name)

    with pytest.raises(Refused, match="no longer in the storage"):
        bank.download_bank_file(taken, by=fund_finance, at=SENT)
    taken.refresh_from_db()
    assert taken.downloaded_by is None


# Constraints.


def test_no_taking_is_undone_without_a_call_back(taken, make_user):
    other = make_user("fund_finance", "TH/", "finance-2")
    for change in ({"downloaded_by": None, "downloaded_at": None}, {"downloaded_by": other}):
        with pytest.raises(IntegrityError, match="bank_file_is_taken_once"), transaction.atomic():
            BankFile.objects.filter(pk=taken.pk).update(**change)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"called_back_by": "fund_finance"}, "call_back_is_not_by_the_taker"),
        ({"reason": ""}, "call_back_says_why"),
        ({"number": 1}, "call_back_number_once_per_file"),
        ({"taken_at": SENT.replace(year=2100)}, "call_back_comes_after_the_taking"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_call_back_holds_together(taken, fund_approver, fund_finance, change, name, request):
    call_back(taken, fund_approver)
    values = {
        "file": taken,
        "number": 2,
        "taken_by": fund_finance,
        "taken_at": SENT,
        "called_back_by": fund_approver,
        "called_back_at": SENT,
        "reason": BROKE,
    } | {
        key: request.getfixturevalue(value) if key == "called_back_by" else value
        for key, value in change.items()
    }

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BankFileCallBack.objects.create(**values)


def test_a_call_back_is_never_changed_or_removed(taken, fund_approver):
    call_back(taken, fund_approver)

    with pytest.raises(IntegrityError), transaction.atomic():
        BankFileCallBack.objects.update(reason="…")
    with pytest.raises(IntegrityError), transaction.atomic():
        BankFileCallBack.objects.all().delete()


# Its pages.


def test_it_is_called_back_by_its_page(taken, client, fund_approver):
    url = reverse("payments:bank-file-call-back", args=[taken.pk])
    page = reverse("payments:bank", args=[taken.round_id])
    approver = sessions.sign_in(client, fund_approver)
    assert url in approver.get(page).text
    assert taken.message_id in approver.get(url).text

    assert "Say what went wrong" in approver.post(url, {"reason": ""}).text
    assert approver.post(url, {"reason": BROKE}).url == page

    shown = approver.get(page).text
    assert BROKE in shown
    assert url not in shown


def test_whoever_took_it_reads_who_can_help(taken, client, fund_finance):
    finance = sessions.sign_in(client, fund_finance)

    assert (
        "another person of the fund calls it back"
        in finance.get(reverse("payments:bank", args=[taken.round_id])).text
    )
    answer = finance.get(reverse("payments:bank-file-call-back", args=[taken.pk]))
    assert "You took this file" in answer.text
    assert "<textarea" not in answer.text


def test_money_moves_only_for_a_session_that_was_proved_lately(
    taken, client, fund_approver, fund_finance
):
    url = reverse("payments:bank-file-call-back", args=[taken.pk])
    stale = sessions.sign_in(client, fund_approver, fresh=False)

    assert stale.get(url).status_code == 200
    assert "reauthenticate" in stale.post(url, {"reason": BROKE}).url
    assert not BankFileCallBack.objects.exists()


def test_a_sent_file_is_not_offered_to_be_called_back(taken, client, fund_approver, fund_finance):
    send_page = reverse("payments:bank", args=[taken.round_id])
    bank.record_sent(taken.round, by=fund_finance, at=SENT)

    shown = sessions.sign_in(client, fund_approver).get(send_page).text
    assert "call-back" not in shown
