"""The guards of the walk see what they should: planted leaks are found, and nothing else is."""

import io
import zipfile

import pytest
from django.db import transaction
from django.http import HttpResponse, QueryDict, StreamingHttpResponse

from eqfund.models import Pupil, School
from rehearsal.walk_bodies import Marker, forbidden_to, lasting, markers_of, text_of, told
from rehearsal.walk_erasure import erase_around, scoped_models
from rehearsal.walk_posts import asking, changed_around, forms_of, keys_asked


def zipped(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{text}</t>")
    return out.getvalue()


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("<p>สมหญิง &amp; ลูก</p>"),
        HttpResponse('{"name": "สมหญิง & ลูก"}', content_type="application/json"),
        StreamingHttpResponse(iter(["a,", "สมหญิง & ลูก"]), content_type="text/csv"),
        HttpResponse(zipped("สมหญิง &amp; ลูก"), content_type="application/x-xlsx"),
        HttpResponse("", headers={"Content-Disposition": "attachment; filename=สมหญิง"}),
    ],
)
def test_a_name_is_found_whatever_it_stands_in(response):
    marker = Marker("สมหญิง", "TH/1/", "read_child", "away")

    text = text_of(response)

    if response.get("Content-Disposition") is None:
        assert told(text, [marker]) == [marker]
    else:
        assert "สมหญิง" in text


def test_what_one_typed_oneself_is_no_leak():
    marker = Marker("สมหญิง", "TH/1/", "read_child", "away")

    assert told("ไม่พบ สมหญิง", [marker], asked="สมหญิง") == []


def test_two_askings_of_one_page_are_the_same():
    one = '<script nonce="abc"></script><input name="csrfmiddlewaretoken" value="x">'
    other = '<script nonce="def"></script><input name="csrfmiddlewaretoken" value="y">'

    assert lasting(one) == lasting(other)
    assert lasting("7 pupils") != lasting("8 pupils")


def test_a_teacher_must_not_read_another_classs_children_nor_another_schools_name(
    teacher, admin, make_pupils, school, classroom, other_school, other_classroom
):
    mine, theirs = make_pupils(1)[0], make_pupils(1, classroom=other_classroom)[0]
    markers = markers_of({"own": classroom.path, "away": other_classroom.path})

    forbidden = {marker.text for marker in forbidden_to(teacher, markers)}

    assert f"{theirs.first_name} {theirs.last_name}" in forbidden
    assert other_school.name in forbidden and other_school.moe_code in forbidden
    assert f"{mine.first_name} {mine.last_name}" not in forbidden
    assert school.name not in forbidden, "who works in a school knows its name"


def test_erasing_leaves_what_is_mine_and_what_lies_above(
    teacher, make_pupils, school, other_classroom
):
    mine, theirs = make_pupils(2), make_pupils(3, classroom=other_classroom)

    with transaction.atomic():
        erase_around(teacher)
        left = set(Pupil.objects.values_list("pk", flat=True))
        schools = list(School.objects.all())
        transaction.set_rollback(True)

    assert left == {pupil.pk for pupil in mine}
    assert schools == [school]
    assert Pupil.objects.filter(pk__in=[pupil.pk for pupil in theirs]).count() == 3


def test_every_table_with_a_scope_is_erased():
    assert {"Pupil", "Enrolment", "School", "Form01", "Transfer"} <= {
        model.__name__ for model in scoped_models()
    }


def test_a_row_changed_at_a_neighbours_place_is_noticed_and_taken_back(
    make_pupils, classroom, other_classroom
):
    pupil = make_pupils(1, classroom=other_classroom)[0]

    with asking() as changed:
        Pupil.objects.filter(pk=pupil.pk).update(first_name="เปลี่ยน")
        tables = changed()
        assert tables == {"eqfund_pupil"}
        assert changed_around(tables, other_classroom.path) == ["eqfund_pupil"]
        assert changed_around(tables, classroom.path) == []

    pupil.refresh_from_db()
    assert pupil.first_name != "เปลี่ยน"


def test_the_keys_that_a_page_reads_are_heard():
    with keys_asked() as keys:
        QueryDict("a=1").get("school")
        QueryDict("a=1").getlist("room")
    QueryDict("a=1").get("later")

    assert {"school", "room"} <= keys and "later" not in keys


def test_forms_are_read_with_their_present_values():
    body = """<form method="post" action="/x/"><input name="pupil" value="5"><select name="room">
      <option value="1">a</option><option value="2" selected>b</option></select>
      <textarea name="why"></textarea><button name="act" value="go">Go</button></form>"""

    form = forms_of(body)[0]

    assert (form.action, form.method) == ("/x/", "post")
    assert form.fields == {"pupil": "5", "room": "2", "why": "x", "act": "go"}
