"""People agree to a version of the policy; a new version asks again."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from eqfund import clock
from eqfund.accounts import first_use
from eqfund.models import Consent, Event, Policy
from eqfund.privacy import actions, policies
from eqfund.refusal import Refused


@pytest.fixture(autouse=True)
def _fresh():
    policies.forget()
    yield
    policies.forget()


@pytest.fixture
def loaded(db):
    call_command("load_policies", verbosity=0)


def publish(version, after=timedelta(), audience="user"):
    policy = Policy.objects.create(
        audience=audience,
        version=version,
        text_th="ข้อความใหม่",
        text_en="new words",
        effective_at=clock.wall() + after,
    )
    policies.forget()
    return policy


def test_loading_again_changes_nothing_and_a_changed_text_is_refused(loaded, tmp_path):
    call_command("load_policies", verbosity=0)
    assert Policy.objects.count() == 2

    changed = tmp_path / "policies.toml"
    changed.write_text(
        '[[policy]]\naudience = "user"\nversion = "2569-01"\neffective = 2026-01-01T00:00:00+07:00\n'
        'text_th = "x"\ntext_en = "y"\n'
    )
    with pytest.raises(CommandError, match="never changes"):
        call_command("load_policies", file=str(changed), stdout=io.StringIO())


def test_the_first_use_begins_with_the_policy(loaded, teacher, client):
    client.force_login(teacher)

    assert first_use.open_steps(teacher)[0].code == "consent"
    page = client.get(reverse("privacy:consent"))
    assert "ทุนเสมอภาค" in page.content.decode()
    client.post(reverse("privacy:consent"), {"policy": policies.for_users().pk})

    assert "consent" not in {step.code for step in first_use.open_steps(teacher)}
    assert Event.objects.filter(verb="privacy.give_consent", actor_id=teacher.pk).count() == 1


def test_a_new_version_asks_again_from_its_moment_on(loaded, teacher, at):
    actions.give_consent(policies.for_users(), by=teacher, at=at("2569-07-10"))
    before = first_use.fingerprint(teacher)

    publish("2600-01", after=timedelta(days=1))
    assert not policies.consent_is_open(teacher)
    publish("2569-99")

    assert policies.consent_is_open(teacher)
    assert first_use.fingerprint(teacher) != before, "a session that was through is asked again"


def test_agreeing_twice_is_once_and_an_old_version_is_refused(loaded, teacher, at):
    policy = policies.for_users()
    for _twice in range(2):
        actions.give_consent(policy, by=teacher, at=at("2569-07-10"))
    assert Consent.objects.count() == 1

    publish("2569-99")
    with pytest.raises(Refused):
        actions.give_consent(policy, by=teacher, at=at("2569-07-10"))


def test_without_a_policy_nobody_is_held(teacher):
    assert not policies.consent_is_open(teacher)
    assert policies.guardian_version(clock.now()) == ""


def test_the_guardian_is_read_the_version_in_force_at_the_visit(loaded, at):
    assert policies.guardian_version(at("2569-02-28")) == ""
    assert policies.guardian_version(at("2569-07-10")) == "2569-03"
