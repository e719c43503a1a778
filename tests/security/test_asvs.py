"""docs/security/asvs.md answers every line of levels 1 and 2, and names only what exists."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/security/asvs.md").read_text(encoding="utf-8")
MODEL = (ROOT / "docs/security/threat-model.md").read_text(encoding="utf-8")
# Section: how many of its first requirements are of level 1 or 2 (ASVS 5.0.0 lists level 3 last in each).
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5,
    "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2,
    "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11,
    "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1,
    "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5,
    "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
REQUIREMENTS = {f"{section}.{n}" for section, most in SECTIONS.items() for n in range(1, most + 1)}
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+) \|$", re.MULTILINE)
NOT_USED = re.compile(r"^Not used[^:]*:((?:.|\n)*?)Reason:", re.MULTILINE)


def answered():
    lines = [number for number, _level, _about, _answer in LINE.findall(TEXT)]
    lines += [n for block in NOT_USED.findall(TEXT) for n in re.findall(r"\d+\.\d+\.\d+", block)]
    return lines


def named(text):
    """Paths in backticks: with a folder, or a file of the root."""
    return {
        word
        for word in re.findall(r"`([^`\s]+)`", text)
        if re.fullmatch(
            r"[\w.\-]+(/[\w.\-]*)+|[\w\-]+\.(lock|yml|toml|json|md)|\.dockerignore", word
        )
    }


def test_the_numbers_add_up_to_the_standards():
    assert len(REQUIREMENTS) == 253


def test_every_requirement_of_levels_1_and_2_is_answered_once():
    assert sorted(answered()) == sorted(REQUIREMENTS)


def test_an_answer_is_a_proof_a_reason_or_a_word_who_must():
    for number, _level, _about, answer in LINE.findall(TEXT):
        assert len(answer) > 3, number


@pytest.mark.parametrize("path", sorted(named(TEXT) | named(MODEL)))
def test_what_is_named_as_proof_exists(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`settings\.(\w+)`", TEXT + MODEL))))
def test_a_setting_that_is_named_exists(name):
    assert hasattr(settings, name)
