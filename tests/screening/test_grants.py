"""Grants: one alive per pupil, ended once; the predecessor's list, tolerant and reported by row."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from eqfund.models import Enrolment, Event
from eqfund.refusal import Refused
from eqfund.school_year import TermKey
from screening.actions import grants as actions
from screening.actions.grants import ListRow
from screening.models import AwaitedGrant, Grant, GrantSuspension
from tests.conftest import moment

pytestmark = pytest.mark.usefixtures("in_english")
MAY, JUNE = moment("2569-05-08 09:00"), moment("2569-06-08 09:00")
BEFORE = moment("2569-05-07 09:00")


@pytest.fixture
def grant(term, make_pupils):
    enrolment = Enrolment.objects.get(pupil=make_pupils(1)[0])
    return Grant.objects.create(
        pupil=enrolment.pupil,
        enrolment=enrolment,
        group="continuing",
        first_term=TermKey(2568, 1),
        last_term=TermKey(2570, 2),
        source="predecessor",
        former_channel="promptpay_pupil",
        given_at=MAY,
    )


def test_a_grant_ends_once_with_its_reason(grant, admin, fund_officer, term):
    assert Grant.objects.alive_in(term).count() == 1

    actions.end_grant(grant, reason="died", note="เสียชีวิต 1 พ.ค.", by=admin, at=MAY)

    assert (grant.status, grant.end_reason, grant.ended_by) == ("ended", "died", admin)
    assert not Grant.objects.alive_in(term).exists()
    with pytest.raises(Refused, match="already ended"):
        actions.end_grant(grant, reason="left", by=fund_officer, at=MAY)


def test_two_ends_at_once_count_once(grant, admin):
    seen_before = Grant.objects.get(pk=grant.pk)
    actions.end_grant(grant, reason="died", by=admin, at=MAY)

    with pytest.raises(Refused, match="Someone else"):
        actions.end_grant(seen_before, reason="died", by=admin, at=MAY)


def test_a_teacher_and_a_stranger_end_nothing(grant, teacher, make_user, other_school):
    for person in (teacher, make_user("school_admin", other_school.path)):
        with pytest.raises(Refused):
            actions.end_grant(grant, reason="died", by=person, at=MAY)


def test_an_ended_grant_makes_room_for_another(grant, admin):
    values = {
        "pupil": grant.pupil,
        "enrolment": grant.enrolment,
        "group": "continuing",
        "first_term": TermKey(2569, 1),
        "last_term": TermKey(2571, 2),
        "source": "predecessor",
        "given_at": MAY,
    }
    with pytest.raises(IntegrityError, match="grant_one_active_per_pupil"), transaction.atomic():
        Grant.objects.create(**values)
    with pytest.raises(IntegrityError, match="grant_one_active"), transaction.atomic():
        Grant.objects.create(**values, status="suspended")
    actions.end_grant(grant, reason="given_in_error", by=admin, at=MAY)
    Grant.objects.create(**values)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"group": "old"}, "grant_group_is_known"),
        ({"status": "lost"}, "grant_status_is_known"),
        ({"status": "ended"}, "grant_ended_says_why"),
        ({"end_reason": "died"}, "grant_ended_says_why"),
        ({"end_reason": "bored", "status": "ended", "ended_at": MAY}, "grant_end_reason_is_known"),
        ({"former_channel": "cash"}, "grant_channel_is_known"),
        ({"last_term": TermKey(2567, 2)}, "grant_ends_after_it_begins"),
        ({"source": "form05"}, "grant_comes_from_a_line"),
        ({"source": "friend"}, "grant_comes_from_a_line"),
    ],
)
def test_what_the_database_refuses(change, name, grant):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(**change)


def row_of(pupil, number=1, school="1050000001", first="1/2568", channel="school_account"):
    return ListRow(number, pupil.identity.number, school, TermKey.parse(first), channel)


def test_a_row_waits_for_its_pupil_and_then_gives_a_grant(term, make_pupils):
    unknown = ListRow(1, "1101700203450", "1050000001", TermKey(2568, 1), "promptpay_pupil")
    here = make_pupils(1)[0]
    assert actions.load_grants([unknown, row_of(here, 2)], by=None, at=MAY) == set()

    counts = actions.settle_grants(term, by=None, at=MAY)

    assert counts == {"granted": 1, "moved": 0, "already": 0, "over": 0, "waiting": 1}
    grant = Grant.objects.get()
    assert (grant.pupil, grant.source, grant.group) == (here, "predecessor", "continuing")
    assert (grant.first_term, grant.last_term) == (TermKey(2568, 1), TermKey(2570, 2))
    assert grant.former_channel == "school_account"
    assert actions.settle_grants(term, by=None, at=MAY)["granted"] == 1
    assert Grant.objects.count() == 1


def test_each_row_has_its_outcome(term, make_pupils, other_classroom):
    stayed, moved, over, already, by_smis = make_pupils(5)
    Enrolment.objects.filter(pupil=moved).update(
        classroom=other_classroom, path=other_classroom.path
    )
    rows = [
        row_of(stayed, 1),
        row_of(moved, 2),
        row_of(over, 3, first="1/2566"),
        row_of(already, 4),
        row_of(by_smis, 5, school="50010001", first="2/2568"),
    ]
    enrolment = Enrolment.objects.get(pupil=already)
    Grant.objects.create(
        pupil=already,
        enrolment=enrolment,
        group="continuing",
        first_term=TermKey(2568, 2),
        last_term=TermKey(2571, 1),
        source="predecessor",
        given_at=MAY,
    )
    actions.load_grants(rows, by=None, at=MAY)

    actions.settle_grants(term, by=None, at=MAY)

    outcomes = AwaitedGrant.objects.order_by("row_no").values_list("outcome", flat=True)
    assert list(outcomes) == ["granted", "moved", "over", "already", "granted"]


def test_a_list_is_loaded_once(term, make_pupils, fund_officer, admin):
    pupil = make_pupils(1)[0]
    rows = [row_of(pupil, n) for n in (1, 2)]

    assert actions.load_grants(rows, by=fund_officer, at=MAY) == {2}
    assert actions.load_grants(rows, by=fund_officer, at=MAY) == {1, 2}
    assert AwaitedGrant.objects.count() == 1
    for attempt in (
        lambda: actions.load_grants(rows, by=admin, at=MAY),
        lambda: actions.settle_grants(term, by=admin, at=MAY),
    ):
        with pytest.raises(Refused):
            attempt()


def test_what_the_database_refuses_of_a_row(term, make_pupils):
    actions.load_grants([row_of(make_pupils(1)[0])], by=None, at=MAY)
    with pytest.raises(IntegrityError, match="awaited_grant_outcome"), transaction.atomic():
        AwaitedGrant.objects.update(outcome="lost")
    row = AwaitedGrant.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError, match="awaited_grant_once"), transaction.atomic():
        row.save(force_insert=True)


def run(path, *options):
    out = StringIO()
    call_command("import_grants", str(path), *options, stdout=out)
    return out.getvalue()


def test_the_command_is_tolerant_and_reports_by_row(tmp_path, term, make_pupils):
    first, second = make_pupils(2)
    dashed = "-".join((first.identity.number[:1], first.identity.number[1:]))
    thai = second.identity.number.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    path = tmp_path / "grants.csv"
    path.write_text(
        "\ufeffเลขประจำตัวประชาชน,รหัสสถานศึกษา,ภาคเรียนแรก,ช่องทาง\n"
        f'"{dashed}", 1050000001 ,1/2568,พร้อมเพย์เลขบัตรประชาชนนักเรียน\n'
        f"{thai},๑๐๕๐๐๐๐๐๐๑,๑/๒๕๖๘,school_account\n"
        "1101700203451,1050000001,1/2568,school_account\n"
        f"{first.identity.number},1050000001,1/2568,school_account\n"
        "1101700203450,105,1/2568,school_account\n"
        "1101700203450,1050000001,2568,school_account\n"
        "1101700203450,1050000001,1/2568,pigeon\n"
        "\n"
        "G123456789012,1050000001,2/2568,\n",
        encoding="utf-8",
    )

    told = run(path, "--term", "1/2569")

    assert Grant.objects.count() == 2
    assert AwaitedGrant.objects.filter(outcome="waiting").count() == 1
    for row, word in (
        (4, "check digit"),
        (5, "already"),
        (6, "school"),
        (7, "term"),
        (8, "channel"),
    ):
        assert any(f"row {row}" in line and word in line for line in told.splitlines()), (row, word)
    assert "1101700203451" not in told, "ids are never printed"


def test_the_command_refuses_a_file_without_its_columns(tmp_path, term):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")

    with pytest.raises(CommandError, match="columns"):
        run(path)


def test_the_command_refuses_a_term_that_is_not_there(tmp_path, term):
    path = tmp_path / "x.csv"
    path.write_text("id,school_code,first_term,channel\n", encoding="utf-8")

    with pytest.raises(CommandError, match="1/2570"):
        run(path, "--term", "1/2570")


def test_a_suspended_grant_gives_no_right_until_it_is_resumed(grant, fund_officer, term):
    actions.suspend_grant(grant, reason="ตรวจสอบข้อร้องเรียน", by=fund_officer, at=MAY)

    assert grant.status == "suspended"
    assert not Grant.objects.alive_in(term).exists()
    with pytest.raises(Refused, match="suspended already"):
        actions.suspend_grant(grant, reason="อีกครั้ง", by=fund_officer, at=MAY)

    actions.resume_grant(grant, reason="ไม่พบความผิด", by=fund_officer, at=JUNE)

    assert Grant.objects.alive_in(term).get() == grant
    kept = grant.suspensions.get()
    assert (kept.reason, kept.suspended_at, kept.suspended_by) == (
        "ตรวจสอบข้อร้องเรียน",
        MAY,
        fund_officer,
    )
    assert (kept.lifted_reason, kept.lifted_at, kept.lifted_by) == (
        "ไม่พบความผิด",
        JUNE,
        fund_officer,
    )
    with pytest.raises(Refused, match="not suspended"):
        actions.resume_grant(grant, reason="อีกครั้ง", by=fund_officer, at=JUNE)
    verbs = Event.objects.filter(verb__in=["suspend_grant", "resume_grant"])
    assert verbs.count() == 2


def test_suspending_and_resuming_say_why(grant, fund_officer):
    with pytest.raises(Refused, match="Say why"):
        actions.suspend_grant(grant, reason=" ", by=fund_officer, at=MAY)
    actions.suspend_grant(grant, reason="x", by=fund_officer, at=MAY)
    with pytest.raises(Refused, match="Say why"):
        actions.resume_grant(grant, reason="", by=fund_officer, at=MAY)


def test_a_school_neither_suspends_nor_resumes(grant, admin, fund_officer):
    with pytest.raises(Refused):
        actions.suspend_grant(grant, reason="x", by=admin, at=MAY)
    actions.suspend_grant(grant, reason="x", by=fund_officer, at=MAY)
    with pytest.raises(Refused):
        actions.resume_grant(grant, reason="x", by=admin, at=MAY)


def test_of_two_suspensions_at_once_one_counts(grant, fund_officer):
    seen_before = Grant.objects.get(pk=grant.pk)
    actions.suspend_grant(grant, reason="x", by=fund_officer, at=MAY)

    with pytest.raises(Refused, match="Someone else"):
        actions.suspend_grant(seen_before, reason="x", by=fund_officer, at=MAY)


def test_an_ended_grant_is_not_suspended_and_ending_closes_a_suspension(grant, admin, fund_officer):
    actions.suspend_grant(grant, reason="x", by=fund_officer, at=MAY)

    actions.end_grant(grant, reason="left", by=admin, at=JUNE)

    assert (grant.status, grant.suspensions.get().lifted_by) == ("ended", admin)
    with pytest.raises(Refused, match="already ended"):
        actions.suspend_grant(grant, reason="x", by=fund_officer, at=JUNE)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"lifted_at": JUNE}, "lifted_at_and_by_go_together"),
        ({"lifted_by": True, "lifted_at": BEFORE}, "lifted_after_it_begins"),
    ],
)
def test_what_the_database_refuses_of_a_suspension(change, name, grant, fund_officer):
    actions.suspend_grant(grant, reason="x", by=fund_officer, at=MAY)
    if "lifted_by" in change:
        change = {**change, "lifted_by": fund_officer}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        GrantSuspension.objects.update(**change)
    with pytest.raises(IntegrityError, match="once_at_a_time"), transaction.atomic():
        GrantSuspension.objects.create(
            grant=grant, reason="x", suspended_at=MAY, suspended_by=fund_officer
        )


def test_the_fund_suspends_and_resumes_on_the_grants_page(grant, sign_in, fund_officer, admin):
    page = reverse("screening:grant", args=[grant.pk])
    suspend, resume = (
        reverse(f"screening:grant-{verb}", args=[grant.pk]) for verb in ("suspend", "resume")
    )
    client = sign_in(fund_officer)
    assert suspend in client.get(page).text

    assert client.post(suspend, {"reason": ""}).status_code == 422
    assert client.post(suspend, {"reason": "ตรวจสอบ"}).status_code == 302
    shown = client.get(page).text
    assert "ตรวจสอบ" in shown
    assert resume in shown
    assert suspend not in shown
    refused = client.post(suspend, {"reason": "อีกครั้ง"})
    assert (refused.status_code, "suspended already" in refused.text) == (409, True)
    assert client.post(resume, {"reason": "แล้วเสร็จ"}).status_code == 302
    grant.refresh_from_db()
    assert grant.status == "active"

    client = sign_in(admin)
    assert suspend not in client.get(page).text
    assert client.post(suspend, {"reason": "x"}).status_code == 403
