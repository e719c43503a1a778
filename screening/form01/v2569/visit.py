"""Form 01 of 2569, sections 5 to 10: travel, address, photos, consent, signatures. Pure."""

from ..spec import Field, Kind, Section, When, gettext_noop as _
from . import choices as given

PER_MONTH = _("baht per month")

TRAVEL = Section(
    5,
    "travel",
    _("The way to school"),
    (
        Field(
            "travel_method",
            _("Main way of travelling"),
            Kind.SINGLE,
            choices=given.TRAVEL_METHOD,
            prefill="registry",
        ),
        Field(
            "travel_km_day",
            _("Distance there and back"),
            Kind.DECIMAL,
            least=0,
            most=300,
            unit=_("km per day"),
            prefill="registry",
        ),
        Field(
            "travel_minutes_day",
            _("Time there and back"),
            Kind.WHOLE,
            least=0,
            most=720,
            unit=_("minutes per day"),
            prefill="registry",
        ),
        Field(
            "travel_cost_month",
            _("Cost there and back"),
            Kind.BAHT,
            least=0,
            most=50_000,
            unit=PER_MONTH,
        ),
        Field(
            "pocket_money_day",
            _("Money for school, travel not counted"),
            Kind.BAHT,
            least=0,
            most=2_000,
            unit=_("baht per day"),
        ),
    ),
)


def _address(code: str, label: str, *, required: bool = False) -> Field:
    return Field(
        code,
        label,
        Kind.TEXT,
        private=True,
        required=required,
        prefill="registry",
        max_length=80,
    )


ADDRESS = Section(
    6,
    "address",
    _("Where the pupil lives now"),
    (
        _address("addr_house_no", _("House number"), required=True),
        _address("addr_moo", _("Village number")),
        _address("addr_soi", _("Lane")),
        _address("addr_road", _("Road")),
        Field("addr_province", _("Province"), Kind.PROVINCE, prefill="registry"),
        Field(
            "addr_subdistrict_code",
            _("Subdistrict and district"),
            Kind.SUBDISTRICT,
            prefill="registry",
        ),
        Field(
            "addr_postcode",
            _("Postcode"),
            Kind.WHOLE,
            least=10_000,
            most=96_999,
            required=False,
        ),
        Field(
            "lat",
            _("Latitude"),
            Kind.COORDINATE,
            private=True,
            required=False,
            least=-90,
            most=90,
            prefill="sibling",
        ),
        Field(
            "lng",
            _("Longitude"),
            Kind.COORDINATE,
            private=True,
            required=False,
            least=-180,
            most=180,
            prefill="sibling",
        ),
        Field(
            "gps_accuracy_m",
            _("Accuracy of the point"),
            Kind.WHOLE,
            private=True,
            required=False,
            least=0,
            most=100_000,
            unit=_("metres"),
        ),
    ),
)

PHOTOS = Section(
    7,
    "photos",
    _("Photos of the home"),
    (
        Field(
            "photo_source",
            _("How the photos were taken"),
            Kind.SINGLE,
            choices=given.PHOTO_SOURCE,
        ),
        Field("visited_on", _("Day of the visit"), Kind.DAY, required=False),
        Field(
            "photo_exterior",
            _("Photo 1: outside of the home"),
            Kind.PHOTO,
            private=True,
            help=_("It must show the roof and walls of the whole dwelling."),
        ),
        Field(
            "photo_interior",
            _("Photo 2: inside of the home"),
            Kind.PHOTO,
            private=True,
            help=_("It must show the floor and the inside."),
        ),
        Field(
            "photo_exception",
            _("If the home cannot be photographed"),
            Kind.SINGLE,
            required=False,
            choices=given.PHOTO_EXCEPTION,
            help=_("Then take the pupil beside the school's sign instead."),
        ),
    ),
)

CONSENT = Section(
    8,
    "consent",
    _("Privacy"),
    (
        Field(
            "pdpa_ack",
            _("Pupil and guardian have read the fund's privacy policy"),
            Kind.TICK,
        ),
        Field("pdpa_ack_at", _("Acknowledged at"), Kind.COMPUTED),
        Field("pdpa_policy_version", _("Version of the policy"), Kind.COMPUTED),
    ),
)

SIGNATURES = Section(
    9,
    "signatures",
    _("Signatures"),
    (
        Field("sig_student", _("Signature of the pupil"), Kind.SIGNATURE, private=True),
        Field("sig_guardian", _("Signature of the guardian"), Kind.SIGNATURE, private=True),
        Field(
            "sig_teacher",
            _("Signature of the visiting teacher"),
            Kind.SIGNATURE,
            private=True,
        ),
        Field("recorded_on", _("Day of recording"), Kind.COMPUTED),
    ),
    note=_("We certify that the data above are correct."),
)

CERTIFICATION = Section(
    10,
    "certification",
    _("Certification by a state official"),
    (
        Field(
            "officer_name",
            _("Name of the official"),
            Kind.TEXT,
            private=True,
            max_length=150,
        ),
        Field(
            "officer_national_id",
            _("National ID of the official"),
            Kind.NATIONAL_ID,
            private=True,
        ),
        Field(
            "officer_position",
            _("Position"),
            Kind.TEXT,
            private=True,
            help=_(
                "Sub-district or village headman, official or employee of the state, local "
                "councillor, local officer, community chair in Bangkok; not a relative."
            ),
        ),
        Field(
            "officer_decision",
            _("Decision of the official"),
            Kind.SINGLE,
            choices=given.OFFICER_DECISION,
        ),
        Field(
            "officer_reject_reason",
            _("Reason"),
            Kind.TEXT,
            private=True,
            max_length=500,
            show_if=When("officer_decision", ("refuse",)),
        ),
        Field(
            "officer_id_card_file",
            _("Certified copy of the official's card"),
            Kind.PHOTO,
            private=True,
        ),
        Field("sig_officer", _("Signature of the official"), Kind.SIGNATURE, private=True),
        Field("sig_director", _("Signature of the director"), Kind.SIGNATURE, private=True),
    ),
)
