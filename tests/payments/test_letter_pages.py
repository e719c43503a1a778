"""The pages of letters: one, all, and not for others."""

from eqfund import jobs
from payments.actions import letters
from payments.models import Letter08

from .payout_world import url


def test_one_letter_and_all_letters_are_printed_from_the_page(world, cash, school, browse):
    client = browse("admin")
    page = url("letters", world.round.pk)

    answer = client.post(url("letter-issue", cash[0].pk), follow=True)
    assert answer["Content-Type"] == "application/pdf"
    assert Letter08.objects.count() == 1
    client.post(url("letters-print", world.round.pk), {"school": school.pk})
    job = jobs.run_now(letters.Job.objects.get(kind=letters.PRINT))
    assert job.result["letters"] == 3

    assert "3 letters in one PDF" in client.get(f"{page}?school={school.pk}").text
    answer = client.get(url("letters-file", job.result["file"]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_printed_letters_are_not_for_others(world, cash, school, browse, outsider, sign_in):
    browse("admin").post(url("letters-print", world.round.pk), {"school": school.pk})
    job = jobs.run_now(letters.Job.objects.get(kind=letters.PRINT))
    address = url("letters-file", job.result["file"])

    assert sign_in(outsider).get(address).status_code == 404
    assert browse("teacher").get(address).status_code == 404
    assert browse("fund_finance").get(address).status_code == 403
