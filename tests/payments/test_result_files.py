"""What a result file and its rows can never be: each constraint broken once."""

import pytest
from django.db import IntegrityError, transaction

from payments.models import ResultFile, ResultLine

from .bank_world import ANSWERED, report_on, take_in
from .test_reconcile import only_file


@pytest.mark.parametrize(
    ("change", "name"),
    [
        pytest.param({"state": "lost"}, "result_file_state_is_known", id="state"),
        pytest.param({"format": "pdf"}, "result_file_format_is_known", id="format"),
        pytest.param(
            {"state": "applied"}, "result_file_applied_is_whole_and_has_its_person", id="by nobody"
        ),
        pytest.param(
            {"applied_at": ANSWERED},
            "result_file_applied_is_whole_and_has_its_person",
            id="not applied",
        ),
    ],
)
def test_a_result_file_that_cannot_be(change, name, sent, fund_finance):
    take_in(sent, report_on(only_file(sent)), fund_finance)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ResultFile.objects.update(**change)


def test_a_result_file_with_a_bad_row_is_never_applied(sent, fund_finance):
    take_in(sent, report_on(only_file(sent)), fund_finance)

    with pytest.raises(IntegrityError, match="applied_is_whole"), transaction.atomic():
        ResultFile.objects.update(
            state="applied", applied_by=fund_finance, applied_at=ANSWERED, bad_lines=1
        )


def test_a_result_row_says_one_of_three_things_in_one_place(sent, fund_finance):
    take_in(sent, report_on(only_file(sent)), fund_finance)

    with pytest.raises(IntegrityError, match="result_line_outcome_is_known"), transaction.atomic():
        ResultLine.objects.update(outcome="perhaps")
    with pytest.raises(IntegrityError, match="resultline_pkey"), transaction.atomic():
        ResultLine.objects.update(number=1)
