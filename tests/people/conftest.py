"""A school with classes and a person in every post; mails and jobs done at once."""

from datetime import date

import pytest
from django.utils import translation

from eqfund import clock, jobs, places
from eqfund.accounts import sessions
from eqfund.models import Job, Posting, User


@pytest.fixture(autouse=True)
def _empty_counts():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def now(at, term):
    return at("2569-07-14 09:00")


@pytest.fixture
def rooms(school, classroom, term):
    """ป.4/1 (the teacher's), ป.5/1 and ป.6/1 of the school."""
    others = [
        places.add_classroom(school, year_be=2569, grade=grade, room="1") for grade in ("P5", "P6")
    ]
    return [classroom, *others]


@pytest.fixture
def new_user(db):
    def make(email="new@example.go.th", full_name="นางสาวมาใหม่ ตัวอย่างดี", **fields):
        return User.objects.create_user(email.partition("@")[0], email=email, full_name=full_name, **fields)  # fmt: skip

    return make


@pytest.fixture
def post():
    def make(user, role, path, starts_on=date(2026, 1, 1), ends_on=None, **fields):
        user.__dict__.pop("_current_postings", None)
        return Posting.objects.create(
            user=user, role=role, path=path, starts_on=starts_on, ends_on=ends_on, **fields
        )

    return make


@pytest.fixture
def do_jobs(db):
    """Do whatever waits, as a worker would."""

    def run():
        return [jobs.run_now(job) for job in Job.objects.filter(state="queued").order_by("pk")]

    return run


@pytest.fixture
def demo_time(now):
    with clock.rehearse(now):
        yield


@pytest.fixture
def sign_in(client):
    """Sign in as the demo's one click does: nothing of a first use is left to do."""

    def make(user):
        User.objects.filter(pk=user.pk).update(is_demo=True)
        client.force_login(User.objects.get(pk=user.pk))
        session = client.session
        session[sessions.KEY] = sessions.note(user, sessions.ONE_CLICK)
        session["language"] = "en"
        at = clock.wall().timestamp()
        session["account_authentication_methods"] = [{"method": "demo", "at": at}]
        session.save()
        return client

    return make
