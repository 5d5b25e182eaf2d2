"""Rain as an animated SVG: each drop a path whose outline goes from key to key.

All outlines have as many cubics, so a browser can morph them (``<animate attributeName="d">``,
SVG 2, section 9.3.2, and SMIL Animation). A drop that does not change is written once.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from texelnet.draw.path import Floats
from texelnet.draw.rain import Rain
from texelnet.draw.runlets import control_points, whole

STILL = 0.05
"""Millimetres that an outline may change without being animated."""
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{w:g}mm" height="{h:g}mm"'
    ' viewBox="0 0 {w:g} {h:g}"><rect width="{w:g}" height="{h:g}" fill="#9eb3c2"/>'
    '<g fill="#73a8db" stroke="#336bad" stroke-width="0.2">'
)


def animated(rains: Iterator[Rain], rate: float) -> bytes:
    """Return the file.

    Parameters
    ----------
    rains
        The rain at each key, at least one.
    rate
        Keys a second.
    """
    first = next(rains)
    seen: dict[int, tuple[int, list[Floats]]] = {}
    count = 0
    for count, now in enumerate(_chain(first, rains), 1):
        for name, cubics in zip(now.name.tolist(), whole(control_points(now)), strict=True):
            seen.setdefault(name, (count - 1, []))[1].append(cubics)
    glass = first.glass
    lines = [HEAD.format(w=glass.width, h=glass.height)]
    lines += [_drop(begin, keys, count, rate) for begin, keys in seen.values()]
    return ("\n".join([*lines, "</g></svg>"]) + "\n").encode()


def _chain(first: Rain, rest: Iterator[Rain]) -> Iterator[Rain]:
    yield first
    yield from rest


def _drop(begin: int, keys: list[Floats], count: int, rate: float) -> str:
    """Return one drop, seen from key `begin` on, as long as it has keys."""
    start, end = begin / rate, (begin + len(keys)) / rate
    inner = ""
    hidden = begin > 0 or begin + len(keys) < count
    if hidden:
        until = f' end="{end:.3f}s"' if begin + len(keys) < count else ""
        inner += f'<set attributeName="visibility" to="visible" begin="{start:.3f}s"{until}/>'
    stacked = np.array(keys)
    if np.abs(stacked - stacked[0]).max() > STILL:
        values, lasts = ";".join(map(_data, keys)), (len(keys) - 1) / rate
        inner += (
            f'<animate attributeName="d" begin="{start:.3f}s" dur="{lasts:.3f}s"'
            f' fill="freeze" values="{values}"/>'
        )
    words = ' visibility="hidden"' if hidden else ""
    return f'<path{words} d="{_data(keys[0])}">{inner}</path>'


def _data(cubics: Floats) -> str:
    """Return the path of one outline, in hundredths of a millimetre."""
    (x, y), rest = cubics[0, 0], cubics[:, 1:].reshape(-1)
    return f"M{x:.2f} {y:.2f}C" + " ".join(f"{number:.2f}" for number in rest) + "Z"
