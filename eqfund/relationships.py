"""How a guardian is related to a pupil: the codes we keep and the words registries write. Pure."""

from django.utils.translation import gettext_lazy as _

LABELS = {
    "father": _("Father"),
    "mother": _("Mother"),
    "paternal_grandfather": _("Father's father"),
    "paternal_grandmother": _("Father's mother"),
    "maternal_grandfather": _("Mother's father"),
    "maternal_grandmother": _("Mother's mother"),
    "uncle": _("Elder uncle"),
    "aunt": _("Elder aunt"),
    "maternal_younger": _("Mother's younger sibling"),
    "paternal_younger": _("Father's younger sibling"),
    "elder_sibling": _("Elder brother or sister"),
    "other": _("Other"),
}

_WRITTEN = {
    "บิดา": "father",
    "พ่อ": "father",
    "มารดา": "mother",
    "แม่": "mother",
    "ปู่": "paternal_grandfather",
    "ย่า": "paternal_grandmother",
    "ตา": "maternal_grandfather",
    "ยาย": "maternal_grandmother",
    "ลุง": "uncle",
    "ป้า": "aunt",
    "น้า": "maternal_younger",
    "อา": "paternal_younger",
    "พี่": "elder_sibling",
    "พี่ชาย": "elder_sibling",
    "พี่สาว": "elder_sibling",
}


def code_of(written: str) -> str:
    """The code of a relationship as a registry writes it; "other" for what we do not know.

    >>> code_of(" ยาย "), code_of("ผู้ใหญ่บ้าน"), code_of("")
    ('maternal_grandmother', 'other', 'other')
    """
    return _WRITTEN.get(written.strip(), "other")


def label(code: str) -> str:
    """The word for a code; what is not a code is shown as it is."""
    return str(LABELS.get(code, code))
