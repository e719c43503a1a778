"""Places, widest first: affiliation, supervising office, school, classroom.

Each keeps its path, TH/<affiliation>/<office>/<school>/<classroom>/, whose segments
are primary keys, never codes or names. Made by eqfund.places.add_*.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from eqfund.fields import EncryptedTextField, PathField
from eqfund.school_year import GRADES, grade_label

from .base import ScopedQuerySet


class Affiliation(models.Model):
    """An authority over schools: OBEC, LAO, OPEC, BMA, BPP or ONAB."""

    open_because = "the six affiliations are public"
    personal: set[str] = set()

    code = models.CharField(max_length=4, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=20)
    registry = models.CharField(
        max_length=10, blank=True, help_text="DMC, LEC, OPEC, BEMIS or none"
    )
    path = PathField(unique=True)

    def __str__(self) -> str:
        return self.short_name


class SupervisingOffice(models.Model):
    """The office over schools of one affiliation; it issues school-admin accounts."""

    class Kind(models.TextChoices):
        EDUCATION_AREA_PRIMARY = "education_area_primary", _("Primary education area")
        EDUCATION_AREA_SECONDARY = "education_area_secondary", _("Secondary education area")
        LAO_EDUCATION_DIVISION = (
            "lao_education_division",
            _("Education division of a local authority"),
        )
        PROVINCIAL_EDUCATION_OFFICE = (
            "provincial_education_office",
            _("Provincial education office"),
        )
        BMA_DISTRICT_OFFICE = "bma_district_office", _("Bangkok district office")
        BPP_DIVISION = "bpp_division", _("Border patrol police division")
        BUDDHISM_OFFICE = "buddhism_office", _("Provincial office of Buddhism")

    open_because = (
        "names and phones of offices are public: a teacher without an account must find theirs"
    )
    personal: set[str] = set()

    affiliation = models.ForeignKey(Affiliation, models.PROTECT, related_name="offices")
    kind = models.CharField(max_length=30, choices=Kind)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=100)
    code = models.CharField(max_length=10, blank=True)
    province_code = models.CharField(max_length=2, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    path = PathField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="office_name_once_in_affiliation", fields=["affiliation", "name"]
            ),
        ]

    def __str__(self) -> str:
        return self.short_name


class SchoolQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "read_school"


class School(models.Model):
    """A school or centre in the programme. Two codes, each of one school: MOE's ten digits and SMIS's eight."""

    personal = {"contact_name", "contact_mobile", "line_id"}

    office = models.ForeignKey(SupervisingOffice, models.PROTECT, related_name="schools")
    name = models.CharField(_("name"), max_length=200)
    moe_code = models.CharField(_("MOE code"), max_length=10)
    smis_code = models.CharField(_("SMIS code"), max_length=8, blank=True)
    province_code = models.CharField(max_length=2)
    subdistrict_code = models.CharField(_("subdistrict"), max_length=6, blank=True)
    house_no = models.CharField(max_length=20, blank=True, default="", db_default="")
    moo = models.CharField(max_length=3, blank=True, default="", db_default="")
    road = models.CharField(max_length=100, blank=True, default="", db_default="")
    postcode = models.CharField(max_length=5, blank=True, default="", db_default="")
    address = models.CharField(
        _("address"), max_length=300, blank=True, help_text="what the parts do not hold"
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    line_id = models.CharField(max_length=50, blank=True, default="", db_default="")
    contact_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    contact_post = models.CharField(max_length=100, blank=True, default="", db_default="")
    contact_mobile = EncryptedTextField(purpose="school_contact", blank=True, db_default=b"")
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    levels = ArrayField(
        models.CharField(max_length=20), null=True, help_text="the kinds it teaches; none said yet"
    )
    profile_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    is_demo = models.BooleanField(default=False)
    path = PathField(unique=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="school_moe_code_is_one_schools", fields=["moe_code"]),
            models.UniqueConstraint(
                name="school_smis_code_is_one_schools",
                fields=["smis_code"],
                condition=~Q(smis_code=""),
            ),
            models.CheckConstraint(
                name="school_moe_code_has_ten_digits", condition=Q(moe_code__regex=r"^\d{10}$")
            ),
        ]
        indexes = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="school_name_trigrams"),
            models.Index(name="school_by_name", fields=["name", "id"]),
        ]

    def __str__(self) -> str:
        return self.name


class ClassroomQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "read_school"

    def in_order(self):  # type: ignore[no-untyped-def]
        """By grade as schools count it, then room."""
        order = models.Case(*(models.When(grade=g, then=i) for i, g in enumerate(GRADES)))
        return self.order_by(order, "room")


class Classroom(models.Model):
    """A class of one school in one school year: ป.4/1."""

    personal: set[str] = set()

    school = models.ForeignKey(School, models.PROTECT, related_name="classrooms")
    year_be = models.PositiveSmallIntegerField()
    grade = models.CharField(max_length=2, choices=[(g, g) for g in GRADES])
    room = models.CharField(max_length=10, default="1")
    path = PathField(unique=True)

    objects = ClassroomQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="classroom_once_per_school_and_year",
                fields=["school", "year_be", "grade", "room"],
            ),
            models.CheckConstraint(
                name="classroom_grade_is_known", condition=Q(grade__in=list(GRADES))
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """As people say it: ป.4/1."""
        return f"{grade_label(self.grade)}/{self.room}"
