"""Codes by mail and SMS: hashed, short-lived, few tries, few sendings; what they prove and what not."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, transaction

from eqfund import clock
from eqfund.accounts import actions, first_use, sms
from eqfund.models import AccountState, ContactCode, Event, SentMessage
from eqfund.refusal import Refused
from tests.accounts.conftest import code_in, last_sms

AT = datetime(2026, 7, 10, 9, tzinfo=clock.BANGKOK)


@pytest.fixture
def person(teacher, with_password):
    return with_password(teacher, verified=False)


def send(person, kind="email", target=None):
    return actions.send_code(person, kind, target or getattr(person, kind), by=person, at=AT)


def check(person, code, kind="email"):
    actions.verify_contact(person, kind, code, by=person, at=AT)


def mailed_code():
    return code_in(mail.outbox[-1].body)


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_code_proves_the_address_it_was_sent_to(person, django_capture_on_commit_callbacks):
    send(person, target="new@school.example")
    with django_capture_on_commit_callbacks(execute=True):
        check(person, mailed_code())

    person.refresh_from_db()
    assert person.email == "new@school.example"
    assert first_use.email_is_verified(person)
    address = EmailAddress.objects.get(user=person)
    assert (address.email, address.verified, address.primary) == ("new@school.example", True, True)
    assert mail.outbox[-1].to == ["teacher@school.example"]  # the former one is told
    event = Event.objects.get(verb="accounts.verify_contact")
    assert event.facts == {"kind": "email", "changed": True}


def test_the_present_address_stays_until_the_new_one_is_proved(person):
    send(person, target="new@school.example")

    person.refresh_from_db()
    assert person.email == "teacher@school.example"


def test_a_code_is_kept_as_its_digest_alone(person):
    send(person)
    code = mailed_code()

    kept = ContactCode.objects.get()
    assert len(bytes(kept.digest)) == 32
    assert code not in str(ContactCode.objects.values().get())
    assert bytes(kept.digest) == actions.digest(person, "email", person.email, code)


def test_a_code_serves_once(person):
    send(person)
    check(person, mailed_code())

    with pytest.raises(Refused):
        check(person, mailed_code())


def test_a_code_has_five_tries_and_the_right_one_comes_too_late_after_them(person):
    send(person)
    code = mailed_code()
    for left in (4, 3, 2, 1):
        with pytest.raises(Refused, match=f"{left}"):
            check(person, wrong(code))
    with pytest.raises(Refused):
        check(person, wrong(code))

    with pytest.raises(Refused):
        check(person, code)
    assert ContactCode.objects.get().tries == 5


def test_a_code_s_time_is_ten_minutes(person, time_machine):
    start = datetime.now(UTC)
    time_machine.move_to(start, tick=False)
    send(person)
    time_machine.move_to(start + timedelta(minutes=10), tick=False)

    with pytest.raises(Refused):
        check(person, mailed_code())


def test_only_the_latest_code_serves(person, time_machine):
    start = datetime.now(UTC)
    time_machine.move_to(start, tick=False)
    send(person)
    earlier = mailed_code()
    time_machine.move_to(start + timedelta(seconds=61), tick=False)
    send(person)
    latest = mailed_code()

    if earlier != latest:
        with pytest.raises(Refused):
            check(person, earlier)
    check(person, latest)


def test_codes_go_out_slowly(person, time_machine):
    start = datetime.now(UTC)
    time_machine.move_to(start, tick=False)
    send(person)
    with pytest.raises(Refused, match="60"):
        send(person)
    for number in range(1, 5):
        time_machine.move_to(start + timedelta(minutes=2 * number), tick=False)
        send(person)
    time_machine.move_to(start + timedelta(minutes=12), tick=False)

    with pytest.raises(Refused):
        send(person)
    assert len(mail.outbox) == 5


def test_a_code_of_one_person_is_not_another_s(person, admin, with_password):
    with_password(admin, verified=False)
    send(person)
    send(admin)
    theirs = code_in(mail.outbox[0].body)

    if theirs != mailed_code():
        with pytest.raises(Refused):
            check(admin, theirs)


def test_an_address_of_another_account_is_told_only_to_whoever_reads_its_mail(
    person, admin, with_password
):
    with_password(admin)
    send(person, target=admin.email.upper())  # nothing is told here

    with pytest.raises(Refused):
        check(person, mailed_code())
    person.refresh_from_db()
    assert person.email == "teacher@school.example"


def test_a_phone_is_proved_by_sms(person):
    send(person, "phone", "0891112222")
    assert "ห้ามบอกรหัสนี้" in last_sms()

    check(person, code_in(last_sms()), "phone")

    person.refresh_from_db()
    assert person.phone == "0891112222"
    assert first_use.phone_is_verified(person)


def test_the_sms_console_names_no_whole_number(person, capsys):
    send(person, "phone", "0891112222")

    said = capsys.readouterr().err
    assert "0891112222" not in said
    assert "2222" in said


def test_a_message_that_cannot_go_out_is_a_refusal_and_costs_nothing(person, monkeypatch):
    def broken(phone, text):
        raise sms.DeliveryFailed("down")

    monkeypatch.setattr(sms, "send", broken)

    with pytest.raises(Refused):
        send(person, "phone", "0891112222")
    assert not ContactCode.objects.exists()


def test_outside_the_demo_the_console_sends_nothing(person, settings):
    settings.DEMO_MODE = False

    with pytest.raises(Refused):
        send(person, "phone", "0891112222")
    assert not SentMessage.objects.exists()


def test_a_contact_changed_by_anybody_must_be_proved_anew(person):
    send(person)
    check(person, mailed_code())
    assert first_use.email_is_verified(person)

    type(person).objects.filter(pk=person.pk).update(email="other@school.example")
    person.refresh_from_db()

    assert not first_use.email_is_verified(person)


@pytest.mark.parametrize("page", ["/accounts/email/", "/accounts/phone/"])
def test_changing_a_contact_asks_who_one_is(page, client, teacher, settled, come_in, time_machine):
    start = datetime.now(UTC)
    time_machine.move_to(start, tick=False)
    settled(teacher)
    come_in(teacher)
    client.get("/")
    assert client.get(page).status_code == 200
    time_machine.move_to(start + timedelta(minutes=11), tick=False)

    assert (
        client.get(page)["Location"] == f"/accounts/reauthenticate/?next={page.replace('/', '%2F')}"
    )


def test_a_wrong_number_is_said_beside_the_field_and_kept(client, teacher, with_password, come_in):
    with_password(teacher)
    AccountState.objects.update(verified_phone="")
    come_in(teacher)

    answer = client.post("/accounts/first-use/phone/", {"act": "send", "target": "053 123 456"})

    assert answer.status_code == 422
    assert "053 123 456" in answer.content.decode()
    assert "ไม่ใช่หมายเลขโทรศัพท์มือถือ" in answer.content.decode()


# --- constraints ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("contact_code_kind_is_known", {"kind": "pager"}),
        ("contact_code_is_tried_a_few_times", {"tries": 6}),
        ("contact_code_expires_after_it_is_sent", {"expires_at": AT - timedelta(days=900)}),
    ],
)
def test_a_broken_code_is_not_kept(name, change, person):
    send(person)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ContactCode.objects.update(**change)


def test_a_deployment_without_a_gateway_is_refused_by_its_check(settings):
    from eqfund.accounts.checks import codes_can_be_sent

    assert codes_can_be_sent(None) == []
    settings.DEMO_MODE = False
    assert [error.id for error in codes_can_be_sent(None)] == ["eqfund.E110"]
    settings.SMS_BACKEND = "eqfund.accounts.sms.gateway"
    assert codes_can_be_sent(None) == []
