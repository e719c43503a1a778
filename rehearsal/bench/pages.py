"""The lists of the start of the term as the fund opens them, over the whole country: 1.3 million with --size 1300000.

30,000 schools under the real offices; each pupil stands in a class of six, two in five are to be visited,
half hold a continuing grant. Every page is opened many times by one who sees the country; beside each stands
a page that lists nothing (one's own account), so that the ratio says what the list itself costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eqfund import clock
from eqfund.access import Role
from eqfund.accounts import first_use, sessions
from eqfund.fields import seal
from eqfund.models import School, SupervisingOffice, Term
from monitoring.progress import actions

from . import _country

ROLE = "owner"
SIZE = 100_000
SCHOOLS = 30_000
TURNS = 15

type Row = dict[str, Any]


def rows(size: int = SIZE) -> Iterator[Row]:
    """Fill the country, open each list some times."""
    term = _term()
    users = [_country.person(role, "pages") for role in _ROLES]
    _fill(term, size, [user.pk for user in users])
    client = Client(headers={"host": "localhost"})
    client.force_login(users[0], backend=sessions.BACKEND)
    first_use.mark(session := client.session, users[0], factor=True)
    session.save()
    seconds = _counted(term)
    yield _country.row("count every office for the snapshots that the lists show", seconds)
    _count, fastest, empty = _opened(client, reverse("account"))
    yield {
        "name": f"a page without a list, p95 (fastest {fastest * 1000:.0f} ms)",
        "seconds": empty,
    }
    for name, url in _pages():
        count, fastest, p95 = _opened(client, url)
        told = f"{name}, p95 ({count} queries, fastest {fastest * 1000:.0f} ms)"
        yield _country.row(told, p95, empty)


def _counted(term: Term) -> float:
    """What the ticks of some minutes do after a change that touches the whole country."""
    begun = clock.stopwatch()
    actions.note_touched(term)
    actions.recount(term, at=clock.now(), most=SupervisingOffice.objects.count())
    return clock.stopwatch() - begun


_ROLES = (Role.FUND_OFFICER, Role.FUND_APPROVER, Role.FUND_FINANCE)


def _pages() -> Iterator[tuple[str, str]]:
    """The lists, with a first and a far page, and what narrows them."""
    school = School.objects.order_by("-pk")[1000]
    office = SupervisingOffice.objects.get(pk=school.office_id)
    accounts, schools = reverse("payments:accounts"), reverse("schools:schools")
    yield "schools", schools
    yield "schools, page 500", f"{schools}?page=500"
    yield "schools by name", f"{schools}?name=1234"
    yield "schools in one state", f"{schools}?state=changed"
    yield "accounts", accounts
    yield "accounts, page 500", f"{accounts}?page=500"
    yield "accounts that wait for the fund", f"{accounts}?waiting=fund"
    yield "accounts of one affiliation", f"{accounts}?affiliation={office.affiliation_id}"
    yield "accounts by name", f"{accounts}?q=1234"
    yield "rolls by office", reverse("rolls:rolls")
    yield "rolls of an office", reverse("rolls:office", args=[office.pk])
    yield "visits by office", reverse("screening:visits")
    yield "visits of an office", f"{reverse('screening:visits')}?office={office.pk}"
    yield "visits of a school", f"{reverse('screening:visits')}?school={school.pk}"
    yield "continuing group by office", reverse("payments:continuing")
    yield "continuing group of an office", f"{reverse('payments:continuing')}?office={office.pk}"
    yield "duplicates, a school's side", reverse("duplicates:tickets")
    yield "duplicates, settled", f"{reverse('duplicates:tickets')}?show=settled"
    yield "duplicates to compare", reverse("duplicates:pairs")
    yield "hand-overs", reverse("handover:handovers")
    yield "pupils by name", f"{reverse('registry:pupils')}?name=สมมติ12345"
    yield "progress by office", reverse("progress:offices")
    yield "home", reverse("home")


def _opened(client: Client, url: str) -> tuple[int, float, float]:
    """How many queries a page takes; the fastest of some openings, and the 95th of a hundred."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    if response.status_code != 200:
        raise AssertionError(f"{url}: {response.status_code}")
    count, found = len(queries), []
    for _turn in range(TURNS):
        begun = clock.stopwatch()
        client.get(url)
        found.append(clock.stopwatch() - begun)
    return count, min(found), sorted(found)[round(0.95 * (TURNS - 1))]


def _term() -> Term:
    day = clock.today()
    days = {"opens_on": day.replace(day=1), "closes_on": day.replace(year=day.year + 1)}
    return Term.objects.get_or_create(year_be=2569, number=1, defaults=days)[0]


def _fill(term: Term, size: int, people: list[int]) -> None:
    call_command("load_offices", verbosity=0)
    values = {
        "term": term.pk,
        "year": term.year_be,
        "schools": SCHOOLS,
        "pupils": size,
        "id": seal(b"1101700203450", "national_id"),
        "account": seal(b"9800000001", "account_number"),
        "pairs": size // 250,
        **dict(zip(("officer", "approver", "finance"), people, strict=True)),
    }
    for part in (_PLACES, _CHILDREN, _WORK):
        _country.fill(part, values)


_PLACES = (
    """INSERT INTO eqfund_school (office_id, name, moe_code, smis_code, province_code, subdistrict_code, address,
        phone, email, is_demo, path)
        SELECT o.id, 'โรงเรียน ' || md5(n::text), to_char(9800000000 + n, 'FM0000000000'), '', '50', '', '', '', '',
            false, o.path || 'r' || n || '/'
        FROM generate_series(1, %(schools)s) n
        JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS at, count(*) OVER () AS of
                FROM eqfund_supervisingoffice) o ON o.at = n %% o.of""",
    """INSERT INTO eqfund_classroom (school_id, year_be, grade, room, path)
        SELECT s.id, %(year)s, 'P' || k, '1', s.path || k || '/' FROM eqfund_school s, generate_series(1, 6) k""",
)
# sort_key holds n, which decides all: school, class, visit, grant. Its order has nothing to do with the keys'.
_CHILDREN = (
    """INSERT INTO eqfund_identity (kind, id_index, number, last4)
        SELECT 'national_id', sha256(convert_to('bench' || n, 'UTF8')), %(id)s, '3450'
        FROM generate_series(1, %(pupils)s) n""",
    """INSERT INTO eqfund_pupil (identity_id, title, first_name, last_name, sort_key, sex, birth_date, is_demo, path)
        SELECT i.id, 'เด็กหญิง', 'สมมติ' || n, 'ตัวอย่าง' || n %% 7919, n::text, 'f', date '2016-05-16' + n %% 2000,
            false, room.path
        FROM generate_series(1, %(pupils)s) n
        JOIN eqfund_identity i ON i.id_index = sha256(convert_to('bench' || n, 'UTF8'))
        JOIN eqfund_school s ON s.moe_code = to_char(9800000001 + n %% %(schools)s, 'FM0000000000')
        JOIN eqfund_classroom room ON room.school_id = s.id AND room.grade = 'P' || 1 + n / %(schools)s %% 6""",
    """INSERT INTO eqfund_enrolment (pupil_id, term_id, classroom_id, path, student_number, status, starts_on)
        SELECT p.id, %(term)s, room.id, p.path, '', 'studying', current_date
        FROM eqfund_pupil p JOIN eqfund_classroom room ON room.path = p.path""",
)
_WORK = (
    """INSERT INTO screening_homevisit (enrolment_id, evidence, reason, note, proposed_at, is_ticked, skip_reason,
        decided_by_id, decided_at, visited_on, visited_by_id, outcome, outcome_note)
        SELECT e.id, '{marked_poor}', '', '', now(), n %% 10 > 0, CASE WHEN n %% 10 = 0 THEN 'declined' ELSE '' END,
            CASE WHEN n %% 10 = 0 THEN %(officer)s END, CASE WHEN n %% 10 = 0 THEN now() END,
            CASE WHEN n %% 10 = 1 THEN current_date END, CASE WHEN n %% 10 = 1 THEN %(officer)s END,
            CASE WHEN n %% 10 = 1 THEN 'met' ELSE '' END, ''
        FROM eqfund_enrolment e JOIN eqfund_pupil p ON p.id = e.pupil_id
        CROSS JOIN LATERAL (SELECT p.sort_key::int AS n) f WHERE n %% 10 < 4""",
    """INSERT INTO screening_form01 (enrolment_id, version, client_id, status, answers, private, unread, prefilled,
        sections_saved, revision, started_by_id, started_at, saved_by_id, saved_at, late, returned_reason,
        officer_decision, officer_reason, officer, signed_capacity, withdrawn_reason)
        SELECT e.id, 2569, gen_random_uuid(), 'draft', '{}', '', '', '{}', '{}', 1, %(officer)s, now(), %(officer)s,
            now(), false, '', '', '', '', '', ''
        FROM eqfund_enrolment e JOIN eqfund_pupil p ON p.id = e.pupil_id WHERE p.sort_key::int %% 10 = 2""",
    """INSERT INTO screening_grant (pupil_id, enrolment_id, "group", first_term, last_term, status, source,
        former_channel, given_at, end_reason, end_note)
        SELECT e.pupil_id, e.id, 'continuing', 25682, 25702, 'active', 'predecessor', '', now(), '', ''
        FROM eqfund_enrolment e JOIN eqfund_pupil p ON p.id = e.pupil_id WHERE p.sort_key::int %% 10 >= 5""",
    """INSERT INTO payments_receivingchannel (pupil_id, kind, promptpay_state, is_current, set_at)
        SELECT p.id, 'promptpay_pupil', 'opened', true, now() FROM eqfund_pupil p WHERE p.sort_key::int %% 10 >= 6""",
    """INSERT INTO payments_continuingconfirmation (grant_id, term_id, enrolment_id, confirmed_by_id, confirmed_at,
        unchanged)
        SELECT g.id, %(term)s, g.enrolment_id, %(officer)s, now(), true
        FROM screening_grant g JOIN eqfund_pupil p ON p.id = g.pupil_id WHERE p.sort_key::int %% 10 >= 8""",
    """INSERT INTO payments_schoolbankaccount (school_id, bank_code, number, last4, name, dedicated, status, reason,
        proposed_by_id, proposed_at, director_id, director_at, decided_by_id, decided_at)
        SELECT id, '006', %(account)s, '0001', 'เงิน กสศ. เพื่อ' || name, true, v.status, '', %(finance)s, now(),
            CASE WHEN v.status <> 'proposed' THEN %(approver)s END, CASE WHEN v.status <> 'proposed' THEN now() END,
            CASE WHEN v.status = 'accepted' THEN %(officer)s END, CASE WHEN v.status = 'accepted' THEN now() END
        FROM eqfund_school s CROSS JOIN LATERAL (SELECT CASE s.id %% 4 WHEN 0 THEN 'proposed'
            WHEN 1 THEN 'director_approved' ELSE 'accepted' END) v(status)""",
    """INSERT INTO eqfund_profileconfirmation (school_id, term_id, by_id, at, digest, facts)
        SELECT id, %(term)s, %(officer)s, now(), CASE WHEN id %% 3 = 0 THEN profile_digest ELSE 'x' END, '{}'
        FROM eqfund_school WHERE id %% 2 = 0""",
    """INSERT INTO eqfund_rollconfirmation (classroom_id, term_id, by_id, at, digest, pupils, without_id)
        SELECT id, %(term)s, %(officer)s, now(), 'x', 7, 0 FROM eqfund_classroom WHERE id %% 2 = 0""",
    """INSERT INTO eqfund_rollmark (classroom_id, term_id, enrolment_id, kind, note, was, made_by_id, made_at, outcome)
        SELECT classroom_id, %(term)s, id, 'name', '', '', %(officer)s, now(), '' FROM eqfund_enrolment
        WHERE id %% 100 = 0""",
    """INSERT INTO eqfund_duplicatepair (term_id, band, agree, first_key, second_key, apart, path, digest, state,
        found_at, due_at, outcome, ground, reason, settled_at)
        SELECT %(term)s, 'likely', '{}', p.id, p.id + 1, 'country', 'TH/', '', CASE WHEN done THEN 'settled' ELSE 'open' END,
            now(), now() + interval '10 days', CASE WHEN done THEN 'different' ELSE '' END,
            CASE WHEN done THEN 'answers' ELSE '' END, '', CASE WHEN done THEN now() END
        FROM (SELECT id, row_number() OVER (ORDER BY id) %% 2 = 0 AS done FROM eqfund_pupil
               WHERE id %% 2 = 0 ORDER BY id LIMIT %(pairs)s) p""",
    """INSERT INTO eqfund_duplicateside (pair_id, position, path, pupil_id, answer, note)
        SELECT d.id, side, school_of(p.path), p.id, '', '' FROM eqfund_duplicatepair d CROSS JOIN generate_series(1, 2) side
        JOIN eqfund_pupil p ON p.id = d.first_key + side - 1""".replace(
        "school_of(p.path)", "regexp_replace(p.path, '[^/]+/$', '')"
    ),
    """INSERT INTO eqfund_handover (pupil_id, term_id, way, status, from_enrolment_id, from_school_id, from_path,
        from_name, from_office, to_school_id, to_path, to_name, to_office, child_name, birth_year_be, grade, last4,
        moved_on, message, proposed_by_id, proposed_at, due_on, lapses_on, refusal, lapse, note)
        SELECT e.pupil_id, %(term)s, 'registry', 'proposed', e.id, room.school_id, e.path, s.name, '', t.id,
            t.path, t.name, '', 'สมมติ', 2559, 'P1', '3450', current_date, '', %(officer)s, now(), current_date + 9,
            current_date + 30, '', '', ''
        FROM eqfund_enrolment e JOIN eqfund_classroom room ON room.id = e.classroom_id
        JOIN eqfund_school s ON s.id = room.school_id JOIN eqfund_school t ON t.id = s.id + 1 WHERE e.id %% 100 = 3""",
)
