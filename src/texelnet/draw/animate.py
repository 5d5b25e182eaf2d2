"""Animate: an outline that changes, as an SVG that moves by itself, or as a film's scenes.

A browser moves evenly from one outline to the next when each has the same words in its "d",
so every cubic is written as one, straight or not.

See SVG Animations Level 2, W3C, section 2.14 (values), and SVG 2, section 9.3.2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from texelnet.draw.path import Contour, Path
from texelnet.draw.scene import Item, Paint, Scene
from texelnet.errors import DrawError

BLUE = (0x4A / 255, 0x86 / 255, 0xC0 / 255)


def animated_svg(outlines: Sequence[Contour], rate: float, colour: str = "#4a86c0") -> bytes:
    """Return the file, in millimetres.

    Parameters
    ----------
    outlines
        Closed, of as many cubics each.
    rate
        How many a second.

    Raises
    ------
    DrawError
        If there are fewer than two, or they have not as many cubics.
    """
    counts = {len(outline.cubics) for outline in outlines}
    if len(outlines) < 2 or len(counts) > 1:
        fact = f"{len(outlines)} outlines of {', '.join(map(str, sorted(counts)))} cubics"
        raise DrawError("an animation", fact, "two or more, of as many cubics each")
    x, y, width, height = _box(outlines)
    values = ";".join(map(_data, outlines))
    seconds = (len(outlines) - 1) / rate
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.6g}mm" height="{height:.6g}mm"'
        f' viewBox="{x:.6g} {y:.6g} {width:.6g} {height:.6g}">\n'
        f'<path fill="{colour}" d="{_data(outlines[0])}">\n'
        f'<animate attributeName="d" dur="{seconds:.6g}s" repeatCount="indefinite"'
        f' values="{values}"/>\n</path>\n</svg>\n'
    ).encode()


def scenes(outlines: Sequence[Contour], name: str = "drop") -> list[Scene]:
    """Return a scene for each outline, of any cubics, all of the size that holds all."""
    x, y, width, height = _box(outlines)
    moved = ((1, 0, -x), (0, 1, -y))
    items = [Item(Path((outline.through(moved),)), Paint(BLUE), name) for outline in outlines]
    return [Scene(width, height, (item,)) for item in items]


def _box(outlines: Sequence[Contour]) -> tuple[float, float, float, float]:
    """Return x, y, width and height of a box around all, with some room."""
    boxes = np.array([outline.bounds for outline in outlines])
    low, high = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    room = 0.05 * float((high - low).max())
    (x, y), (width, height) = (low - room).tolist(), (high - low + 2 * room).tolist()
    return x, y, width, height


def _data(outline: Contour) -> str:
    first, rest = outline.cubics[0, 0], outline.cubics[:, 1:].reshape(-1, 6)
    words = [f"M{first[0]:.5g} {first[1]:.5g}"]
    words += ["C" + " ".join(f"{number:.5g}" for number in cubic) for cubic in rest]
    return "".join([*words, "Z"])
