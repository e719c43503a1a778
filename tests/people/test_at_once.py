"""Two givers at once: the second waits at the person's row, and then sees what the first wrote."""

import threading
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from eqfund.models import Posting, User


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("second", "constraint"),
    [
        ("fund_approver", "posting_goes_with_the_others"),
        ("fund_officer", "posting_once_on_any_day"),
    ],
)
def test_two_posts_given_at_once_are_one(second, constraint):
    user = User.objects.create(username="both", full_name="นางสองทาง ตัวอย่าง")
    written, refused = threading.Event(), []

    def give(role):
        Posting.objects.create(user=user, role=role, path="TH/", starts_on=date(2026, 7, 14))

    def the_second():
        written.wait(10)
        try:
            with transaction.atomic():
                give(second)
        except IntegrityError as error:
            refused.append(str(error))
        finally:
            connection.close()

    other = threading.Thread(target=the_second)
    other.start()
    with transaction.atomic():
        give("fund_officer")
        written.set()
        other.join(0.5)
        assert other.is_alive()  # it waits for this transaction
    other.join(10)

    assert [constraint in error for error in refused] == [True]
    assert Posting.objects.filter(user=user).count() == 1
