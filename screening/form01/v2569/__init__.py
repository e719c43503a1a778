"""Form 01 of academic year 2569: ten sections, revision of 6 March 2569. Pure.

Every field of the official form, with its limits and whether its answer is private.
Free text is always private (people write names into it), and so are ids, phones, the
members, the address and the exact point; what is left identifies nobody.
Source  the official form, agreed by seven public transcriptions. `floor_material` and
        its like hold the main material; what else was found stands in `..._also`.
        `visited_on` and the 1 km grid are ours.
"""

from ..spec import Field, Kind, Spec, gettext_noop as _
from .household import HOME, HOUSEHOLD, INSTITUTION, PUPIL
from .visit import ADDRESS, CERTIFICATION, CONSENT, PHOTOS, SIGNATURES, TRAVEL

HEADER = (
    Field("term", _("Term"), Kind.REGISTRY),
    Field("academic_year", _("Academic year"), Kind.REGISTRY),
    Field("school_name", _("Name of the school"), Kind.REGISTRY),
    Field("affiliation", _("Affiliation"), Kind.REGISTRY),
    Field(
        "portrait_photo",
        _("Photo of the pupil"),
        Kind.PHOTO,
        private=True,
        required=False,
    ),
)

V2569 = Spec(
    version=2569,
    revised="2026-03-06",
    policy_version="2569-03",
    max_members=10,
    header=HEADER,
    sections=(
        PUPIL,
        HOUSEHOLD,
        HOME,
        INSTITUTION,
        TRAVEL,
        ADDRESS,
        PHOTOS,
        CONSENT,
        SIGNATURES,
        CERTIFICATION,
    ),
)
