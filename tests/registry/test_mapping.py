"""How each registry's files are read is data: shipped, adjusted by the fund, tried without a trace, used at once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given, strategies as st

from eqfund.imports import dmc, mapping
from eqfund.imports.errors import WrongFile
from eqfund.imports.mapping import HowRead, how_read
from eqfund.imports.titles import STUDENT_LIST_TITLES
from eqfund.imports.trial import try_file
from eqfund.models import (
    Event,
    RegistryImport,
    RegistryReading,
    RegistryTitle,
    RegistryValue,
    StagingRow,
)
from eqfund.refusal import Refused
from eqfund.registry import mappings
from eqfund.registry.actions import adjusting

from .files import csv_bytes, national_id, pupil, student_list, table, xlsx
from .test_dmc import ON

LEC_TITLES = [
    *("รหัสสถานศึกษา", "เลขบัตรประชาชน", "ระดับชั้นเรียน", "ห้องเรียน", "คำนำหน้าชื่อ", "ชื่อ"),
    *("นามสกุล", "เพศ", "วัน/เดือน/ปีเกิด", "ต้องการสมัครขอรับทุน"),
]


def lec(wants="ต้องการ", born="13/05/2559", sex="หญิง"):
    row = ["50010001", national_id(1), "ป.4", "1", "เด็กหญิง", "ใบเตย", "ตัวอย่างดี", sex, born, wants]
    return [LEC_TITLES, row]


def read(rows, how):
    return dmc.read(xlsx(rows), on=ON, how=how)


@pytest.mark.parametrize(
    ("wants", "poor"),
    [
        pytest.param("ต้องการ", True, id="wants it"),
        pytest.param(" ต้อง การ ", True, id="with blanks"),
        pytest.param("ไม่ต้องการ", False, id="does not"),
        pytest.param("Y", True, id="yes"),
        pytest.param("n", False, id="no, small"),
        pytest.param("-", False, id="nothing"),
        pytest.param("เด็กยากจน", True, id="DMC's own word"),
    ],
)
def test_the_flag_of_lec_is_read_as_shipped(wants, poor):
    reading = read(lec(wants), how_read("LEC"))

    assert [row.disadvantage_poor for row in reading.rows] == [poor]


def test_dmc_does_not_take_the_words_of_lec():
    rows = student_list(pupil(1, ความด้อยโอกาส="ต้องการ"))

    assert not dmc.read(xlsx(rows), on=ON).rows[0].disadvantage_poor


@pytest.mark.parametrize(
    ("years", "born", "year"),
    [
        pytest.param("be", "13/05/59", 2016, id="as Buddhist"),
        pytest.param("ce", "13/05/16", 2016, id="as common"),
        pytest.param("be", "๑๓/๐๕/๕๙", 2016, id="in Thai digits"),
        pytest.param("be", "13/05/2016", 2016, id="a whole year is as it stands"),
        pytest.param("both", "13/05/59", None, id="it could be either"),
    ],
)
def test_a_year_of_two_digits(years, born, year):
    reading = read(lec(born=born), how_read("LEC", years=years))

    assert [row.birth_date.year for row in reading.rows] == ([year] if year else [])
    assert bool(reading.errors) is (year is None)


def test_a_word_for_the_sex_is_added():
    how = how_read("LEC", values={("sex", "พลอย"): "f"})

    assert read(lec(sex="พลอย"), how).rows[0].sex == "f"
    assert not read(lec(sex="พลอย"), how_read("LEC")).rows


def test_an_added_title_wins_over_a_shipped_one():
    how = how_read("LEC", {"ต้องการสมัครขอรับทุน": "boarding"})

    assert not read(lec(), how).rows[0].disadvantage_poor


def test_what_the_fund_asks_for_is_missed_by_name_with_the_nearest_title():
    rows = lec()
    rows[0] = [title.replace("ต้องการสมัครขอรับทุน", "ความด้อยโอกาศนร") for title in rows[0]]

    with pytest.raises(WrongFile) as wrong:
        read(rows, how_read("LEC", must_have=["disadvantage"]))

    assert wrong.value.wrong.params["missing"] == ["ความด้อยโอกาส"]
    assert wrong.value.wrong.params["near"] == ["ความด้อยโอกาส = ความด้อยโอกาศนร"]


def test_a_title_written_otherwise_is_named_beside_the_missing_one():
    titles = [title.replace("วันเกิด", "วันที่เกิด") for title in STUDENT_LIST_TITLES]

    with pytest.raises(WrongFile) as wrong:
        dmc.read(xlsx(table([pupil(1)], titles)), on=ON)

    assert wrong.value.wrong.params["near"] == ["วันเกิด = วันที่เกิด"]


@given(st.text(max_size=12))
def test_any_word_is_read_or_not_and_nothing_breaks(word):
    for key in mapping.VALUES:
        assert mapping.meaning_of(key, word, how_read("LEC")) in (True, False, None, "m", "f")


def test_shipped_titles_and_words_mean_something_we_have():
    keys = set(mapping.all_keys())
    for registry in mapping.REGISTRIES:
        assert set(mapping.SHIPPED_TITLES[registry].values()) <= keys
        for (key, _word), means in mapping.SHIPPED_VALUES[registry].items():
            assert means in mapping.VALUES[key]


# --- the trial


def test_a_trial_tells_each_column_and_keeps_no_name():
    rows = lec()
    rows[0].append("ชื่อเล่น")
    rows[1].append("เตย")

    tried = try_file(xlsx(rows), on=ON, how=how_read("LEC"))

    by_title = {column.title: column for column in tried.columns}
    assert by_title["ต้องการสมัครขอรับทุน"].means == {"ต้องการ": True}
    assert by_title["ชื่อ"].key == "first_name"
    assert (tried.lines, tried.good) == (1, 1)
    assert "ใบเตย" not in repr(tried)
    rows[0].pop()
    rows[1].pop()


def test_a_trial_counts_what_cannot_be_read():
    tried = try_file(xlsx(lec(born="วันจันทร์", sex="พลอย")), on=ON, how=how_read("LEC"))

    wrong = {column.key: dict(column.wrong) for column in tried.columns if column.wrong}
    assert wrong == {"birth_date": {"birth_date_unreadable": 1}, "sex": {"sex_unreadable": 1}}
    assert tried.good == 0


def test_a_column_that_nobody_knows_is_likened_to_one():
    rows = [[*STUDENT_LIST_TITLES[:-2], "ความด้อยโอกาศ"], [""] * 35]
    rows[1] = [*table([pupil(1)], STUDENT_LIST_TITLES)[1][:-2], "เด็กยากจน"]

    tried = try_file(xlsx(rows), on=ON, how=HowRead())

    assert tried.columns[-1].near == "disadvantage"


# --- the fund's actions


@pytest.fixture
def do(fund_officer, at):
    def do(action, by=fund_officer, **fields):
        return action(**fields, by=by, at=at("2569-06-01"))

    return do


def test_titles_and_words_are_used_by_the_next_file_and_forgotten_again(do):
    title = do(adjusting.add_registry_title, registry="LEC", title="PID", key="number")
    word = do(adjusting.add_registry_value, registry="LEC", key="sex", value="พลอย", means="f")
    assert mappings.of("LEC").titles["PID"] == "number"
    assert mappings.of("LEC").values["sex", "พลอย"] == "f"
    assert "PID" not in mappings.of("OPEC").titles

    do(lambda **rest: adjusting.remove_registry_title(title, **rest))
    do(lambda **rest: adjusting.remove_registry_value(word, **rest))

    assert "PID" not in mappings.of("LEC").titles
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert verbs >= {"registry.add_title", "registry.remove_title", "registry.add_value", "registry.remove_value"}  # fmt: skip


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        pytest.param("add_registry_title", {"registry": "CCT", "title": "a", "key": "number"}, id="no such registry"),
        pytest.param("add_registry_title", {"registry": "LEC", "title": "a", "key": "bald"}, id="no such field"),
        pytest.param("add_registry_title", {"registry": "LEC", "title": " ", "key": "number"}, id="no title"),
        pytest.param("add_registry_value", {"registry": "LEC", "key": "sex", "value": "a", "means": "poor"}, id="another column's meaning"),
        pytest.param("add_registry_value", {"registry": "LEC", "key": "room", "value": "a", "means": "m"}, id="a column without words"),
        pytest.param("set_registry_reading", {"registry": "LEC", "must_have": ["bald"], "years": "be", "revision": 0}, id="asks for nothing known"),
        pytest.param("set_registry_reading", {"registry": "LEC", "must_have": [], "years": "x", "revision": 0}, id="no such years"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused(action, fields, do):
    with pytest.raises(Refused):
        do(getattr(adjusting, action), **fields)


def test_a_word_has_one_meaning(do):
    fields = {"registry": "LEC", "key": "disadvantage", "value": "ใช่ค่ะ"}
    do(adjusting.add_registry_value, **fields, means="poor")

    with pytest.raises(Refused):
        do(adjusting.add_registry_value, **fields, means="not_poor")


def test_only_the_fund_adjusts(do, office_admin):
    with pytest.raises(Refused):
        do(adjusting.add_registry_title, by=office_admin, registry="LEC", title="a", key="number")


def test_of_two_who_change_a_reading_the_second_is_told(do):
    fields = {"registry": "LEC", "must_have": ["disadvantage"], "years": "be", "revision": 0}
    do(adjusting.set_registry_reading, **fields)

    with pytest.raises(Refused):
        do(adjusting.set_registry_reading, **fields | {"must_have": []})

    assert RegistryReading.objects.get().must_have == ["disadvantage"]
    assert mappings.of("LEC").years == "be"


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        pytest.param(RegistryValue, {"key": "sex", "value": "", "means": "m"}, id="no word"),
        pytest.param(RegistryValue, {"key": "sex", "value": "a", "means": ""}, id="no meaning"),
    ],
)
def test_a_word_says_something(model, fields, fund_officer):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(registry="LEC", added_by=fund_officer, **fields)


def test_a_word_stands_once(fund_officer):
    fields = {"registry": "LEC", "key": "sex", "value": "a", "means": "m", "added_by": fund_officer}
    RegistryValue.objects.create(**fields)

    with pytest.raises(IntegrityError), transaction.atomic():
        RegistryValue.objects.create(**fields)


def test_years_are_one_of_three(fund_officer, at):
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistryReading.objects.create(
            registry="LEC", years="x", set_by=fund_officer, set_at=at("2569-06-01")
        )


# --- the page


@pytest.fixture
def page(client, fund_officer, term):
    client.force_login(fund_officer)

    def page(name, data=None, registry="LEC", args=()):
        url = f"{reverse(f'registry:{name}', args=args)}?registry={registry}"
        return client.post(url, data) if data is not None else client.get(url)

    return page


@pytest.mark.parametrize("registry", ["DMC", "LEC", "OPEC", "BEMIS", "bald"])
def test_each_registry_has_its_page(registry, page):
    assert page("titles", registry=registry).status_code == 200


def test_the_fund_adds_and_removes_a_title_and_a_word(page):
    page("titles", {"title": "PID", "key": "number"})
    page("titles-values", {"key": "sex", "value": "พลอย", "means": "f"})
    shown = page("titles").content.decode()
    assert "PID" in shown
    assert "พลอย" in shown

    page("title-remove", {}, args=[RegistryTitle.objects.get().pk])
    page("value-remove", {}, args=[RegistryValue.objects.get().pk])

    assert "PID" not in page("titles").content.decode()
    assert not RegistryValue.objects.exists()


def test_what_was_typed_stays_when_it_is_refused(page):
    page("titles", {"title": "PID", "key": "number"})

    again = page("titles", {"title": "PID", "key": "grade"})

    assert again.status_code == 422
    assert again.context["forms"]["title"]["title"].value() == "PID"


def test_a_reading_is_saved(page):
    saved = page("titles-reading", {"years": "be", "must_have": ["disadvantage"], "revision": "0"})

    assert saved.status_code == 302
    row = RegistryReading.objects.get()
    assert (row.must_have, row.years, row.revision) == (["disadvantage"], "be", 1)


def test_a_trial_writes_nothing_but_that_it_was_made(page):
    sent = SimpleUploadedFile("lec.csv", csv_bytes(lec()))

    shown = page("titles-trial", {"file": sent})

    assert shown.context["tried"].good == 1
    assert "ใบเตย" not in shown.content.decode()
    assert not RegistryImport.objects.exists()
    assert not StagingRow.objects.exists()
    assert Event.objects.get(verb="registry.try_file").facts["lines"] == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00\x01nothing", id="no spreadsheet"),
        pytest.param("ก,ข\n1,2\n".encode(), id="no registry"),
        pytest.param(csv_bytes(lec()[:1]), id="a header alone"),
    ],
)
def test_a_trial_of_what_cannot_be_read_says_so(content, page):
    shown = page("titles-trial", {"file": SimpleUploadedFile("x.csv", content)})

    assert shown.status_code == 422


def test_a_trial_leads_the_fund_to_the_title_it_may_add(page):
    rows = [[title.replace("นามสกุล", "สกุล") for title in lec()[0]], *lec()[1:]]

    shown = page("titles-trial", {"file": SimpleUploadedFile("x.csv", csv_bytes(rows))})

    assert shown.context["near"] == [("นามสกุล", "สกุล")]
    assert "title=%E0%B8%AA%E0%B8%81%E0%B8%B8%E0%B8%A5#add-title" in shown.text
    assert "โปรดแจ้ง กสศ." not in shown.text


def test_the_page_costs_the_same_at_any_length(page, fund_officer, django_assert_max_num_queries):
    page("titles")
    for number in range(50):
        RegistryTitle.objects.create(registry="LEC", title=f"t{number}", key="number", added_by=fund_officer)  # fmt: skip

    with django_assert_max_num_queries(14):
        page("titles")
