"""Pages of models, scoring, explanation and announcement: who sees what, and at how many queries."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from eqfund import clock, jobs
from eqfund.models import Job
from screening.actions import pmt
from screening.models import AnnouncedPupil, Form01, InstitutionDecision, PmtModel, PmtScore

from .conftest import AFTER_CLOSE, ANNOUNCED, DEMONSTRATION, INSTITUTION, POOR, TOO_RICH

HTMX = {"hx-request": "true"}


@pytest.fixture
def on_the_day():
    """The day of the announcement, as the pages' clock."""
    with clock.rehearse(ANNOUNCED):
        yield


@pytest.fixture
def scored(calendar, model, policy, fund_officer, make_form, make_pupils):
    form = make_form(make_pupils(1)[0])
    pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)
    return form


def test_the_shipped_model_becomes_a_draft_and_another_person_releases_it(
    sign_in, term, fund_officer, fund_approver
):
    sign_in(fund_officer).post(reverse("screening:pmt-model-make"), {"demonstration": "1"})
    model = PmtModel.objects.get()
    url = reverse("screening:pmt-model", args=[model.pk])

    page = sign_in(fund_approver).get(url)
    assert "demonstration, not the fund" in page.text
    assert page.text.count("not met") == 0
    response = sign_in(fund_approver).post(reverse("screening:pmt-model-release", args=[model.pk]))

    assert response.status_code == 302
    model.refresh_from_db()
    assert model.status == "released"
    again = sign_in(fund_approver).post(reverse("screening:pmt-model-release", args=[model.pk]))
    assert again.status_code == 409


def test_an_uploaded_definition_becomes_a_draft(sign_in, term, fund_officer):
    file = SimpleUploadedFile("m.json", json.dumps(DEMONSTRATION).encode())
    data = {"year_be": "2570", "title": "ปีหน้า", "file": file}

    sign_in(fund_officer).post(reverse("screening:pmt-model-make"), data)

    model = PmtModel.objects.get()
    assert (model.year_be, model.title, model.is_demonstration) == (2570, "ปีหน้า", False)
    download = sign_in(fund_officer).get(reverse("screening:pmt-model-file", args=[model.pk]))
    assert json.loads(download.content) == DEMONSTRATION


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"not json", "not JSON"), (b"[1]", "definition"), (b" " * 600_000, "512 KB")],
)
def test_a_file_that_is_no_definition_is_told_beside_the_box(
    content, words, sign_in, term, fund_officer
):
    data = {"year_be": "2569", "title": "x", "file": SimpleUploadedFile("m.json", content)}

    response = sign_in(fund_officer).post(reverse("screening:pmt-model-make"), data)

    assert response.status_code == 422
    assert words in response.text
    assert not PmtModel.objects.exists()


def test_a_definition_with_a_fault_is_refused_in_words(sign_in, term, fund_officer):
    content = json.dumps({**DEMONSTRATION, "weights": {}}).encode()
    data = {"year_be": "2569", "title": "x", "file": SimpleUploadedFile("m.json", content)}

    response = sign_in(fund_officer).post(reverse("screening:pmt-model-make"), data)

    assert response.status_code == 409
    assert "weights" in response.text


def test_scoring_is_a_job_and_a_second_press_is_the_same_job(
    sign_in, calendar, model, make_form, make_pupils, fund_officer
):
    make_form(make_pupils(1)[0])
    url = reverse("screening:scoring-start")
    with clock.rehearse(AFTER_CLOSE):
        sign_in(fund_officer).post(url)
        sign_in(fund_officer).post(url)
        job = Job.objects.get(kind="screening.score_term")
        assert "Scoring" in sign_in(fund_officer).get(reverse("screening:scoring")).text
        jobs.run_now(job)
        assert job.state == "done"
        assert job.result["extremely_poor"] == 1
        assert sign_in(fund_officer).post(url).status_code == 409


def test_scoring_before_the_close_is_refused(
    sign_in, calendar, model, make_form, make_pupils, fund_officer, at
):
    make_form(make_pupils(1)[0])
    with clock.rehearse(at("2569-07-24 16:59:59")):
        response = sign_in(fund_officer).post(reverse("screening:scoring-start"))

    assert response.status_code == 409
    assert not Job.objects.filter(kind="screening.score_term").exists()


def test_announcing_is_a_job(sign_in, scored, fund_officer, on_the_day):
    assert sign_in(fund_officer).post(reverse("screening:announce")).status_code == 302
    jobs.run_now(Job.objects.get(kind="screening.announce_results"))

    assert AnnouncedPupil.objects.count() == 1
    page = sign_in(fund_officer).get(reverse("screening:announcements"))
    assert "Announcement 1" in page.text
    assert sign_in(fund_officer).post(reverse("screening:announce")).status_code == 409


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("teacher", 404),
        ("admin", 404),
        ("director", 404),
        ("office_admin", 404),
        ("fund_officer", 200),
        ("auditor", 200),
    ],
)
def test_before_the_announcement_the_fund_alone_sees_a_result(
    person, status, request, sign_in, scored
):
    url = reverse("screening:score", args=[scored.pk])

    assert sign_in(request.getfixturevalue(person)).get(url).status_code == status


@pytest.mark.parametrize(
    ("person", "status", "weights"),
    [
        ("teacher", 200, False),
        ("admin", 200, False),
        ("office_admin", 200, False),
        ("fund_officer", 200, True),
        ("auditor", 200, True),
        ("outsider", 404, False),
        ("system_admin", 403, False),
        ("affiliation_officer", 403, False),
    ],
)
def test_afterwards_everyone_of_the_place_does_and_the_fund_alone_sees_contributions(
    person, status, weights, request, sign_in, announce, make_pupils
):
    announce(make_pupils(1))
    url = reverse("screening:score", args=[Form01.objects.get().pk])

    response = sign_in(request.getfixturevalue(person)).get(url)

    assert response.status_code == status
    if status == 200:
        assert ("Adds" in response.text) is weights
        assert "500.00 baht per person" in response.text


def test_compute_again_proves_the_score_and_finds_a_changed_one(
    sign_in, announce, make_pupils, admin
):
    announce(make_pupils(1))
    url = reverse("screening:score", args=[Form01.objects.get().pk])

    proof = sign_in(admin).get(url, {"again": 1}, headers=HTMX)
    PmtScore.objects.update(value=0.5, band="not_poor")
    broken = sign_in(admin).get(url, {"again": 1})

    assert "score and the band are the same" in proof.text
    assert "<html" not in proof.text
    assert "differs from the stored one" in broken.text


def test_beyond_the_gate_the_page_says_so_and_shows_no_score(
    sign_in, announce, make_pupils, teacher
):
    announce(make_pupils(1), TOO_RICH)

    page = sign_in(teacher).get(reverse("screening:score", args=[Form01.objects.get().pk]))

    assert "not eligible whatever its living conditions" in page.text
    assert "The score is" not in page.text


def test_an_institution_is_decided_on_its_pages(
    sign_in,
    calendar,
    policy,
    model,
    make_form,
    make_pupils,
    fund_officer,
    fund_approver,
    teacher,
    on_the_day,
):
    form = make_form(make_pupils(1)[0], INSTITUTION)
    url = reverse("screening:institution", args=[form.pk])
    assert sign_in(fund_officer).post(url, {"band": "poor", "reason": ""}).status_code == 200
    sign_in(fund_officer).post(url, {"band": "poor", "reason": "อยู่วัด"})
    decide = reverse("screening:institution-decide", args=[form.pk])
    assert sign_in(fund_officer).post(decide).status_code == 409
    sign_in(fund_approver).post(decide)

    assert InstitutionDecision.objects.get().status == "decided"
    page = sign_in(fund_officer).get(reverse("screening:score", args=[form.pk]))
    assert "Decided by two people" in page.text
    assert "decided" in sign_in(fund_officer).get(reverse("screening:scoring")).text


def test_the_list_shows_only_ones_own_pupils(
    sign_in, announce, make_pupils, other_classroom, admin, outsider, fund_officer
):
    mine, theirs = make_pupils(1)[0], make_pupils(1, classroom=other_classroom)[0]
    announce([mine, theirs])
    url = reverse("screening:announced")

    for person, seen in ((admin, [mine]), (outsider, [theirs]), (fund_officer, [mine, theirs])):
        page = sign_in(person).get(url)
        assert sorted(r.enrolment.pupil_id for r in page.context["page"]) == [p.pk for p in seen]


def test_the_list_can_be_narrowed(
    sign_in, announce, make_pupils, school, other_school, fund_officer
):
    announce(make_pupils(1), POOR)
    url = reverse("screening:announced")

    def count(**query):
        return len(sign_in(fund_officer).get(url, query).context["page"])

    assert count(band="poor") == count(school=school.pk) == count(school="x") == 1
    assert count(band="extremely_poor") == count(school=other_school.pk) == 0


def test_before_the_day_the_list_says_when(sign_in, calendar, admin):
    page = sign_in(admin).get(reverse("screening:announced"))

    assert "18 ส.ค. 2569" in page.text


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same_at_any_length(
    rows, sign_in, announce, make_pupils, admin, django_assert_num_queries
):
    announce(make_pupils(rows))
    client = sign_in(admin)

    # session, user, postings; term, calendar line, announcement, bands; count, rows; the reading is noted
    with django_assert_num_queries(10):
        response = client.get(reverse("screening:announced"))

    assert len(response.context["page"]) == rows
