"""The auditor's page: who gets in, what narrows it, pages by key, before and after, the export."""

import io
import zipfile

import pytest
from django.urls import reverse

from eqfund import audit, jobs
from eqfund.audit import exports, queries
from eqfund.models import AuditCheck, Event, Job, StoredFile
from eqfund.privacy import person_keys
from eqfund.refusal import Refused


@pytest.fixture
def get(client, auditor):
    client.force_login(auditor)

    def ask(**query):
        return client.get(reverse("audit:events"), query)

    return ask


def shown(response):
    return [line.event.pk for line in response.context["lines"]]


@pytest.fixture
def book(admin, teacher, school, other_school, make_pupils):
    """Seven events of several people, places and kinds, the oldest first."""
    pupil = make_pupils(1)[0]
    make = audit.record
    return [
        make("registry.edit_school", school, by=admin, after={"phone": "053000001"}),
        make("registry.edit_school", other_school, by=None),
        make("download_file", school, by=teacher),
        make("registry.move_out", pupil, by=admin),
        make("read", pupil, by=teacher, kind="read"),
        make("export_left_out", "payments.TransferRound", by=admin, path="TH/", facts={"rows": 3}),
        make("registry.confirm_profile", school, by=admin),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [6, 5, 4, 3, 2, 1, 0]),
        ({"kind": "download"}, [5, 2]),
        ({"kind": "read"}, [4]),
        ({"verb": "registry.edit_school"}, [1, 0]),
        ({"person": "the admin"}, [6, 5, 3, 0]),
        ({"person": "nobody of this name"}, []),
        ({"place": "1050000001"}, [6, 4, 3, 2, 0]),
        ({"place": "บ้านห้วย"}, [1]),
        ({"place": "no such place"}, []),
        ({"verb": "registry.edit_school", "place": "1040000001"}, [1]),
    ],
    ids=str,
)
def test_the_book_is_narrowed_by_each_field(query, found, get, book, admin):
    if query.get("person") == "the admin":
        query = {"person": admin.username}
    assert shown(get(**query)) == [book[n].pk for n in found]


def test_the_book_is_narrowed_by_thing_child_and_day(get, book, school):
    child = book[3].pupil_id

    assert shown(get(child=child)) == [book[4].pk, book[3].pk]
    assert shown(get(object=f"eqfund.School~{school.pk}")) == [book[n].pk for n in (6, 2, 0)]
    assert shown(get(until="1/1/2540")) == []
    assert len(shown(get(since="1/1/2540"))) == 7


def test_a_field_that_cannot_be_read_is_said_and_narrows_nothing(get, book):
    response = get(since="yesterday")

    assert response.status_code == 200
    assert "since" in response.context["form"].errors
    assert len(shown(response)) == 7


def test_pages_go_by_key_both_ways_and_meet(get, admin, school, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_SIZE", 3)
    made = [audit.record("registry.edit_school", school, by=admin).pk for _n in range(8)][::-1]

    first = get()
    second = get(before=first.context["page"].older)
    third = get(before=second.context["page"].older)
    back = get(after=third.context["page"].newer)

    assert shown(first) + shown(second) + shown(third) == made
    assert shown(back) == shown(second)
    assert not third.context["page"].older and not first.context["page"].newer


@pytest.mark.parametrize("key", ["", "x", "1-", "-1", "9" * 40 + "-1", "1-" + "9" * 40, "๑-๑"])
def test_a_made_up_key_is_the_first_page(key, get, book):
    assert len(shown(get(before=key))) == 7
    assert len(shown(get(after=key))) == 7


@pytest.mark.parametrize("rows", [1, 40])
def test_the_page_costs_the_same_at_any_length(
    rows, get, admin, school, django_assert_max_num_queries
):
    for _each in range(rows):
        audit.record("registry.edit_school", school, by=admin)

    # clock, session, user, postings; events, four levels of places, seals, waiting, check, proof, exports
    with django_assert_max_num_queries(15):
        assert len(shown(get())) == rows


def test_an_auditor_has_the_book_proved_and_reads_what_is_not_as_sealed(client, auditor, book, get):
    client.force_login(auditor)
    client.post(reverse("audit:prove"))
    assert client.post(reverse("audit:prove")).status_code == 409  # one run at a time

    [job] = Job.objects.filter(kind="audit.prove")
    jobs.run_now(job)

    assert AuditCheck.objects.get().faults == 0 and job.by == auditor
    Job.objects.filter(pk=job.pk).update(result={"faults": [["event_changed", 1, 7]]})
    assert "รายการนี้ถูกเปลี่ยนหลังผนึก" in get().text


def test_before_and_after_are_shown_on_asking_and_the_asking_is_an_event(
    client, auditor, book, get
):
    address = reverse("audit:event", args=[book[0].pk])
    client.force_login(auditor)
    assert "053000001" not in client.get(address).content.decode()
    assert "053000001" not in get().content.decode()

    opened = client.post(reverse("audit:event-open", args=[book[0].pk]))

    assert "053000001" in opened.content.decode()
    event = Event.objects.order_by("-pk").first()
    assert (event.verb, event.kind, event.object_id) == ("read_change", "read", str(book[0].pk))


def test_what_was_scrubbed_is_said_to_be_gone(client, auditor, book, school):
    person_keys.destroy([("eqfund.School", str(school.pk))])
    client.force_login(auditor)

    opened = client.post(reverse("audit:event-open", args=[book[0].pk]))

    assert "053000001" not in opened.content.decode()
    assert opened.context["destroyed"]


@pytest.mark.parametrize("person", ["teacher", "admin", "fund_officer", "system_admin"])
def test_nobody_else_reads_the_book(person, request, client, book):
    client.force_login(request.getfixturevalue(person))

    for address in (reverse("audit:events"), reverse("audit:event", args=[book[0].pk])):
        assert client.get(address).status_code == 403
    assert client.post(reverse("audit:event-open", args=[book[0].pk])).status_code == 403
    assert client.post(reverse("audit:export")).status_code == 403


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_export_holds_what_was_found_and_is_recorded(kind, client, auditor, book):
    client.force_login(auditor)
    client.post(reverse("audit:export"), {"format": kind, "kind": "download"})
    assert Event.objects.filter(verb="export_audit", kind="download").count() == 1
    job = jobs.run_now(Job.objects.get(kind=exports.KIND))
    assert job.result["events"] == 3, "the export's own event is a download too"

    response = client.get(reverse("audit:export-file", args=[job.result["file"]]))

    data = b"".join(response.streaming_content)
    text = data.decode() if kind == "csv" else unzipped(data)
    assert "ดาวน์โหลดไฟล์" in text and "โรงเรียนบ้านดงสมมติ" in text
    assert "053000001" not in text
    assert Event.objects.filter(verb="download_file", actor_id=auditor.pk).count() == 1


def test_an_export_is_its_makers_own(client, auditor, make_user, book):
    exports.export_events(queries.Wanted(), format="csv", by=auditor, at=audit.clock.now())
    job = jobs.run_now(Job.objects.get(kind=exports.KIND))
    client.force_login(make_user("auditor", "TH/"))

    assert client.get(reverse("audit:export-file", args=[job.result["file"]])).status_code == 404
    assert StoredFile.objects.get(purpose="audit_export").uploaded_by == auditor


def test_only_who_may_exports(fund_officer):
    with pytest.raises(Refused):
        exports.export_events(queries.Wanted(), format="csv", by=fund_officer, at=audit.clock.now())
    with pytest.raises(Refused):
        exports.export_events(queries.Wanted(), format="exe", by=fund_officer, at=audit.clock.now())


def test_an_auditor_sees_on_a_childs_page_who_opened_it_and_a_teacher_does_not(
    client, auditor, teacher, book, term
):
    address = reverse("registry:pupil", args=[book[3].pupil_id])

    client.force_login(auditor)
    assert "audit:" not in client.get(address).content.decode()
    assert f"?child={book[3].pupil_id}" in client.get(address).content.decode()
    client.force_login(teacher)
    assert f"?child={book[3].pupil_id}" not in client.get(address).content.decode()


def unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(
            book.read(name).decode() for name in book.namelist() if name.endswith(".xml")
        )
