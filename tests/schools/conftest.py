"""A school that is up to date, and one line of its directors."""

from datetime import date

import pytest

from eqfund.models import Directorship
from eqfund.schools import actions

FULL = {
    "phone": "0 5312 3456",
    "contact_name": "ครูสมศรี ตัวอย่างดี",
    "contact_mobile": "0812345678",
    "house_no": "99",
    "moo": "3",
    "subdistrict_code": "500101",
    "postcode": "50200",
    "levels": ["primary"],
}


@pytest.fixture
def head(calendar, school, admin, at):
    """Record somebody who heads the school."""

    def head(name="นายวิชัย สมมติ", since=date(2025, 10, 1), capacity="in_post", **more):
        return actions.record_director(
            school,
            full_name=name,
            capacity=capacity,
            starts_on=since,
            by=admin,
            at=at("2569-05-20"),
            **more,
        )

    return head


@pytest.fixture
def full(school, admin, head, at):
    """The school with all that a confirmation needs."""
    actions.edit_school(school, by=admin, at=at("2569-05-20"), **FULL)
    head()
    school.refresh_from_db()
    return school


@pytest.fixture
def lines(school):
    return lambda: list(
        Directorship.objects.filter(school=school)
        .order_by("starts_on", "pk")
        .values_list("full_name", "capacity", "ends_on", "end_reason")
    )
