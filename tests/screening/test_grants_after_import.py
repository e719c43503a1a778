"""A recorded registry file brings the pupils that the predecessor's list waits for."""

import pytest

from eqfund import hooks
from eqfund.models import Event, RegistryImport
from eqfund.school_year import TermKey
from screening.actions import grants as actions
from screening.actions.grants import ListRow
from screening.models import AwaitedGrant, Grant
from tests.conftest import moment
from tests.registry.conftest import confirm, record, send
from tests.registry.files import mine, national_id

__all__ = ["confirm", "record", "send"]

MAY = moment("2569-05-08 09:00")


def awaited(serial, *, school="50010001", first="2/2568"):
    return ListRow(serial, national_id(serial), school, TermKey.parse(first), "school_account")


def outcomes():
    return list(AwaitedGrant.objects.order_by("row_no").values_list("outcome", flat=True))


def test_an_import_gives_the_pupils_it_brings_their_grants(term, school, record):
    rows = [
        awaited(1),
        awaited(2, school="40010001"),
        awaited(3),
        awaited(4, first="1/2566"),
    ]
    actions.load_grants(rows, by=None, at=MAY)
    actions.settle_grants(term, by=None, at=MAY)
    assert outcomes() == ["waiting", "waiting", "waiting", "over"]

    record(mine(1), mine(2))

    assert outcomes() == ["granted", "moved", "waiting", "over"]
    grant = Grant.objects.get()
    assert (grant.pupil.identity.number, grant.given_by) == (national_id(1), None)
    assert grant.enrolment.path.startswith(school.path)
    event = Event.objects.get(verb="settle_grants", path=school.path)
    assert event.facts == {"settled": 2}


def test_an_import_of_one_school_leaves_the_rows_of_others_alone(
    term, school, other_school, record, make_pupils, other_classroom
):
    elsewhere = make_pupils(1, classroom=other_classroom)[0]
    row = ListRow(1, elsewhere.identity.number, "40010001", TermKey(2568, 2), "school_account")
    actions.load_grants([row], by=None, at=MAY)

    record(mine(1))

    assert outcomes() == ["waiting"]
    assert not Event.objects.filter(verb="settle_grants").exists()


def test_what_fails_after_the_import_leaves_nothing_recorded(term, school, send, confirm):
    def fail(it, at):
        raise RuntimeError

    it = send(mine(1))
    before = list(hooks.registry_imported._items)
    hooks.registry_imported.register(fail)
    try:
        job = confirm(it)
    finally:
        hooks.registry_imported._items[:] = before

    assert job.state == "failed"
    assert it.status == RegistryImport.Status.RECORDING
    assert not Grant.objects.exists()


@pytest.mark.parametrize("path", ["TH/", "TH/1/"])
def test_a_wider_place_holds_the_narrower_ones(path, term, school, make_pupils):
    pupil = make_pupils(1)[0]
    row = ListRow(1, pupil.identity.number, "50010001", TermKey(2568, 2), "school_account")
    actions.load_grants([row], by=None, at=MAY)
    wide = path if path == "TH/" else "/".join(school.path.split("/")[:2]) + "/"

    assert actions.settle_grants_at(wide, term, by=None, at=MAY) == 1
    assert actions.settle_grants_at(wide, term, by=None, at=MAY) == 0
