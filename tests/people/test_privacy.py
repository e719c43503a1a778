"""What invitations and requests hold of a person is exported, and forgotten in its time."""

from datetime import date, timedelta

from eqfund.models import AccountRequest, Invitation
from eqfund.people.actions import invitations, requests
from eqfund.people.privacy import forget_stale
from eqfund.privacy.export import USER, collect

PASSWORD = "กุหลาบแดงริมรั้วบ้าน"


def come_in(classroom, admin, now):
    requests.ask_for_account(
        role="homeroom_teacher",
        path=classroom.path,
        full_name="นางสาวมาใหม่ ตัวอย่างดี",
        email="new@example.go.th",
        phone="0812345678",
        note="ย้ายมา",
        at=now,
    )
    made = requests.accept_request(AccountRequest.objects.get(), by=admin, at=now)
    return invitations.enter_by_invitation(made, username="mai", password=PASSWORD, at=now)


def test_a_persons_invitation_and_request_are_in_their_export_without_the_secret(
    classroom, admin, now
):
    user = come_in(classroom, admin, now)

    text = str(collect((USER, str(user.pk))))

    assert "ย้ายมา" in text and "token_hash" not in text


def test_what_came_to_nothing_is_deleted_after_a_year_and_not_before(classroom, admin, now):
    come_in(classroom, admin, now)
    made = invitations.invite(role="screening_teacher", path=classroom.path.rsplit("/", 2)[0] + "/", full_name="ก ข", email="x@example.go.th", starts_on=date(2026, 7, 14), by=admin, at=now)  # fmt: skip
    over = made.expires_at.date()

    assert forget_stale(over + timedelta(days=364)) == 0
    assert forget_stale(over + timedelta(days=367)) == 1
    assert Invitation.objects.get().accepted_at
