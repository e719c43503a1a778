"""A lost second factor: asked for after the password, given back by the level above, never by oneself."""

from datetime import datetime

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from eqfund import clock
from eqfund.access import Role
from eqfund.accounts import actions, permissions
from eqfund.models import Event, FactorRecovery
from eqfund.refusal import Refused
from tests.accounts.conftest import PASSWORD, app_code, last_sms

AT = datetime(2026, 7, 10, 9, tzinfo=clock.BANGKOK)


@pytest.fixture
def lost(teacher, settled, with_app):
    """A teacher whose phone is gone."""
    settled(teacher)
    with_app(teacher)
    return teacher


@pytest.fixture
def asked(lost):
    return actions.ask_for_recovery(lost, by=lost, at=AT)


def restore(recovery, by, checked="in_person", reason="showed the card"):
    actions.restore_access(recovery, checked=checked, reason=reason, by=by, at=AT)


def test_the_whole_way_from_the_lost_phone_to_a_new_beginning(
    client, lost, admin, settled, come_in, django_capture_on_commit_callbacks
):
    come_in(lost)
    page = client.get("/accounts/login/lost-factor/").content.decode()
    assert admin.full_name in page
    client.post("/accounts/login/lost-factor/")
    assert "ท่านส่งคำขอเมื่อ" in client.get("/accounts/login/lost-factor/").content.decode()

    desk = Client()
    desk.force_login(admin)
    assert "พิจารณาคำขอของผู้ที่อุปกรณ์ยืนยันตัวตนหาย" in desk.get("/").content.decode()
    recovery = FactorRecovery.objects.get()
    assert lost.full_name in desk.get("/accounts/recoveries/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        done = desk.post(
            f"/accounts/recoveries/{recovery.pk}/",
            {"act": "restore", "checked": "called_back", "reason": "ตอบชั้นเรียนได้ถูกต้อง"},
        )

    assert done.status_code == 302
    assert not Authenticator.objects.filter(user=lost).exists()
    assert mail.outbox[-1].to == [lost.email]
    assert mail.outbox[-1].subject == "ยกเลิกการยืนยันตัวตนขั้นที่สองแล้ว"
    assert "ยกเลิกการยืนยันตัวตนขั้นที่สอง" in last_sms()
    event = Event.objects.get(verb="accounts.restore_access")
    assert event.actor_id == admin.pk
    assert event.facts == {
        "person": lost.pk,
        "checked": "called_back",
        "factors": ["recovery_codes", "totp"],
    }
    again = Client()
    again.post("/accounts/login/", {"login": lost.username, "password": PASSWORD})
    assert again.get("/", follow=True).request["PATH_INFO"] == "/accounts/first-use/second-factor/"


def test_every_session_of_the_person_ends(
    lost, admin, come_in, client, with_app, django_capture_on_commit_callbacks
):
    secret = Authenticator.objects.get(user=lost, type="totp").wrap()
    come_in(lost)
    from allauth.mfa.utils import decrypt

    client.post(
        "/accounts/login/second-factor/",
        {"code": app_code(decrypt(secret.instance.data["secret"]))},
    )
    assert client.get("/").status_code == 200
    recovery = actions.ask_for_recovery(lost, by=lost, at=AT)

    with django_capture_on_commit_callbacks(execute=True):
        restore(recovery, admin)

    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "who",
    [
        "teacher",
        "director",
        "registry_keeper",
        "office_admin",
        "affiliation_officer",
        "fund_officer",
        "auditor",
        "system_admin",
        "outsider",
    ],
)
def test_nobody_but_the_school_s_admin_gives_back_a_teacher_s_access(who, asked, request):
    person = request.getfixturevalue(who)

    with pytest.raises(Refused):
        restore(asked, person)
    with pytest.raises(Refused):
        actions.refuse_recovery(asked, reason="no", by=person, at=AT)
    assert Authenticator.objects.filter(user=asked.user).exists()
    assert FactorRecovery.objects.get().state == "asked"


def test_the_admin_of_another_school_finds_nothing(asked, make_user, other_school, client):
    stranger = make_user(Role.SCHOOL_ADMIN, other_school.path)
    client.force_login(stranger)

    assert permissions.requests_for(stranger) == []
    assert client.get(f"/accounts/recoveries/{asked.pk}/").status_code == 404
    assert asked.user.full_name not in client.get("/accounts/recoveries/").content.decode()


def test_a_teacher_who_is_also_an_office_admin_is_not_the_school_admin_s_to_open(
    asked, admin, office, fund_officer
):
    from eqfund.models import Posting

    Posting.objects.create(
        user=asked.user, role=Role.OFFICE_ADMIN, path=office.path, starts_on="2026-01-01"
    )

    assert permissions.requests_for(admin) == []
    with pytest.raises(Refused):
        restore(asked, admin)


@pytest.mark.parametrize(
    ("person", "above"),
    [
        ("admin", "office_admin"),
        ("director", "office_admin"),
        ("office_admin", "affiliation_officer"),
        ("office_admin", "fund_officer"),
        ("affiliation_officer", "system_admin"),
        ("fund_finance", "system_admin"),
        ("auditor", "system_admin"),
    ],
)
def test_each_level_is_helped_by_the_one_above(person, above, request, with_app):
    person, above = request.getfixturevalue(person), request.getfixturevalue(above)
    with_app(person)
    recovery = actions.ask_for_recovery(person, by=person, at=AT)
    assert above in permissions.people_above(person, AT)
    assert permissions.requests_for(above) == [recovery]

    restore(recovery, above)

    assert not Authenticator.objects.filter(user=person).exists()


def test_a_system_admin_needs_another_one(system_admin, make_user, with_app):
    with_app(system_admin)
    recovery = actions.ask_for_recovery(system_admin, by=system_admin, at=AT)
    assert permissions.requests_for(system_admin) == []
    with pytest.raises(Refused):
        restore(recovery, system_admin)

    restore(recovery, make_user(Role.SYSTEM_ADMIN, "TH/"))

    assert FactorRecovery.objects.get().state == "restored"


@pytest.mark.parametrize(
    ("checked", "reason"), [("", "met"), ("telepathy", "met"), ("in_person", " ")]
)
def test_access_is_given_back_only_to_a_checked_person_with_a_reason(asked, admin, checked, reason):
    with pytest.raises(Refused):
        restore(asked, admin, checked, reason)
    assert Authenticator.objects.filter(user=asked.user).exists()


def test_a_request_is_decided_once(asked, admin):
    restore(asked, admin)

    with pytest.raises(Refused):
        restore(asked, admin)
    with pytest.raises(Refused):
        actions.refuse_recovery(asked, reason="no", by=admin, at=AT)


def test_a_refusal_leaves_the_factors_and_tells_the_person(
    asked, admin, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        actions.refuse_recovery(asked, reason="ไม่ใช่เจ้าตัว", by=admin, at=AT)

    assert Authenticator.objects.filter(user=asked.user).exists()
    assert mail.outbox[-1].subject == "คำขอเรื่องการยืนยันตัวตนขั้นที่สองไม่ได้รับอนุมัติ"
    assert "ไม่ใช่เจ้าตัว" not in str(Event.objects.values("facts"))
    restore(actions.ask_for_recovery(asked.user, by=asked.user, at=AT), admin)


def test_asking_twice_is_one_request_and_one_mail(lost, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = actions.ask_for_recovery(lost, by=lost, at=AT)
        assert actions.ask_for_recovery(lost, by=lost, at=AT) == first

    assert len(mail.outbox) == 1


def test_without_the_password_nobody_asks(client, lost):
    assert client.get("/accounts/login/lost-factor/")["Location"] == "/accounts/login/"
    client.post("/accounts/login/lost-factor/")
    assert not FactorRecovery.objects.exists()


def test_nobody_decides_for_themselves_by_constraint(asked):
    with pytest.raises(IntegrityError, match="somebody_else"), transaction.atomic():
        FactorRecovery.objects.update(state="refused", decided_by=asked.user, decided_at=AT)


def test_a_decision_names_who_and_when_by_constraint(asked):
    with pytest.raises(IntegrityError, match="somebody_else"), transaction.atomic():
        FactorRecovery.objects.update(state="refused")


def test_only_a_checked_person_is_restored_by_constraint(asked, admin):
    with pytest.raises(IntegrityError, match="checked_person"), transaction.atomic():
        FactorRecovery.objects.update(state="restored", decided_by=admin, decided_at=AT)


def test_one_request_waits_for_a_person(asked):
    with pytest.raises(IntegrityError, match="one_waiting"), transaction.atomic():
        FactorRecovery.objects.create(user=asked.user, asked_at=AT)


# --- one's own factors ------------------------------------------------------------------------


def test_the_last_factor_stays_where_the_post_needs_one(client, office_admin, with_app, settled):
    settled(office_admin)
    with_app(office_admin)
    client.force_login(office_admin)

    page = client.post("/accounts/factors/app/remove/")

    assert page.status_code == 200
    assert "เพิ่มวิธีอื่นก่อน" in page.content.decode()
    assert Authenticator.objects.filter(user=office_admin, type="totp").exists()


def test_the_last_passkey_stays_where_the_post_needs_one(client, office_admin, settled):
    settled(office_admin)
    passkey = Authenticator.objects.create(
        user=office_admin, type="webauthn", data={"name": "key", "credential": {}}
    )
    client.force_login(office_admin)

    assert client.post(f"/accounts/factors/passkeys/{passkey.pk}/remove/").status_code == 409
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_a_teacher_may_remove_the_app_and_the_gate_asks_anew(
    client, teacher, with_app, settled, django_capture_on_commit_callbacks
):
    settled(teacher)
    with_app(teacher)
    client.force_login(teacher)

    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/factors/app/remove/")

    assert not Authenticator.objects.filter(user=teacher).exists()
    assert "first_use" not in client.session


def test_nobody_touches_another_s_passkey(client, teacher, admin, settled):
    passkey = Authenticator.objects.create(
        user=admin, type="webauthn", data={"name": "key", "credential": {}}
    )
    settled(teacher)
    client.force_login(teacher)

    for page in ("name", "remove"):
        url = f"/accounts/factors/passkeys/{passkey.pk}/{page}/"
        assert client.get(url).status_code == 404
        assert client.post(url, {"name": "x"}).status_code == 404
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_recovery_codes_are_shown_once(client, teacher, with_app, settled):
    settled(teacher)
    with_app(teacher)
    client.force_login(teacher)

    first = client.get("/accounts/factors/codes/")
    codes = first.context["unused_codes"]
    second = client.get("/accounts/factors/codes/").content.decode()

    assert all(code in first.content.decode() for code in codes)
    assert not any(code in second for code in codes)
    assert "เหลือ 10 จาก 10 รหัส" in second
