"""Long work of scoring and announcing, as jobs. No rules here: each calls an action."""

from __future__ import annotations

from typing import Any

from eqfund import jobs
from eqfund.models import Term
from screening.actions import announcement, pmt


@jobs.register("screening.score_term")
def score_term(run: jobs.JobRun) -> dict[str, Any]:
    """Score a term's signed forms as of the moment of asking."""
    term = Term.objects.get(pk=run.params["term"])
    assert run.by is not None
    return pmt.score_term(
        term, by=run.by, at=run.moment, progress=run.progress, check=run.check_fence
    )


@jobs.register("screening.announce_results")
def announce_results(run: jobs.JobRun) -> dict[str, Any]:
    """Announce a term's results as of the moment of asking."""
    term = Term.objects.get(pk=run.params["term"])
    assert run.by is not None
    made = announcement.announce_results(term, by=run.by, at=run.moment, check=run.check_fence)
    return {"announcement": made.pk, "results": made.results, "listed": made.listed}
