"""Which places the invented world has: real offices and subdistricts, invented schools. Pure.

Twelve schools of three affiliations under five offices, sixty classes; and two small ones of
the affiliations without a registry, whose schools add their pupils themselves. Codes carry the
serial 99xx, which no real school has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geothai


@dataclass(frozen=True)
class Place:
    """A real subdistrict with what lies above it, in Thai."""

    code: str
    subdistrict: str
    district: str
    province: str
    postcode: str

    @classmethod
    def of(cls, code: str) -> Place:
        """The subdistrict of a six-digit code; KeyError when there is none."""
        found = geothai.subdistrict(code)
        if found is None:
            raise KeyError(code)
        district, province = geothai.district(code[:4]), geothai.province(code[:2])
        assert district and province
        postcode = found.postal_codes[0] if found.postal_codes else ""
        return cls(code, found.name_th, district.name_th, province.name_th, str(postcode))


@dataclass(frozen=True)
class OfficePlan:
    """A supervising office: looked up by its real name, made where the list lacks it."""

    key: str
    affiliation: str
    kind: str
    short_name: str
    name: str
    province_code: str
    is_invented: bool = False


@dataclass(frozen=True)
class SchoolPlan:
    """An invented school in a real subdistrict."""

    number: int
    office: str
    prefix: str
    suffix: str
    subdistrict_code: str
    classes: tuple[tuple[str, str], ...]
    class_size: int = 25

    @property
    def affiliation(self) -> str:
        return OFFICES[self.office].affiliation

    @property
    def adds_names(self) -> bool:
        """Whether its affiliation has no registry, so that the school adds its pupils itself."""
        return self.affiliation in ("BPP", "ONAB")

    @property
    def of_novices(self) -> bool:
        """A school of general education for novices: all its pupils are."""
        return self.affiliation == "ONAB"

    @property
    def province_code(self) -> str:
        return self.subdistrict_code[:2]

    @cached_property
    def place(self) -> Place:
        return Place.of(self.subdistrict_code)

    @property
    def short_name(self) -> str:
        return f"{self.prefix}{self.place.subdistrict}{self.suffix}"

    @property
    def name(self) -> str:
        return f"{self.short_name} (ตัวอย่าง)"

    @property
    def moe_code(self) -> str:
        """Affiliation 2, province 2, serial 6."""
        of = {"OBEC": "10", "OPEC": "11", "LAO": "30", "BPP": "17", "ONAB": "18"}[self.affiliation]
        return f"{of}{self.province_code}99{self.number:04d}"

    @property
    def smis_code(self) -> str:
        """Province 2, area 2, serial 4: OBEC alone has them."""
        if self.affiliation != "OBEC":
            return ""
        area = {"primary_1": "01", "primary_2": "02", "secondary": "09"}[self.office]
        return f"{self.province_code}{area}99{self.number:02d}"

    @property
    def code(self) -> str:
        """The code in the school's registry files."""
        return self.smis_code or self.moe_code

    @property
    def latitude(self) -> float:
        return {"58": 19.30, "86": 10.18}[self.province_code] + self.number / 50

    @property
    def longitude(self) -> float:
        return {"58": 97.96, "86": 99.08}[self.province_code] + self.number / 80


_OFFICES = (
    OfficePlan(
        "primary_1",
        "OBEC",
        "education_area_primary",
        "สพป.แม่ฮ่องสอน เขต 1",
        "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาแม่ฮ่องสอน เขต 1",
        "58",
    ),
    OfficePlan(
        "primary_2",
        "OBEC",
        "education_area_primary",
        "สพป.ชุมพร เขต 2",
        "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาชุมพร เขต 2",
        "86",
    ),
    OfficePlan(
        "secondary",
        "OBEC",
        "education_area_secondary",
        "สพม.แม่ฮ่องสอน",
        "สำนักงานเขตพื้นที่การศึกษามัธยมศึกษาแม่ฮ่องสอน",
        "58",
    ),
    OfficePlan(
        "municipality",
        "LAO",
        "lao_education_division",
        "ทต.ริมคลอง (ตัวอย่าง)",
        "กองการศึกษา เทศบาลตำบลริมคลอง (ตัวอย่าง)",
        "86",
        is_invented=True,
    ),
    OfficePlan(
        "provincial",
        "OPEC",
        "provincial_education_office",
        "ศธจ.แม่ฮ่องสอน",
        "สำนักงานศึกษาธิการจังหวัดแม่ฮ่องสอน",
        "58",
    ),
    OfficePlan(
        "border",
        "BPP",
        "bpp_division",
        "กก.ตชด.33 (ตัวอย่าง)",
        "กองกำกับการตำรวจตระเวนชายแดนที่ 33 (ตัวอย่าง)",
        "58",
        is_invented=True,
    ),
    OfficePlan(
        "buddhism",
        "ONAB",
        "buddhism_office",
        "พศจ.แม่ฮ่องสอน (ตัวอย่าง)",
        "สำนักงานพระพุทธศาสนาจังหวัดแม่ฮ่องสอน (ตัวอย่าง)",
        "58",
        is_invented=True,
    ),
)
OFFICES = {office.key: office for office in _OFFICES}


def _classes(text: str) -> tuple[tuple[str, str], ...]:
    """ "P1 P2 M1/2" as (grade, room) pairs; room 1 where none is said."""
    pairs = (part.partition("/") for part in text.split())
    return tuple((grade, room or "1") for grade, _, room in pairs)


SCHOOLS = (
    SchoolPlan(1, "primary_1", "โรงเรียนบ้าน", "", "580104", _classes("K2 K3 P1 P2 P3 P4 P5 P6")),
    SchoolPlan(2, "primary_1", "โรงเรียนบ้าน", "", "580102", _classes("P1 P2 P3 P4 P5 P6")),
    SchoolPlan(3, "primary_1", "โรงเรียนชุมชน", "วิทยา", "580105", _classes("K3 P1 P2 P3 P4")),
    SchoolPlan(4, "primary_1", "โรงเรียนบ้าน", "", "580106", _classes("P1 P2 P3 P4 P5 P6")),
    SchoolPlan(5, "primary_2", "โรงเรียนบ้าน", "", "860402", _classes("K2 K3 P1 P2 P3 P4")),
    SchoolPlan(6, "primary_2", "โรงเรียนวัด", "", "860403", _classes("P1 P2 P3 P4 P5 P6")),
    SchoolPlan(7, "primary_2", "โรงเรียนบ้าน", "", "860404", _classes("P4 P5 P6")),
    SchoolPlan(8, "secondary", "โรงเรียน", "พิทยาคม", "580101", _classes("M1 M1/2 M2 M3")),
    SchoolPlan(9, "secondary", "โรงเรียน", "วิทยา", "580201", _classes("M1 M2 M3")),
    SchoolPlan(10, "municipality", "โรงเรียนเทศบาล", "", "860405", _classes("P1 P2 P3 P4 P5 P6")),
    SchoolPlan(11, "municipality", "ศูนย์พัฒนาเด็กเล็ก", "", "860406", _classes("K1 K2 K3")),
    SchoolPlan(12, "provincial", "โรงเรียน", "ศึกษา", "580103", _classes("P6 M1 M2 M3")),
    SchoolPlan(13, "border", "โรงเรียนตำรวจตระเวนชายแดนบ้าน", "", "580403", _classes("K3 P1 P2"), 10),
    SchoolPlan(14, "buddhism", "โรงเรียนวัด", "วิทยา แผนกสามัญศึกษา", "580202", _classes("M1 M2"), 8),
)
