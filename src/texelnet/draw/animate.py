"""Animate: an outline that changes, as an SVG that moves by itself.

A browser moves evenly from one outline to the next when each has the same words in its "d",
so every cubic is written as one, straight or not.

See SVG Animations Level 2, W3C, section 2.14 (values), and SVG 2, section 9.3.2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from texelnet.draw.path import Contour
from texelnet.errors import DrawError


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
    boxes = np.array([outline.bounds for outline in outlines])
    low, high = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    room = 0.05 * float((high - low).max())
    x, y = low - room
    width, height = high - low + 2 * room
    values = ";".join(map(_data, outlines))
    seconds = (len(outlines) - 1) / rate
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.6g}mm" height="{height:.6g}mm"'
        f' viewBox="{x:.6g} {y:.6g} {width:.6g} {height:.6g}">\n'
        f'<path fill="{colour}" d="{_data(outlines[0])}">\n'
        f'<animate attributeName="d" dur="{seconds:.6g}s" repeatCount="indefinite"'
        f' values="{values}"/>\n</path>\n</svg>\n'
    ).encode()


def _data(outline: Contour) -> str:
    first, rest = outline.cubics[0, 0], outline.cubics[:, 1:].reshape(-1, 6)
    words = [f"M{first[0]:.5g} {first[1]:.5g}"]
    words += ["C" + " ".join(f"{number:.5g}" for number in cubic) for cubic in rest]
    return "".join([*words, "Z"])
