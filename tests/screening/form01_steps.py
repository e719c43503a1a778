"""A form 01 brought to where a test begins, by the real actions."""

import base64
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageDraw

from eqfund.models import Enrolment
from screening.actions import form01 as drafting, form01_decisions as deciding
from screening.form01.reading import Reading
from screening.form01.rules import AT_HOME, Capacity, Means, Signer, Slot
from screening.models import Form01
from tests.conftest import moment
from tests.screening.form01_data import PLAIN, PRIVATE

VISIT = moment("2569-06-15 10:00")
OPEN = moment("2569-07-20 09:00")
LAST = moment("2569-07-24 16:59:59")
CLOSE = moment("2569-07-24 17:00:00")
OFFICER = deciding.Officer("นายผู้ใหญ่ ตัวอย่าง", "3100600000005", "ผู้ใหญ่บ้าน")


def jpeg(name="home.jpg", colour="brown"):
    """A small real photograph, as a phone sends it."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def ink():
    """A signature as the screen draws it: base64 of a PNG with a line on it."""
    image = Image.new("RGBA", (120, 40))
    ImageDraw.Draw(image).line([(5, 30), (60, 8), (115, 30)], fill="black", width=3)
    out = io.BytesIO()
    image.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def enrolment_of(pupil):
    return Enrolment.objects.get(pupil=pupil, status="studying")


def begin(pupil, by, at=VISIT):
    return drafting.start_form01(enrolment_of(pupil), by=by, at=at)


def part(form, number, plain=PLAIN, private=PRIVATE):
    """The answers of one section, as a reading."""
    codes = {field.code for field in form.spec.section(number).fields}
    return Reading(
        plain={code: value for code, value in plain.items() if code in codes},
        private={code: value for code, value in private.items() if code in codes},
    )


def save(form, number, by, at=VISIT, *, plain=PLAIN, private=PRIVATE, based_on=None):
    form.refresh_from_db()
    return drafting.save_form01(
        form,
        number,
        part(form, number, plain, private),
        based_on=form.revision if based_on is None else based_on,
        by=by,
        at=at,
    )


def fill(form, by, at=VISIT, *, plain=PLAIN, private=PRIVATE):
    """All sections, two photos, three signatures."""
    for section in form.spec.sections_asked(plain)[:-2]:
        save(form, section.number, by, at, plain=plain, private=private)
    form.refresh_from_db()
    for slot in (Slot.EXTERIOR, Slot.INTERIOR):
        drafting.add_photo(form, slot, jpeg(), by=by, at=at)
    for who in AT_HOME:
        account = who is Signer.TEACHER
        means = Means.ACCOUNT if account else Means.SCREEN
        drafting.sign_form01(form, who, means=means, image="" if account else ink(), by=by, at=at)
    return form


def whole(pupil, by, at=VISIT, **answers):
    return fill(begin(pupil, by, at), by, at, **answers)


def submitted(pupil, by, at=OPEN, **answers):
    return deciding.submit_form01(whole(pupil, by, **answers), by=by, at=at)


def certified(pupil, by, at=OPEN):
    return certify(submitted(pupil, by, at), by, at)


def certify(form, by, at=OPEN, officer=OFFICER, **how):
    given = {"means": Means.SCREEN, "image": ink(), "id_card": jpeg("card.jpg"), **how}
    return deciding.certify_form01(form, officer, by=by, at=at, **given)


def signed(pupil, by, director, at=OPEN):
    form = certified(pupil, by, at)
    deciding.sign_as_director([form], capacity=Capacity.IN_POST, by=director, at=at)
    return Form01.objects.get(pk=form.pk)


def address(name, *args):
    return reverse(f"screening:form01{name}", args=args)


def posted(form, number, **changed):
    """What a browser posts for a section of a whole form."""
    values = {**PLAIN, **PRIVATE, **changed}
    data = {"revision": form.revision}
    for field in form.spec.section(number).fields:
        value = values.get(field.code)
        if field.code == "members":
            for row, member in enumerate(value or []):
                for code, cell in member.items():
                    if cell is not False:
                        data[f"members-{row}-{code}"] = "yes" if cell is True else cell
        elif field.kind == "yes_no" and isinstance(value, bool):
            data[field.code] = "yes" if value else "no"
        elif value is True:
            data[field.code] = "yes"
        elif value is not None and value is not False:
            data[field.code] = value
    return data
