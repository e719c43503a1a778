"""The book of what happened, and whether the product's promises were kept.

Each check looks at the tables as they stand, without trusting the constraints that should
have kept them, and gives a line for each break. The promises are DESIGN's four: nobody paid
twice and no baht unexplained; every decision repeatable; nothing lost; nobody sees a child
who is not theirs to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from eqfund.access import VERBS
from eqfund.models import Event, ScopedQuerySet, User
from eqfund.money import baht
from payments.models import (
    BenefitRate,
    Entitlement,
    LeftOut,
    Receipt06,
    RefundLine,
    SchoolBook,
    Transfer,
    TransferRound,
)
from rehearsal.columns import Printer, table
from rehearsal.world import World
from screening.models import Form01, Grant, PmtModel, PmtScore
from screening.pmt.definition import read
from screening.pmt.facts import facts_from_answers
from screening.pmt.scoring import agrees, score

SHOWN = 5  # breaks of one promise
ROUNDS = 3

type Check = Callable[[World], Iterator[str]]


def write(world: World, printer: Printer) -> int:
    """Print the book of each round and school, then every promise with its answer; how many are broken."""
    printer.line()
    printer.line(f"The book of term {world.term.label}, in baht")
    for line in table(
        ("round", "school", "received", "paid", "refunded", "in hand"), _pages(world), 2
    ):
        printer.line("  " + line)
    printer.line()
    broken = 0
    for promise, check in PROMISES:
        breaks = list(check(world))
        broken += bool(breaks)
        printer.line(f"{promise}: {'no' if breaks else 'yes'}")
        for line in breaks[:SHOWN]:
            printer.line(f"    {line}")
        if len(breaks) > SHOWN:
            printer.line(f"    and {len(breaks) - SHOWN} more")
    return broken


def _pages(world: World) -> list[tuple[str, ...]]:
    """One line for each round and school, a sum for each round, and all."""
    rows = SchoolBook.objects.select_related("round", "school").filter(round__term=world.term)
    lines: list[tuple[str, ...]] = []
    all_rounds = [0, 0, 0, 0]
    by_round: dict[int, list[Any]] = {}
    for row in rows.order_by("round__number", "school__pk"):
        by_round.setdefault(row.round.number, []).append(row)
    for number, of_round in by_round.items():
        sums = [0, 0, 0, 0]
        for row in of_round:
            figures = _figures(row)
            sums = [a + b for a, b in zip(sums, figures, strict=True)]
            lines.append((str(number), row.school.name, *(baht(f) for f in figures)))
        lines.append((str(number), "all schools", *(baht(f) for f in sums)))
        all_rounds = [a + b for a, b in zip(all_rounds, sums, strict=True)]
    lines.append(("all", "all schools", *(baht(f) for f in all_rounds)))
    return lines


def _figures(row: SchoolBook) -> list[int]:
    return [row.received_satang, row.paid_satang, row.refunded_satang, row.in_hand_satang]


# --- the first promise: nobody twice, no baht unexplained ---------------------------------------


def nobody_paid_twice(world: World) -> Iterator[str]:
    """A child, by identity, has at most one successful or living transfer for a term and share."""
    alive = Transfer.objects.filter(status__in=["pending", "sent", "success"])
    twice = (
        alive.values("entitlement__identity", "entitlement__term", "share")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
    )
    for row in twice:
        yield f"identity {row['entitlement__identity']}: {row['times']} transfers"
    handed = Receipt06.objects.filter(voided_at=None).values(
        "transfer__entitlement__identity", "round__term"
    )
    for row in handed.annotate(times=Count("pk")).filter(times__gt=1):
        yield f"identity {row['transfer__entitlement__identity']}: {row['times']} receipts"


def books_balance(world: World) -> Iterator[str]:
    """For each school and round, counted from the papers: received = paid + refunded + in hand, as the ledger says."""
    received = _sums(
        Transfer.objects.filter(status="success", kind="school_account"),
        "round",
        "school",
        "amount_satang",
    )
    paid = _sums(Receipt06.objects.filter(voided_at=None), "round", "school", "amount_satang")
    refunded = _sums(
        RefundLine.objects.filter(is_alive=True, refund__status="matched"),
        "refund__round",
        "refund__school",
        "amount_satang",
    )
    book = {(row.round_id, row.school_id): _figures(row) for row in SchoolBook.objects.all()}
    for key in sorted({*received, *paid, *refunded, *book}):
        here = [received.get(key, 0), paid.get(key, 0), refunded.get(key, 0)]
        there = book.get(key, [0, 0, 0, 0])
        if here != there[:3]:
            yield f"round {key[0]}, school {key[1]}: papers say {here}, the ledger {there[:3]}"
        if there[0] != there[1] + there[2] + there[3] or min(there) < 0:
            yield f"round {key[0]}, school {key[1]}: {there} do not add up"
    yield from _bank_is_even()


def _bank_is_even() -> Iterator[str]:
    """What went to the bank came to schools and pupils, or back; per round."""
    rounds = TransferRound.objects.filter(reconciled_at__isnull=False)
    for transfer_round in rounds:
        rows = Transfer.objects.filter(round=transfer_round)
        total = rows.aggregate(s=Sum("amount_satang"))["s"] or 0
        success = rows.filter(status="success").aggregate(s=Sum("amount_satang"))["s"] or 0
        failed = rows.filter(status="failed").aggregate(s=Sum("amount_satang"))["s"] or 0
        if total != success + failed:
            yield f"round {transfer_round}: {baht(total)} sent, {baht(success)} + {baht(failed)} answered"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(sum(CASE WHEN debit = 'bank_clearing' THEN amount_satang"
                " WHEN credit = 'bank_clearing' THEN -amount_satang ELSE 0 END), 0)"
                " FROM payments_ledgerentry WHERE round_id = %s",
                [transfer_round.pk],
            )
            (left,) = cursor.fetchone()
        if left:
            yield f"round {transfer_round}: {baht(int(left))} left in bank clearing"


def _sums(rows: Any, round_key: str, school_key: str, amount: str) -> dict[tuple[int, int], int]:
    found = rows.values_list(round_key, school_key).annotate(s=Sum(amount)).order_by()
    return {(round_id, school_id): s for round_id, school_id, s in found}


def entitlements_are_single(world: World) -> Iterator[str]:
    for key in ("grant", "identity"):
        rows = Entitlement.objects.values(key, "term").annotate(times=Count("pk"))
        for row in rows.filter(times__gt=1):
            yield f"{key} {row[key]}: {row['times']} entitlements"
    for row in Entitlement.objects.exclude(amount_satang=F("rate__amount_satang")):
        yield f"entitlement {row.pk}: not the rate's amount"


def three_people_moved_each_round(world: World) -> Iterator[str]:
    """Maker, approver and releaser of a released round are three; a rate's and a model's people are two."""
    for one in TransferRound.objects.filter(released_at__isnull=False):
        if len({one.maker_id, one.approver_id, one.releaser_id} - {None}) != 3:
            yield f"round {one}: {one.maker_id}, {one.approver_id}, {one.releaser_id}"
    for rate in BenefitRate.objects.filter(approved_by=F("proposed_by")):
        yield f"rate {rate}"
    for model in PmtModel.objects.filter(released_by=F("made_by")):
        yield f"model {model}"


def every_grant_is_paid_or_has_its_reason(world: World) -> Iterator[str]:
    """After the last round, a living grant has its money, or the hurdle in its way is written down."""
    last = (
        TransferRound.objects.filter(term=world.term, published_at__isnull=False)
        .order_by("number")
        .last()
    )
    if last is None or last.number < ROUNDS:
        return
    success = Transfer.objects.filter(status="success", entitlement__term=world.term)
    grants = Grant.objects.alive_in(world.term).filter(given_at__lte=last.built_at)
    unpaid = grants.exclude(pk__in=success.values("entitlement__grant"))
    told = LeftOut.objects.filter(round=last).values("grant")
    failed = Transfer.objects.filter(round=last, status="failed").values("entitlement__grant")
    for grant in unpaid.exclude(pk__in=told).exclude(pk__in=failed):
        yield f"grant {grant.pk}: neither paid nor told why"


# --- the second: every decision can be repeated and explained ------------------------------------


def scores_compute_again(world: World) -> Iterator[str]:
    """Each stored score comes out the same from the form's answers and the model as they stand."""
    scores = PmtScore.objects.select_related("scoring__model", "form__enrolment__classroom__school")
    definitions: dict[int, Any] = {}
    for stored in scores:
        definition = definitions.setdefault(
            stored.scoring.model_id, read(stored.scoring.model.definition)
        )
        province = stored.form.enrolment.classroom.school.province_code
        facts = facts_from_answers(stored.form.answers, province)
        if facts is None:
            yield f"score {stored.pk}: of an institution"
            continue
        again = score(definition, facts.facts, facts.income_satang, facts.household_size)
        if not agrees(stored.value, stored.band, again):
            yield f"score {stored.pk}: {stored.value} {stored.band}, now {again.value} {again.band}"


def grants_have_their_papers(world: World) -> Iterator[str]:
    """Each grant comes from the predecessor, or from a certified line of a signed, verified form 05."""
    for grant in Grant.objects.filter(source="predecessor").exclude(line=None):
        yield f"grant {grant.pk}: the predecessor's, with a line of form 05"
    good = Q(
        line__decision="certify",
        line__pupil_exists=True,
        line__meeting__status="locked",
        line__meeting__minutes__isnull=False,
        line__meeting__verifications__step="grant",
        line__meeting__verifications__outcome="passed",
    ) & (
        Q(line__announced__form__pmt_score__isnull=False)
        | Q(line__announced__form__institution_decision__status="decided")
    )
    for grant in Grant.objects.filter(source="form05").exclude(
        pk__in=Grant.objects.filter(good).values("pk")
    ):
        yield f"grant {grant.pk}: without its certified and verified line"


def every_act_is_in_the_audit_book(world: World) -> Iterator[str]:
    """Each row that names who did a thing and when has an event by that person at that moment."""
    for model, person, moment in _doers():
        rows = model._base_manager.filter(
            **{f"{person}__isnull": False, f"{moment}__isnull": False}
        )
        told = Event.objects.filter(actor_id=OuterRef(f"{person}_id"), at=OuterRef(moment))
        missing = rows.filter(~Exists(told)).count()
        if missing:
            yield f"{model._meta.label}.{person}: {missing} of {rows.count()} without an event"


def _doers() -> Iterator[tuple[Any, str, str]]:
    """(model, field of the person, field of the moment), found by their names."""
    moments = {
        "director": "director_at",
        "maker": "built_at",
        "approver": "approved_at",
        "releaser": "released_at",
        "by": "at",
    }
    for model in apps.get_models():
        fields = {field.name for field in model._meta.fields}
        for field in model._meta.fields:
            if field.related_model is not User:
                continue
            stem = field.name.removesuffix("_by")
            moment = moments.get(field.name) or f"{stem}_at"
            if moment in fields:
                yield model, field.name, moment


# --- the third: nothing is lost -------------------------------------------------------------------


def no_form_is_lost(world: World) -> Iterator[str]:
    """Every revision of a form is kept, from the first to the last."""
    forms = Form01.objects.annotate(kept=Count("revisions")).exclude(kept=F("revision"))
    for form in forms:
        yield f"form {form.pk}: revision {form.revision}, {form.kept} kept"


# --- the fourth: nobody sees a child who is not theirs --------------------------------------------


def nobody_sees_over_the_fence(world: World) -> Iterator[str]:
    """For people of two schools and above: every row each may read lies at a place of theirs."""
    near, far = world.schools[0], world.schools[1]
    watchers = [
        *(
            world.people[name]
            for name in ("teacher", "screening", "office", "affiliation", "sysadmin")
        ),
        *(f(school) for school in (near, far) for f in (world.admin_of, world.director_of)),
        world.teacher_of(world.classrooms_of(far)[0]),
    ]
    for user in watchers:
        for model, queryset in _scoped_models():
            allowed = VERBS[queryset.read_verb]
            places = tuple(p.path for p in user.postings.all() if p.role in allowed)
            paths = queryset.visible_to(user).values_list(queryset.scope, flat=True).distinct()
            if "TH/" in places:
                continue  # the whole country's, rows of no school among them
            strange = [p for p in paths if p is None or not p.startswith(places or ("nowhere",))]
            if strange:
                yield f"{user.username} sees {model._meta.label} at {strange[0]}"


def _scoped_models() -> Iterator[tuple[Any, Any]]:
    for model in apps.get_models():
        queryset = model._default_manager.all()
        if isinstance(queryset, ScopedQuerySet) and hasattr(queryset, "scope"):
            yield model, queryset


PROMISES: tuple[tuple[str, Check], ...] = (
    ("nobody was paid twice", nobody_paid_twice),
    ("each entitlement stands once, at its rate", entitlements_are_single),
    ("every grant is paid, or its reason is written", every_grant_is_paid_or_has_its_reason),
    ("three people moved each round", three_people_moved_each_round),
    ("every score computes again", scores_compute_again),
    ("every grant has its papers", grants_have_their_papers),
    ("every act is in the audit book", every_act_is_in_the_audit_book),
    ("no revision of a form is lost", no_form_is_lost),
    ("nobody sees over the fence", nobody_sees_over_the_fence),
    ("books balance", books_balance),
)
