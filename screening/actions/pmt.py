"""Models, facts, scores, and the decisions on institutional households. Each action is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext

from eqfund import audit
from eqfund.models import Term, User
from eqfund.refusal import Refused
from eqfund.whole_country import over_the_whole_country
from screening.form01.rules import Status
from screening.models import Form01, InstitutionDecision, PmtFacts, PmtModel, Scoring
from screening.permissions import pmt as permissions
from screening.pmt import definition, scoring, wire
from screening.pmt.definition import BadDefinition, PovertyBand
from screening.pmt.facts import INSTITUTION, facts_from_answers

SLICE = 200_000
COUNTRY = "TH/"


@transaction.atomic
def make_model(
    year_be: int,
    title: str,
    data: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
    is_demonstration: bool = False,
) -> PmtModel:
    """Keep a definition as the next draft version of its year."""
    if reason := permissions.why_not_make(by):
        raise Refused(reason)
    try:
        model = definition.read(data)
    except BadDefinition as bad:
        raise Refused(
            gettext("This model cannot be used: %(problems)s")
            % {"problems": "; ".join(bad.problems[:5])}
        ) from None
    newest = PmtModel.objects.filter(year_be=year_be).aggregate(newest=Max("version"))["newest"]
    made = PmtModel.objects.create(
        year_be=year_be,
        version=(newest or 0) + 1,
        title=title,
        layout=model.layout.code,
        definition=dict(data),
        digest=definition.digest(data),
        is_demonstration=is_demonstration,
        made_by=by,
        made_at=at,
    )
    audit.record("make_model", made, by=by, at=at, path=COUNTRY, facts={"digest": made.digest})
    return made


@transaction.atomic
def release_model(model: PmtModel, *, by: User, at: datetime) -> None:
    """Let a draft score, for good: another person than its maker, and every worked case met."""
    if reason := permissions.why_not_release(model, by):
        raise Refused(reason)
    draft = PmtModel.objects.filter(pk=model.pk, status=PmtModel.Status.DRAFT, digest=model.digest)
    if not draft.update(status=PmtModel.Status.RELEASED, released_by=by, released_at=at):
        raise Refused(gettext("Someone else has just changed this model. Look again."))
    model.refresh_from_db()
    audit.record("release_model", model, by=by, at=at, path=COUNTRY, facts={"digest": model.digest})


def record_facts(form: Form01) -> PmtFacts | None:
    """Keep the facts of a submitted form, as a part of submitting it; None for an institution.

    Again after a correction: the facts are those of the form as it now stands.
    """
    province = form.enrolment.classroom.school.province_code
    found = facts_from_answers(form.answers, province)
    if found is None:
        PmtFacts.objects.filter(form=form).delete()
        return None
    return PmtFacts.objects.update_or_create(
        form=form,
        defaults={
            "layout": found.layout,
            "facts": list(found.facts),
            "income_satang": found.income_satang,
            "household_size": found.household_size,
        },
    )[0]


@transaction.atomic
def score_term(
    term: Term,
    *,
    by: User,
    at: datetime,
    progress: Callable[[int, int], None] = lambda done, total: None,
    check: Callable[[], None] = lambda: None,
) -> dict[str, int]:
    """Score every signed form of a term with the year's released model; returns how many in each band.

    A form is scored once; those signed later wait for the next call. Facts go out
    and scores come in by COPY, in slices, and no form is touched: that its score exists
    makes it scored. `check` is asked last, inside the transaction: a job's fence.
    """
    keep_from_scoring(term.pk, others=True)
    if reason := permissions.why_not_score(term, by, at):
        raise Refused(reason)
    model = PmtModel.objects.released_for(term.year_be)
    assert model is not None  # why_not_score has asked
    counts = dict.fromkeys((band.value for band in PovertyBand), 0)
    with over_the_whole_country() as cursor:
        total = _take_signed(cursor, term, model)
        if total:
            taken = Scoring.objects.create(
                term=term, model=model, scored_at=at, scored_by=by, forms=total
            )
            for first in range(1, total + 1, SLICE):
                for band, count in _score_slice(cursor, taken, first).items():
                    counts[band] += count
                progress(min(first + SLICE - 1, total), total)
            facts = {"term": term.label, **counts}
            audit.record("score_term", model, by=by, at=at, path=COUNTRY, facts=facts)
    check()
    return counts


def keep_from_scoring(term_pk: int, *, others: bool = False) -> None:
    """Until the transaction ends, keep forms from being scored: a part of returning one.

    A return waits for a scoring under way, and finds its form scored; a scoring waits
    for returns under way. `others` is the scoring's own side of it: it keeps returns
    and other scorings of the term out.
    """
    lock = "pg_advisory_xact_lock" if others else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended(%s, 0))", [f"score term {term_pk}"])


def _take_signed(cursor: Any, term: Term, model: PmtModel) -> int:
    """Number the term's signed forms without a score, in a table of this transaction; returns how many.

    Forms that have no facts, or another layout's, get them first; institutional
    households have none and are not taken.
    """
    cursor.execute("DROP TABLE IF EXISTS pmt_taken")
    cursor.execute(
        """
        CREATE TEMPORARY TABLE pmt_taken ON COMMIT DROP AS
        SELECT form.id AS form_id, facts.form_id IS NOT NULL AS has_facts,
               row_number() OVER (ORDER BY facts.form_id IS NULL, form.id) AS n
        FROM screening_form01 form
        JOIN eqfund_enrolment enrolment ON enrolment.id = form.enrolment_id
        LEFT JOIN screening_pmtfacts facts ON facts.form_id = form.id AND facts.layout = %s
        WHERE enrolment.term_id = %s AND form.status = %s
          AND NOT EXISTS (SELECT FROM screening_pmtscore score WHERE score.form_id = form.id)
        """,
        [model.layout, term.pk, Status.SIGNED],
    )
    cursor.execute("SELECT form_id FROM pmt_taken WHERE NOT has_facts ORDER BY n")
    without = [form for (form,) in cursor.fetchall()]
    given = _record_missing_facts(without)
    cursor.execute("DELETE FROM pmt_taken WHERE NOT has_facts")
    cursor.execute("SELECT count(*) FROM pmt_taken")
    (ready,) = cursor.fetchone()
    cursor.execute(
        "INSERT INTO pmt_taken (form_id, has_facts, n)"
        " SELECT form_id, true, %s + n FROM unnest(%s::bigint[]) WITH ORDINALITY AS given (form_id, n)",
        [ready, given],
    )
    cursor.execute("CREATE INDEX ON pmt_taken (n)")
    return int(ready) + len(given)


def _record_missing_facts(forms: list[int]) -> list[int]:
    """Facts of signed forms that have none, or another layout's; returns those that are to be scored."""
    rows = Form01.objects.filter(pk__in=forms).exclude(answers__lives_with=INSTITUTION)
    rows = rows.select_related("enrolment__classroom__school").defer("private", "unread", "officer")
    return [form.pk for form in rows.iterator(chunk_size=2_000) if record_facts(form)]


def _score_slice(cursor: Any, run: Scoring, first: int) -> dict[str, int]:
    """Score the taken forms from number `first` on, at most a slice of them."""
    rules = definition.read(run.model.definition)
    of_slice = f"n BETWEEN {first:d} AND {first + SLICE - 1:d}"
    cursor.execute(f"SELECT min(form_id), max(form_id) FROM pmt_taken WHERE {of_slice}")
    low, high = cursor.fetchone()
    source = (
        "COPY (SELECT facts.form_id, facts.income_satang, facts.household_size, facts.facts"
        " FROM pmt_taken taken JOIN screening_pmtfacts facts ON facts.form_id = taken.form_id"
        f" WHERE taken.{of_slice} AND facts.form_id BETWEEN {low:d} AND {high:d})"
        " TO STDOUT (FORMAT binary)"
    )
    with cursor.copy(source) as copy:
        rows = wire.read_facts(copy, len(rules.layout.facts))
    scores = scoring.score_many(
        rules,
        rows["facts"]["value"].astype(np.int16),
        rows["income"].astype(np.int64),
        rows["size"].astype(np.int16),
    )
    target = (
        "COPY screening_pmtscore (form_id, scoring_id, value, band, contributions)"
        " FROM STDIN (FORMAT binary)"
    )
    with cursor.copy(target) as copy:
        for block in wire.write_scores(rows["form"].astype(np.int64), run.pk, scores):
            copy.write(block)
    return {
        band.value: int((scores.band == index).sum())
        for index, band in enumerate(scoring.BAND_CODES)
    }


@transaction.atomic
def propose_institution(
    form: Form01, band: str, reason: str, *, by: User, at: datetime
) -> InstitutionDecision:
    """Propose the band of a pupil of an institutional household, with the reason."""
    if refusal := permissions.why_not_propose(form, by):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused(gettext("Say why."))
    decision = InstitutionDecision.objects.create(
        form=form, band=PovertyBand(band), reason=reason.strip(), proposed_by=by, proposed_at=at
    )
    audit.record(
        "propose_institution", decision, by=by, at=at, path=form.path, facts={"band": band}
    )
    return decision


@transaction.atomic
def decide_institution(decision: InstitutionDecision, *, by: User, at: datetime) -> None:
    """Make a proposed decision stand; the form is then as good as scored."""
    if reason := permissions.why_not_decide(decision, by):
        raise Refused(reason)
    form = Form01.objects.select_for_update().only("status").get(pk=decision.form_id)
    if form.status != Status.SIGNED:
        raise Refused(gettext("The form has been changed since. Look again."))
    proposed = InstitutionDecision.objects.filter(pk=decision.pk, status="proposed")
    if not proposed.update(status="decided", decided_by=by, decided_at=at):
        raise Refused(gettext("Someone else has just decided. Look again."))
    decision.refresh_from_db()
    audit.record(
        "decide_institution",
        decision,
        by=by,
        at=at,
        path=decision.form.path,
        facts={"band": decision.band},
    )
