"""Every verb that the code can write into the book has its words, in Thai too."""

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

from eqfund.audit.fact_words import FACTS, fact_word, said
from eqfund.audit.words import DOWNLOADS, LABELS, WORDS, label_word, word

ROOT = Path(__file__).resolve().parents[2]
APPS = ("eqfund", "screening", "attendance", "payments", "monitoring", "rehearsal")
WRITERS = ("record", "record_each", "read")


def is_writer(call):
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in WRITERS
        and getattr(call.func.value, "id", "") == "audit"
    )


def told(value):
    """The constants that an argument can be; [] for a variable."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return [value.value]
    if isinstance(value, ast.IfExp):
        return told(value.body) + told(value.orelse)
    return []


def argument(call, position, name):
    if position < len(call.args):
        return call.args[position]
    return next((k.value for k in call.keywords if k.arg == name), None)


def verbs_in(tree):
    """Verbs written directly, and through a helper of the file that is given the verb."""
    helpers = {}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        names = [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]
        for call in filter(is_writer, ast.walk(function)):
            verb = argument(call, 99, "verb") if call.func.attr == "read" else call.args[0]
            yield from told(verb)
            if isinstance(verb, ast.Name) and verb.id in names:
                helpers[function.name] = (names.index(verb.id), verb.id)
    for call in ast.walk(tree):
        name = isinstance(call, ast.Call) and getattr(
            call.func, "id", getattr(call.func, "attr", "")
        )
        if name in helpers:
            yield from told(argument(call, *helpers[name]))


def recorded_verbs():
    found = {}
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts and path != ROOT / "eqfund/audit/__init__.py":
                for verb in verbs_in(ast.parse(path.read_text(encoding="utf-8"))):
                    found.setdefault(verb, str(path.relative_to(ROOT)))
    return found


def test_the_scan_sees_direct_and_helped_verbs():
    found = recorded_verbs()

    assert len(found) > 100
    assert {"registry.upload", "open_meeting", "print_letter", "approve_round"} <= set(found)


def test_every_recorded_verb_has_its_words():
    missing = {verb: path for verb, path in recorded_verbs().items() if verb not in WORDS}

    assert missing == {}, "add it to eqfund/audit/words.py, with Thai in eqfund/audit/locale"


@pytest.mark.parametrize("verb", sorted(WORDS))
def test_a_verb_is_said_in_thai(verb):
    with translation.override("th"):
        assert re.search("[ก-๙]", word(verb)), "no Thai"


def test_what_leaves_the_system_is_known_by_its_verb():
    leaving = {v for v in WORDS if re.search(r"(^|\.)(download|export|print)", v)}

    assert leaving <= DOWNLOADS <= set(WORDS)


def recorded_facts():
    """Keys of the facts that are written as literals, with a file where each is; and the names of pages read."""
    facts, pages = {}, {}
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" in path.parts or path.name in ("fact_words.py", "unusual.py"):
                continue
            where = str(path.relative_to(ROOT))
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (isinstance(node, ast.keyword) and node.arg == "facts") or (
                    isinstance(node, ast.Assign)
                    and any(getattr(target, "id", "") == "facts" for target in node.targets)
                ):
                    facts |= dict.fromkeys(keys_in(node.value), where)
                elif (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "attr", "") == "read_list"
                    and isinstance(node.args[1], ast.Constant)
                ):
                    pages[node.args[1].value] = where
    return facts, pages


def keys_in(value):
    if isinstance(value, ast.Dict):
        for key, inner in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant):
                yield key.value
            elif key is None:
                yield from keys_in(inner)
    elif isinstance(value, ast.BinOp):
        yield from keys_in(value.left)
        yield from keys_in(value.right)
    elif isinstance(value, ast.IfExp):
        yield from keys_in(value.body)
        yield from keys_in(value.orelse)


def test_every_fact_and_every_page_that_is_read_has_its_words():
    facts, pages = recorded_facts()
    assert len(facts) > 80 and len(pages) > 15

    missing = {key: path for key, path in facts.items() if key not in FACTS}
    assert missing == {}, "add it to eqfund/audit/fact_words.py, with Thai in eqfund/audit/locale"
    missing = {page: path for page, path in pages.items() if page not in LABELS}
    assert missing == {}, (
        "add it to LABELS of eqfund/audit/words.py, with Thai in eqfund/audit/locale"
    )


def test_every_fact_and_every_page_is_said_in_thai():
    with translation.override("th"):
        said_so = [fact_word(key) for key in FACTS] + [label_word(label) for label in LABELS]

    assert [text for text in said_so if not re.search("[ก-๙]", text)] == []


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("count", 12, "12"),
        ("amount_satang", 123400, "1,234.00 บาท"),
        ("starts_on", "2026-07-14", "14 ก.ค. 2569"),
        ("late", True, "ใช่"),
        ("late", False, "ไม่ใช่"),
        ("role", "school_admin", "แอดมินโรงเรียน"),
        ("ends_on", "", "–"),
        ("grants", [1, 2], "1, 2"),
        ("counts", {"lines": 3}, "บรรทัด 3"),
        ("reason", "moved", "moved"),
    ],
)
def test_a_value_is_said_in_words(key, value, text):
    with translation.override("th"):
        assert said(key, value) == text
