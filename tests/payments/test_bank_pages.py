"""The pages of the bank and the book: whom they let in, what they cost, what they say."""

import importlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, reverse

from eqfund import places
from eqfund.models import Job
from payments.actions import rounds
from payments.bankfiles import lines
from payments.hooks import bank as hooks_bank
from payments.models import ResultFile
from payments.rules.rounds import RoundStatus
from payments.urls import bank as urls_bank

from . import sessions
from .bank_world import (
    ANSWERED,
    PUPIL,
    SCHOOL_ACCOUNT,
    done,
    fix_totals,
    make_account,
    make_rate,
    make_round,
    owe,
    report_on,
    send,
    settle,
    take_in,
    write_files,
)

HTMX = {"hx-request": "true"}


@pytest.fixture
def make_released(term, people, make_pupils, school):
    def make(pupils=1, promptpay=1, number=1):
        made = make_round(term, people, number)
        rate = make_rate(term, people)
        if not school.bank_accounts.exists():
            make_account(school, people)
        for pupil in make_pupils(promptpay):
            owe(made, pupil, PUPIL, rate)
        for pupil in make_pupils(pupils, g_code=True):
            owe(made, pupil, SCHOOL_ACCOUNT, rate)
        return fix_totals(made)

    return make


@pytest.fixture
def released(make_released):
    return make_released()


@pytest.fixture
def sent(released, fund_finance):
    send(released, fund_finance)
    return released


@pytest.fixture
def reconciled(sent, fund_finance):
    settle(take_in(sent, report_on(sent.bank_files.get()), fund_finance), fund_finance)
    sent.refresh_from_db()
    return sent


@pytest.fixture
def finance(client, fund_finance):
    return sessions.sign_in(client, fund_finance)


def bank_page(transfer_round):
    return reverse("payments:bank", args=[transfer_round.pk])


# --- the way of a round through the pages -------------------------------------


def test_finance_takes_a_round_to_the_bank_and_back_by_its_pages(released, finance):
    page = bank_page(released)
    assert finance.get(page).context["next"] == "write"

    finance.post(reverse("payments:bank-write", args=[released.pk]), {"file_format": "pain001"})
    done(Job.objects.get(kind="payments.write_bank_files"))
    assert finance.get(page).context["next"] == "take"

    file = released.bank_files.get()
    response = finance.post(reverse("payments:bank-file-download", args=[file.pk]))
    assert response["Content-Disposition"] == f'attachment; filename="{file.message_id}.zip"'
    assert b"".join(response.streaming_content).startswith(b"PK")
    assert finance.get(page).context["next"] == "send"

    finance.post(reverse("payments:bank-sent", args=[released.pk]))
    assert finance.get(page).context["is_working"]
    done(Job.objects.get(kind="payments.record_sent"))
    assert finance.get(page).context["next"] == "result"

    upload = SimpleUploadedFile("result.xml", report_on(file))
    response = finance.post(reverse("payments:result-upload", args=[released.pk]), {"file": upload})
    result = ResultFile.objects.get()
    assert response.url == reverse("payments:result", args=[result.pk])
    assert finance.get(response.url).context["is_working"]
    done(Job.objects.get(kind="payments.read_result"))
    assert "3,000.00" in finance.get(response.url).text

    finance.post(reverse("payments:result-apply", args=[result.pk]))
    done(Job.objects.get(kind="payments.apply_result"))
    released.refresh_from_db()
    assert released.status == RoundStatus.RECONCILED
    assert finance.get(page).context["next"] == ""


def test_a_second_download_is_refused_with_a_sentence(sent, finance):
    file = sent.bank_files.get()

    response = finance.post(reverse("payments:bank-file-download", args=[file.pk]))

    assert response.status_code == 409
    assert file.downloaded_by.full_name in response.text


def test_the_password_is_shown_on_a_page_that_is_not_kept(sent, finance):
    file = sent.bank_files.get()
    page = finance.get(bank_page(sent))
    assert file.password not in page.text

    response = finance.post(reverse("payments:bank-file-password", args=[file.pk]))

    assert file.password in response.text
    assert "no-store" in response["Cache-Control"]


def test_the_same_result_again_says_that_nothing_was_changed(reconciled, finance):
    upload = SimpleUploadedFile("again.xml", report_on(reconciled.bank_files.get()))

    response = finance.post(
        reverse("payments:result-upload", args=[reconciled.pk]), {"file": upload}, follow=True
    )

    assert response.redirect_chain[0][0] == reverse(
        "payments:result", args=[ResultFile.objects.get().pk]
    )
    assert len(response.context["messages"]) == 1
    assert ResultFile.objects.count() == 1


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({}, id="no file"),
        pytest.param({"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7")}, id="a PDF"),
        pytest.param({"file": SimpleUploadedFile("x.xml", b"")}, id="an empty file"),
    ],
)
def test_what_is_no_result_is_said_beside_the_field(data, sent, finance):
    response = finance.post(reverse("payments:result-upload", args=[sent.pk]), data)

    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert not ResultFile.objects.exists()


def test_bad_rows_are_listed_and_can_be_downloaded_for_the_bank(sent, finance, fund_finance):
    report = report_on(sent.bank_files.get()).replace(b">1500.00<", b">1499.00<", 1)
    result = take_in(sent, report, fund_finance)
    page = reverse("payments:result", args=[result.pk])

    response = finance.get(page)

    assert response.context["why_not_apply"]
    row = result.rows.bad().get()
    assert row.end_to_end_id in response.text
    reply = finance.get(reverse("payments:result-bad-rows", args=[result.pk]))
    table = reply.getvalue().decode()
    assert table.splitlines()[1].startswith(f"{row.number},{row.end_to_end_id},")
    assert finance.post(reverse("payments:result-apply", args=[result.pk])).status_code == 409


def test_a_file_is_set_aside_by_its_page(sent, finance, fund_finance):
    result = take_in(sent, report_on(sent.bank_files.get()), fund_finance)

    response = finance.post(reverse("payments:result-aside", args=[result.pk]))

    assert response.url == bank_page(sent)
    result.refresh_from_db()
    assert result.state == "rejected"


def test_the_sandbox_bank_answers_by_one_click_in_demo_mode(sent, finance):
    finance.post(reverse("payments:bank-sandbox", args=[sent.pk]))

    done(Job.objects.get(kind="payments.ask_sandbox_bank"))
    assert ResultFile.objects.filter(round=sent).exists()


def test_an_unknown_format_is_refused(released, finance):
    url = reverse("payments:bank-write", args=[released.pk])
    assert finance.post(url, {"file_format": "pdf"}).status_code == 422


def test_htmx_is_sent_the_work_alone(released, finance):
    response = finance.get(bank_page(released), headers=HTMX)

    assert response.text.strip().startswith('<div id="work"')


# --- who ------------------------------------------------------------------------

READERS = ["fund_officer", "fund_approver", "fund_finance", "auditor"]
NOT_READERS = [
    "teacher",
    "admin",
    "director",
    "office_admin",
    "affiliation_officer",
    "registry_keeper",
    "screening_teacher",
    "system_admin",
]


@pytest.mark.parametrize("who", READERS + NOT_READERS)
def test_the_fund_and_the_auditor_read_the_bank_and_the_book(who, request, reconciled, client):
    client.force_login(request.getfixturevalue(who))
    result = ResultFile.objects.get()
    expected = 200 if who in READERS else 403

    for url in (
        bank_page(reconciled),
        reverse("payments:result", args=[result.pk]),
        reverse("payments:result-bad-rows", args=[result.pk]),
        reverse("payments:ledger"),
    ):
        assert client.get(url).status_code == expected, url


@pytest.mark.parametrize("who", [*READERS, *NOT_READERS])
def test_only_finance_acts_on_them(who, request, released, client):
    if who == "fund_finance":
        return
    client.force_login(request.getfixturevalue(who))

    for name in ("bank-write", "bank-sent", "result-upload", "bank-sandbox"):
        url = reverse(f"payments:{name}", args=[released.pk])
        assert client.post(url).status_code == 403, name
    for name in ("bank-file-download", "bank-file-password", "result-apply", "result-aside"):
        assert client.post(reverse(f"payments:{name}", args=[1])).status_code == 403, name


def test_a_reader_sees_no_button_that_acts(sent, client, auditor):
    client.force_login(auditor)

    text = client.get(bank_page(sent)).text

    assert reverse("payments:result-upload", args=[sent.pk]) not in text


@pytest.mark.parametrize(
    ("who", "expected"),
    [("admin", 200), ("director", 200), ("office_admin", 200), ("teacher", 403), ("outsider", 403)],
)
def test_a_school_reads_its_own_book(who, expected, request, reconciled, client, school):
    client.force_login(request.getfixturevalue(who))

    url = reverse("payments:money-school", args=[school.pk])

    assert client.get(url).status_code == expected


def test_a_school_learns_of_its_money_by_the_publication(
    reconciled, client, admin, fund_officer, fund_finance, school, at
):
    own = reverse("payments:money-school", args=[school.pk])
    client.force_login(fund_finance)
    asked = client.get(reverse("payments:ledger-school", args=[school.pk]))
    assert asked.context["page"].paginator.count > 0

    client.force_login(admin)
    before = client.get(own)
    assert (before.context["page"].paginator.count, list(before.context["books"])) == (0, [])

    reconciled.refresh_from_db()
    rounds.publish_round(reconciled, by=fund_officer, at=at("2569-07-31 09:00"))
    assert client.get(own).context["page"].paginator.count > 0


def test_another_schools_book_is_not_found(reconciled, client, make_user, other_school, school):
    client.force_login(make_user("school_admin", other_school.path, "other-admin"))

    assert client.get(reverse("payments:money-school", args=[school.pk])).status_code == 404
    assert client.get(reverse("payments:ledger-school", args=[school.pk])).status_code == 403


def test_the_only_school_is_shown_at_once_and_several_are_a_list(
    reconciled, client, admin, office_admin, fund_officer, school, office, at
):
    rounds.publish_round(reconciled, by=fund_officer, at=at("2569-07-31 09:00"))
    client.force_login(admin)
    assert client.get(reverse("payments:money")).url == reverse(
        "payments:money-school", args=[school.pk]
    )
    places.add_school(office, name="โรงเรียนที่สอง", moe_code="1050000002", province_code="50")
    client.force_login(office_admin)
    page = client.get(reverse("payments:money"))
    assert [one.pk for one in page.context["page"]] == [school.pk]


def test_a_school_without_cash_is_told_so(client, admin, school):
    client.force_login(admin)

    response = client.get(reverse("payments:money-school", args=[school.pk]))

    assert response.status_code == 200
    assert not response.context["page"].paginator.count


def test_the_sandbox_has_no_address_outside_demo_mode(settings):
    settings.DEMO_MODE = False
    names = {pattern.name for pattern in importlib.reload(urls_bank).urlpatterns}
    settings.DEMO_MODE = True
    importlib.reload(urls_bank)
    assert "bank-sandbox" not in names
    with pytest.raises(NoReverseMatch):
        reverse("payments:no-such-page")


# --- what it costs -----------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 50])
def test_the_bank_page_costs_the_same_at_any_length(
    rows, make_released, finance, fund_finance, monkeypatch, django_assert_num_queries
):
    transfer_round = make_released(promptpay=rows)
    monkeypatch.setattr(lines, "MAX_LINES", 1)  # a file for each credit
    write_files(transfer_round, fund_finance)

    # demo clock, user, postings; round, job, files and their call-backs, credits, files of the steps, are they sent
    with django_assert_num_queries(10):
        finance.get(bank_page(transfer_round))


@pytest.mark.parametrize("pupils", [1, 50])
def test_a_schools_book_costs_the_same_at_any_length(
    pupils,
    make_released,
    client,
    admin,
    fund_officer,
    fund_finance,
    school,
    at,
    django_assert_num_queries,
):
    transfer_round = make_released(pupils)
    (file,) = send(transfer_round, fund_finance)
    settle(take_in(transfer_round, report_on(file), fund_finance), fund_finance)
    transfer_round.refresh_from_db()
    rounds.publish_round(transfer_round, by=fund_officer, at=at("2569-07-31 09:00"))
    client.force_login(admin)

    # demo clock, user, postings; school, books, count, movements, the reading
    with django_assert_num_queries(8):
        response = client.get(reverse("payments:money-school", args=[school.pk]))

    assert len(response.context["page"]) == pupils


def test_the_books_figures_are_computed_once_for_each_state_of_the_book(
    reconciled, client, auditor, django_assert_num_queries
):
    client.force_login(auditor)
    client.get(reverse("payments:ledger"))

    # demo clock, user, postings; term, last entry, schools counted, schools, their books
    with django_assert_num_queries(8):
        client.get(reverse("payments:ledger"))


# --- the home page ------------------------------------------------------------------


def test_finance_is_told_what_waits_at_each_stage(released, fund_finance, admin):
    def told():
        (todo,) = hooks_bank.home_tasks(fund_finance, ANSWERED)
        return todo

    first = told().action_label
    write_files(released, fund_finance)
    second = told().action_label
    send(released, fund_finance)
    third = told().action_label
    take_in(released, report_on(released.bank_files.get()), fund_finance)
    fourth = told().action_label
    assert len({first, second, third, fourth}) == 4
    assert told().url == bank_page(released)
    assert hooks_bank.home_tasks(admin, ANSWERED) == []
