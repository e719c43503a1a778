"""The Thai catalogues: compile them, and find what has no Thai yet.

Works without Django, so `python -m eqfund.translations compile` runs before anything else is
set up. Msgids are English and stand in code and templates; each app keeps its own catalogue in
`<app>/locale/th/LC_MESSAGES/django.po`.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PROJECT = Path(__file__).resolve().parent.parent
APPS = ("eqfund", "screening", "attendance", "payments", "monitoring", "rehearsal")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")

type Key = tuple[str, str]  # context, msgid


def catalogues() -> Iterator[Path]:
    """Every catalogue of the project, not those of the environment."""
    for folder in ("", *APPS):
        yield from sorted((PROJECT / folder / "locale").glob("**/django*.po"))
        if folder in APPS:
            yield from sorted((PROJECT / folder).glob("*/locale/**/django*.po"))


def compile_all() -> int:
    """Write a .mo beside each .po that is newer; return how many."""
    written = 0
    for po in catalogues():
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        catalogue = read_catalogue(po)
        making = mo.with_suffix(".mo.new")
        with making.open("wb") as file:
            write_mo(file, catalogue)
        making.replace(mo)
        written += 1
    return written


def read_catalogue(po: Path) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale="th", abort_invalid=True)


def problems() -> list[str]:
    """What is not right with the Thai: none, fuzzy, other placeholders, or two for one msgid.

    Django lays all catalogues over each other, so of two translations one would win unseen.
    """
    found: list[str] = []
    thai: dict[Key, str] = {}
    for po in catalogues():
        name = po.relative_to(PROJECT)
        for message in read_catalogue(po):
            if not message.id:
                continue
            if message.fuzzy:
                found.append(f"{name}:{message.lineno}: fuzzy: {_id(message)!r}")
                continue
            translation = _translation(message)
            if translation:
                key = message.context or "", _id(message)
                if thai.setdefault(key, translation) != translation:
                    found.append(f"{name}:{message.lineno}: another Thai elsewhere: {key[1]!r}")
                if _placeholders(message) != set(PLACEHOLDER.findall(translation)):
                    found.append(f"{name}:{message.lineno}: placeholders differ: {_id(message)!r}")
    for place, key in used():
        if key not in thai:
            found.append(f"{place}: no Thai for {key[1]!r}")
    return found


def used() -> Iterator[tuple[str, Key]]:
    """Every msgid in code and templates, with where it stands."""
    for app in APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _extract(path, path.read_text(encoding="utf-8"))
    # Django turns a template into what looks like Python, and so do we
    from django.utils.translation.template import templatize

    for folder in ("templates", *(f"{app}/templates" for app in APPS)):
        texts = (p for kind in ("html", "txt") for p in (PROJECT / folder).rglob(f"*.{kind}"))
        for path in sorted(texts):
            source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            # one line is one statement: the rest is indented as the page was
            yield from _extract(path, "\n".join(line.lstrip() for line in source.splitlines()))


def _extract(path: Path, source: str) -> Iterator[tuple[str, Key]]:
    file = io.BytesIO(source.encode())
    name = path.relative_to(PROJECT)
    options = {"encoding": "utf-8"}
    for line, message, _comments, context in extract("python", file, KEYWORDS, (), options):
        msgid = message[0] if isinstance(message, tuple) else message
        if msgid:
            yield f"{name}:{line}", (context or "", msgid)


def _id(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def _translation(message: Message) -> str:
    string = message.string
    return string[0] if isinstance(string, tuple | list) else string or ""


def _placeholders(message: Message) -> set[str]:
    """Of the plural if there is one: Thai has one form, and it is used for every number."""
    msgid = message.id[-1] if isinstance(message.id, tuple | list) else message.id
    return set(PLACEHOLDER.findall(msgid))


def main(task: str) -> int:
    if task == "compile":
        written = compile_all()
        if written:
            print(f"Compiled {written} catalogues.")
        return 0
    found = problems()
    print("\n".join(found) if found else "Every sentence has its Thai.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
