"""Form 01 on its way: sent at the last second, certified, refused, returned, signed, withdrawn."""

from datetime import timedelta

import pytest

from eqfund.models import CalendarLine, Event, Extension
from eqfund.refusal import Refused
from screening.actions import form01 as drafting, form01_decisions as actions, pmt
from screening.form01.rules import Capacity, Means
from screening.models import Form01, Form01Signature, InstitutionDecision, PmtFacts
from tests.conftest import moment
from tests.screening.form01_data import INSTITUTION, PLAIN, PRIVATE, household
from tests.screening.form01_steps import (
    CLOSE,
    LAST,
    OFFICER,
    OPEN,
    begin,
    certified,
    certify,
    fill,
    ink,
    jpeg,
    save,
    signed,
    submitted,
    whole,
)

pytestmark = pytest.mark.usefixtures("in_english", "calendar")


@pytest.fixture
def pupil(make_pupils):
    return make_pupils(1)[0]


@pytest.fixture
def form(pupil, teacher):
    return whole(pupil, teacher)


def submit(form, by, at=OPEN):
    return actions.submit_form01(form, by=by, at=at)


# Send


def test_a_whole_form_is_sent_and_its_facts_are_written(form, teacher):
    sent = submit(form, teacher)

    assert (sent.status, sent.submitted_by, sent.submitted_at) == ("submitted", teacher, OPEN)
    assert not sent.late
    facts = PmtFacts.objects.get(form=form)
    assert (facts.income_satang, facts.household_size) == (560_000, 3)
    assert Event.objects.get(verb="submit_form01").facts == {"late": False}


@pytest.mark.parametrize(
    ("when", "words"),
    [
        pytest.param("2569-07-06 23:59:59", "has not opened yet", id="the second before"),
        pytest.param("2569-07-07 00:00:00", None, id="the first second"),
        pytest.param("2569-07-24 16:59:59", None, id="the last second"),
    ],
)
def test_a_form_is_sent_within_its_window(when, words, form, teacher):
    if words is None:
        assert submit(form, teacher, moment(when)).late is False
    else:
        with pytest.raises(Refused, match=words):
            submit(form, teacher, moment(when))


def test_a_form_begun_and_never_saved_is_refused_at_five_sharp(pupil, teacher):
    form = begin(pupil, teacher)

    with pytest.raises(Refused, match="closed"):
        submit(form, teacher, CLOSE)
    with pytest.raises(Refused, match="closed"):
        save(form, 5, teacher, CLOSE)


def test_a_draft_saved_before_the_close_is_finished_in_the_grace_and_marked_late(pupil, teacher):
    form = begin(pupil, teacher)
    save(form, 1, teacher, LAST)

    fill(form, teacher, CLOSE)
    sent = submit(form, teacher, CLOSE + timedelta(hours=72) - timedelta(seconds=1))

    assert sent.late
    assert Event.objects.get(verb="submit_form01").facts == {"late": True}


def test_the_grace_ends_after_72_hours(form, teacher):
    with pytest.raises(Refused, match="closed"):
        submit(form, teacher, CLOSE + timedelta(hours=72))


def test_a_granted_extension_opens_it_again_without_a_mark(
    pupil, teacher, office_admin, fund_officer
):
    line = CalendarLine.objects.get(activity="form01_draft", affiliation__code="OBEC")
    send = CalendarLine.objects.get(activity="form01", affiliation__code="OBEC")
    for each in (line, send):
        Extension.objects.create(
            line=each,
            path=teacher.postings.get().path,
            closes_at=moment("2569-08-05 17:00:00"),
            reason="น้ำท่วม",
            status="granted",
            proposed_by=office_admin,
            decided_by=fund_officer,
            decided_at=OPEN,
        )
    form = whole(pupil, teacher, moment("2569-08-01 09:00"))

    assert submit(form, teacher, moment("2569-08-05 16:59:59")).late is False


def test_a_form_with_something_missing_is_not_sent(pupil, teacher):
    form = begin(pupil, teacher)

    with pytest.raises(Refused, match="answers are still missing"):
        submit(form, teacher)
    form.refresh_from_db()
    assert form.status == "draft"


def test_a_screening_teacher_does_not_send(form, screening_teacher):
    with pytest.raises(Refused, match="It is done by"):
        submit(form, screening_teacher)


def test_a_form_is_sent_once(form, teacher):
    submit(form, teacher)

    with pytest.raises(Refused, match="does not allow this"):
        submit(form, teacher)


def test_whoever_read_the_form_before_a_change_does_not_move_it(form, teacher):
    submit(Form01.objects.get(pk=form.pk), teacher)
    assert form.status == "draft"

    with pytest.raises(Refused, match="Somebody else has just changed"):
        actions._move(form, actions.Status.WITHDRAWN)


def test_answers_no_longer_asked_are_not_sent(pupil, teacher):
    form = whole(pupil, teacher)
    save(form, 1, teacher, plain={**PLAIN, "lives_with": "institution"})
    plain = {**INSTITUTION}
    private = {**PRIVATE, **household.institution_private}
    save(form, 4, teacher, plain=plain, private=private)

    sent = submit(form, teacher)

    assert "farm_land" not in sent.answers
    assert "household_size" not in sent.answers
    assert "members" not in sent.private
    assert sent.private["inst_name"] == "วัดสมมติ"
    assert not PmtFacts.objects.filter(form=form).exists()


# Certify


def test_an_official_certifies_on_the_phone(pupil, teacher):
    form = certify(submitted(pupil, teacher), teacher)

    assert form.status == "certified"
    assert form.officer == {
        "name": OFFICER.name,
        "national_id": OFFICER.national_id,
        "position": OFFICER.position,
    }
    signature = Form01Signature.objects.current().get(who="officer")
    assert (signature.means, signature.name) == ("screen", OFFICER.name)
    assert form.officer_id_card is not None


def test_a_signed_sheet_is_recorded_as_a_scan(pupil, admin):
    form = certify(
        submitted(pupil, admin), admin, means=Means.SHEET, image="", sheet=jpeg("sheet.jpg")
    )

    assert form.status == "certified"
    assert Form01Signature.objects.current().get(who="officer").file is not None


def test_an_official_may_come_after_the_close(pupil, teacher):
    assert certify(submitted(pupil, teacher), teacher, CLOSE).status == "certified"


def test_an_official_who_refuses_says_why(pupil, teacher):
    form = submitted(pupil, teacher)
    how = {"means": Means.SCREEN, "image": ink(), "id_card": jpeg(), "by": teacher, "at": OPEN}

    with pytest.raises(Refused, match="gives the reason"):
        actions.refuse_form01(form, OFFICER, reason="  ", **how)
    refused = actions.refuse_form01(form, OFFICER, reason="รายได้ไม่ตรงกับที่พบ", **how)

    assert (refused.status, refused.officer_reason) == ("refused", "รายได้ไม่ตรงกับที่พบ")


@pytest.mark.parametrize(
    ("officer", "words"),
    [
        (actions.Officer("", OFFICER.national_id, "กำนัน"), "name, position"),
        (actions.Officer("นายกำนัน", "3100600000001", "กำนัน"), "right national ID"),
        (actions.Officer("นายกำนัน", OFFICER.national_id, ""), "name, position"),
        (actions.Officer("นางสมศรี", "1101700203450", "กำนัน"), "member of the household"),
    ],
)
def test_not_everybody_certifies(officer, words, pupil, teacher):
    with pytest.raises(Refused, match=words):
        certify(submitted(pupil, teacher), teacher, officer=officer)


def test_the_card_is_needed_once_for_a_school(make_pupils, teacher):
    one, two = make_pupils(2)
    with pytest.raises(Refused, match="copy of the official's card"):
        certify(submitted(one, teacher), teacher, id_card=None)
    first = certify(Form01.objects.get(enrolment__pupil=one), teacher)

    second = certify(submitted(two, teacher), teacher, id_card=None)

    assert second.officer_id_card == first.officer_id_card


def test_only_a_sent_form_is_certified_and_only_once(form, teacher):
    with pytest.raises(Refused, match="does not allow this"):
        certify(form, teacher)
    certify(submit(form, teacher), teacher)
    with pytest.raises(Refused, match="does not allow this"):
        certify(form, teacher)


def test_a_screening_teacher_does_not_record_the_official(form, teacher, screening_teacher):
    with pytest.raises(Refused, match="It is done by"):
        certify(submit(form, teacher), screening_teacher)


# Return


def test_a_returned_form_is_corrected_and_goes_the_whole_way_again(pupil, teacher, director):
    form = signed(pupil, teacher, director)

    back = actions.return_form01(form, reason="อายุบิดาไม่ตรง", by=director, at=OPEN)

    assert (back.status, back.returned_reason) == ("returned", "อายุบิดาไม่ตรง")
    assert (back.officer_decision, back.officer, back.signed_by) == ("", {}, None)
    who = set(Form01Signature.objects.current().values_list("who", flat=True))
    assert who == {"pupil", "guardian", "teacher"}

    save(form, 5, teacher, OPEN, plain={**PLAIN, "pocket_money_day": 30})
    again = certify(submit(form, teacher), teacher)
    assert (again.status, again.answers["pocket_money_day"]) == ("certified", 30)


def test_a_refused_form_may_be_returned(pupil, teacher, admin):
    form = submitted(pupil, teacher)
    actions.refuse_form01(
        form,
        OFFICER,
        reason="ผิด",
        means=Means.SCREEN,
        image=ink(),
        id_card=jpeg(),
        by=teacher,
        at=OPEN,
    )

    assert actions.return_form01(form, reason="แก้รายได้", by=admin, at=OPEN).status == "returned"


def test_a_scored_form_is_neither_returned_nor_withdrawn(
    calendar, model, pupil, teacher, director, fund_officer
):
    form = signed(pupil, teacher, director)
    pmt.score_term(calendar, by=fund_officer, at=CLOSE)

    assert (form.status, form.standing) == ("signed", "scored")
    with pytest.raises(Refused, match="“Scored” does not allow this"):
        actions.return_form01(form, reason="แก้", by=director, at=CLOSE)
    with pytest.raises(Refused, match="“Scored” does not allow this"):
        actions.withdraw_form01(form, reason="แก้", by=teacher, at=CLOSE)


def test_returning_takes_the_facts_along_and_sending_again_brings_them(pupil, teacher, director):
    form = signed(pupil, teacher, director)
    actions.return_form01(form, reason="แก้", by=director, at=OPEN)
    assert not PmtFacts.objects.exists()

    submit(form, teacher)

    assert PmtFacts.objects.get().form == form


def test_a_proposal_of_the_fund_goes_when_the_form_is_returned(
    pupil, make_form, director, fund_officer, fund_approver
):
    form = make_form(pupil, {"lives_with": "institution"})
    pmt.propose_institution(form, "poor", "อยู่วัด", by=fund_officer, at=OPEN)

    actions.return_form01(form, reason="แก้", by=director, at=OPEN)

    assert not InstitutionDecision.objects.exists()


def test_a_decided_institution_is_not_returned(
    pupil, make_form, director, fund_officer, fund_approver
):
    form = make_form(pupil, {"lives_with": "institution"})
    decision = pmt.propose_institution(form, "poor", "อยู่วัด", by=fund_officer, at=OPEN)
    pmt.decide_institution(decision, by=fund_approver, at=OPEN)

    with pytest.raises(Refused, match="does not allow this"):
        actions.return_form01(form, reason="แก้", by=director, at=OPEN)


def test_returning_says_what_is_to_be_corrected(pupil, teacher, admin):
    with pytest.raises(Refused, match="Say what"):
        actions.return_form01(submitted(pupil, teacher), reason=" ", by=admin, at=OPEN)


def test_a_teacher_does_not_return(pupil, teacher):
    with pytest.raises(Refused, match="It is done by"):
        actions.return_form01(submitted(pupil, teacher), reason="แก้", by=teacher, at=OPEN)


def test_a_draft_is_not_returned(form, admin):
    with pytest.raises(Refused, match="does not allow this"):
        actions.return_form01(form, reason="แก้", by=admin, at=OPEN)


def test_a_form_that_could_not_be_sent_again_is_not_returned(pupil, teacher, admin):
    form = submitted(pupil, teacher)

    in_grace = CLOSE + timedelta(hours=71)
    after = CLOSE + timedelta(hours=72)
    with pytest.raises(Refused, match="could not be sent again"):
        actions.return_form01(form, reason="แก้", by=admin, at=after)
    back = actions.return_form01(form, reason="แก้", by=admin, at=in_grace)

    assert submit(back, teacher, in_grace).late


# The director


def test_a_director_signs_several_at_once_in_the_stated_capacity(make_pupils, teacher, director):
    forms = [certified(pupil, teacher) for pupil in make_pupils(3)]

    done = actions.sign_as_director(forms, capacity=Capacity.ACTING, by=director, at=OPEN)

    assert done == 3
    for form in Form01.objects.all():
        assert (form.status, form.signed_by, form.signed_capacity) == ("signed", director, "acting")
    assert Form01Signature.objects.filter(who="director", means="account").count() == 3


def test_all_are_signed_or_none(make_pupils, teacher, director):
    one, two = make_pupils(2)
    forms = [certified(one, teacher), submitted(two, teacher)]

    with pytest.raises(Refused, match="does not allow this"):
        actions.sign_as_director(forms, capacity=Capacity.IN_POST, by=director, at=OPEN)
    assert not Form01.objects.filter(status="signed").exists()


def test_only_the_director_signs(pupil, teacher, admin):
    form = certified(pupil, teacher)

    for other in (teacher, admin):
        with pytest.raises(Refused, match="It is done by"):
            actions.sign_as_director([form], capacity=Capacity.IN_POST, by=other, at=OPEN)


# Withdraw


def test_a_withdrawn_form_makes_room_for_another(form, pupil, teacher):
    gone = actions.withdraw_form01(form, reason="บันทึกผิดคน", by=teacher, at=OPEN)

    assert (gone.status, gone.withdrawn_reason) == ("withdrawn", "บันทึกผิดคน")
    assert begin(pupil, teacher, OPEN).pk != form.pk


def test_withdrawing_says_why(form, teacher):
    with pytest.raises(Refused, match="Say why"):
        actions.withdraw_form01(form, reason="", by=teacher, at=OPEN)


def test_a_certified_form_is_not_withdrawn(pupil, teacher):
    with pytest.raises(Refused, match="does not allow this"):
        actions.withdraw_form01(certified(pupil, teacher), reason="ผิด", by=teacher, at=OPEN)


def test_a_stranger_moves_nothing(pupil, teacher, outsider):
    form = submitted(pupil, teacher)

    for deed in (
        lambda: submit(form, outsider),
        lambda: certify(form, outsider),
        lambda: actions.return_form01(form, reason="แก้", by=outsider, at=OPEN),
        lambda: actions.withdraw_form01(form, reason="แก้", by=outsider, at=OPEN),
        lambda: drafting.add_photo(form, "exterior", jpeg(), by=outsider, at=OPEN),
    ):
        with pytest.raises(Refused, match="Your role does not do this here"):
            deed()


def test_a_refusal_leaves_nothing_behind(pupil, teacher):
    form = submitted(pupil, teacher)
    before = Form01Signature.objects.count(), Event.objects.count()

    with pytest.raises(Refused):
        certify(form, teacher, id_card=None)

    form.refresh_from_db()
    assert form.status == "submitted"
    assert (Form01Signature.objects.count(), Event.objects.count()) == before
