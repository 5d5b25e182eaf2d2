"""``texelnet text``: how large text is on paper, through any chain of transforms.

    texelnet text size 12px --through "scale(2)" --output flash
    texelnet text fit 12pt --through "scale(2) rotate(30)" --output raster --ppi 300
    texelnet text check FILE.pdf|FILE.svg

--through is given once for each nested transform, the outermost first, as SVG writes them:
scale(2), scale(2 1), rotate(30), skewX(10), translate(5 0), matrix(a b c d e f).

With ``--json`` size and fit print ``{points, horizontal, skew, rotation, mirrored, font_size,
flash}`` (degrees; flash is {size, scale}), check a list of ``{text, page, font, written,
points, horizontal, skew, rotation, mirrored}``.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from texelnet.cli import _table

if TYPE_CHECKING:
    from texelnet.draw.text import Printed

HELP = "Tell, set and check the true printed size of text."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add size, fit and check, each with its words."""
    kinds = parser.add_subparsers(dest="what", required=True, metavar="size|fit|check")
    size = kinds.add_parser("size", help="how large a font size is printed")
    size.add_argument("font_size", metavar="SIZE", help="the font size in the innermost units")
    wanted = kinds.add_parser("fit", help="the font size that is printed at a size")
    wanted.add_argument("length", metavar="LENGTH", help="on paper: 12pt, 4mm, 0.2in")
    for one in (size, wanted):
        one.add_argument(
            "--through", action="append", default=[], metavar="T", help="a transform; repeat it"
        )
        one.add_argument(
            "--output", default="pdf", metavar="O", help="pdf, svg, flash or raster"
        )
        one.add_argument("--ppi", type=float, metavar="P", help="pixels an inch of a raster")
        one.add_argument(
            "--user-unit", type=float, default=1.0, metavar="U", help="of a PDF page"
        )
        one.add_argument("--json", action="store_true", help="print JSON")
    check = kinds.add_parser("check", help="every run of text of a PDF or an SVG")
    check.add_argument("file", metavar="FILE")
    check.add_argument("--json", action="store_true", help="print JSON")


def run(words: argparse.Namespace) -> int:
    """Compute and print."""
    if words.what == "check":
        return _check(words)
    from texelnet.draw.text import chain, fit, printed, read_transform, unit_of
    from texelnet.units import Length

    matrix = chain(map(read_transform, words.through))
    unit = unit_of(words.output, words.ppi, words.user_unit)
    if words.what == "size":
        font_size = _number(words.font_size)
    else:
        font_size = fit(Length.read(words.length).points, matrix, unit)
    _tell(printed(font_size, matrix, unit), font_size, words)
    return 0


def _number(text: str) -> float:
    """Read a font size; a unit behind it is that of the innermost coordinates."""
    from texelnet.errors import DrawError

    try:
        found = float(text.removesuffix("px").removesuffix("pt"))
    except ValueError:
        raise DrawError(f'"{text}"', "this is no font size", "a number: 12, 10.5") from None
    if not 0 < found < 1e9:
        raise DrawError(f'"{text}"', "this is no font size", "above 0")
    return found


def _tell(found: Printed, font_size: float, words: argparse.Namespace) -> None:
    from texelnet.draw.text import fit_flash

    flash = fit_flash(font_size)
    if words.json:
        told: dict[str, Any] = asdict(found) | {"font_size": font_size, "flash": asdict(flash)}
        print(json.dumps(told, indent=1))
        return
    lines = [
        ("font size", f"{font_size:.10g} in the innermost units"),
        ("on paper", f"{found.points:.6g} pt = {found.points * 25.4 / 72:.6g} mm"),
    ]
    lines += _odd(found)
    if words.output == "flash" and font_size != flash.size:
        lines.append(("in Flash", f"size {flash.size}, scaleX = scaleY = {flash.scale:.10g}"))
        lines.append(("", "TextFormat.size rounds; device text takes scaleY and leaves scaleX"))
    width = max(len(name) for name, _ in lines)
    for name, text in lines:
        print(f"{name:{width}}  {text}")


def _odd(found: Printed) -> list[tuple[str, str]]:
    """Tell what one number can't say."""
    lines = []
    if abs(found.horizontal - 1) > 1e-9:
        lines.append(
            ("horizontal", f"{found.horizontal:.6g} times as wide as the font draws it")
        )
    if abs(found.skew) > 1e-9:
        lines.append(("skew", f"{found.skew:.6g} degrees"))
    if abs(found.rotation) > 1e-9:
        lines.append(("rotation", f"{found.rotation:.6g} degrees"))
    if found.mirrored:
        lines.append(("mirrored", "seen from behind"))
    return lines


def _check(words: argparse.Namespace) -> int:
    from texelnet.draw.text import runs

    found = list(runs(Path(words.file)))
    if words.json:
        told = [asdict(r) | asdict(r.printed) for r in found]
        print(
            json.dumps([{k: v for k, v in r.items() if k != "printed"} for r in told], indent=1)
        )
        return 0
    rows = [
        (
            str(r.page or ""),
            _short(r.text),
            r.font,
            r.written,
            f"{r.printed.points:.4g} pt",
            "; ".join(f"{name} {text.split()[0]}" for name, text in _odd(r.printed)),
        )
        for r in found
    ]
    head = ("page", "text", "font", "written", "on paper", "")
    count = f"{len(rows)} run{'' if len(rows) == 1 else 's'} of text"
    _table.show(f"{words.file}: {count}", head, rows, right=(0, 3, 4))
    return 0


def _short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
