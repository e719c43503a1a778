"""Who sees the fund's joining of two rows, asks for it, proposes and decides it; and second payments on the screen."""

import pytest
from django.urls import reverse

from eqfund import hooks
from eqfund.access import Role
from eqfund.models import DuplicatePair, DuplicateSide, Event, PupilJoin, User
from payments.models import Refund, RefundClaim
from payments.rules.channels import ChannelKind

from .join_world import (  # noqa: F401
    DECIDED,
    join_join,
    join_pair,
    join_propose,
    join_rows,
    join_second,
)
from .payout_world import payout_sign_in, payout_world  # noqa: F401

pytestmark = pytest.mark.django_db
PROMPTPAY = ChannelKind.PROMPTPAY_PUPIL
THREE = {"keeps": "1", "studies": "1"}


def at(name, *args):
    return reverse(f"duplicates:{name}", args=args)


def said(response):
    return response.content.decode()


@pytest.fixture
def approver(world):
    return world.people["fund_approver"]


@pytest.fixture
def both_paid(world, rows):
    for pupil in rows:
        world.cash([pupil], PROMPTPAY)


def test_one_proposes_what_the_page_showed_another_decides_and_both_schools_read_it(
    both_paid, pair, sign_in, fund_officer, approver, admin, make_user, other_school, office_admin
):
    officer, other = (
        sign_in(fund_officer),
        make_user(Role.SCHOOL_ADMIN, other_school.path, "theirs"),
    )

    empty = officer.get(at("pair-join", pair.pk))
    shown = officer.get(at("pair-join", pair.pk), THREE)
    assert empty.context["shown"] is None
    assert "1,500.00 baht" in said(shown) and "PromptPay" in said(shown)
    made = officer.post(
        at("pair-propose", pair.pk),
        {**THREE, "digest": shown.context["shown"].digest, "reason": "ดูสูติบัตรแล้ว"},
    )
    proposed = PupilJoin.objects.get()
    assert made.url == at("join", proposed.pk)
    assert "disabled" in said(officer.get(made.url))

    done = sign_in(approver).post(at("join-decide", proposed.pk), {"yes": "1"})
    assert done.status_code == 302
    assert "1,500.00" in said(officer.get(made.url))
    for person, position in ((admin, 1), (other, 2), (office_admin, 1)):
        side = pair.sides.get(position=position)
        page = said(sign_in(person).get(at("ticket", side.pk)))
        assert "ดูสูติบัตรแล้ว" in page and "1,500.00 baht" in page


def test_a_proposal_without_a_reason_and_a_refusal_without_one_are_asked_for_it(
    pair, propose, sign_in, fund_officer, approver
):
    officer = sign_in(fund_officer)
    assert officer.post(at("pair-propose", pair.pk), {**THREE, "digest": "x"}).status_code == 422
    assert officer.get(at("pair-join", pair.pk), {"keeps": "3"}).status_code == 422
    proposed = propose()
    assert sign_in(approver).post(at("join-decide", proposed.pk), {}).status_code == 422
    again = sign_in(approver).post(at("join-decide", proposed.pk), {"reason": "คนละคน"})
    assert again.status_code == 302
    assert PupilJoin.objects.get().status == "refused"


def test_a_school_asks_for_its_own_two_rows_once_and_the_fund_finds_it(
    pair, sign_in, admin, fund_officer, school
):
    DuplicatePair.objects.update(apart="school", path=school.path)
    DuplicateSide.objects.update(path=school.path)
    side = pair.sides.get(position=1)
    client = sign_in(admin)

    assert "Ask the fund" in said(client.get(at("ticket", side.pk)))
    assert client.post(at("ticket-ask", side.pk), {"reason": " "}).status_code == 409
    assert client.post(at("ticket-ask", side.pk), {"reason": "พิมพ์ซ้ำ"}).status_code == 302
    assert client.post(at("ticket-ask", side.pk), {"reason": "พิมพ์ซ้ำ"}).status_code == 409

    officer = sign_in(fund_officer)
    assert len(officer.get(at("joins"), {"show": "asked"}).context["rows"]) == 1
    assert "พิมพ์ซ้ำ" in said(officer.get(at("pair-join", pair.pk)))
    todos = [todo for task in hooks.home_tasks for todo in task(fund_officer, DECIDED)]
    assert [todo.count for todo in todos if "/joins/" in todo.url] == [1]


def test_nobody_below_the_fund_proposes_reads_or_decides(
    pair, propose, sign_in, admin, office_admin, auditor
):
    proposed = propose()
    for person in (admin, office_admin):
        client = sign_in(person)
        assert client.get(at("joins")).status_code == 403
        assert client.get(at("pair-join", pair.pk)).status_code == 403
        assert client.get(at("join", proposed.pk)).status_code == 403
        assert client.post(at("join-decide", proposed.pk), {"yes": "1"}).status_code == 403
    reader = sign_in(auditor)
    assert reader.get(at("join", proposed.pk)).status_code == 200
    assert reader.post(at("join-decide", proposed.pk), {"yes": "1"}).status_code == 403
    # an office asks only for a pair that is wholly its own
    assert sign_in(office_admin).post(at("pair-ask", pair.pk), {"reason": "-"}).status_code == 404


def many(pair, count):
    for serial in range(count):
        twin = DuplicatePair.objects.create(
            term=pair.term, band="possible", agree=[], first_key=10_000 + serial, second_key=20_000,
            apart="country", path="TH/", digest="-", found_at=DECIDED, due_at=DECIDED,
        )  # fmt: skip
        for side in pair.sides.all():
            DuplicateSide.objects.create(
                pair=twin, position=side.position, path=side.path, pupil=side.pupil
            )
        PupilJoin.objects.create(
            pair=twin, path="TH/", status="asked", asked_reason="-", asked_at=DECIDED,
            asked_by=User.objects.order_by("pk").first(),
        )  # fmt: skip


@pytest.mark.parametrize("count", [1, 52])
def test_the_list_costs_the_same_at_any_length_and_has_a_second_page(
    count, pair, sign_in, fund_officer, django_assert_max_num_queries
):
    many(pair, count)
    client = sign_in(fund_officer)
    client.get(at("joins"))
    with django_assert_max_num_queries(18):
        page = client.get(at("joins"))
    assert len(page.context["rows"]) == min(count, 50)
    if count > 50:
        assert len(client.get(at("joins"), {"page": 2}).context["rows"]) == 2


def test_an_empty_list_says_what_it_is_for(world, sign_in, fund_officer):
    assert "Nobody has asked" in said(sign_in(fund_officer).get(at("joins")))


# --- second payments


@pytest.fixture
def claim(both_paid, join):
    join()
    return RefundClaim.objects.get()


def money(name, *args):
    return reverse(f"payments:{name}", args=args)


def test_the_school_that_paid_makes_the_slip_and_the_page_follows_it(
    claim, sign_in, make_user, other_school, admin
):
    theirs = make_user(Role.SCHOOL_ADMIN, other_school.path, "theirs")
    client = sign_in(theirs)

    assert "to collect" in said(client.get(money("claims")))
    page = said(client.get(money("claim", claim.pk)))
    assert "1,500.00" in page and "PromptPay" in page
    done = client.post(money("claim-slip", claim.pk))
    slip = Refund.objects.get()
    assert done.url == money("refund", slip.pk)
    assert "given back by the family" in said(client.get(done.url))
    assert client.get(money("claims"), {"show": "to_collect"}).context["rows"] == []
    assert len(client.get(money("claims"), {"show": "slip"}).context["rows"]) == 1
    assert client.post(money("claim-slip", claim.pk)).status_code == 409

    ours = sign_in(admin)
    assert ours.get(money("claims")).context["rows"] == []
    assert ours.get(money("claim", claim.pk)).status_code == 404
    assert ours.post(money("claim-slip", claim.pk)).status_code == 404


def test_the_list_leaves_as_a_file_of_the_own_places(claim, sign_in, admin, world):
    def lines(person):
        response = sign_in(person).get(money("claims-csv"))
        return b"".join(response.streaming_content).decode().splitlines()

    assert "1,500.00" in lines(world.people["fund_finance"])[1]
    assert len(lines(admin)) == 1
    assert Event.objects.filter(verb="export_claims").count() == 2


def test_home_tells_who_collects(claim, world, make_user, other_school, admin):
    theirs = make_user(Role.SCHOOL_ADMIN, other_school.path, "theirs")
    for person, wanted in ((theirs, 1), (world.people["fund_finance"], 1), (admin, 0)):
        todos = [todo for task in hooks.home_tasks for todo in task(person, DECIDED)]
        assert sum("/claims/" in todo.url for todo in todos) == wanted
