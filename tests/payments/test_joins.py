"""The fund joins two rows of one child: one right a term, nothing of the book changed, second payments claimed."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from eqfund import places
from eqfund.access import Role
from eqfund.duplicates import actions, joins, scrubbing
from eqfund.models import (
    DuplicatePair,
    Enrolment,
    Event,
    FormerNumber,
    Identity,
    Pupil,
    PupilJoin,
)
from eqfund.refusal import Refused
from payments import round_sql
from payments.actions import ledger, rounds
from payments.actions.joins import issue_claim_slip
from payments.models import (
    BuiltUnder,
    CannotPay,
    Entitlement,
    LedgerEntry,
    Receipt06,
    RefundClaim,
    Transfer,
    TransferRound,
)
from payments.queries import ledger as books
from payments.rules.channels import ChannelKind
from payments.rules.joins import Holder, Paid, Right, Settled, settle
from screening.models import Grant

from .join_world import (  # noqa: F401
    DECIDED,
    join_join,
    join_pair,
    join_propose,
    join_rows,
    join_second,
)
from .payout_world import PAID, payout_world  # noqa: F401

pytestmark = pytest.mark.django_db
JULY, AUGUST = date(2026, 7, 31), date(2026, 8, 28)
NO, ON_ITS_WAY = Right(Paid.NO), Right(Paid.ON_ITS_WAY)
PROMPTPAY = ChannelKind.PROMPTPAY_PUPIL


def in_hand(on=JULY):
    return Right(Paid.IN_HAND, on)


def with_family(on=JULY):
    return Right(Paid.YES, on)


CLAIM = Settled(Holder.KEPT, is_claimed=True)


@pytest.mark.parametrize(
    ("kept", "other", "settled"),
    [
        pytest.param(NO, None, Settled(Holder.KEPT), id="one right, the kept row's"),
        pytest.param(None, with_family(), Settled(Holder.OTHER), id="one right, the other's"),
        pytest.param(NO, NO, Settled(Holder.KEPT), id="neither was paid"),
        pytest.param(with_family(), NO, Settled(Holder.KEPT), id="the kept one was paid"),
        pytest.param(NO, in_hand(), Settled(Holder.OTHER), id="only the other was paid"),
        pytest.param(with_family(), with_family(), CLAIM, id="both, the same day"),
        pytest.param(with_family(), with_family(AUGUST), CLAIM, id="both, the other later"),
        pytest.param(
            with_family(AUGUST), with_family(), Settled(Holder.OTHER, True), id="the kept one later"
        ),
        pytest.param(with_family(AUGUST), in_hand(), CLAIM, id="the school still holds the other"),
        pytest.param(
            in_hand(), with_family(AUGUST), Settled(Holder.OTHER, True), id="it holds the kept one"
        ),
        pytest.param(in_hand(), in_hand(), CLAIM, id="schools hold both"),
        pytest.param(ON_ITS_WAY, None, None, id="on its way"),
        pytest.param(with_family(), ON_ITS_WAY, None, id="the other on its way"),
    ],
)
def test_whose_right_is_the_childs_and_what_is_claimed(kept, other, settled):
    assert settle(kept, other) == settled


def test_somebody_has_a_right():
    with pytest.raises(ValueError, match="neither"):
        settle(None, None)


# --- a child at two schools, under a right and a mistyped number


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def book():
    return list(LedgerEntry.objects.order_by("pk").values())


def test_everything_of_the_other_row_is_the_childs_and_the_number_is_kept_as_a_former_one(
    world, rows, join, pair
):
    ours, theirs = rows
    number = theirs.identity.last4
    world.cash([theirs], PROMPTPAY)

    joined = join()

    child = Pupil.objects.get()
    assert (joined.status, child.pk) == ("joined", ours.pk)
    assert Transfer.objects.get().enrolment.pupil == child
    assert Entitlement.objects.get().identity == child.identity
    assert FormerNumber.objects.get(identity=child.identity).last4 == number
    assert not RefundClaim.objects.exists()
    assert not Identity.objects.exclude(pk=child.identity_id).filter(pupil=None).exists()
    assert list(child.enrolments.order_by("pk").values_list("status", flat=True)) == [
        "studying", "not_present",
    ]  # fmt: skip
    pair.refresh_from_db()
    assert (pair.state, pair.outcome, pair.ground) == ("settled", "one_first", "decision")


def test_paid_twice_the_second_payment_is_claimed_and_nothing_of_the_book_changes(
    world, rows, join
):
    world.cash([rows[0]], PROMPTPAY)
    (second_payment,) = world.cash([rows[1]], PROMPTPAY)
    before, slips = book(), Transfer.objects.count()

    join()

    claim = RefundClaim.objects.get()
    assert (claim.transfer, claim.amount_satang) == (second_payment, 150_000)
    assert book() == before
    assert Transfer.objects.count() == slips
    child = Pupil.objects.get()
    own, resting = Entitlement.objects.order_by("pk")
    assert own.identity == child.identity
    assert resting.identity.joined_into == child.identity
    assert {it.grant.pupil_id for it in (own, resting)} == {child.pk}
    assert Grant.objects.get(pk=resting.grant_id).status == "ended"


def test_cash_that_the_school_still_holds_goes_back_rather_than_the_familys(world, rows, join):
    (ours,) = world.cash([rows[0]])
    world.cash([rows[1]], PROMPTPAY)

    join()

    child = Pupil.objects.get()
    assert RefundClaim.objects.get().transfer == ours
    assert CannotPay.objects.get(transfer=ours).reason == "not_present"
    own = Entitlement.objects.get(identity=child.identity)
    assert own.transfers.get().kind == PROMPTPAY
    assert own.grant.status == "active"  # so that no later round pays the term again


def test_a_round_still_agrees_with_its_digest(world, rows, join):
    for pupil in rows:
        world.cash([pupil], PROMPTPAY)
    built = round_sql.totals(world.round)
    TransferRound.objects.filter(pk=world.round.pk).update(
        pupils=built.pupils, amount_satang=built.amount_satang, schools=built.schools,
        digest=built.digest,
    )  # fmt: skip

    join()

    world.round.refresh_from_db()
    assert rounds.check_totals(world.round) == built
    assert BuiltUnder.objects.count() == 1


def test_the_mistyped_number_is_free_for_the_child_whose_it_is(world, rows, join):
    index, number = bytes(rows[1].identity.id_index), rows[1].identity.number
    for pupil in rows:
        world.cash([pupil], PROMPTPAY)

    join()

    assert not Identity.objects.filter(id_index=index).exists()
    assert BuiltUnder.objects.get().number == number


def test_the_right_number_at_the_school_that_lets_go_moves_with_the_child(world, rows, join):
    world.cash([rows[0]], PROMPTPAY)
    there = rows[1].path

    join(keeps=1, studies=2)

    child = Pupil.objects.get()
    assert (child.pk, child.path) == (rows[0].pk, there)
    assert list(child.enrolments.order_by("pk").values_list("status", flat=True)) == [
        "moved", "studying",
    ]  # fmt: skip
    assert child.grants.get().end_reason == "moved"


@pytest.mark.parametrize("room", ["1", "2"], ids=["one class", "two classes"])
def test_twice_at_one_school_with_money_on_both(
    room, world, make_pupils, classroom, school, pair, join
):
    """In one class the two enrolments become one; else the second ends as one who was not there."""
    there = classroom if room == "1" else places.add_classroom(
        school, year_be=2569, grade="P4", room=room
    )  # fmt: skip
    (twin,) = make_pupils(1, classroom=there)
    pair.sides.update(path=school.path)
    pair.sides.filter(position=2).update(pupil=twin)
    DuplicatePair.objects.update(apart="school", path=school.path, second_key=twin.pk)
    for side in pair.sides.select_related("pupil"):
        world.cash([side.pupil], PROMPTPAY)

    join()

    pair.refresh_from_db()
    child = pair.sides.first().pupil
    assert (pair.outcome, RefundClaim.objects.count()) == ("merged", 1)
    statuses = ["studying"] if room == "1" else ["studying", "not_present"]
    assert list(child.enrolments.order_by("pk").values_list("status", flat=True)) == statuses
    assert Transfer.objects.filter(enrolment__pupil=child).count() == 2


def test_no_later_round_pays_the_term_again(world, rows, join, term):
    for pupil in rows:
        world.cash([pupil], PROMPTPAY)
    join()

    assert round_sql.entitle(term) == 0
    child = Pupil.objects.get()
    living = child.grants.get(status="active")
    assert living.entitlements.get(term=term).transfers.get().status == "success"


# --- two people, and exactly what was shown


def test_whoever_proposes_does_not_decide(propose, fund_officer, second):
    proposed = propose()

    with pytest.raises(Refused, match="another person"):
        actions.decide_join(proposed, yes=True, by=fund_officer, at=DECIDED)
    assert Pupil.objects.count() == 2
    taken_back = actions.decide_join(
        proposed, yes=False, answer="เลือกผิด", by=fund_officer, at=DECIDED
    )
    assert taken_back.status == "refused"


def test_what_came_meanwhile_has_to_be_looked_at_again(world, rows, propose, second):
    proposed = propose()
    world.cash([rows[1]], PROMPTPAY)

    with pytest.raises(Refused, match="no longer what was shown"):
        actions.decide_join(proposed, yes=True, by=second, at=DECIDED)
    assert Pupil.objects.count() == 2


def test_a_preview_changes_nothing(world, rows, pair, fund_officer):
    for pupil in rows:
        world.cash([pupil], PROMPTPAY)
    events = Event.objects.count()

    shown = joins.preview(pair, keeps=1, studies=1, by=fund_officer, at=DECIDED)

    assert shown.claimed_satang == 150_000
    assert "1,500.00" in shown.claims[0].sentence
    assert ("eqfund.Enrolment", 1) in [(label, count) for label, _words, count in shown.moves]
    assert Pupil.objects.count() == 2
    assert not RefundClaim.objects.exists() and not PupilJoin.objects.exists()
    assert Event.objects.count() == events


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reason": " "}, "Say why"),
        ({"digest": "of another day"}, "no longer what was shown"),
        ({"by": "admin"}, "Your role"),
    ],
    ids=["no reason", "another preview", "a school"],
)
def test_a_proposal_is_refused(given, sentence, propose, admin, fund_officer):
    given = {**given, **({"by": admin} if "by" in given else {})}
    with pytest.raises(Refused, match=sentence):
        propose(**given)


def test_money_on_its_way_is_waited_for(world, rows, pair, fund_officer):
    (waiting,) = world.cash([rows[1]], PROMPTPAY)
    Transfer.objects.filter(pk=waiting.pk).update(status="sent")

    shown = joins.preview(pair, keeps=1, studies=1, by=fund_officer, at=DECIDED)

    assert "on its way in round 1" in shown.why_not


def test_both_schools_read_of_each_step_in_their_book(join, pair):
    join()

    for verb in ("duplicates.propose_join", "duplicates.decide_join", "duplicates.settle"):
        told = Event.objects.filter(verb=verb).values_list("path", flat=True)
        assert set(told) == set(pair.sides.values_list("path", flat=True))


def test_a_supervisor_who_may_not_join_them_is_sent_to_the_fund(
    world, make_pupils, other_classroom, pair, admin, fund_officer
):
    """The school that has the child holds a G-code, and money under it."""
    (theirs,) = make_pupils(1, classroom=other_classroom, g_code=True)
    world.cash([theirs])
    pair.sides.filter(position=2).update(pupil=theirs)
    DuplicatePair.objects.update(
        band="likely", state="disputed", second_key=theirs.pk, first_by=admin
    )

    with pytest.raises(Refused, match="Ask the fund to join them"):
        actions.decide_duplicate(
            pair, outcome="one_second", reason="ดูแล้ว", by=fund_officer, at=DECIDED
        )
    assert Pupil.objects.filter(pk=theirs.pk).exists()


def test_a_ticket_settled_as_two_children_ends_the_question(pair, admin, fund_officer, school):
    DuplicatePair.objects.update(apart="school", path=school.path)
    pair.refresh_from_db()
    actions.ask_join(pair, reason="พิมพ์ซ้ำ", by=admin, at=PAID)

    actions.settle_own_duplicate(pair, keep=None, reason="แฝด", by=admin, at=DECIDED)

    asked = PupilJoin.objects.get()
    assert (asked.status, asked.decided_by) == ("refused", admin)


# --- collecting


def match(refund):
    """As apply_statement does when the bank's statement has the slip."""
    ledger.record_refund(refund, DECIDED)


def test_a_family_gives_a_promptpay_back_by_a_slip_of_its_own(world, rows, join, admin, make_user):
    for pupil in rows:
        world.cash([pupil], PROMPTPAY)
    join()
    claim = RefundClaim.objects.get()
    finance = make_user(Role.FUND_FINANCE, "TH/", "collector")

    with pytest.raises(Refused, match="Your role"):
        issue_claim_slip(claim, by=admin, at=DECIDED)  # another school's
    slip = issue_claim_slip(claim, by=finance, at=DECIDED)
    with pytest.raises(Refused, match="already"):
        issue_claim_slip(claim, by=finance, at=DECIDED)
    match(slip)

    assert slip.from_family
    entry = LedgerEntry.objects.latest("pk")
    assert (entry.debit, entry.credit, entry.amount_satang) == ("refund", "pupil", 150_000)


def test_cash_with_a_receipt_comes_from_the_family_and_the_schools_book_still_agrees(
    world, rows, join, make_user, term
):
    (ours,) = world.cash([rows[0]])
    world.pay([ours])
    world.cash([rows[1]], PROMPTPAY)
    TransferRound.objects.filter(pk=world.round.pk).update(sent_at=PAID)
    join(keeps=2, studies=1)  # the row that goes is ours: its payment is the second
    claim = RefundClaim.objects.get()
    assert claim.transfer == ours
    finance = make_user(Role.FUND_FINANCE, "TH/", "collector")

    match(issue_claim_slip(claim, by=finance, at=DECIDED))

    (row,) = books.book(term).rows
    assert (row.book.paid_satang, row.book.refunded_satang, row.in_hand_satang) == (150_000, 0, 0)


def test_what_was_said_of_the_child_is_forgotten_with_it(join, rows):
    join()

    scrubbing.forget([Pupil.objects.get().pk])

    kept = PupilJoin.objects.get()
    assert (kept.reason, kept.answer, kept.asked_reason) == ("–", "", "")


# --- what the database promises


@pytest.fixture
def twice(world, rows, join):
    for pupil in rows:
        world.cash([pupil])
    join()
    return RefundClaim.objects.get()


def breaks(name, statement, *params):
    refused = pytest.raises(IntegrityError, match=name)
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


def test_a_claim_is_of_a_second_payment_once_and_stays(twice, world):
    other = Transfer.objects.exclude(pk=twice.pk).exclude(pk=twice.transfer_id).get()
    with pytest.raises(IntegrityError, match="claim_is_of_a_second_payment"), transaction.atomic():
        RefundClaim.objects.create(
            transfer=other, join=twice.join, school=other.school, amount_satang=150_000,
            made_at=PAID,
        )  # fmt: skip
    breaks("refundclaim is append-only", "UPDATE payments_refundclaim SET amount_satang = 1")
    breaks("refundclaim is append-only", "DELETE FROM payments_refundclaim")


def test_a_second_payment_is_not_handed_over(twice, world):
    transfer = twice.transfer
    CannotPay.objects.all().delete()
    with pytest.raises(IntegrityError, match="second_payment_goes_back"), transaction.atomic():
        Receipt06.objects.create(
            round=world.round, school=transfer.school, transfer=transfer, serial=1,
            amount_satang=150_000, paid_on=PAID.date(), due_on=PAID.date(),
            payer=world.people["admin"], second_payer=world.people["teacher"],
            receiver_name="-", relation="mother", recorded_by=world.people["admin"],
            recorded_at=PAID,
        )  # fmt: skip


def test_a_joined_number_is_nobodys(twice):
    child = Pupil.objects.get()
    joined = Identity.objects.get(joined_into=child.identity)
    itself = "UPDATE eqfund_identity SET joined_into_id = id WHERE id = %s"
    breaks("not_joined_into_itself", itself, joined.pk)
    Pupil.objects.update(identity=joined)
    breaks(
        "joined_number_is_nobodys",
        "UPDATE eqfund_identity SET joined_into_id = %s WHERE id = %s",
        child.identity_id,
        joined.pk,
    )


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"status": "perhaps"}, "pupil_join_"),
        ({"decided_by": None}, "goes_by_its_steps"),
        ({"reason": ""}, "says_what_and_why"),
        ({"keeps": 3}, "says_what_and_why"),
        ({"status": "refused", "answer": ""}, "goes_by_its_steps"),
        ({"asked_at": PAID}, "asked_has_its_asker"),
    ],
    ids=["state", "nobody decided", "no reason", "a third row", "refused without a word", "asked"],
)
def test_a_joining_that_cannot_be(fields, name, join):
    join()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        PupilJoin.objects.update(**fields)


def test_the_database_knows_two_people_and_one_open_joining(join, propose, pair, fund_officer):
    made = join()
    with pytest.raises(IntegrityError, match="decider_did_not_propose"), transaction.atomic():
        PupilJoin.objects.filter(pk=made.pk).update(decided_by=made.proposed_by)
    for _each in range(2):
        again = PupilJoin(pair=pair, path="TH/", status="asked", asked_by=fund_officer,
                          asked_at=PAID, asked_reason="อีกครั้ง")  # fmt: skip
        if _each:
            with pytest.raises(IntegrityError, match="one_open_per_pair"), transaction.atomic():
                again.save()
        else:
            again.save()


def test_the_enrolments_say_where_the_child_is(join, rows):
    join()
    assert Enrolment.objects.get(status="studying").path == rows[0].path
