"""Extensions: proposed by an office, decided by the fund, and what may not be."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from eqfund.calendar import actions
from eqfund.calendar.hooks import waiting_extensions
from eqfund.models import CalendarLine, Event, Extension
from eqfund.refusal import Refused
from eqfund.windows import why_closed

NOW, ASKED = "2569-07-23 09:00", "2569-07-31 17:00"


@pytest.fixture
def line(calendar):
    return CalendarLine.objects.get(term=calendar, activity="form01", affiliation__code="OBEC")


@pytest.fixture
def propose(line, office_admin, school, at):
    def propose(path=school.path, until=ASKED, *, by=office_admin, now=NOW, of=line, **options):
        options = {"reason": "น้ำท่วม ถนนขาด"} | options
        return actions.propose_extension(
            of, path=path, closes_at=at(until), by=by, at=at(now), **options
        )

    return propose


@pytest.fixture
def decide(fund_officer, at):
    def decide(extension, *, grant=True, by=fund_officer, answer="ตามที่เสนอ", **options):
        actions.decide_extension(
            extension, grant=grant, answer=answer, by=by, at=at("2569-07-23 15:00"), **options
        )
        extension.refresh_from_db()
        return extension

    return decide


def test_an_office_proposes_the_fund_grants_and_the_window_stays_open_there(
    propose, decide, school, other_school, calendar, at
):
    late = at("2569-07-31 16:59:59")
    extension = propose()
    assert why_closed(calendar, "form01", school.path, late)

    decide(extension)

    assert extension.status == "granted"
    assert why_closed(calendar, "form01", school.path, late) is None
    assert why_closed(calendar, "form01", school.path, at(ASKED))
    assert why_closed(calendar, "form01", other_school.path, late)
    verbs = Event.objects.filter(object_label="eqfund.Extension").values_list("verb", flat=True)
    assert sorted(verbs) == ["calendar.decide_extension", "calendar.propose_extension"]


def test_a_refused_proposal_opens_nothing_and_says_why(propose, decide, school, calendar, at):
    extension = decide(propose(), grant=False, answer="มีเวลาเพียงพอแล้ว")

    assert (extension.status, extension.answer) == ("refused", "มีเวลาเพียงพอแล้ว")
    assert why_closed(calendar, "form01", school.path, at("2569-07-30 09:00"))


def test_the_fund_may_grant_another_close_than_asked(propose, decide, at):
    extension = decide(propose(), closes_at=at("2569-07-27 17:00"))

    assert extension.closes_at == at("2569-07-27 17:00")


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"until": "2569-07-24 17:00"}, id="not later than the present close"),
        pytest.param({"until": "2569-08-18 00:01"}, id="beyond the announcement that needs it"),
        pytest.param({"reason": "  "}, id="without a reason"),
        pytest.param({"now": "2569-07-01 09:00"}, id="before the window opened"),
        pytest.param({"until": "2569-07-25 17:00", "now": "2569-07-26 09:00"}, id="in the past"),
    ],
)
def test_what_an_office_may_not_propose(options, propose):
    with pytest.raises(Refused):
        propose(**options)
    assert not Extension.objects.exists()


def test_the_very_moment_that_needs_the_work_is_the_limit(propose):
    assert propose(until="2569-08-18 00:00").status == "proposed"


def test_the_fund_goes_beyond_and_another_of_the_fund_decides(
    propose, decide, fund_officer, fund_approver, office
):
    extension = propose(office.path, "2569-08-20 17:00", by=fund_officer)

    with pytest.raises(Refused):
        decide(extension)
    assert decide(extension, by=fund_approver).status == "granted"


def test_a_place_of_another_office_cannot_be_extended(propose, other_school, teacher, school):
    with pytest.raises(Refused):
        propose(other_school.path)
    with pytest.raises(Refused):
        propose(school.path, by=teacher)


def test_only_a_window_that_closes_is_extended(propose, calendar, at):
    profile = CalendarLine.objects.get(activity="school_profile", affiliation__code="OBEC")

    with pytest.raises(Refused):
        propose(of=profile, now="2569-06-01")


def test_one_proposal_waits_for_a_window_and_place(propose, decide):
    first = propose()
    with pytest.raises(Refused):
        propose(until="2569-08-01 17:00")
    decide(first)

    assert propose(until="2569-08-05 17:00").status == "proposed"


def test_a_proposal_is_decided_once(propose, decide):
    extension = decide(propose())

    with pytest.raises(Refused):
        decide(extension, grant=False)
    assert extension.status == "granted"


def test_a_decision_says_why(propose, decide):
    with pytest.raises(Refused):
        decide(propose(), answer=" ")


def test_an_office_does_not_decide(propose, decide, office_admin):
    with pytest.raises(Refused):
        decide(propose(), by=office_admin)


def test_a_withdrawn_proposal_is_over(propose, decide, office_admin, at):
    extension = propose()
    actions.withdraw_extension(extension, by=office_admin, at=at(NOW))

    with pytest.raises(Refused):
        decide(extension)
    with pytest.raises(Refused):
        actions.withdraw_extension(extension, by=office_admin, at=at(NOW))


def test_a_policy_lets_an_office_decide_so_many_days_alone(
    propose, fund_officer, school, office, calendar, at
):
    actions.set_extension_policy("form01", most_days=3, by=fund_officer, at=at(NOW))

    assert propose(until="2569-07-27 17:00").status == "granted"
    assert propose(office.path, until="2569-07-27 17:01").status == "proposed"
    assert why_closed(calendar, "form01", school.path, at("2569-07-27 16:00")) is None
    actions.set_extension_policy("form01", most_days=0, by=fund_officer, at=at(NOW))

    assert propose(until="2569-07-27 17:30").status == "proposed"


def test_a_policy_is_set_by_the_fund_for_work_of_the_calendar(fund_officer, office_admin, line, at):
    for options in (
        {"by": office_admin, "most_days": 3},
        {"by": fund_officer, "most_days": 32},
    ):
        with pytest.raises(Refused):
            actions.set_extension_policy("form01", at=at(NOW), **options)
    with pytest.raises(Refused):
        actions.set_extension_policy("no_such", most_days=1, by=fund_officer, at=at(NOW))


def test_granted_to_oneself_without_a_policy_is_impossible(propose, office_admin, at):
    extension = propose()

    with (
        pytest.raises(IntegrityError, match="extension_decided_by_another_person"),
        transaction.atomic(),
    ):
        Extension.objects.filter(pk=extension.pk).update(
            status="granted", decided_by=office_admin, decided_at=at(NOW)
        )


# --- pages


@pytest.fixture
def page(client, at):
    def page(person, name, *args, data=None, now=NOW, query=None):
        with time_machine.travel(at(now), tick=False):
            client.force_login(
                person, backend="allauth.account.auth_backends.AuthenticationBackend"
            )
            url = reverse(f"calendar:{name}", args=args)
            return client.post(url, data) if data is not None else client.get(url, query or {})

    return page


def test_an_extension_goes_from_the_offices_form_to_the_funds_decision(
    page, line, office_admin, fund_officer, admin, school
):
    asked = {"line": line.pk, "path": school.path, "day": "31/7/2569", "time": "17.00"}
    sent = page(office_admin, "extension-propose", data=asked | {"reason": "น้ำท่วม"})
    extension = Extension.objects.get()
    assert sent.url == reverse("calendar:extension", args=[extension.pk])
    assert len(waiting_extensions(fund_officer, extension.proposed_at)) == 1

    shown = page(fund_officer, "extension", extension.pk)
    assert "น้ำท่วม" in shown.text
    answer = {"day": "31/7/2569", "time": "17.00", "answer": "อนุมัติ", "decision": "grant"}
    page(fund_officer, "extension-decide", extension.pk, data=answer)

    extension.refresh_from_db()
    assert extension.status == "granted"
    assert "อนุมัติ" in page(admin, "extension", extension.pk).text
    assert waiting_extensions(fund_officer, extension.proposed_at) == []


def test_an_empty_form_is_said_beside_its_fields(page, line, office_admin):
    response = page(office_admin, "extension-propose", data={})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"line", "path", "day", "time", "reason"}


def test_a_decision_without_a_reason_is_asked_for(page, propose, fund_officer):
    extension = propose()

    response = page(fund_officer, "extension-decide", extension.pk, data={"decision": "grant"})

    assert response.status_code == 422
    extension.refresh_from_db()
    assert extension.status == "proposed"


def test_an_extension_of_another_office_is_not_found(page, propose, make_user, other_office):
    extension = propose()
    other = make_user("office_admin", other_office.path)

    assert page(other, "extension", extension.pk).status_code == 404
    assert page(other, "extension-withdraw", extension.pk, data={}).status_code == 404
    assert list(page(other, "extensions").context["page"]) == []


def test_the_extension_of_a_whole_office_is_seen_by_its_schools(page, propose, admin, office):
    propose(office.path)

    assert len(page(admin, "extensions").context["page"]) == 1


def test_the_fund_sets_policies_on_their_page(page, line, fund_officer):
    assert "form01" in [
        row.activity for row in page(fund_officer, "extension-policies").context["rows"]
    ]
    page(fund_officer, "extension-policies", data={"activity": "form01", "most_days": 5})

    rows = page(fund_officer, "extension-policies").context["rows"]
    assert {row.activity: row.most_days for row in rows}["form01"] == 5


def test_nothing_to_extend_is_said(page, office_admin, calendar):
    CalendarLine.objects.all().delete()

    assert not page(office_admin, "extension-propose").context["has_windows"]


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same_at_any_length(
    rows, page, line, office_admin, school, at, django_assert_max_num_queries
):
    for n in range(rows):
        Extension.objects.create(
            line=line,
            path=school.path,
            closes_at=at(ASKED) + timedelta(minutes=n),
            reason="x",
            status="withdrawn",
            proposed_by=office_admin,
        )
    page(office_admin, "extensions")

    with django_assert_max_num_queries(14):
        assert len(page(office_admin, "extensions").context["page"]) == rows
