"""Invitations and requests: the deed, each refusal, a second call, the mail, and the link's secret."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from eqfund.access import Role
from eqfund.models import AccountRequest, AccountState, Event, Invitation, Job, Posting, User
from eqfund.people.actions import invitations, requests
from eqfund.people.outgoing import secret_of
from eqfund.refusal import Refused

TODAY = date(2026, 7, 14)


@pytest.fixture
def invite(classroom, admin, now):
    def make(**fields):
        given = {
            "role": Role.HOMEROOM_TEACHER,
            "path": classroom.path,
            "full_name": "นางสาวมาใหม่ ตัวอย่างดี",
            "email": "new@example.go.th",
            "phone": "0812345678",
            "starts_on": TODAY,
            "by": admin,
            "at": now,
        }
        return invitations.invite(**(given | fields))

    return make


def token_of(mail):
    return re.search(r"/people/invitation/([\w-]+)/", mail.body)[1]


# --- inviting ---------------------------------------------------------------------------------


def test_an_invitation_goes_out_by_mail_and_only_its_digest_is_kept(invite, do_jobs, mailoutbox):
    invitation = invite()
    assert invitation.token_hash is None

    do_jobs()

    [mail] = mailoutbox
    invitation.refresh_from_db()
    assert mail.to == ["new@example.go.th"]
    assert invitation.token_hash == secret_of(token_of(mail))
    assert (invitation.times_sent, invitation.sent_at) == (1, Job.objects.get().moment)
    for text in ("ครูสมศรี ตัวอย่างดี", "โรงเรียนบ้านดงสมมติ", "28 กรกฎาคม 2569", "0 2079 5475"):
        assert text in mail.body
    kept = str(Event.objects.values_list()) + str(Job.objects.values_list())
    assert token_of(mail) not in kept


def test_a_job_delivered_twice_sends_one_mail(invite, do_jobs, mailoutbox):
    invite()
    do_jobs()
    Job.objects.update(state="queued", ended_at=None)

    do_jobs()

    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"role": Role.SCHOOL_ADMIN}, "is given by"),
        ({"starts_on": date(2026, 7, 13)}, "begins today at the earliest"),
        ({"path": "TH/1/2/3/987654321/"}, "no such place"),
        ({"email": "Admin@Example.go.th"}, "Nobody invites themselves"),
        ({"ends_on": date(2026, 7, 1)}, "before the first day"),
    ],
    ids=str,
)
def test_what_may_not_be_is_not_offered(fields, sentence, invite, admin, mailoutbox):
    User.objects.filter(pk=admin.pk).update(email="admin@example.go.th")
    admin.email = "admin@example.go.th"

    with pytest.raises(Refused, match=sentence):
        invite(**fields)
    assert not Invitation.objects.exists()


def test_an_invitation_to_the_same_post_twice_is_refused(invite):
    invite()

    with pytest.raises(Refused, match="invited to this post already"):
        invite(email="NEW@example.go.th")


def test_whoever_has_the_post_is_not_invited_to_it(invite, teacher):
    User.objects.filter(pk=teacher.pk).update(email="teacher@example.go.th")

    with pytest.raises(Refused, match="already has this post"):
        invite(email="teacher@example.go.th")


def test_sending_again_kills_the_old_link_and_renews_the_term(
    invite, admin, do_jobs, mailoutbox, now
):
    invitation = invite()
    do_jobs()
    later = now + timedelta(days=20)

    invitations.resend_invitation(invitation, by=admin, at=later)
    invitation.refresh_from_db()
    assert invitation.token_hash is None
    do_jobs()

    invitation.refresh_from_db()
    old, new = (token_of(mail) for mail in mailoutbox)
    assert old != new
    assert invitation.token_hash == secret_of(new)
    assert invitation.expires_at == later + invitations.GOOD_FOR


def test_a_cancelled_invitation_is_over(invite, admin, now, mailoutbox, do_jobs):
    invitation = invite()
    invitations.cancel_invitation(invitation, by=admin, at=now)

    for again in (invitations.cancel_invitation, invitations.resend_invitation):
        with pytest.raises(Refused, match="was cancelled"):
            again(invitation, by=admin, at=now)
    do_jobs()
    assert mailoutbox == []


@pytest.mark.parametrize("person", ["director", "office_admin", "outsider"])
def test_only_a_giver_of_the_post_sends_again_or_cancels(person, invite, request, now):
    invitation = invite()
    by = request.getfixturevalue(person)

    for act in (invitations.cancel_invitation, invitations.resend_invitation):
        with pytest.raises(Refused, match="is given by"):
            act(invitation, by=by, at=now)


# --- accepting --------------------------------------------------------------------------------


def test_accepting_makes_the_account_and_the_post(invite, admin, now):
    invitation = invite()

    user = invitations.enter_by_invitation(
        invitation, username="mai", password="ยาวพอและเดายาก", at=now
    )

    posting = user.postings.get()
    assert (posting.role, posting.path, posting.granted_by) == (
        invitation.role,
        invitation.path,
        admin,
    )
    assert (user.email, user.phone, user.full_name) == (
        "new@example.go.th",
        "0812345678",
        "นางสาวมาใหม่ ตัวอย่างดี",
    )
    assert user.check_password("ยาวพอและเดายาก")
    assert AccountState.objects.get(user=user).verified_email == user.email
    invitation.refresh_from_db()
    assert (invitation.accepted_by, invitation.posting) == (user, posting)
    with pytest.raises(Refused, match="was accepted"):
        invitations.accept_invitation(invitation, by=user, at=now)


def test_who_has_an_account_gets_one_more_post_from_the_day_of_accepting(invite, outsider, now):
    invitation = invite()

    invitations.accept_invitation(invitation, by=outsider, at=now + timedelta(days=3))

    assert outsider.postings.count() == 2
    assert outsider.postings.latest("pk").starts_on == TODAY + timedelta(days=3)


def test_an_address_that_has_an_account_makes_no_second_one(invite, new_user, now):
    new_user("NEW@example.go.th")
    invitation = invite()

    with pytest.raises(Refused, match="There is an account"):
        invitations.enter_by_invitation(invitation, username="mai", password="x" * 12, at=now)


def test_a_user_name_taken_meanwhile_leaves_nothing(invite, teacher, now):
    invitation = invite()

    with pytest.raises(Refused, match="Choose another"):
        invitations.enter_by_invitation(invitation, username="teacher", password="x" * 12, at=now)
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_the_last_second_of_an_invitation_is_good_and_the_next_is_not(invite, outsider, now):
    invitation = invite()
    end = invitation.expires_at

    with pytest.raises(Refused, match="good until"):
        invitations.accept_invitation(invitation, by=outsider, at=end)
    invitations.accept_invitation(invitation, by=outsider, at=end - timedelta(seconds=1))


def test_the_inviter_does_not_accept(invite, admin, now):
    with pytest.raises(Refused, match="themselves"):
        invitations.accept_invitation(invite(), by=admin, at=now)


@pytest.mark.parametrize("gone", ["post", "account"])
def test_an_invitation_does_not_outlive_its_inviters_right(invite, admin, outsider, gone, now):
    invitation = invite()
    if gone == "post":
        Posting.objects.filter(user=admin).update(ends_on=TODAY - timedelta(days=1))
    else:
        User.objects.filter(pk=admin.pk).update(is_active=False)

    with pytest.raises(Refused, match="no longer gives this post"):
        invitations.accept_invitation(invitation, by=outsider, at=now)
    with pytest.raises(Refused, match="no longer gives this post"):
        invitations.enter_by_invitation(
            invitation, username="crept.in", password="kept-by-nobody-9", at=now
        )
    assert not User.objects.filter(username="crept.in").exists()


def test_a_post_that_does_not_go_with_another_is_not_accepted(invite, auditor, now):
    with pytest.raises(Refused, match="auditor holds no other post"):
        invitations.accept_invitation(invite(), by=auditor, at=now)


def test_a_post_whose_last_day_is_past_is_not_accepted(invite, outsider, now):
    invitation = invite(ends_on=date(2026, 7, 20))

    with pytest.raises(Refused, match="ended on"):
        invitations.accept_invitation(invitation, by=outsider, at=now + timedelta(days=7))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"role": "emperor"}, "invitation_role_is_known"),
        ({"path": "TH/1"}, "invitation_path_ends_in_slash"),
        ({"ends_on": date(2026, 1, 1)}, "invitation_ends_after_it_starts"),
        ({"expires_at": "2026-07-01T00:00Z"}, "invitation_expires_after_it_is_made"),
        ({"accepted_at": "2026-07-15T00:00Z"}, "invitation_accepted_at_and_by_go_together"),
        ({"cancelled_at": "2026-07-15T00:00Z"}, "invitation_cancelled_at_and_by_go_together"),
    ],
    ids=str,
)
def test_an_invitation_cannot_be_what_makes_no_sense(change, name, invite):
    invite()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Invitation.objects.update(**change)


def test_one_accepted_by_the_inviter_or_both_ways_over_breaks_constraints(invite, admin, now):
    invite()
    done = {"accepted_at": now, "accepted_by": admin}

    with (
        pytest.raises(IntegrityError, match="not_accepted_by_its_inviter"),
        transaction.atomic(),
    ):
        Invitation.objects.update(**done)
    with pytest.raises(IntegrityError, match="not_accepted_and_cancelled|its_inviter"):
        Invitation.objects.update(**done, cancelled_at=now, cancelled_by=admin)


def test_a_second_one_waiting_and_a_secret_twice_break_constraints(invite):
    first = invite()
    fields = {"role": first.role, "path": first.path, "invited_by": first.invited_by, "starts_on": TODAY, "full_name": "ก ข", "made_at": first.made_at, "expires_at": first.expires_at}  # fmt: skip

    with pytest.raises(IntegrityError, match="one_waiting_per_person"), transaction.atomic():
        Invitation.objects.create(email="NEW@example.go.th", **fields)
    Invitation.objects.create(email="b@example.go.th", **fields)
    with pytest.raises(IntegrityError, match="secret_is_one_invitations"):
        Invitation.objects.update(token_hash=b"x" * 32)


# --- requests ---------------------------------------------------------------------------------


@pytest.fixture
def ask(classroom, now):
    def make(**fields):
        given = {
            "role": Role.HOMEROOM_TEACHER,
            "path": classroom.path,
            "full_name": "นางสาวมาใหม่ ตัวอย่างดี",
            "email": "new@example.go.th",
            "phone": "0812345678",
            "note": "ย้ายมาใหม่",
            "at": now,
        }
        requests.ask_for_account(**(given | fields))
        return AccountRequest.objects.latest("pk")

    return make


def test_a_request_waits_once_and_tells_the_giver_without_a_name(ask, admin, do_jobs, mailoutbox):
    User.objects.filter(pk=admin.pk).update(email="admin@example.go.th")
    ask()
    ask(email="NEW@example.go.th")

    do_jobs()

    assert AccountRequest.objects.count() == 1
    [mail] = mailoutbox
    assert mail.to == ["admin@example.go.th"]
    assert "มาใหม่" not in mail.body + mail.subject


def test_a_request_fits_its_place(ask, school):
    with pytest.raises(ValueError, match="does not serve at"):
        ask(path=school.path)


def test_an_accepted_request_is_an_invitation(ask, admin, now, do_jobs, mailoutbox):
    request = ask()

    invitation = requests.accept_request(request, by=admin, at=now)

    request.refresh_from_db()
    assert (request.status, request.invitation, request.decided_by) == ("accepted", invitation, admin)  # fmt: skip
    assert (invitation.email, invitation.phone) == ("new@example.go.th", "0812345678")
    with pytest.raises(Refused, match="answered already"):
        requests.accept_request(request, by=admin, at=now)
    with pytest.raises(Refused, match="answered already"):
        requests.refuse_request(request, reason="ไม่รู้จัก", by=admin, at=now)


def test_a_refusal_says_why_by_mail_and_where_to_ask(ask, admin, school, now, do_jobs, mailoutbox):
    type(school).objects.update(phone="053 000 111")
    request = ask()

    with pytest.raises(Refused, match="Say why"):
        requests.refuse_request(request, reason="  ", by=admin, at=now)
    requests.refuse_request(request, reason="ไม่ได้สอนที่นี่", by=admin, at=now)
    do_jobs()

    mail = mailoutbox[-1]
    assert mail.to == ["new@example.go.th"]
    for text in ("ไม่ได้สอนที่นี่", "ครูสมศรี ตัวอย่างดี", "053 000 111"):
        assert text in mail.body


@pytest.mark.parametrize("person", ["director", "office_admin", "outsider", "system_admin"])
def test_only_a_giver_of_the_post_answers(person, ask, request, now):
    waiting = ask()
    by = request.getfixturevalue(person)

    with pytest.raises(Refused, match="is given by"):
        requests.accept_request(waiting, by=by, at=now)
    with pytest.raises(Refused, match="is given by"):
        requests.refuse_request(waiting, reason="x", by=by, at=now)


def test_a_request_that_cannot_become_an_invitation_stays_open(ask, admin, teacher, now):
    User.objects.filter(pk=teacher.pk).update(email="new@example.go.th")
    request = ask()

    with pytest.raises(Refused, match="already has this post"):
        requests.accept_request(request, by=admin, at=now)
    request.refresh_from_db()
    assert request.status == "open"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"role": "emperor"}, "request_role_is_known"),
        ({"path": "TH/1"}, "request_path_ends_in_slash"),
        ({"status": "accepted"}, "request_open_or_decided|request_accepted_has"),
    ],
    ids=str,
)
def test_a_request_cannot_be_what_makes_no_sense(change, name, ask):
    ask()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        AccountRequest.objects.update(**change)


def test_an_accepted_request_without_invitation_breaks_a_constraint(ask, admin, now):
    ask()

    with pytest.raises(IntegrityError, match="request_accepted_has_its_invitation"):
        AccountRequest.objects.update(status="accepted", decided_by=admin, decided_at=now)


def test_two_open_requests_of_one_person_break_a_constraint(ask, classroom, now):
    first = ask()

    with pytest.raises(IntegrityError, match="request_one_open"), transaction.atomic():
        AccountRequest.objects.create(role=first.role, path=first.path, email="NEW@example.go.th", full_name="ก ข", made_at=now)  # fmt: skip
    assert Posting.objects.filter(path=classroom.path).count() == 0


def test_a_school_without_classes_says_so_to_a_homeroom_teacher(client, school, term):
    answers = {
        "role": "homeroom_teacher",
        "full_name": "นางสาวมาใหม่ ตัวอย่างดี",
        "email": "new@example.go.th",
        "phone": "0812345678",
    }
    page = client.post(reverse("people:ask-school", args=[school.pk]), answers)
    assert page.status_code == 422
    assert "role" in page.context["form"].errors
