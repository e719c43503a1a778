"""Form 01 of 2569 asks what the official form asks, under its labels and codes."""

import pytest
from django.utils import translation
from django.utils.translation import gettext

from screening.form01.spec import NOT_TYPED, Kind, When
from screening.form01.v2569 import V2569
from screening.form01.versions import SPECS, spec_for

# The table of fields of the official form (revision of 6 March 2569): section, identifier, label.
OFFICIAL = [
    (0, "term", "ภาคเรียนที่"),
    (0, "academic_year", "ปีการศึกษา"),
    (0, "school_name", "โรงเรียน"),
    (0, "affiliation", "สังกัด"),
    (0, "portrait_photo", "รูปถ่ายนักเรียน"),
    (1, "first_name", "ชื่อนักเรียน"),
    (1, "last_name", "นามสกุล"),
    (1, "grade_level", "ชั้น"),
    (1, "room", "ห้อง"),
    (1, "national_id", "เลขประจำตัวประชาชน/เลขรหัส G"),
    (1, "family_status", "สถานภาพครอบครัว"),
    (1, "lives_with", "นักเรียนอาศัยอยู่กับ"),
    (1, "guardian_title", "คำนำหน้าชื่อผู้ปกครอง"),
    (1, "guardian_first_name", "ชื่อผู้ปกครอง"),
    (1, "guardian_last_name", "นามสกุลผู้ปกครอง"),
    (1, "guardian_relationship", "ความสัมพันธ์กับนักเรียน"),
    (1, "guardian_education", "การศึกษาสูงสุด"),
    (1, "guardian_occupation", "อาชีพ"),
    (1, "guardian_phone", "เบอร์โทรศัพท์ติดต่อได้"),
    (1, "guardian_national_id", "เลขประจำตัวประชาชนผู้ปกครอง"),
    (1, "guardian_no_national_id", "ไม่มีเลขประจำตัวประชาชน"),
    (1, "guardian_has_state_welfare", "ได้สวัสดิการแห่งรัฐ (ทะเบียนคนจน)"),
    (2, "household_size", "จำนวนสมาชิกในครัวเรือน (รวมตัวนักเรียน)"),
    (2, "household_income_total", "รวมรายได้ครัวเรือน"),
    (2, "income_per_capita", "รายได้ครัวเรือนเฉลี่ยต่อคน"),
    (3, "has_dependency", "3.1 ครัวเรือนมีภาระพึ่งพิง"),
    (3, "dependency", "ภาระพึ่งพิง"),
    (3, "housing_tenure", "3.2 การอยู่อาศัย"),
    (3, "rent_per_month", "ค่าเช่าเดือนละ"),
    (3, "floor_material", "3.3 วัสดุที่ใช้ทำพื้นบ้าน (ที่ไม่ใช่ใต้ถุนบ้าน)"),
    (3, "wall_material", "วัสดุที่ใช้ทำฝาบ้าน"),
    (3, "roof_material", "วัสดุที่ใช้ทำหลังคา"),
    (3, "has_toilet", "มีห้องส้วมในที่อยู่อาศัย/บริเวณบ้าน"),
    (3, "farm_land", "3.4 ที่ดินทำการเกษตรได้ (รวมเช่า)"),
    (3, "drinking_water", "3.5 แหล่งน้ำดื่ม"),
    (3, "electricity", "3.6 แหล่งไฟฟ้า"),
    (3, "has_vehicle", "3.7 ยานพาหนะในครัวเรือน (ที่ใช้งานได้)"),
    (3, "veh_car", "รถยนต์นั่งส่วนบุคคล"),
    (3, "veh_pickup", "รถปิกอัพ/รถบรรทุกเล็ก/รถตู้"),
    (3, "veh_tractor", "รถไถ/รถเกี่ยวข้าว/รถประเภทเดียวกัน"),
    (3, "veh_motorcycle_boat", "รถมอเตอร์ไซค์/เรือประมงพื้นบ้าน (ขนาดเล็ก)"),
    (3, "appliances", "3.8 ของใช้ในครัวเรือน (ที่ใช้งานได้)"),
    (4, "inst_type", "ประเภทสถาบัน"),
    (4, "inst_name", "ชื่อสถาบัน"),
    (4, "inst_province", "จังหวัด"),
    (4, "inst_manager_name", "ชื่อผู้รับผิดชอบสถาบัน"),
    (4, "inst_phone", "เบอร์โทรศัพท์ติดต่อได้"),
    (4, "inst_since_month", "อยู่กับสถาบันตั้งแต่เดือน"),
    (4, "inst_since_year", "อยู่กับสถาบันตั้งแต่ปี พ.ศ."),
    (4, "inst_stay_type", "พักอาศัยในสถาบันแบบ"),
    (4, "inst_support", "สถาบันให้ความช่วยเหลือด้วยวิธี"),
    (4, "inst_expense_per_student_year", "รายจ่ายเฉลี่ยในการดูแลนักเรียน"),
    (4, "inst_students_in_care", "จำนวนนักเรียนในความดูแลปัจจุบัน"),
    (4, "inst_land_rai", "สถาบันมีที่ดิน (ไร่)"),
    (4, "inst_land_ngan", "สถาบันมีที่ดิน (งาน)"),
    (4, "inst_land_sqwah", "สถาบันมีที่ดิน (ตารางวา)"),
    (4, "inst_donation_year", "มูลค่ารายรับจากการบริจาครวม"),
    (4, "inst_wants_subsidy", "ต้องการรับเงินอุดหนุนจาก กสศ."),
    (5, "travel_method", "วิธีการเดินทางหลัก"),
    (5, "travel_km_day", "ระยะทางไป–กลับ"),
    (5, "travel_minutes_day", "ใช้เวลาไป–กลับ"),
    (5, "travel_cost_month", "ค่าใช้จ่ายเดินทางไป–กลับ"),
    (5, "pocket_money_day", "ได้เงินมาโรงเรียน ไม่รวมค่าเดินทาง"),
    (6, "addr_house_no", "บ้านเลขที่"),
    (6, "addr_moo", "หมู่ที่"),
    (6, "addr_soi", "ตรอก/ซอย"),
    (6, "addr_road", "ถนน"),
    (6, "addr_subdistrict_code", "ตำบล/แขวง และอำเภอ/เขต"),
    (6, "addr_province", "จังหวัด"),
    (6, "addr_postcode", "รหัสไปรษณีย์"),
    (6, "lat", "ละติจูด"),
    (6, "lng", "ลองจิจูด"),
    (6, "gps_accuracy_m", "ความแม่นยำของพิกัด"),
    (7, "photo_source", "ภาพที่พักอาศัยได้มาจาก"),
    (7, "photo_exterior", "รูปที่ 1 ภายนอกที่พักอาศัย"),
    (7, "photo_interior", "รูปที่ 2 ภายในที่พักอาศัย"),
    (7, "photo_exception", "กรณีถ่ายภาพบ้านไม่ได้"),
    (8, "pdpa_ack", "นักเรียนและผู้ปกครองรับทราบนโยบายคุ้มครองข้อมูลส่วนบุคคลของ กสศ."),
    (8, "pdpa_ack_at", "รับทราบเมื่อ"),
    (8, "pdpa_policy_version", "ฉบับของนโยบาย"),
    (9, "sig_student", "ลงชื่อ นักเรียน"),
    (9, "sig_guardian", "ลงชื่อ ผู้ปกครอง"),
    (9, "sig_teacher", "ลงชื่อ ครูผู้เยี่ยมบ้าน/สำรวจข้อมูล"),
    (9, "recorded_on", "บันทึกข้อมูลวันที่"),
    (10, "officer_name", "ชื่อเจ้าหน้าที่ของรัฐ"),
    (10, "officer_national_id", "เลขประจำตัวประชาชนของเจ้าหน้าที่"),
    (10, "officer_position", "ตำแหน่ง"),
    (10, "officer_decision", "ผลการรับรอง"),
    (10, "officer_reject_reason", "เหตุผล"),
    (10, "officer_id_card_file", "สำเนาบัตรประจำตัวเจ้าหน้าที่ของรัฐ (รับรองสำเนาถูกต้อง)"),
    (10, "sig_officer", "ลงชื่อ เจ้าหน้าที่ของรัฐ"),
    (10, "sig_director", "ลงชื่อ ผู้อำนวยการสถานศึกษา"),
]
OFFICIAL_COLUMNS = [
    ("full_name", "ชื่อ–นามสกุล"),
    ("relationship", "ความสัมพันธ์กับนักเรียน"),
    ("national_id", "เลขประจำตัวประชาชน"),
    ("education", "การศึกษาสูงสุด"),
    ("age", "อายุ"),
    ("has_disability", "มีความพิการทางร่างกาย/สติปัญญา"),
    ("has_chronic_disease", "มีโรคเรื้อรัง (ยกเว้นความดัน/เบาหวาน)"),
    ("income_wage", "ค่าจ้าง เงินเดือน"),
    ("income_farm_net", "อาชีพเกษตรกรรม (หลังหักต้นทุน)"),
    ("income_business_net", "ธุรกิจส่วนตัว (หลังหักต้นทุน)"),
    ("income_welfare", "สวัสดิการจากรัฐ/เอกชน"),
    ("income_other", "รายได้จากแหล่งอื่น"),
    ("income_total", "รายได้รวมต่อเดือน"),
]
# What may be chosen, word for word, in the order of the paper.
OFFICIAL_CHOICES = {
    "family_status": [
        "พ่อแม่อยู่ด้วยกัน",
        "พ่อแม่แยกกันอยู่",
        "พ่อแม่หย่าร้าง",
        "พ่อเสียชีวิต/สาบสูญ",
        "แม่เสียชีวิต/สาบสูญ",
        "เสียชีวิตทั้งคู่/สาบสูญ",
        "พ่อ/แม่ทอดทิ้ง",
    ],
    "lives_with": ["พ่อ/แม่", "ญาติ", "อยู่ลำพัง", "ผู้อุปการะ/นายจ้าง", "ครัวเรือนสถาบัน"],
    "dependency": [
        "มีความพิการทางร่างกาย/สติปัญญา",
        "มีโรคเรื้อรัง (ยกเว้นความดัน/เบาหวาน)",
        "ผู้สูงอายุตั้งแต่ 60 ปีขึ้นไป",
        "เป็นพ่อ/แม่เลี้ยงเดี่ยว",
        "มีคนอายุ 15–65 ปีที่ว่างงาน (ที่ไม่ใช่นักเรียน/นักศึกษา)",
    ],
    "housing_tenure": ["อยู่บ้านตนเอง/เจ้าของบ้าน", "อยู่บ้านเช่า (เสียค่าเช่า)", "อยู่กับผู้อื่น/อยู่ฟรี", "หอพัก"],
    "floor_material": [
        "กระเบื้อง/เซรามิค",
        "ปาเก้/ไม้ขัดเงา",
        "ซีเมนต์เปลือย",
        "ไม้กระดาน",
        "ไวนิล/กระเบื้องยาง/เสื่อน้ำมัน",
        "ไม้ไผ่",
        "ดิน/ทราย",
        "อื่น ๆ",
    ],
    "wall_material": [
        "ฉาบซีเมนต์",
        "อิฐ/ก้อนปูน/อิฐบล็อก",
        "สังกะสี",
        "ไม้กระดาน",
        "ไม้อัด",
        "สมาร์ทบอร์ด/ไฟเบอร์ซีเมนต์บอร์ด",
        "ไม้ไผ่/ท่อนไม้/เศษไม้",
        "ดิน",
        "ไวนิล",
        "อื่น ๆ",
    ],
    "roof_material": [
        "โลหะ (สังกะสี/เหล็ก/อะลูมิเนียม)",
        "กระเบื้อง/เซรามิค",
        "ไม้กระดาน",
        "ใบไม้/วัสดุธรรมชาติ",
        "ไวนิล/กระดาษ/แผ่นพลาสติก",
        "อื่น ๆ",
    ],
    "farm_land": ["ไม่ทำเกษตร", "ทำเกษตร น้อยกว่า 1 ไร่", "1 ถึง 5 ไร่", "มากกว่า 5 ไร่"],
    "drinking_water": [
        "น้ำดื่มบรรจุขวด/ตู้หยอดน้ำ",
        "น้ำประปา",
        "น้ำบ่อ/น้ำบาดาล",
        "น้ำฝน/น้ำประปาภูเขา/ลำธาร",
    ],
    "electricity": [
        "ไม่มีไฟฟ้า/ไม่มีเครื่องกำเนิดไฟฟ้าชนิดอื่น",
        "เครื่องปั่นไฟ/โซลาเซลล์",
        "ไฟต่อพ่วง/แบตเตอรี่",
        "ไฟบ้านหรือมิเตอร์",
    ],
    "veh_car": ["ไม่มี", "เกิน 15 ปี", "ไม่เกิน 15 ปี"],
    "veh_pickup": ["ไม่มี", "เกิน 15 ปี", "ไม่เกิน 15 ปี"],
    "veh_tractor": ["ไม่มี", "เกิน 15 ปี", "ไม่เกิน 15 ปี"],
    "appliances": ["คอมพิวเตอร์", "แอร์", "ทีวีจอแบน", "เครื่องซักผ้า", "ตู้เย็น"],
    "inst_type": ["สถานสงเคราะห์ของรัฐบาล", "มูลนิธิ/สถานสงเคราะห์เอกชน", "วัด/ศาสนสถาน", "อื่น ๆ"],
    "inst_stay_type": ["ประจำไม่ไปกลับ", "ไปกลับบ้านเสาร์-อาทิตย์/ช่วงปิดภาคเรียน"],
    "inst_support": [
        "ให้เงินสด",
        "ให้สิ่งของ",
        "ให้ที่พักอาศัย",
        "ให้อาหาร",
        "ให้การเดินทาง",
        "ดูแลด้านการศึกษา",
        "ดูแลด้านสุขภาพ",
    ],
    "travel_method": [
        "เดิน",
        "จักรยาน",
        "รถโรงเรียน",
        "จักรยานยนต์ส่วนตัว",
        "รถส่วนตัว",
        "เรือส่วนตัว",
        "จักรยานยนต์รับจ้าง",
        "รถโดยสารประจำทาง/รับจ้าง",
        "เรือโดยสาร/รับจ้าง",
    ],
    "photo_source": ["คุณครูลงเยี่ยมบ้านด้วยตนเอง", "ให้นักเรียนถ่ายภาพมาให้"],
}
# Ours: what the paper asks in one box and the screen in several, and our additions.
OURS = {
    "guardian_relationship_other",
    "guardian_occupation_other",
    "members",
    "floor_material_also",
    "wall_material_also",
    "roof_material_also",
    "drinking_water_also",
    "inst_type_other",
    "visited_on",
}


@pytest.fixture(autouse=True)
def _in_thai():
    with translation.override("th"):
        yield


@pytest.mark.parametrize(("section", "code", "label"), OFFICIAL, ids=[row[1] for row in OFFICIAL])
def test_every_official_field_is_asked_in_its_section_under_its_label(section, code, label):
    fields = V2569.header if section == 0 else V2569.section(section).fields
    by_code = {field.code: field for field in fields}

    assert gettext(by_code[code].label) == label


def test_the_members_table_has_the_official_columns_in_their_order():
    columns = V2569.field("members").columns

    assert [(column.code, gettext(column.label)) for column in columns] == OFFICIAL_COLUMNS


@pytest.mark.parametrize("code", OFFICIAL_CHOICES)
def test_choices_are_those_of_the_paper_in_its_order(code):
    choices = V2569.field(code).choices

    assert [gettext(choice.label) for choice in choices] == OFFICIAL_CHOICES[code]


def test_nothing_is_asked_beyond_the_paper_and_what_we_say_we_added():
    asked = {field.code for section in V2569.sections for field in section.fields}

    assert asked - {code for _section, code, _label in OFFICIAL} == OURS


def test_there_are_ten_sections_and_at_most_ten_members():
    assert [section.number for section in V2569.sections] == list(range(1, 11))
    assert V2569.max_members == 10


def test_codes_are_one_fields_alone():
    codes = [field.code for section in V2569.sections for field in section.fields]

    assert len(codes) == len(set(codes))


def test_every_choice_code_stands_once_in_its_field():
    for field in V2569.fields():
        codes = [choice.code for choice in field.choices]
        assert len(codes) == len(set(codes)), field.code


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.NATIONAL_ID, Kind.PHONE, Kind.COORDINATE])
def test_what_can_name_somebody_is_private(kind):
    public = [field.code for field in V2569.fields() if field.kind is kind and not field.private]

    assert public == []


def test_members_are_private_whole_and_their_sums_are_not():
    assert V2569.field("members").private
    assert not V2569.field("income_per_capita").private
    assert all(column.private for column in V2569.field("members").columns)


def test_an_institution_skips_sections_two_and_three_and_answers_four():
    household = [s.number for s in V2569.sections_asked({"lives_with": "parents"})]
    institution = [s.number for s in V2569.sections_asked({"lives_with": "institution"})]

    assert household == [1, 2, 3, 5, 6, 7, 8, 9, 10]
    assert institution == [1, 4, 5, 6, 7, 8, 9, 10]


def test_a_condition_names_a_field_and_values_that_exist():
    for field in V2569.fields():
        if field.show_if is None:
            continue
        asked = V2569.field(field.show_if.field)
        known = {choice.code for choice in asked.choices} or {True, False}
        assert set(field.show_if.values) <= known, field.code


@pytest.mark.parametrize(
    ("when", "answers", "holds"),
    [
        pytest.param(When("a", ("x",)), {"a": "x"}, True, id="the value"),
        pytest.param(When("a", ("x",)), {"a": "y"}, False, id="another value"),
        pytest.param(When("a", ("x",)), {}, False, id="unanswered"),
        pytest.param(When("a", ("x",), negate=True), {}, True, id="unanswered, negated"),
        pytest.param(When("a", (True,)), {"a": True}, True, id="yes"),
        pytest.param(When("a", ("x", "y")), {"a": ["y", "z"]}, True, id="one of a list"),
        pytest.param(When("a", ("x",)), {"a": []}, False, id="an empty list"),
    ],
)
def test_when(when, answers, holds):
    assert when.holds(answers) is holds


def test_a_version_is_found_by_its_year_and_an_unknown_one_is_an_error():
    assert spec_for(2569) is SPECS[2569]
    with pytest.raises(ValueError, match="no version 2500"):
        spec_for(2500)


@pytest.mark.parametrize(
    "look_up",
    [
        lambda: V2569.section(11),
        lambda: V2569.field("no_such"),
        lambda: V2569.section_of("no_such"),
        lambda: V2569.field("farm_land").label_of("no_such"),
    ],
)
def test_an_unknown_part_is_an_error(look_up):
    with pytest.raises(ValueError):
        look_up()


def test_plain_and_private_codes_share_nothing_and_are_all_typed():
    plain, private = V2569.codes(private=False), V2569.codes(private=True)

    assert not plain & private
    assert all(V2569.field(code).kind not in NOT_TYPED for code in plain | private)
    assert V2569.section_of("farm_land").number == 3
