"""Two at once at the bank: real transactions, real threads."""

import pytest

from eqfund.models import StoredFile
from eqfund.refusal import Refused
from payments.actions import bank, reconcile, rounds
from payments.models import BankFile, LedgerEntry, ResultFile
from payments.queries.ledger import book

from .bank_world import (
    ANSWERED,
    BUILT,
    RELEASED,
    SENT,
    report_on,
    send,
    take_in,
    write_files,
)
from .test_rounds_at_once import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def released(planned, make_pupils, make_grants, fund_officer, fund_approver, fund_finance):
    make_grants(make_pupils(4))
    rounds.build_round(planned, by=fund_officer, at=BUILT)
    rounds.approve_round(planned, by=fund_approver, at=BUILT)
    rounds.release_round(planned, by=fund_finance, at=RELEASED)
    return planned


def refusals(found):
    return [answer for answer in found if isinstance(answer, Refused)]


def test_a_file_asked_for_twice_at_once_is_handed_out_once(released, fund_finance, make_user):
    write_files(released, fund_finance)
    other = make_user("fund_finance", "TH/", "other-finance")
    mine, theirs = (BankFile.objects.select_related("downloaded_by").get() for _each in range(2))

    found = together(
        lambda: bank.download_bank_file(mine, by=fund_finance, at=SENT),
        lambda: bank.download_bank_file(theirs, by=other, at=SENT),
    )

    assert len(refusals(found)) == 1
    assert BankFile.objects.get().downloaded_by in (fund_finance, other)


def test_files_allotted_twice_at_once_are_one_set(released):
    found = together(
        *[
            lambda: bank.allot_bank_lines(released, file_format="pain001", fence=lambda: None)
            for _each in range(2)
        ]
    )

    assert found == [1, 1]
    assert BankFile.objects.get().lines == 4


def test_a_result_settled_twice_at_once_is_settled_once(released, fund_finance):
    (file,) = send(released, fund_finance)
    result = take_in(released, report_on(file), fund_finance)
    results = [ResultFile.objects.select_related("round").get() for _each in range(2)]

    found = together(
        *[
            lambda seen=seen: reconcile.settle_result(
                seen, by=fund_finance, at=ANSWERED, fence=lambda: None
            )
            for seen in results
        ]
    )

    assert sorted(answer["transfers"] for answer in found) == [0, 4]
    assert LedgerEntry.objects.count() == 1 + 4
    result.refresh_from_db()
    assert result.state == "applied"
    assert book(released.term).balanced


def test_a_file_written_twice_at_once_is_kept_once(released, fund_finance):
    bank.allot_bank_lines(released, file_format="pain001", fence=lambda: None)
    files = [BankFile.objects.select_related("round__term").get() for _each in range(2)]

    together(
        *[
            lambda file=file: bank.write_bank_file(
                file, by=fund_finance, at=SENT, fence=lambda: None
            )
            for file in files
        ]
    )

    assert StoredFile.objects.filter(purpose="bank_file").count() == 1
    assert BankFile.objects.get().sha256
