"""Children who stand twice: found after the files of May, answered by their schools, decided by who is over both.

One of the two whose number stands at two schools is left to August, when its school records that
it was not there after all; the other waits to the end, for a visitor to settle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from eqfund import clock
from eqfund.access import Role
from eqfund.duplicates import actions, joins, tasks
from eqfund.models import DuplicatePair, Posting, User
from eqfund.refusal import Refused
from rehearsal.world import World

type Figures = Iterator[tuple[str, Any]]


def play(world: World) -> Figures:
    """What the files brought is looked at; a school settles its own, two answer, one supervisor decides."""
    tasks.look(world.term, path="TH/", key="find-duplicates-story")
    pairs = DuplicatePair.objects.order_by("pk")
    bands = Counter(pairs.values_list("band", flat=True))
    yield (
        "tickets: same number, very much alike, alike",
        " + ".join(str(bands[band]) for band in ("certain", "likely", "possible")),
    )
    own = pairs.filter(apart="school").first()
    if own is not None and not world.by_hand:
        actions.settle_own_duplicate(
            own,
            keep=_with_number(own),
            reason="ครูบันทึกซ้ำเมื่อย้ายห้อง",
            by=_keeper(own.path),
            at=clock.now(),
        )
        yield "typed twice at one school, joined by it", 1
    elif own is not None:
        actions.ask_join(
            own, reason="ครูบันทึกซ้ำ ทั้งสองรายการมีทุน", by=_keeper(own.path), at=clock.now()
        )
    yield from _disputed(world)
    states = Counter(pairs.values_list("state", flat=True))
    yield "settled, waiting", f"{states['settled']}, {sum(states.values()) - states['settled']}"


def _disputed(world: World) -> Figures:
    """Both schools of one office say that the child studies there: the office looks and decides (or a visitor does)."""
    pair = DuplicatePair.objects.exclude(band="certain").filter(apart="office").first()
    if pair is None:
        return
    now = clock.now()
    for side in pair.sides.order_by("position"):
        enrolment = side.pupil.enrolments.get(term=world.term) if side.pupil else None
        actions.answer_duplicate(
            side,
            answer="studying",
            on=enrolment.starts_on if enrolment else now.date(),
            note="ดูสมุดทะเบียนนักเรียนแล้ว",
            by=_keeper(side.path),
            at=now,
        )
    if world.by_hand:
        return
    try:
        actions.decide_duplicate(
            pair, outcome="different", reason="-", by=_keeper(side.path), at=now
        )
    except Refused:
        yield "a school deciding what is disputed", "refused"
    school = world.school_at(pair.sides.first().path)
    actions.decide_duplicate(
        pair,
        outcome="one_first",
        reason="เยี่ยมบ้านแล้ว เด็กคนเดียวกัน เรียนอยู่แห่งแรก",
        by=world.office_admin_of(school),
        at=now,
    )
    yield "claimed by two schools of one office, decided by it", 1
    yield from _joined(world, pair)


def _joined(world: World, pair: DuplicatePair) -> Figures:
    """The office asks the fund to put the two rows together; one person proposes, another decides."""
    now, officer = clock.now(), world.fund_officer
    pair.refresh_from_db()
    actions.ask_join(
        pair, reason="มีข้อมูลของทั้งสองรายการ", by=world.office_admin_of(pair.path), at=now
    )
    shown = joins.preview(pair, keeps=1, studies=1, by=officer, at=now)
    proposed = actions.propose_join(
        pair, keeps=1, studies=1, reason="ตรวจสูติบัตรแล้ว", digest=shown.digest, by=officer, at=now
    )
    try:
        actions.decide_join(proposed, yes=True, by=officer, at=now)
    except Refused:
        yield "the fund joins its rows: decided by who proposed", "refused"
    actions.decide_join(proposed, yes=True, by=world.fund_approver, at=now)
    yield "rows that went to the other, by two of the fund", sum(n for *_words, n in shown.moves)


def _with_number(pair: DuplicatePair) -> int:
    """The side whose child has a national id."""
    sides = pair.sides.select_related("pupil__identity").order_by("position")
    return next(
        side.position
        for side in sides
        if side.pupil and side.pupil.identity and side.pupil.identity.kind == "national_id"
    )


def _keeper(path: str) -> User:
    return Posting.objects.filter(path=path, role=Role.REGISTRY_KEEPER).latest("pk").user
