"""QR codes and barcodes as SVG text, to stand inside a page or a PDF. Pure."""

import io

import segno
from barcode import Code128
from barcode.writer import SVGWriter


def qr_svg(text: str, *, label: str, error: str = "m") -> str:
    """A QR code without size of its own: CSS gives it one. `label` is its text alternative."""
    code = segno.make(text, error=error, micro=False)
    out = io.BytesIO()
    code.save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        border=2,
        title=label,
        svgclass="qr",
        lineclass=None,
    )
    return out.getvalue().decode()


def barcode_svg(text: str) -> str:
    """A Code 128 barcode of `text`, control characters included, without its size."""
    bars = _modules(text)
    width = len(bars) + 20  # ten modules of quiet zone on either side
    parts = []
    at = 0
    while at < len(bars):
        run = at
        while run < len(bars) and bars[run] == bars[at]:
            run += 1
        if bars[at] == "1":
            parts.append(f"M{at + 10} 0h{run - at}v40h-{run - at}z")
        at = run
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="barcode" viewBox="0 0 {width} 40" '
        f'preserveAspectRatio="none" role="img" aria-label="barcode"><path d="{"".join(parts)}"/></svg>'
    )


def _modules(text: str) -> str:
    return Code128(text, writer=SVGWriter()).build()[0]
