"""Scoring a term's signed forms and storing the scores, beside COPY out of their facts and COPY in of the scores.

The bound reads the same arrays and writes the same rows, ready made, into the same table; ours
finds the forms, computes, stores, and says that they are scored. Both are followed by the look at
foreign keys that a commit takes. Announcing what was scored is a figure of its own. A form here is
as wide as a real one: answers that are a kilobyte, and as much again that is sealed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from typing import BinaryIO

import numpy as np
from django.db import connection
from psycopg.types.range import TimestamptzRange

from eqfund import clock
from eqfund.access import Role
from eqfund.models import CalendarLine, Term, User
from screening.actions import announcement, pmt
from screening.models import PmtModel, Scoring
from screening.pmt import definition, scoring, wire
from screening.pmt.demonstration import demonstration

from ._country import ENROLMENTS, SCHOOLS, Row, by_turns, far_term, fill, office, person, row

ROLE = "owner"
SIZE = 200_000
YEAR_BE, PUPILS_A_SCHOOL = 2597, 65
LIMIT = 2
RUNS = 3


def rows(size: int = SIZE) -> Iterator[Row]:
    """Make signed forms in the bench's own database, and measure."""
    term, officer, model = _world(size)
    with tempfile.TemporaryFile() as ready:
        _make_ready(model, ready)
        yield from _score(term, officer, model, ready, size)
    begun = clock.stopwatch()
    pmt.score_term(term, by=officer, at=clock.now())
    yield row(f"the whole action over {size:,} forms, committed", clock.stopwatch() - begun)
    begun = clock.stopwatch()
    made = announcement.announce_results(term, by=officer, at=clock.now())
    yield row(
        f"announce {made.results:,} results, {made.listed:,} listed", clock.stopwatch() - begun
    )


def _score(term: Term, officer: User, model: PmtModel, ready: BinaryIO, size: int) -> Iterator[Row]:
    found = by_turns(
        {
            "bare": lambda: _bare(term, model, ready, size),
            "ours": lambda: pmt.score_term(term, by=officer, at=clock.now()),
        },
        RUNS if size <= SIZE else 1,
        "screening_pmtscore",
    )
    name = f"score {size:,} forms and store"
    yield row(name, found["ours"][0], found["bare"][0], LIMIT)
    name = "the same with the look at foreign keys of a commit"
    yield row(name, found["ours"][1], found["bare"][1], LIMIT)


FACTS_OUT = (
    "COPY (SELECT form_id, income_satang, household_size, facts FROM screening_pmtfacts"
    " ORDER BY form_id) TO STDOUT (FORMAT binary)"
)
SCORES_IN = (
    "COPY screening_pmtscore (form_id, scoring_id, value, band, contributions)"
    " FROM STDIN (FORMAT binary)"
)


def _bare(term: Term, model: PmtModel, ready: BinaryIO, size: int) -> None:
    """The arrays out, and scores that somebody computed before in: no less than this scores anything."""
    Scoring.objects.create(pk=1, term=term, model=model, scored_at=clock.now(), forms=size)
    with connection.cursor() as cursor:
        with cursor.copy(FACTS_OUT) as copy:
            for _block in copy:
                pass
        ready.seek(0)
        with cursor.copy(SCORES_IN) as copy:
            while block := ready.read(1 << 20):
                copy.write(block)


def _make_ready(model: PmtModel, into: BinaryIO) -> None:
    """Write the scores of all facts down as COPY reads them, of a run numbered 1."""
    rules = definition.read(model.definition)
    with connection.cursor() as cursor, cursor.copy(FACTS_OUT) as copy:
        facts = wire.read_facts(copy, len(rules.layout.facts))
    scores = scoring.score_many(
        rules,
        facts["facts"]["value"].astype(np.int16),
        facts["income"].astype(np.int64),
        facts["size"].astype(np.int16),
    )
    for block in wire.write_scores(facts["form"].astype(np.int64), 1, scores):
        into.write(block)


def _world(size: int) -> tuple[Term, User, PmtModel]:
    """A term whose window for form 01 has closed, its released model, and signed forms with facts."""
    officer, approver = (
        person(role, "scoring") for role in (Role.FUND_OFFICER, Role.FUND_APPROVER)
    )
    term, place, now = far_term(YEAR_BE), office("BSCR"), clock.now()
    for kind, activity in (("window", "form01"), ("event", "pmt_announcement")):
        CalendarLine.objects.create(
            term=term,
            affiliation=place.affiliation,
            kind=kind,
            activity=activity,
            during=TimestamptzRange(now - timedelta(days=20), now - timedelta(days=2)),
            title_th=activity,
        )
    model = pmt.make_model(YEAR_BE, "bench", demonstration(), by=officer, at=now)
    pmt.release_model(model, by=approver, at=now)
    announcement.set_policy(term, announced_bands=["extremely_poor", "poor"], by=approver, at=now)
    layout = definition.read(model.definition).layout
    arms = ", ".join(
        f"(hashint4(n * 31 + {number}) & 65535) %% {len(fact.values)}"
        for number, fact in enumerate(layout.facts)
    )
    fill(
        (*SCHOOLS, PUPILS, *ENROLMENTS, FORMS, FACTS % {"facts": arms}),
        {
            "term": term.pk,
            "office": place.pk,
            "path": place.path,
            "year": YEAR_BE,
            "schools": max(1, size // PUPILS_A_SCHOOL),
            "pupils": size,
            "officer": officer.pk,
            "layout": layout.code,
            "sealed": os.urandom(1_200),
        },
    )
    return term, officer, model


PUPILS = """
INSERT INTO eqfund_pupil (title, first_name, last_name, sort_key, sex, is_demo, path)
SELECT 'เด็กหญิง', 'สมมติ' || n, 'ตัวอย่าง', n::text, 'f', false, room.path
FROM generate_series(1, %(pupils)s) n
JOIN eqfund_school s ON s.moe_code = to_char(9800000000 + 1 + n %% %(schools)s, 'FM0000000000')
JOIN eqfund_classroom room ON room.school_id = s.id
"""
ANSWERS = """
{"family_status": "together", "lives_with": "parents", "guardian_relationship": "mother",
 "guardian_education": "primary", "guardian_occupation": "farmer", "household_size": 4,
 "has_dependency": true, "dependency": ["elderly60"], "housing_tenure": "own", "floor_material": "cement",
 "wall_material": "plank", "roof_material": "metal", "has_toilet": true, "farm_land": "lt1",
 "drinking_water": "well", "electricity": "meter", "has_vehicle": true, "veh_car": "none",
 "veh_pickup": "none", "veh_tractor": "none", "veh_motorcycle_boat": true, "appliances": ["fridge"],
 "travel_method": "walk", "travel_km_day": 2.4, "travel_minutes_day": 40, "travel_cost_month": 0,
 "pocket_money_day": 20, "addr_province": "50", "addr_subdistrict_code": "500101",
 "photo_source": "teacher_visit", "visited_on": "2026-06-15", "pdpa_ack": true}
"""
FORMS = f"""
INSERT INTO screening_form01 (enrolment_id, version, client_id, status, answers, private, unread, prefilled,
    sections_saved, revision, started_by_id, started_at, saved_by_id, saved_at, submitted_by_id, submitted_at,
    late, returned_reason, officer_decision, officer_reason, officer, certified_by_id, certified_at,
    signed_by_id, signed_at, signed_capacity, withdrawn_reason)
SELECT id, 2569, gen_random_uuid(), 'signed', '{ANSWERS}', %(sealed)s, '', '{{}}',
    '{{1,2,3,5,6,7,8,9}}', 9, %(officer)s, now(), %(officer)s, now(), %(officer)s, now(),
    false, '', 'certify', '', '', %(officer)s, now(),
    %(officer)s, now(), 'in_post', ''
FROM eqfund_enrolment WHERE term_id = %(term)s
"""
# Every fact takes each of its values; a household of one to six earns up to 4,000 baht a head.
FACTS = """
INSERT INTO screening_pmtfacts (form_id, layout, facts, income_satang, household_size)
SELECT form.id, %%(layout)s, ARRAY[%(facts)s]::smallint[], (1 + n %%%% 6) * (n %%%% 41) * 10000, 1 + n %%%% 6
FROM screening_form01 form JOIN eqfund_enrolment enrolment ON enrolment.id = form.enrolment_id
CROSS JOIN LATERAL (SELECT (form.id %%%% 1000000007)::int) number(n)
WHERE enrolment.term_id = %%(term)s
"""
