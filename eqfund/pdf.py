"""HTML to PDF in Thai typography.

The whole Sarabun font comes from its package: subset files of one family garble
digits and Latin letters in a PDF. Nothing is fetched: a page brings its pictures
with it as SVG or data. It imports nothing of Django, so that a process that only
prints (payments.letters.press) starts at once.
"""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from typing import Any

FACES = (("Regular", 400), ("Medium", 500), ("SemiBold", 600), ("Bold", 700))


def to_pdf(html: str, sheet: Path | None = None) -> bytes:
    """One document, styled by its own <style> and by `sheet`, a CSS file.

    The first in a process takes about two seconds longer.
    """
    from weasyprint import HTML

    style, fonts, fetcher = _tools(sheet)
    pdf = HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=[style], font_config=fonts)
    return bytes(pdf)


@cache
def _tools(sheet: Path | None) -> tuple[Any, Any, Any]:
    """Style, fonts and a fetcher that refuses the network, made once for a process and sheet."""
    import fontpkg_sarabun
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    files = fontpkg_sarabun.ROOT / "files"
    faces = "".join(
        f"@font-face {{ font-family: Sarabun; font-weight: {weight};"
        f" src: url({(files / f'Sarabun-{name}.ttf').as_uri()}) }}\n"
        for name, weight in FACES
    )
    text = faces + (sheet.read_text(encoding="utf-8") if sheet else "")
    local = URLFetcher(allowed_protocols=("file",))
    style = CSS(string=text, font_config=fonts, url_fetcher=local)
    return style, fonts, URLFetcher(allowed_protocols=("data",))


# WeasyPrint's fonts must go before the interpreter takes its modules apart.
atexit.register(_tools.cache_clear)
