"""The photos and signatures of a form 01: what is kept, what is refused."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from eqfund.refusal import Refused
from screening.actions import form01 as actions
from screening.form01.rules import Means, Signer, Slot
from screening.models import Form01Photo, Form01Signature
from tests.screening.form01_steps import VISIT, begin, ink, jpeg

pytestmark = pytest.mark.usefixtures("in_english", "calendar")


@pytest.fixture
def form(make_pupils, teacher):
    return begin(make_pupils(1)[0], teacher)


def test_a_photo_takes_its_slot_and_the_one_before_is_kept(form, teacher):
    one = actions.add_photo(form, Slot.EXTERIOR, jpeg(), by=teacher, at=VISIT)
    two = actions.add_photo(form, Slot.EXTERIOR, jpeg(), by=teacher, at=VISIT)

    assert Form01Photo.objects.current().get() == two
    assert Form01Photo.objects.get(pk=one.pk).is_current is False
    assert two.file.state == "quarantine"
    assert two.file.path == form.path


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        pytest.param("home.jpg", b"this is no picture", "not of a kind", id="text named jpg"),
        pytest.param("home.jpg", b"\xff\xd8\xff" + b"0" * 99, "cannot be opened", id="broken"),
        pytest.param("home.jpg", b"", "empty", id="empty"),
        pytest.param("home.jpg", b"\xff\xd8\xff" + b"0" * 30_000_000, "at most 20 MB", id="30 MB"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence(name, data, words, form, teacher):
    with pytest.raises(Refused, match=words):
        actions.add_photo(form, Slot.EXTERIOR, SimpleUploadedFile(name, data), by=teacher, at=VISIT)
    assert not Form01Photo.objects.exists()


def test_a_signature_on_the_screen_is_kept_encrypted(form, teacher):
    signature = actions.sign_form01(
        form, Signer.GUARDIAN, means=Means.SCREEN, image=ink(), by=teacher, at=VISIT
    )

    signature.refresh_from_db()
    assert signature.image == ink()
    assert signature.revision == form.revision
    with connection.cursor() as cursor:
        cursor.execute("SELECT image FROM screening_form01signature")
        assert ink().encode() not in bytes(cursor.fetchone()[0])


def test_a_thumbprint_and_a_signed_sheet_are_files(form, teacher):
    for means in (Means.THUMBPRINT, Means.SHEET):
        signature = actions.sign_form01(
            form, Signer.GUARDIAN, means=means, upload=jpeg(), by=teacher, at=VISIT
        )
        assert signature.file is not None

    assert Form01Signature.objects.current().get().means == "sheet"
    assert Form01Signature.objects.count() == 2


def test_a_teacher_may_sign_by_account(form, teacher):
    signature = actions.sign_form01(form, Signer.TEACHER, means=Means.ACCOUNT, by=teacher, at=VISIT)

    assert signature.name == teacher.full_name


@pytest.mark.parametrize(
    ("who", "means", "words"),
    [
        (Signer.PUPIL, Means.SCREEN, "signature is empty"),
        (Signer.PUPIL, Means.THUMBPRINT, "Attach the photo"),
        (Signer.OFFICER, Means.SCREEN, "after the form has been sent"),
        (Signer.DIRECTOR, Means.ACCOUNT, "after the form has been sent"),
    ],
)
def test_a_signature_that_is_none_is_refused(who, means, words, form, teacher):
    with pytest.raises(Refused, match=words):
        actions.sign_form01(form, who, means=means, by=teacher, at=VISIT)


def test_nobody_signs_by_another_persons_account(form, teacher):
    with pytest.raises(Refused, match="own hand"):
        actions.sign_form01(form, Signer.GUARDIAN, means=Means.ACCOUNT, by=teacher, at=VISIT)
