"""HTML to PDF. Run as a program, it is a worker of payments.letters.press.

The whole Sarabun font comes from its package: subset files of one family garble
digits and Latin letters in a PDF. Nothing is fetched: a page brings its pictures
with it as SVG or data.

As a program it reads pages from stdin and writes PDFs to stdout, each behind its
length in four bytes, until stdin ends. It imports nothing of Django.
"""

from __future__ import annotations

import atexit
import struct
import sys
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

LENGTH = struct.Struct(">I")
FACES = (("Regular", 400), ("Medium", 500), ("SemiBold", 600), ("Bold", 700))


def to_pdf(html: str) -> bytes:
    """One document. The first in a process takes about two seconds longer."""
    from weasyprint import HTML

    style, fonts, fetcher = _tools()
    pdf = HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=[style], font_config=fonts)
    return bytes(pdf)


@cache
def _tools() -> tuple[Any, Any, Any]:
    """Style, fonts and a fetcher that refuses the network, made once for the process."""
    import fontpkg_sarabun
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=("data",))
    files = fontpkg_sarabun.ROOT / "files"
    faces = "".join(
        f"@font-face {{ font-family: Sarabun; font-weight: {weight};"
        f" src: url({(files / f'Sarabun-{name}.ttf').as_uri()}) }}\n"
        for name, weight in FACES
    )
    text = faces + (Path(__file__).parent / "paper.css").read_text(encoding="utf-8")
    style = CSS(string=text, font_config=fonts, url_fetcher=URLFetcher(allowed_protocols=("file",)))
    atexit.register(_tools.cache_clear)  # while the library that frees the fonts is still there
    return style, fonts, fetcher


def read_block(source: BinaryIO) -> bytes | None:
    """One block behind its length; None at the end."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return source.read(LENGTH.unpack(head)[0])


def write_block(target: BinaryIO, block: bytes) -> None:
    target.write(LENGTH.pack(len(block)))
    target.write(block)
    target.flush()


def main() -> None:
    while (page := read_block(sys.stdin.buffer)) is not None:
        write_block(sys.stdout.buffer, to_pdf(page.decode()))


if __name__ == "__main__":
    main()
