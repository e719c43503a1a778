"""A registry file that changes a name or a number leaves what stood there before."""

import pytest

from eqfund.models import FormerName, FormerNumber, Pupil
from eqfund.models.rolls import Source

from .files import mine

pytestmark = pytest.mark.django_db
G_CODE = "G123456789012"


def test_another_name_keeps_the_one_before(record, at):
    record(mine(1), mine(2), day="2569-05-20")

    it = record(mine(1, ชื่อ="ใบชา"), mine(2), day="2569-06-20")

    [kept] = FormerName.objects.all()
    assert (kept.first_name, kept.pupil.first_name) == ("ใบเตย1", "ใบชา")
    assert (kept.source, kept.registry_import, kept.by) == (Source.REGISTRY, it, None)
    assert kept.until == at("2569-06-20")


def test_a_title_is_part_of_the_name(record):
    record(mine(1), day="2569-05-20")

    title = {"คำนำหน้าชื่อ": "นางสาว"}  # a keyword would be written with other characters
    record(mine(1, **title), day="2569-06-20")

    assert FormerName.objects.get().title == "เด็กหญิง"


def test_another_class_or_date_of_birth_is_no_former_name(record):
    record(mine(1), day="2569-05-20")

    record(mine(1, ห้อง="2", วันเกิด="14/05/2559"), day="2569-06-20")

    assert not FormerName.objects.exists()


def test_a_g_code_that_became_a_national_id_is_kept(record):
    record(mine(1, number=G_CODE), day="2569-05-20")

    record(mine(1), day="2569-06-20")

    [kept] = FormerNumber.objects.all()
    assert (kept.kind, kept.number, kept.last4) == ("g_code", G_CODE, "9012")
    assert kept.identity == Pupil.objects.get().identity
    assert kept.identity.kind == "national_id"
