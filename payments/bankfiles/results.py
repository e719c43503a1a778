"""What a bank says became of our credits, whatever format it says it in. Pure.

Units     Money is whole satang (int), None where the file does not say it.
Errors    UnreadableFile, with a code that pages turn into a sentence.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import IO, NamedTuple

from lxml import etree


class Outcome(StrEnum):
    """What became of one credit. OPEN says only that the bank is still at it."""

    SUCCESS = "success"
    FAILED = "failed"
    OPEN = "open"


class Format(StrEnum):
    """The kinds of result file we read."""

    PAIN002 = "pain002"
    CAMT054 = "camt054"
    FLAT = "flat"


class UnreadableFile(ValueError):
    """A file that is none of ours to read; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class Row(NamedTuple):
    """What a file says of one credit. `number` counts from 1 as the file does."""

    number: int
    end_to_end_id: str
    outcome: Outcome
    bank_reason: str = ""
    amount_satang: int | None = None
    currency: str = "THB"


class Whole(NamedTuple):
    """What a file says of all credits of one of our files at once, naming none."""

    number: int
    message_id: str
    outcome: Outcome
    bank_reason: str = ""


ROOTS = {"CstmrPmtStsRpt": Format.PAIN002, "BkToCstmrDbtCdtNtfctn": Format.CAMT054}


def format_of(head: bytes) -> Format:
    """Tell the format by the first bytes of a file; UnreadableFile if it is none of ours."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise UnreadableFile("has_dtd")
        for name, kind in ROOTS.items():
            if b"<" + name.encode() in head or b":" + name.encode() in head:
                return kind
        raise UnreadableFile("other_xml")
    if head[:3] == b"201":
        return Format.FLAT
    raise UnreadableFile("unknown_format")


def elements(source: IO[bytes], *names: str) -> Iterator[tuple[str, etree._Element]]:
    """Yield the finished elements of these local names, in order, forgetting each after use.

    Entities are not resolved, nothing is fetched, and a document type is refused.
    """
    parser = etree.iterparse(
        source,
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    first = True
    try:
        for _, element in parser:
            if first and element.getroottree().docinfo.doctype:
                raise UnreadableFile("has_dtd")
            first = False
            yield etree.QName(element).localname, element
            element.clear(keep_tail=True)
            parent = element.getparent()
            while parent is not None and parent[0] is not element:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise UnreadableFile("broken_xml", f"line {error.lineno}") from error


def child_text(element: etree._Element, *path: str) -> str:
    """The text at a path of local names, "" where there is none."""
    found = element
    for name in path:
        inner = next((child for child in found if child.tag.rpartition("}")[2] == name), None)
        if inner is None:
            return ""
        found = inner
    return (found.text or "").strip()
