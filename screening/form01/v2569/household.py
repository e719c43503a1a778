"""Form 01 of 2569, sections 1 to 4: the pupil, the household, the home, the institution. Pure."""

from ..spec import Field, Kind, Section, When, gettext_noop as _
from . import choices as given

IN_INSTITUTION = When("lives_with", ("institution",))
IN_HOUSEHOLD = When("lives_with", ("institution",), negate=True)
PER_MONTH = _("baht per month")
MOST_BAHT = 1_000_000

PUPIL = Section(
    1,
    "pupil",
    _("The pupil and the guardian"),
    (
        Field("first_name", _("First name"), Kind.REGISTRY, private=True),
        Field("last_name", _("Last name"), Kind.REGISTRY, private=True),
        Field("grade_level", _("Grade"), Kind.REGISTRY),
        Field("room", _("Room"), Kind.REGISTRY),
        Field("national_id", _("National ID or G-code"), Kind.REGISTRY, private=True),
        Field(
            "family_status",
            _("Family status"),
            Kind.SINGLE,
            choices=given.FAMILY_STATUS,
            prefill="sibling",
        ),
        Field(
            "lives_with",
            _("The pupil lives with"),
            Kind.SINGLE,
            choices=given.LIVES_WITH,
            help=_("An institutional household skips sections 2 and 3 and answers section 4."),
            prefill="sibling",
        ),
        Field(
            "guardian_title",
            _("Guardian's title"),
            Kind.TEXT,
            private=True,
            required=False,
            max_length=30,
            prefill="registry",
        ),
        Field(
            "guardian_first_name",
            _("Guardian's first name"),
            Kind.TEXT,
            private=True,
            prefill="registry",
        ),
        Field(
            "guardian_last_name",
            _("Guardian's last name"),
            Kind.TEXT,
            private=True,
            prefill="registry",
        ),
        Field(
            "guardian_relationship",
            _("Relationship to the pupil"),
            Kind.SINGLE,
            choices=given.GUARDIAN_RELATIONSHIP,
            prefill="registry",
        ),
        Field(
            "guardian_relationship_other",
            _("Relationship: please say"),
            Kind.TEXT,
            private=True,
            show_if=When("guardian_relationship", ("other",)),
        ),
        Field(
            "guardian_education",
            _("Highest education"),
            Kind.SINGLE,
            choices=given.EDUCATION,
            prefill="sibling",
        ),
        Field(
            "guardian_occupation",
            _("Occupation"),
            Kind.SINGLE,
            choices=given.OCCUPATION,
            prefill="sibling",
        ),
        Field(
            "guardian_occupation_other",
            _("Occupation: please say"),
            Kind.TEXT,
            private=True,
            show_if=When("guardian_occupation", ("other",)),
        ),
        Field(
            "guardian_phone",
            _("Telephone"),
            Kind.PHONE,
            private=True,
            help=_("9 to 10 digits. Without a telephone, give a neighbour's or the headman's."),
            prefill="registry",
        ),
        Field(
            "guardian_no_national_id",
            _("Has no national ID"),
            Kind.TICK,
            required=False,
        ),
        Field(
            "guardian_national_id",
            _("Guardian's national ID"),
            Kind.NATIONAL_ID,
            private=True,
            show_if=When("guardian_no_national_id", (True,), negate=True),
            prefill="registry",
        ),
        Field(
            "guardian_has_state_welfare",
            _("Holds the state welfare card"),
            Kind.TICK,
            required=False,
            prefill="sibling",
        ),
    ),
)


def _income(code: str, label: str, help: str = "") -> Field:
    return Field(
        code,
        label,
        Kind.BAHT,
        private=True,
        least=0,
        most=MOST_BAHT,
        unit=_("baht"),
        help=help,
        prefill="sibling",
    )


MEMBER = (
    Field("full_name", _("Full name"), Kind.TEXT, private=True, max_length=150),
    Field(
        "relationship",
        _("Relationship to the pupil"),
        Kind.SINGLE,
        private=True,
        choices=given.MEMBER_RELATIONSHIP,
    ),
    Field(
        "national_id",
        _("National ID"),
        Kind.NATIONAL_ID,
        private=True,
        required=False,
        help=_("Leave empty if there is none."),
        g_code=True,
    ),
    Field(
        "education",
        _("Highest education"),
        Kind.SINGLE,
        private=True,
        choices=given.MEMBER_EDUCATION,
    ),
    Field("age", _("Age"), Kind.WHOLE, private=True, least=0, most=120, unit=_("years")),
    Field(
        "has_disability",
        _("Physical or intellectual disability"),
        Kind.TICK,
        private=True,
        required=False,
    ),
    Field(
        "has_chronic_disease",
        _("Chronic disease (other than blood pressure or diabetes)"),
        Kind.TICK,
        private=True,
        required=False,
    ),
    _income("income_wage", _("Wage or salary"), _("Monthly average, before debts")),
    _income("income_farm_net", _("Farming, after costs"), _("In a year of loss, enter 0")),
    _income(
        "income_business_net",
        _("Own business, after costs"),
        _("In a year of loss, enter 0"),
    ),
    _income(
        "income_welfare",
        _("State or private welfare"),
        _("Pension, old-age allowance, welfare card and so on"),
    ),
    _income(
        "income_other",
        _("Other income"),
        _("Money sent by family, rent received and so on"),
    ),
    Field("income_total", _("Total income per month"), Kind.COMPUTED, private=True),
)

HOUSEHOLD = Section(
    2,
    "household",
    _("Members of the household"),
    (
        Field(
            "household_size",
            _("Number of members, the pupil included"),
            Kind.WHOLE,
            least=1,
            most=30,
            unit=_("people"),
            help=_("The form has 10 rows: in a larger household, list those who earn first."),
            prefill="sibling",
        ),
        Field(
            "members",
            _("Household members"),
            Kind.MEMBERS,
            private=True,
            columns=MEMBER,
            prefill="sibling",
        ),
        Field("household_income_total", _("Income of the household"), Kind.COMPUTED),
        Field("income_per_capita", _("Average income per head"), Kind.COMPUTED),
    ),
    note=_("The pupil is one of them."),
    show_if=IN_HOUSEHOLD,
)


def _also(code: str, choices: tuple[given.Choice, ...]) -> Field:
    return Field(
        f"{code}_also",
        _("Also found"),
        Kind.MULTI,
        required=False,
        choices=choices,
        prefill="sibling",
        folded=True,
    )


def _one(code: str, label: str, choices: tuple[given.Choice, ...], help: str = "") -> Field:
    return Field(code, label, Kind.SINGLE, choices=choices, help=help, prefill="sibling")


HOME = Section(
    3,
    "home",
    _("State of the household"),
    (
        Field(
            "has_dependency",
            _("3.1 The household has dependants"),
            Kind.YES_NO,
            prefill="sibling",
        ),
        Field(
            "dependency",
            _("Which dependants"),
            Kind.MULTI,
            choices=given.DEPENDENCY,
            show_if=When("has_dependency", (True,)),
            help=_("Choose all that are there."),
            prefill="sibling",
        ),
        _one("housing_tenure", _("3.2 Housing"), given.HOUSING_TENURE),
        Field(
            "rent_per_month",
            _("Rent"),
            Kind.BAHT,
            least=1,
            most=100_000,
            unit=PER_MONTH,
            show_if=When("housing_tenure", ("rent",)),
            prefill="sibling",
        ),
        _one(
            "floor_material",
            _("3.3 Floor of the house (not the space under it)"),
            given.FLOOR,
            _("Record what you see; choose what there is most of."),
        ),
        _also("floor_material", given.FLOOR),
        _one("wall_material", _("Walls of the house"), given.WALL),
        _also("wall_material", given.WALL),
        _one("roof_material", _("Roof"), given.ROOF),
        _also("roof_material", given.ROOF),
        Field(
            "has_toilet",
            _("There is a toilet in the house or its grounds"),
            Kind.YES_NO,
            prefill="sibling",
        ),
        _one("farm_land", _("3.4 Farm land (rented land counts)"), given.FARM_LAND),
        _one("drinking_water", _("3.5 Drinking water"), given.DRINKING_WATER),
        _also("drinking_water", given.DRINKING_WATER),
        _one("electricity", _("3.6 Electricity"), given.ELECTRICITY),
        Field(
            "has_vehicle",
            _("3.7 The household has a working vehicle"),
            Kind.YES_NO,
            prefill="sibling",
        ),
        *(
            Field(
                code,
                label,
                Kind.SINGLE,
                choices=given.VEHICLE,
                show_if=When("has_vehicle", (True,)),
                prefill="sibling",
            )
            for code, label in (
                ("veh_car", _("Passenger car")),
                ("veh_pickup", _("Pick-up, small truck or van")),
                ("veh_tractor", _("Tractor, harvester or the like")),
            )
        ),
        Field(
            "veh_motorcycle_boat",
            _("Motorcycle or small fishing boat"),
            Kind.YES_NO,
            show_if=When("has_vehicle", (True,)),
            prefill="sibling",
        ),
        Field(
            "appliances",
            _("3.8 Working appliances"),
            Kind.MULTI,
            required=False,
            choices=given.APPLIANCES,
            help=_("Choose none if there is none."),
            prefill="sibling",
        ),
    ),
    note=_("Record what you see."),
    show_if=IN_HOUSEHOLD,
)

INSTITUTION = Section(
    4,
    "institution",
    _("The institution"),
    (
        Field(
            "inst_type",
            _("Kind of institution"),
            Kind.SINGLE,
            choices=given.INSTITUTION_TYPE,
        ),
        Field(
            "inst_type_other",
            _("Kind of institution: please say"),
            Kind.TEXT,
            private=True,
            show_if=When("inst_type", ("other",)),
        ),
        Field(
            "inst_name",
            _("Name of the institution"),
            Kind.TEXT,
            private=True,
            max_length=200,
        ),
        Field("inst_province", _("Province"), Kind.PROVINCE),
        Field(
            "inst_manager_name",
            _("Person in charge"),
            Kind.TEXT,
            private=True,
            max_length=150,
        ),
        Field("inst_phone", _("Telephone"), Kind.PHONE, private=True),
        Field(
            "inst_since_month",
            _("There since: month"),
            Kind.SINGLE,
            choices=given.MONTHS,
        ),
        Field(
            "inst_since_year",
            _("There since: year (B.E.)"),
            Kind.WHOLE,
            least=2545,
            most=2569,
        ),
        Field(
            "inst_stay_type",
            _("How the pupil stays"),
            Kind.SINGLE,
            choices=given.INSTITUTION_STAY,
        ),
        Field(
            "inst_support",
            _("How the institution helps"),
            Kind.MULTI,
            choices=given.INSTITUTION_SUPPORT,
            help=_("Choose all that are there."),
        ),
        Field(
            "inst_expense_per_student_year",
            _("Average cost of caring for a pupil"),
            Kind.BAHT,
            least=0,
            most=10_000_000,
            unit=_("baht per person per year"),
        ),
        Field(
            "inst_students_in_care",
            _("Pupils in its care now"),
            Kind.WHOLE,
            least=1,
            most=10_000,
            unit=_("people"),
        ),
        Field(
            "inst_land_rai",
            _("Land of the institution: rai"),
            Kind.WHOLE,
            required=False,
            least=0,
            most=100_000,
            unit=_("rai"),
        ),
        Field(
            "inst_land_ngan",
            _("Land of the institution: ngan"),
            Kind.WHOLE,
            required=False,
            least=0,
            most=3,
            unit=_("ngan"),
        ),
        Field(
            "inst_land_sqwah",
            _("Land of the institution: square wah"),
            Kind.WHOLE,
            required=False,
            least=0,
            most=99,
            unit=_("square wah"),
        ),
        Field(
            "inst_donation_year",
            _("Donations received"),
            Kind.BAHT,
            least=0,
            most=1_000_000_000,
            unit=_("baht per year"),
        ),
        Field(
            "inst_wants_subsidy",
            _("Wants the fund's subsidy"),
            Kind.YES_NO,
            choices=given.WANTS,
        ),
    ),
    show_if=IN_INSTITUTION,
)
