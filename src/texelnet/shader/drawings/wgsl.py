"""WGSL: a drawing as a pixel shader, each pixel covered exactly.

A shape's share of a pixel is an integral along its outline: each curve adds how much of the
pixel lies to its right. Outlines become quadratic curves, nearer than a hundredth of a pixel,
cut where they turn back, so that each reaches a place once, at a time that a formula tells;
what is integrated is then a polynomial. Nothing is sampled, so the picture is that of the PNG
at every size, and the only loss is that of 32 bits.

The text is what a person would write, a line a curve; why it is no pixel program says
docs/decisions/0019-a-drawing-is-a-shader-of-its-own.md.
"""

from __future__ import annotations

from importlib.resources import files
from itertools import pairwise

import numpy as np

from texelnet.draw.out import Output
from texelnet.draw.path import Floats, Path
from texelnet.draw.quadratic import quadratics
from texelnet.draw.render import pixels
from texelnet.draw.scene import Item, Scene
from texelnet.errors import DrawError
from texelnet.shader.dialects.dialect import float32_digits

NEAR = 0.01
"""Pixels that quadratic curves may be off their cubic."""
MOST_CURVES = 1024
"""Curves that a shader's text may hold; drivers are slow with longer ones."""

HEAD = """\
// A drawing of {width:.6g} x {height:.6g} mm, y down: {shapes} shapes, {curves} curves.
// Draw three vertices, from `corners` to `main`; nothing is bound, and colours are sRGB's own
// numbers. Another width and height in pixels are the pipeline's constants.

override width: f32 = {across}.0;
override height: f32 = {down}.0;
const size = vec2f({size});
const background = vec3f({background});

"""
PAINTED = """\
// The drawing's colour in the pixel between two corners.
fn drawing(low: vec2f, high: vec2f) -> vec4f {
  var colour = background;"""


def write(scene: Scene, resolution: float) -> bytes:
    """Return the shader; the resolution is what it draws at unless it is told otherwise.

    Raises
    ------
    DrawError
        There are more than 1024 curves, or the picture would have no pixels.
    """
    across, down = pixels(scene, resolution)
    tables = [(item, curves(item.path, NEAR / resolution)) for item in scene.placed()]
    tables = [(item, table) for item, table in tables if len(table)]
    count = sum(len(table) for _, table in tables)
    if count > MOST_CURVES:
        fact = f"it has {count} curves; a shader's text holds {MOST_CURVES}"
        raise DrawError("wgsl", fact, "fewer shapes, or a lower resolution")
    head = HEAD.format(
        width=scene.width,
        height=scene.height,
        across=across,
        down=down,
        size=_numbers([scene.width, scene.height]),
        background=_numbers(scene.background),
        shapes=len(tables),
        curves=count,
    )
    paints = [f"  colour = {_mixed(item, number)};" for number, (item, _) in enumerate(tables)]
    painted = [PAINTED, *paints, "  return vec4f(colour, 1.0);", "}"]
    shapes = [line for number, pair in enumerate(tables) for line in _shape(number, pair[1])]
    body = [_text("coverage"), *shapes, *painted, "", _text("entry")]
    return (head + "\n".join(body)).encode()


def generator() -> str:
    """Return functions that cover a pixel by the drop of a seed, for a shader of one's own."""
    return _text("drop") + "\n" + _text("coverage")


def _text(name: str) -> str:
    return files("texelnet.shader.drawings").joinpath(f"{name}.wgsl").read_text("utf-8")


def _shape(number: int, table: Floats) -> list[str]:
    """Return a function: the share of a pixel that a shape covers."""
    low, high = (_numbers(edge(table, axis=(0, 1))) for edge in (np.min, np.max))
    return [
        f"fn shape{number}(low: vec2f, high: vec2f) -> f32 {{",
        f"  if (any(high <= vec2f({low})) || any(low >= vec2f({high}))) {{ return 0.0; }}",
        "  var area = 0.0;",
        *(f"  area += right_of(low, high, {_points(curve)});" for curve in table),
        "  return share(area, low, high);",
        "}",
        "",
    ]


def _points(curve: Floats) -> str:
    return ", ".join(f"vec2f({_numbers(point)})" for point in curve)


def _mixed(item: Item, number: int) -> str:
    paint, share = item.paint, f"shape{number}(low, high)"
    share = share if paint.alpha == 1 else f"{_numbers(paint.alpha)} * {share}"
    return f"mix(colour, vec3f({_numbers(paint.colour)}), {share})"


def _numbers(values: object) -> str:
    return ", ".join(float32_digits(float(v)) for v in np.asarray(values, np.float64).ravel())


def curves(path: Path, tolerance: float) -> Floats:
    """Return a path's closed contours as quadratic curves that never turn back.

    Returns
    -------
    array
        (n, 3, 2): start, handle and end; both coordinates only grow or only shrink.
    """
    found = [np.zeros((0, 3, 2))]
    for contour in path.contours:
        if contour.closed:
            found += map(_one_way, quadratics(contour.cubics, tolerance))
    return np.concatenate(found)


def _one_way(curve: Floats) -> Floats:
    """Cut a quadratic curve where it turns back on an axis: (1 to 3, 3, 2)."""
    a, b, c = curve
    with np.errstate(all="ignore"):
        turns = (a - b) / (a - 2 * b + c)
    times = np.unique([0.0, *turns[(turns > 1e-6) & (turns < 1 - 1e-6)], 1.0])
    return np.stack(
        [
            np.stack([_blossom(curve, r, s) for r, s in ((t, t), (t, u), (u, u))])
            for t, u in pairwise(times)
        ]
    )


def _blossom(curve: Floats, r: float, s: float) -> Floats:
    first = curve[:-1] + r * np.diff(curve, axis=0)
    return np.asarray(first[0] + s * (first[1] - first[0]))


WGSL_DRAWING = Output(
    ".wgsl", "A pixel shader for WebGPU that covers each pixel exactly.", write
)
