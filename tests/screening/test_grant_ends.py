"""Ending a grant: what follows is said first; a mistaken end is undone by two people."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from eqfund import clock
from eqfund.models import Affiliation, Enrolment, Event
from eqfund.refusal import Refused
from eqfund.school_year import TermKey
from screening.actions import grants as actions, revivals
from screening.models import Grant, GrantRevival
from screening.queries.grant_ends import end_plan
from screening.rules.grant_ends import Subsidy, way_of
from tests.conftest import moment

pytestmark = pytest.mark.usefixtures("in_english")
MAY, JUNE = moment("2569-05-08 09:00"), moment("2569-06-08 09:00")


@pytest.fixture
def grant(calendar, make_pupils):
    enrolment = Enrolment.objects.get(pupil=make_pupils(1)[0])
    return Grant.objects.create(
        pupil=enrolment.pupil,
        enrolment=enrolment,
        group="continuing",
        first_term=TermKey(2568, 1),
        last_term=TermKey(2570, 2),
        source="predecessor",
        given_at=MAY,
    )


@pytest.fixture
def ended(grant, admin):
    actions.end_grant(grant, reason="died", note="ใบมรณบัตร 12", by=admin, at=MAY)
    return grant


# The way of each affiliation.


@pytest.mark.parametrize(
    ("affiliation", "registry", "laid_down", "subsidy"),
    [
        ("OBEC", "DMC", True, Subsidy.LOST),
        ("LAO", "LEC", False, Subsidy.ASK),
        ("OPEC", "OPEC", False, Subsidy.NONE),
        ("BMA", "BEMIS", False, Subsidy.NONE),
        ("BPP", "", False, Subsidy.NONE),
        ("ONAB", "", False, Subsidy.NONE),
    ],
)
def test_only_obec_has_a_way_that_the_letter_lays_down(affiliation, registry, laid_down, subsidy):
    way = way_of(affiliation)

    assert (way.registry, way.laid_down, way.subsidy) == (registry, laid_down, subsidy)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("OBEC", "In DMC, take off the mark “ยากจน”"),
        ("LAO", "In LEC the mark is “ต้องการสมัครขอรับทุน”: ask the office"),
        ("OPEC", "Ask the office what is to be changed in OPEC"),
        ("BPP", "Ask the supervising office"),
    ],
)
def test_what_is_done_upstream_follows_the_affiliation(grant, office, calendar, code, said):
    Affiliation.objects.filter(pk=office.affiliation_id).update(code=code)

    plan = end_plan(grant, "no_longer_poor", calendar, MAY)

    assert any(said in todo for todo in plan.todo)
    assert any("basic-needs" in loss for loss in plan.loses) == (code in ("OBEC", "LAO"))
    assert plan.money == ["No round that is still to be built pays this pupil."]


def test_who_left_is_taken_off_the_roll_and_loses_no_subsidy(grant, calendar):
    plan = end_plan(grant, "moved", calendar, MAY)

    assert len(plan.loses) == 1
    assert any("new group" in todo for todo in plan.todo)


# The pages.


def test_the_page_asks_why_says_what_follows_and_then_ends(grant, sign_in, admin):
    client = sign_in(admin)
    address = reverse("screening:grant-end", args=[grant.pk])

    with clock.rehearse(JUNE):
        assert "Why the grant ends" in client.get(address).text
        assert "Choose why the grant ends." in client.get(address, {"go": "1"}).text
        shown = client.get(address, {"reason": "no_longer_poor"}).text
        assert "basic-needs subsidy" in shown
        assert "take off the mark" in shown
        untold = client.post(address, {"reason": "no_longer_poor"})
        assert (untold.status_code, "Tell the family first" in untold.text) == (422, True)
        assert client.post(address, {"reason": "no_longer_poor", "told": "on"}).status_code == 302
        again = client.post(address, {"reason": "died"})
    grant.refresh_from_db()
    assert (grant.status, grant.end_reason) == ("ended", "no_longer_poor")
    assert (again.status_code, "already ended" in again.text) == (409, True)


def test_a_teacher_reads_who_ends_a_grant_and_does_not(grant, sign_in, teacher):
    client = sign_in(teacher)

    shown = client.get(reverse("screening:grant", args=[grant.pk])).text
    assert "The school's admin, or the fund, ends a grant" in shown.replace("&#x27;", "'")
    assert client.get(reverse("screening:grant-end", args=[grant.pk])).status_code == 403


# Undone by two.


def test_a_mistaken_end_is_undone_by_another_and_what_it_said_is_kept(
    ended, calendar, admin, fund_officer
):
    asked = revivals.ask_revival(ended, reason="คนละคนกัน", by=admin, at=MAY)
    ended.refresh_from_db()
    assert ended.status == "ended", "asking changes nothing yet"

    revivals.decide_revival(asked, grant=True, answer="", by=fund_officer, at=JUNE)

    ended.refresh_from_db()
    assert (ended.status, ended.end_reason, ended.end_note) == ("active", "", "")
    assert (ended.ended_at, ended.ended_by) == (None, None)
    assert Grant.objects.alive_in(calendar).get() == ended
    kept = ended.revivals.get()
    assert (kept.end_reason, kept.end_note, kept.ended_by) == ("died", "ใบมรณบัตร 12", admin)
    assert (kept.status, kept.decided_by, kept.decided_at) == ("granted", fund_officer, JUNE)
    assert Event.objects.filter(verb__in=["ask_revival", "decide_revival"]).count() == 2


def test_an_end_that_stands_says_why_and_may_be_asked_about_again(ended, admin, fund_officer):
    asked = revivals.ask_revival(ended, reason="x", by=admin, at=MAY)
    with pytest.raises(Refused, match="Say why the end stands"):
        revivals.decide_revival(asked, grant=False, answer=" ", by=fund_officer, at=JUNE)

    revivals.decide_revival(asked, grant=False, answer="ตรวจแล้ว", by=fund_officer, at=JUNE)

    ended.refresh_from_db()
    assert ended.status == "ended"
    with pytest.raises(Refused, match="decided already"):
        revivals.decide_revival(asked, grant=True, answer="", by=fund_officer, at=JUNE)
    revivals.ask_revival(ended, reason="มีหลักฐานใหม่", by=admin, at=JUNE)


def test_nobody_decides_what_they_asked(ended, fund_officer, fund_approver):
    asked = revivals.ask_revival(ended, reason="x", by=fund_officer, at=MAY)

    with pytest.raises(Refused, match="does not decide it"):
        revivals.decide_revival(asked, grant=True, answer="", by=fund_officer, at=JUNE)
    revivals.decide_revival(asked, grant=True, answer="", by=fund_approver, at=JUNE)


@pytest.mark.parametrize("person", ["teacher", "director", "office_admin", "outsider"])
def test_others_neither_ask_nor_decide(ended, admin, person, request):
    someone = request.getfixturevalue(person)
    with pytest.raises(Refused):
        revivals.ask_revival(ended, reason="x", by=someone, at=MAY)
    asked = revivals.ask_revival(ended, reason="x", by=admin, at=MAY)
    for other in (someone, admin):
        with pytest.raises(Refused):
            revivals.decide_revival(asked, grant=True, answer="", by=other, at=JUNE)


def test_what_is_not_to_be_undone_is_not_asked_about(grant, admin, fund_officer):
    with pytest.raises(Refused, match="has not ended"):
        revivals.ask_revival(grant, reason="x", by=admin, at=MAY)
    actions.end_grant(grant, reason="left", by=admin, at=MAY)
    with pytest.raises(Refused, match="Say why"):
        revivals.ask_revival(grant, reason=" ", by=admin, at=MAY)
    asked = revivals.ask_revival(grant, reason="x", by=admin, at=MAY)
    with pytest.raises(Refused, match="asked already"):
        revivals.ask_revival(grant, reason="x", by=fund_officer, at=MAY)
    Grant.objects.create(
        pupil=grant.pupil,
        enrolment=grant.enrolment,
        group="new",
        first_term=TermKey(2569, 1),
        last_term=TermKey(2571, 2),
        source="predecessor",
        given_at=JUNE,
    )
    with pytest.raises(Refused, match="another grant by now"):
        revivals.decide_revival(asked, grant=True, answer="", by=fund_officer, at=JUNE)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"status": "lost", "by": "another", "decided_at": JUNE}, "grant_revival_status_is_known"),
        ({"status": "granted"}, "grant_revival_decided_says_who"),
        ({"decided_at": JUNE}, "grant_revival_decided_says_who"),
        ({"status": "granted", "by": "asker", "decided_at": JUNE}, "is_decided_by_another"),
    ],
)
def test_what_the_database_refuses(ended, admin, fund_officer, change, name):
    revivals.ask_revival(ended, reason="x", by=admin, at=MAY)
    who = {"asker": admin, "another": fund_officer}
    change = {("decided_by" if k == "by" else k): who.get(v, v) for k, v in change.items()}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        GrantRevival.objects.update(**change)


def test_the_school_asks_and_the_fund_undoes_on_the_grants_page(
    ended, sign_in, admin, fund_officer
):
    page = reverse("screening:grant", args=[ended.pk])
    ask = reverse("screening:grant-revive", args=[ended.pk])
    decide = reverse("screening:grant-revival-decide", args=[ended.pk])
    client = sign_in(admin)
    assert client.post(ask, {"reason": ""}).status_code == 422
    assert client.post(ask, {"reason": "บันทึกผิดคน"}).status_code == 302
    assert "waits for the fund" in client.get(page).text
    assert client.post(decide, {"decision": "grant"}).status_code == 403

    client = sign_in(fund_officer)
    assert "บันทึกผิดคน" in client.get(page).text
    assert client.post(decide, {"decision": "grant", "answer": ""}).status_code == 302
    assert "the end was undone" in client.get(page).text
    ended.refresh_from_db()
    assert ended.status == "active"
