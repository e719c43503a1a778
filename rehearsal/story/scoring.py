"""The demonstration model is released in advance; forms are scored after the close and announced on their day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eqfund import clock, jobs
from eqfund.models import Job
from eqfund.refusal import Refused
from rehearsal.world import World, at
from screening.actions import announcement, pmt
from screening.form01.rules import Status
from screening.models import AnnouncedPupil, Form01, PmtModel, PmtScore
from screening.models.pmt import band_name
from screening.pmt.demonstration import demonstration
from screening.queries import explanation, scoring as queries

EVE, DAY = "2569-08-17 23:59:59", "2569-08-18 09:00"


def release(world: World) -> Iterator[tuple[str, Any]]:
    """The fund's officer makes the draft, the approver releases it and lays down what is announced."""
    moment = clock.now()
    model = pmt.make_model(
        world.term.year_be,
        "แบบจำลองตัวอย่าง (ไม่ใช่ของ กสศ.)",
        demonstration(),
        by=world.fund_officer,
        at=moment,
        is_demonstration=True,
    )
    try:
        pmt.release_model(model, by=world.fund_officer, at=moment)
    except Refused:
        yield "released by its maker", "refused"
    else:
        raise AssertionError("the maker of a model released it")
    pmt.release_model(model, by=world.fund_approver, at=moment)
    announcement.set_policy(
        world.term,
        announced_bands=["extremely_poor", "poor"],
        by=world.fund_approver,
        at=moment,
    )
    yield "worked cases met", len(model.definition["cases"])
    yield "fingerprint", model.digest[:12]


def play(world: World) -> Iterator[tuple[str, Any]]:
    """Score what the directors signed; decide on institutions by two people; announce on 18 August, not before."""
    if PmtModel.objects.released_for(world.term.year_be) is None:
        raise AssertionError("no model was released in advance")
    scored = _job(world, "screening.score_term", "score")
    yield "forms scored", sum(scored.values())
    for name, count, _percent in queries.by_band(world.term):
        yield f"  {name}", count
    yield "institutional households decided by two", _decide_institutions(world)
    yield "computed again, the same", _computed_again()
    yield from _announce(world)


def _announce(world: World) -> Iterator[tuple[str, Any]]:
    with clock.rehearse(at(EVE)) as eve:
        try:
            announcement.announce_results(world.term, by=world.fund_officer, at=eve)
        except Refused:
            yield f"announced {EVE[5:]}", "refused"
        else:
            raise AssertionError("results were announced before their day")
    with clock.rehearse(at(DAY)):
        made = _job(world, "screening.announce_results", "announce")
    yield "results announced", made["results"]
    yield "pupils in the schools' lists", made["listed"]
    listed = AnnouncedPupil.objects.filter(announcement__term=world.term)
    schools = {
        world.school_at(path).pk for path in listed.values_list("enrolment__path", flat=True)
    }
    yield "schools with a list", len(schools)


def _job(world: World, kind: str, key: str) -> dict[str, Any]:
    """Ask for a job as its page does, and have it done; its result."""
    job = jobs.start(
        kind,
        by=world.fund_officer,
        obj=world.term,
        key=f"{key}-{world.term.pk}-0",
        params={"term": world.term.pk},
    )
    job.refresh_from_db()
    if not job.is_over:
        jobs.run_now(job)
        job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise AssertionError(f"{kind}: {job.error}")
    return dict(job.result)


def _decide_institutions(world: World) -> int:
    """The officer proposes from section 4, the approver decides."""
    waiting = queries.institutions(world.term).filter(status=Status.SIGNED)
    decided = 0
    for form in waiting:
        decision = pmt.propose_institution(
            form,
            "extremely_poor",
            "อยู่ประจำในสถาบัน ไม่มีผู้อุปการะอื่น",
            by=world.fund_officer,
            at=clock.now(),
        )
        pmt.decide_institution(decision, by=world.fund_approver, at=clock.now())
        decided += 1
    return decided


def _computed_again() -> int:
    """Every stored score, proved by its explanation page; a difference breaks the story."""
    same = 0
    forms = Form01.objects.filter(pmt_score__isnull=False).select_related("enrolment")
    for form in forms.defer("private", "unread", "officer"):
        found = explanation.explain(form, with_contributions=False)
        if not found.computed_again():
            raise AssertionError(
                f"form {form.pk}: {band_name(found.band)} cannot be computed again"
            )
        same += 1
    assert same == PmtScore.objects.count()
    return same
