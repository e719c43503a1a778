"""How a pupil receives money: confirmed, corrected, chosen; frozen at the close."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from eqfund.models import Event, Guardian
from eqfund.refusal import Refused
from payments.actions import channels
from payments.actions.channels import ChannelFacts, GuardianFacts
from payments.hooks.rounds import account_checks, home_tasks
from payments.models import ContinuingConfirmation, ReceivingChannel
from screening.models import AnnouncedPupil, Announcement, Form01
from tests.conftest import moment

MAY = moment("2569-05-20 10:00")


LAST = moment("2569-06-25 16:59:59")


CLOSE = moment("2569-06-25 17:00")


CORRECT_2 = moment("2569-08-01 10:00")


CHOOSE = moment("2569-08-20 10:00")


CORRECT_3 = moment("2569-09-01 10:00")


ANOTHER_ID = "1101700203450"


# Confirming.


@pytest.fixture
def grant_of(calendar, make_grants):
    def make(pupil, **fields):
        return make_grants([pupil], **{"confirmed": False} | fields)[0]

    return make


@pytest.fixture
def pupil(make_pupils):
    return make_pupils(1)[0]


def enrolment_of(pupil):
    return pupil.enrolments.select_related("pupil__identity", "term").get()


def test_a_teacher_confirms_what_stands(pupil, grant_of, teacher):
    grant_of(pupil)

    confirmation = channels.confirm_continuing(enrolment_of(pupil), by=teacher, at=LAST)

    assert confirmation.unchanged
    assert (confirmation.confirmed_by, confirmation.confirmed_at) == (teacher, LAST)
    assert pupil.channels.count() == 1, "nothing changed, so no new row"
    assert Event.objects.get(verb="confirm_continuing").facts["unchanged"] is True


def test_the_predecessors_channel_is_written_down_by_confirming(pupil, grant_of, teacher):
    grant_of(pupil)
    pupil.channels.all().delete()

    confirmation = channels.confirm_continuing(enrolment_of(pupil), by=teacher, at=MAY)

    assert confirmation.unchanged
    assert pupil.channels.get(is_current=True).kind == "promptpay_pupil"


def test_a_second_confirmation_says_so(pupil, grant_of, teacher):
    grant_of(pupil)
    channels.confirm_continuing(enrolment_of(pupil), by=teacher, at=MAY)

    with pytest.raises(Refused, match="confirmed already"):
        channels.confirm_continuing(enrolment_of(pupil), by=teacher, at=MAY)


def test_a_change_is_a_new_row_and_no_longer_unchanged(pupil, grant_of, teacher):
    grant_of(pupil)
    channels.confirm_continuing(enrolment_of(pupil), by=teacher, at=MAY)

    changed = channels.confirm_continuing(
        enrolment_of(pupil), ChannelFacts("promptpay_guardian", "opened"), by=teacher, at=MAY
    )

    assert not changed.unchanged
    assert ContinuingConfirmation.objects.count() == 1
    kinds = list(pupil.channels.order_by("pk").values_list("kind", "is_current"))
    assert kinds == [("promptpay_pupil", False), ("promptpay_guardian", True)]


def test_a_new_guardian_is_a_new_row_with_its_own_id(pupil, grant_of, teacher):
    grant_of(pupil)
    stated = GuardianFacts(
        "นางสมหญิง  ใจดี", "aunt", number="1-1017-00203-45-0", phone="081 111 2222"
    )

    channels.confirm_continuing(
        enrolment_of(pupil),
        ChannelFacts("promptpay_guardian", "opened", stated),
        by=teacher,
        at=MAY,
    )

    now = Guardian.objects.get(pupil=pupil, is_current=True)
    assert (now.full_name, now.national_id, now.last4) == ("นางสมหญิง ใจดี", ANOTHER_ID, "3450")
    assert pupil.channels.get(is_current=True).guardian == now
    assert Guardian.objects.filter(pupil=pupil).count() == 2


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        pytest.param(
            ChannelFacts("promptpay_guardian", "opened", GuardianFacts("คนใหม่", "aunt")),
            "type the new guardian",
            id="another name keeps no id",
        ),
        pytest.param(
            ChannelFacts(
                "promptpay_guardian",
                "opened",
                GuardianFacts("คนใหม่", "aunt", number="1101700203451"),
            ),
            "not a national ID",
            id="a wrong check digit",
        ),
        pytest.param(
            ChannelFacts(
                "promptpay_guardian",
                "opened",
                GuardianFacts("คนใหม่", "aunt", number="G123456789012"),
            ),
            "not a national ID",
            id="a G-code is no id of a guardian",
        ),
        pytest.param(
            ChannelFacts("promptpay_guardian", "opened", GuardianFacts("คนใหม่", "aunt", number="")),
            "national ID first",
            id="no id at all",
        ),
        pytest.param(
            ChannelFacts("school_account", "unknown", GuardianFacts("  ", "aunt")),
            "guardian's name",
            id="no name",
        ),
    ],
)
def test_a_guardian_who_could_not_be_paid_is_refused(pupil, grant_of, teacher, facts, sentence):
    grant_of(pupil)

    with pytest.raises(Refused, match=sentence):
        channels.confirm_continuing(enrolment_of(pupil), facts, by=teacher, at=MAY)
    assert Guardian.objects.filter(pupil=pupil).count() == 1
    assert not ContinuingConfirmation.objects.exists()


def test_a_g_code_pupil_is_refused_promptpay(make_pupils, grant_of, teacher):
    pupil = make_pupils(1, g_code=True)[0]
    grant_of(pupil, kind="school_account")

    with pytest.raises(Refused, match="needs the pupil's national ID"):
        channels.confirm_continuing(
            enrolment_of(pupil), ChannelFacts("promptpay_guardian", "opened"), by=teacher, at=MAY
        )


def test_a_new_pupil_is_not_confirmed_as_continuing(pupil, grant_of, teacher):
    grant_of(pupil, group="new")

    with pytest.raises(Refused, match="not of the continuing group"):
        channels.confirm_continuing(enrolment_of(pupil), by=teacher, at=MAY)


@pytest.mark.parametrize("shut", [CLOSE, moment("2569-05-06 12:00")])
def test_at_the_close_it_freezes(pupil, grant_of, teacher, shut):
    grant_of(pupil)

    with pytest.raises(Refused):
        channels.confirm_continuing(enrolment_of(pupil), by=teacher, at=shut)


@pytest.mark.parametrize(
    "person", ["outsider", "screening_teacher", "director", "office_admin", "fund_officer"]
)
def test_others_do_not_confirm(pupil, grant_of, person, request):
    grant_of(pupil)

    with pytest.raises(Refused):
        channels.confirm_continuing(enrolment_of(pupil), by=request.getfixturevalue(person), at=MAY)


# A whole class.


def test_a_class_is_confirmed_but_for_those_who_lack_something(
    make_pupils, grant_of, calendar, classroom, teacher
):
    fine, also_fine, no_channel, no_guardian, not_open = [
        *make_pupils(3),
        *make_pupils(1, guardian=False),
        *make_pupils(1),
    ]
    for each in (fine, also_fine, no_guardian, not_open):
        grant_of(each)
    grant_of(no_channel, kind=None)
    not_open.channels.update(promptpay_state="not_opened")

    counts = channels.confirm_all_unchanged(classroom, term=calendar, by=teacher, at=MAY)

    assert (counts.confirmed, counts.left) == (2, 3)
    assert set(ContinuingConfirmation.objects.values_list("grant__pupil", flat=True)) == {
        fine.pk,
        also_fine.pk,
    }
    again = channels.confirm_all_unchanged(classroom, term=calendar, by=teacher, at=MAY)
    assert (again.confirmed, again.left) == (0, 3)


def test_another_class_is_not_touched(make_pupils, grant_of, calendar, classroom, school, admin):
    from eqfund import places

    next_door = places.add_classroom(school, year_be=2569, grade="P5", room="1")
    there = make_pupils(1, classroom=next_door)[0]
    grant_of(there)

    counts = channels.confirm_all_unchanged(classroom, term=calendar, by=admin, at=MAY)

    assert (counts.confirmed, counts.left) == (0, 0)


def test_a_class_freezes_with_the_window(calendar, classroom, teacher):
    with pytest.raises(Refused):
        channels.confirm_all_unchanged(classroom, term=calendar, by=teacher, at=CLOSE)


# Correcting and choosing.


def test_a_correction_makes_a_new_row_even_of_the_same_channel(pupil, grant_of, teacher):
    grant_of(pupil)
    before = pupil.channels.get()

    after = channels.correct_channel(
        enrolment_of(pupil), ChannelFacts("promptpay_pupil", "opened"), by=teacher, at=CORRECT_2
    )

    assert after.pk != before.pk, "so a failed way counts as mended"
    confirmation = ContinuingConfirmation.objects.get()
    assert not confirmation.unchanged


@pytest.mark.parametrize(
    "shut", ["2569-07-26 12:00", "2569-08-14 17:00", "2569-08-20 12:00", "2569-09-10 17:00"]
)
def test_between_the_correction_windows_nothing_is_corrected(pupil, grant_of, teacher, shut):
    grant_of(pupil)

    with pytest.raises(Refused):
        channels.correct_channel(
            enrolment_of(pupil), ChannelFacts("school_account"), by=teacher, at=moment(shut)
        )


def test_a_pupil_without_a_grant_has_nothing_to_correct(calendar, pupil, teacher):
    with pytest.raises(Refused, match="no grant"):
        channels.correct_channel(
            enrolment_of(pupil), ChannelFacts("school_account"), by=teacher, at=CORRECT_2
        )


def test_a_new_pupil_gets_a_channel_in_its_own_window(pupil, grant_of, teacher):
    grant_of(pupil, group="new", kind=None)

    chosen = channels.choose_channel(
        enrolment_of(pupil), ChannelFacts("promptpay_guardian", "opened"), by=teacher, at=CHOOSE
    )

    assert chosen.kind == "promptpay_guardian"
    assert not ContinuingConfirmation.objects.exists()
    with pytest.raises(Refused):
        channels.choose_channel(
            enrolment_of(pupil), ChannelFacts("school_account"), by=teacher, at=MAY
        )


def test_choosing_is_for_the_new_group_on_the_list(calendar, make_pupils, grant_of, teacher):
    continuing, nobody = make_pupils(2)
    grant_of(continuing)

    with pytest.raises(Refused, match="continuing group"):
        channels.choose_channel(
            enrolment_of(continuing), ChannelFacts("school_account"), by=teacher, at=CHOOSE
        )
    with pytest.raises(Refused, match="not on the published list"):
        channels.choose_channel(
            enrolment_of(nobody), ChannelFacts("school_account"), by=teacher, at=CHOOSE
        )


# What can never be.


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"kind": "cheque"}, "channel_kind_is_known"),
        ({"promptpay_state": "maybe"}, "channel_promptpay_state_is_known"),
        ({"kind": "promptpay_guardian"}, "channel_guardian_goes_with_its_kind"),
    ],
    ids=str,
)
def test_a_channel_cannot_be_what_makes_no_sense(pupil, make_channel, changes, name):
    make_channel(pupil)

    with pytest.raises(IntegrityError, match=name):
        ReceivingChannel.objects.update(**changes)


def test_a_pupil_has_one_current_channel_by_constraint(pupil, make_channel):
    channel = make_channel(pupil)
    channel.pk = None

    with pytest.raises(IntegrityError, match="channel_one_current_per_pupil"):
        channel.save()


def test_a_grant_is_confirmed_once_a_term_by_constraint(pupil, grant_of):
    grant_of(pupil, confirmed=True)
    confirmation = ContinuingConfirmation.objects.get()
    confirmation.pk = None

    with pytest.raises(IntegrityError, match="confirmation_once_per_grant_and_term"):
        confirmation.save()


# The new group, on the published list.


@pytest.fixture
def announce(calendar, teacher, fund_officer):
    def make(pupil):
        enrolment = pupil.enrolments.get()
        form = Form01.objects.create(
            enrolment=enrolment,
            version=2569,
            started_by=teacher,
            started_at=MAY,
            saved_by=teacher,
            saved_at=MAY,
        )
        announcement, _made = Announcement.objects.get_or_create(
            term=calendar,
            number=1,
            defaults={"bands": ["poor"], "published_by": fund_officer, "published_at": CHOOSE},
        )
        return AnnouncedPupil.objects.create(
            announcement=announcement, form=form, enrolment=enrolment, band="poor"
        )

    return make


def test_an_announced_pupil_chooses_before_there_is_a_grant(pupil, announce, teacher):
    announce(pupil)

    chosen = channels.choose_channel(
        enrolment_of(pupil), ChannelFacts("school_account"), by=teacher, at=CHOOSE
    )

    assert (chosen.kind, chosen.guardian) == ("school_account", None)
    corrected = channels.correct_channel(
        enrolment_of(pupil), ChannelFacts("promptpay_pupil", "opened"), by=teacher, at=CORRECT_3
    )
    assert corrected.kind == "promptpay_pupil"
    assert not ContinuingConfirmation.objects.exists()


def test_the_fund_is_told_what_stands_against_a_schools_new_pupils(
    make_pupils, announce, make_channel, make_account, school, calendar
):
    without, by_school, fine = make_pupils(3)
    for each in (without, by_school, fine):
        announce(each)
    make_channel(by_school, "school_account", "unknown")
    make_channel(fine)

    assert account_checks([school.pk], calendar, CHOOSE) == {
        school.pk: [
            "1 pupil has no receiving channel.",
            "1 pupil is paid through the school account, which is not accepted yet.",
        ]
    }
    make_account(school)
    assert account_checks([school.pk], calendar, CHOOSE) == {
        school.pk: ["1 pupil has no receiving channel."]
    }


def test_home_asks_for_the_channels_of_the_new_group(make_pupils, announce, teacher):
    announce(make_pupils(1)[0])

    whats = [todo.what for todo in home_tasks(teacher, CHOOSE)]

    assert any("new group" in what for what in whats)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        pytest.param({"promptpay_state": "not_opened"}, "not opened yet", id="PromptPay not open"),
        pytest.param({"is_current": False}, "Record the guardian", id="no channel, no guardian"),
    ],
)
def test_what_lacks_something_is_not_confirmed_by_a_press(
    make_pupils, grant_of, teacher, spoil, sentence
):
    pupil = make_pupils(1, guardian="is_current" not in spoil)[0]
    grant_of(pupil)
    pupil.channels.update(**spoil)

    with pytest.raises(Refused, match=sentence):
        channels.confirm_continuing(enrolment_of(pupil), by=teacher, at=MAY)


def test_another_name_without_an_id_leaves_no_id_behind(pupil, grant_of, teacher):
    grant_of(pupil)
    stated = GuardianFacts("นางคนใหม่ ใจดี", "aunt")

    channels.confirm_continuing(
        enrolment_of(pupil), ChannelFacts("promptpay_pupil", "opened", stated), by=teacher, at=MAY
    )

    now = Guardian.objects.get(pupil=pupil, is_current=True)
    assert (now.national_id, now.id_index, now.last4) == ("", None, "")


def test_the_same_said_again_is_no_change(pupil, grant_of, teacher):
    grant_of(pupil)
    known = pupil.guardians.get()
    stated = GuardianFacts(known.full_name, known.relationship, phone=known.phone)

    confirmed = channels.confirm_continuing(
        enrolment_of(pupil), ChannelFacts("promptpay_pupil", "opened", stated), by=teacher, at=MAY
    )

    assert confirmed.unchanged
    assert pupil.guardians.count() == 1


def test_a_confirmed_pupil_corrected_later_stays_confirmed(pupil, grant_of, teacher):
    grant_of(pupil, confirmed=True)

    channels.correct_channel(
        enrolment_of(pupil), ChannelFacts("school_account"), by=teacher, at=CORRECT_2
    )

    assert ContinuingConfirmation.objects.count() == 1


@pytest.mark.parametrize("act", [channels.correct_channel, channels.choose_channel])
def test_others_set_no_channel(pupil, grant_of, outsider, act):
    grant_of(pupil)

    with pytest.raises(Refused, match="Your role does not do this here"):
        act(enrolment_of(pupil), ChannelFacts("school_account"), by=outsider, at=CORRECT_2)
