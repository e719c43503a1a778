"""Models are made and released by two people; forms are scored once, after the close; institutions decided by two."""

import pytest
from django.db import IntegrityError, connection, transaction

from eqfund.models import Event, Extension
from eqfund.refusal import Refused
from screening.actions import pmt
from screening.form01.rules import Status
from screening.models import (
    Form01,
    InstitutionDecision,
    PmtFacts,
    PmtModel,
    PmtScore,
    Scoring,
)
from screening.pmt import definition, scoring
from tests.conftest import moment

from .conftest import AFTER_CLOSE, DEMONSTRATION, INSTITUTION, NOT_POOR, POOR, POOREST, TOO_RICH

pytestmark = pytest.mark.usefixtures("in_english")


def test_a_draft_keeps_its_definition_and_fingerprint(draft_model):
    assert draft_model.version == 1
    assert draft_model.digest == definition.digest(DEMONSTRATION)
    draft_model.refresh_from_db()
    assert definition.digest(draft_model.definition) == draft_model.digest


def test_the_next_draft_is_the_next_version(draft_model, fund_officer):
    second = pmt.make_model(2569, "2", DEMONSTRATION, by=fund_officer, at=AFTER_CLOSE)

    assert second.version == 2


def test_a_definition_with_faults_is_refused(calendar, fund_officer):
    with pytest.raises(Refused, match="weights"):
        pmt.make_model(2569, "x", {**DEMONSTRATION, "weights": {}}, by=fund_officer, at=AFTER_CLOSE)


def test_only_a_fund_officer_makes_a_model(calendar, admin):
    with pytest.raises(Refused):
        pmt.make_model(2569, "x", DEMONSTRATION, by=admin, at=AFTER_CLOSE)


def test_release_by_another_person(model, fund_approver):
    assert model.status == "released"
    assert model.released_by == fund_approver
    assert Event.objects.filter(verb="release_model", actor_id=fund_approver.pk).count() == 1


def test_the_maker_does_not_release(draft_model, fund_approver):
    """Nobody holds both roles; should their posting have changed since, they still do not."""
    draft_model.made_by = fund_approver

    with pytest.raises(Refused, match="does not release"):
        pmt.release_model(draft_model, by=fund_approver, at=AFTER_CLOSE)


def test_a_release_twice_is_refused(model, fund_approver):
    with pytest.raises(Refused, match="never changes"):
        pmt.release_model(model, by=fund_approver, at=AFTER_CLOSE)


def test_an_officer_does_not_release(draft_model, fund_officer):
    with pytest.raises(Refused):
        pmt.release_model(draft_model, by=fund_officer, at=AFTER_CLOSE)


def test_a_model_that_fails_a_worked_case_is_not_released(calendar, fund_officer, fund_approver):
    cases = [{**DEMONSTRATION["cases"][0], "value": 0.5}]
    draft = pmt.make_model(
        2569, "x", {**DEMONSTRATION, "cases": cases}, by=fund_officer, at=AFTER_CLOSE
    )

    with pytest.raises(Refused, match="1 of its worked cases"):
        pmt.release_model(draft, by=fund_approver, at=AFTER_CLOSE)


def test_a_draft_changed_in_between_is_not_released(draft_model, fund_approver):
    PmtModel.objects.filter(pk=draft_model.pk).update(digest="0" * 64)

    with pytest.raises(Refused, match="Someone else"):
        pmt.release_model(draft_model, by=fund_approver, at=AFTER_CLOSE)


@pytest.mark.parametrize("change", [{"title": "x"}, {"definition": {}}, {"status": "draft"}])
def test_a_released_model_never_changes(model, change):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        PmtModel.objects.filter(pk=model.pk).update(**change)


def test_a_released_model_is_never_taken_away(model):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.delete()


def test_the_database_knows_that_maker_and_releaser_differ(draft_model, fund_officer):
    draft = PmtModel.objects.filter(pk=draft_model.pk)
    with pytest.raises(IntegrityError, match="pmt_model_released_by_another"), transaction.atomic():
        draft.update(status="released", released_by=fund_officer, released_at=AFTER_CLOSE)
    with pytest.raises(IntegrityError, match="pmt_model_released_by_another"), transaction.atomic():
        draft.update(status="released")


def test_a_version_stands_once_a_year(draft_model):
    with pytest.raises(IntegrityError, match="pmt_model_version_once"), transaction.atomic():
        PmtModel.objects.create(
            year_be=2569,
            version=1,
            title="",
            layout="2569",
            definition={},
            digest="",
            made_by=draft_model.made_by,
            made_at=AFTER_CLOSE,
        )


def test_submitting_records_facts_and_a_correction_replaces_them(make_form, make_pupils):
    form = make_form(make_pupils(1)[0])

    facts = pmt.record_facts(form)
    form.answers = POOR
    corrected = pmt.record_facts(form)

    assert facts.pk == corrected.pk
    assert PmtFacts.objects.get().facts == list(corrected.facts) != list(facts.facts)
    form.answers = INSTITUTION
    assert pmt.record_facts(form) is None
    assert not PmtFacts.objects.exists()


def test_every_signed_form_is_scored_once(calendar, model, make_form, make_pupils, fund_officer):
    answers = [POOREST, POOR, NOT_POOR, TOO_RICH]
    forms = [make_form(p, a) for p, a in zip(make_pupils(4), answers, strict=True)]

    counts = pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)

    assert counts == {"extremely_poor": 1, "poor": 1, "not_poor": 1, "ineligible_income": 1}
    assert [PmtScore.objects.get(form=f).band for f in forms] == list(counts)
    assert {form.standing for form in Form01.objects.all()} == {Status.SCORED}
    assert set(Form01.objects.values_list("status", flat=True)) == {Status.SIGNED}
    run = Scoring.objects.get()
    assert (run.forms, run.model, run.scored_by, run.announcement) == (4, model, fund_officer, None)
    again = pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)
    assert sum(again.values()) == 0
    assert (PmtScore.objects.count(), Scoring.objects.count()) == (4, 1)


def test_a_stored_score_is_proved_by_computing_again(
    calendar, model, make_form, make_pupils, fund_officer
):
    form = make_form(make_pupils(1)[0], POOR)
    pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)
    stored, facts = PmtScore.objects.get(form=form), PmtFacts.objects.get(form=form)

    again = scoring.score(
        definition.read(model.definition), facts.facts, facts.income_satang, facts.household_size
    )

    assert scoring.agrees(stored.value, stored.band, again)
    assert stored.contributions == pytest.approx(again.contributions, abs=1e-6)
    assert stored.scoring.scored_at == AFTER_CLOSE
    assert stored.scoring.model == model


def test_beyond_the_gate_there_is_no_value(calendar, model, make_form, make_pupils, fund_officer):
    form = make_form(make_pupils(1)[0], TOO_RICH)
    pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)

    stored = PmtScore.objects.get(form=form)
    assert (stored.band, stored.value, stored.contributions) == ("ineligible_income", None, [])


@pytest.mark.parametrize("status", ["draft", "submitted", "certified", "withdrawn"])
def test_a_form_that_is_not_signed_is_not_scored(
    status, calendar, model, make_form, make_pupils, fund_officer
):
    fields = {"withdrawn_by": fund_officer, "withdrawn_at": AFTER_CLOSE, "withdrawn_reason": "x"}
    make_form(make_pupils(1)[0], status=status, **(fields if status == "withdrawn" else {}))

    assert sum(pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE).values()) == 0


def test_scoring_in_slices_is_scoring_all(
    monkeypatch, calendar, model, make_form, make_pupils, fund_officer
):
    monkeypatch.setattr(pmt, "SLICE", 2)
    for pupil in make_pupils(5):
        make_form(pupil)
    seen = []

    counts = pmt.score_term(
        calendar,
        by=fund_officer,
        at=AFTER_CLOSE,
        progress=lambda done, total: seen.append((done, total)),
    )

    assert counts["extremely_poor"] == 5
    assert seen == [(2, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        pytest.param("2569-07-24 16:59:59", "after form 01 has closed", id="the last second"),
        pytest.param("2569-07-24 17:00:00", None, id="the close"),
    ],
)
def test_nothing_is_scored_before_the_close(
    when, sentence, calendar, model, make_form, make_pupils, fund_officer
):
    make_form(make_pupils(1)[0])
    if sentence:
        with pytest.raises(Refused, match=sentence):
            pmt.score_term(calendar, by=fund_officer, at=moment(when))
    else:
        assert sum(pmt.score_term(calendar, by=fund_officer, at=moment(when)).values()) == 1


def test_without_a_released_model_nothing_is_scored(
    calendar, draft_model, make_form, make_pupils, fund_officer
):
    make_form(make_pupils(1)[0])

    with pytest.raises(Refused, match="No PMT model is released"):
        pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)
    assert not PmtScore.objects.exists()


def test_without_a_calendar_nothing_is_scored(term, fund_officer):
    with pytest.raises(Refused, match="no time for form 01"):
        pmt.score_term(term, by=fund_officer, at=AFTER_CLOSE)


def test_a_school_does_not_score(calendar, model, admin):
    with pytest.raises(Refused):
        pmt.score_term(calendar, by=admin, at=AFTER_CLOSE)


def test_a_failure_in_the_middle_leaves_nothing(
    monkeypatch, calendar, model, make_form, make_pupils, fund_officer
):
    make_form(make_pupils(1)[0])

    def fail(*_args):
        raise RuntimeError

    monkeypatch.setattr(pmt.scoring, "score_many", fail)
    with pytest.raises(RuntimeError):
        pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)
    assert Form01.objects.get().standing == Status.SIGNED
    assert not PmtScore.objects.exists()
    assert not Scoring.objects.exists()


def test_an_institution_is_decided_by_two_people(
    calendar, model, make_form, make_pupils, fund_officer, fund_approver
):
    form = make_form(make_pupils(1)[0], INSTITUTION)
    assert sum(pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE).values()) == 0

    decision = pmt.propose_institution(
        form, "extremely_poor", "อยู่วัด", by=fund_officer, at=AFTER_CLOSE
    )
    with pytest.raises(Refused, match="does not decide"):
        pmt.decide_institution(decision, by=fund_officer, at=AFTER_CLOSE)
    pmt.decide_institution(decision, by=fund_approver, at=AFTER_CLOSE)

    form.refresh_from_db()
    assert (form.status, form.standing) == (Status.SIGNED, Status.SCORED)
    assert decision.status == "decided"
    with pytest.raises(Refused, match="has been made"):
        pmt.decide_institution(decision, by=fund_approver, at=AFTER_CLOSE)


def test_only_an_institution_signed_and_not_yet_proposed_is_proposed(
    calendar, make_form, make_pupils, fund_officer, admin
):
    household, unsigned, once = make_pupils(3)
    with pytest.raises(Refused, match="scored by the model"):
        pmt.propose_institution(make_form(household), "poor", "x", by=fund_officer, at=AFTER_CLOSE)
    form = make_form(unsigned, INSTITUTION, status="certified")
    with pytest.raises(Refused, match="signed by the director"):
        pmt.propose_institution(form, "poor", "x", by=fund_officer, at=AFTER_CLOSE)
    form = make_form(once, INSTITUTION)
    with pytest.raises(Refused, match="Say why"):
        pmt.propose_institution(form, "poor", " ", by=fund_officer, at=AFTER_CLOSE)
    with pytest.raises(Refused):
        pmt.propose_institution(form, "poor", "x", by=admin, at=AFTER_CLOSE)
    decision = pmt.propose_institution(form, "poor", "x", by=fund_officer, at=AFTER_CLOSE)
    with pytest.raises(Refused, match="already been proposed"):
        pmt.propose_institution(form, "poor", "x", by=fund_officer, at=AFTER_CLOSE)
    with pytest.raises(Refused):
        pmt.decide_institution(decision, by=admin, at=AFTER_CLOSE)


def test_a_decision_raced_or_on_a_changed_form_is_refused(
    calendar, make_form, make_pupils, fund_officer, fund_approver
):
    form = make_form(make_pupils(1)[0], INSTITUTION)
    decision = pmt.propose_institution(form, "poor", "x", by=fund_officer, at=AFTER_CLOSE)
    Form01.objects.update(status="certified")
    with pytest.raises(Refused, match="changed since"):
        pmt.decide_institution(decision, by=fund_approver, at=AFTER_CLOSE)
    Form01.objects.update(status="signed")
    InstitutionDecision.objects.update(
        status="decided", decided_by=fund_approver, decided_at=AFTER_CLOSE
    )
    with pytest.raises(Refused, match="Someone else"):
        pmt.decide_institution(decision, by=fund_approver, at=AFTER_CLOSE)


def test_what_the_database_refuses_of_decisions(calendar, make_form, make_pupils, fund_officer):
    form = make_form(make_pupils(1)[0], INSTITUTION)
    pmt.propose_institution(form, "poor", "x", by=fund_officer, at=AFTER_CLOSE)
    rows = InstitutionDecision.objects.all()
    for change, name in (
        (
            {"status": "decided", "decided_by": fund_officer, "decided_at": AFTER_CLOSE},
            "another_person",
        ),
        ({"status": "decided"}, "another_person"),
        ({"reason": ""}, "has_a_reason"),
        ({"band": "ineligible_income"}, "band_is_known"),
        ({"announcement": 1}, "announced_once_decided"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**change)


def test_what_the_database_refuses_of_facts_and_scores(
    calendar, model, make_form, make_pupils, fund_officer
):
    form = make_form(make_pupils(1)[0])
    pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)
    for rows, change, name in (
        (PmtFacts.objects.filter(form=form), {"household_size": 0}, "has_members"),
        (PmtFacts.objects.filter(form=form), {"income_satang": -1}, "below_nought"),
        (PmtScore.objects.filter(form=form), {"value": None}, "has_a_value"),
        (PmtScore.objects.filter(form=form), {"value": 1.5}, "has_a_value"),
        (PmtScore.objects.filter(form=form), {"band": "ineligible_income"}, "has_a_value"),
        (PmtScore.objects.filter(form=form), {"band": "rich"}, "pmt_score"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        PmtScore.objects.create(form=form, scoring=Scoring.objects.get(), value=0.5, band="poor")
    with pytest.raises(IntegrityError, match="took_a_form"), transaction.atomic():
        Scoring.objects.update(forms=0)


def test_facts_that_have_been_scored_cannot_be_taken_away(
    calendar, model, make_form, make_pupils, fund_officer
):
    form = make_form(make_pupils(1)[0])
    pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)

    @transaction.atomic
    def take_away():
        PmtFacts.objects.filter(form=form).delete()
        connection.check_constraints()

    with pytest.raises(IntegrityError, match="facts_that_stay"):
        take_away()


def test_facts_of_another_width_stop_the_scoring(
    calendar, model, make_form, make_pupils, fund_officer
):
    form = make_form(make_pupils(1)[0])
    pmt.record_facts(form)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE screening_pmtfacts SET facts = facts || 0::smallint")

    with pytest.raises(ValueError, match="not vectors"):
        pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)


def test_an_extension_is_scored_by_the_next_call(
    calendar, model, make_form, make_pupils, fund_officer
):
    first, late = make_pupils(2)
    make_form(first)
    pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)
    make_form(late, POOR)

    assert pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)["poor"] == 1
    assert Extension.objects.count() == 0
