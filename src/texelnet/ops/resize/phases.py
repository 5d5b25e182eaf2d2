"""Resize where one scale, a small fraction p/q, holds at every size; and the operator.

Output pixel o shows the place x = a*o + b of the input, with a = q/p and b = (a - 1)/2
(half_pixel) or 0 (asymmetric); align_corners has a = (n - 1)/(m - 1) for n pixels made m.
The nearest pixel is floor((P*o + Q)/R), a single tap. Linear and cubic weigh 2 and 4
neighbours of floor(x) by x - floor(x), which depends on o mod p alone: p phases, each a small
convolution that steps q pixels. Outside, the edge is repeated, as ONNX asks.

Where that is no small fraction at every size, :mod:`texelnet.ops.resize.stretch` says the rest.

torch's half pixels show the place 0 where a single pixel comes out: there the sum is weighed
by whether there are pixels enough for two.

onnxruntime computes positions in float32. Where the scale is no float32 (1/3) and the nearest
pixel hangs on its last bit, there is no right answer, and we refuse. Where as many pixels come
out as went in, at a scale that is not 1 (3 pixels by 1.25), it copies them; ONNX says
otherwise, and so do we.

See the ONNX operator specification, Resize-18; Keys, "Cubic convolution interpolation for
digital image processing", 1981.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np

from texelnet.ops.op import Case, Node, NotInAShader, Op, Result
from texelnet.ops.resize.stretch import evenly, resized, stretch
from texelnet.pixel import Plane
from texelnet.pixel.expr import (
    EDGE,
    Axis,
    Call,
    Expr,
    Mix,
    Stretch,
    Tap,
    add,
    constant,
    pick,
    scaled,
)
from texelnet.pixel.size import Size, size

HALF = Fraction(1, 2)
_WHERE = "coordinate_transformation_mode"
_SINGLE = "pytorch_half_pixel reads another place when a single pixel comes out"
MOST = 16  # phases on an axis, and the largest denominator of a scale
NEAREST = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
_ANTIALIAS = "antialias makes the kernel wider and its weights depend on the border"
_SCALE = "use scales that are small fractions, or sizes that are such multiples of the input's"

_ONE = constant(1.0, 1)

Phase = list[tuple[int, float]]
"""What one phase reads on an axis: offsets and weights."""


class Grid(NamedTuple):
    """One axis: how many pixels come out, and the place a*o + b that pixel o shows."""

    extent: Size
    a: Fraction
    b: Fraction
    exact: bool  # whether the scale is a float32
    least: int = 0  # with fewer pixels than that, one comes out, and it shows the place 0


def _pairs(node: Node) -> list[tuple[Size, Size, float | None]]:
    """Return (before, after, scale or None) of height and width."""
    source = node.plane(0)
    before = [size(1), size(source.channels), source.height, source.width]
    pairs: list[tuple[Size, Size, float | None]] = [(s, s, None) for s in before]
    axes = [int(a) % 4 for a in node.get("axes", range(4))]
    scales, sizes = node.operand(2), node.operand(3)
    if sizes is not None and node.sizes(3):
        for axis, after in zip(axes, node.sizes(3), strict=True):
            pairs[axis] = (before[axis], after, None)
    elif isinstance(scales, np.ndarray) and scales.size:
        for axis, scale in zip(axes, scales, strict=True):
            exact = _fraction(float(scale))
            after = before[axis] * exact.numerator // exact.denominator
            pairs[axis] = (before[axis], after, float(scale))
    else:
        raise NotInAShader("its scales are computed by the network", _SCALE)
    if any(pairs[i][0] != pairs[i][1] for i in range(2)):
        raise NotInAShader("it resizes the batch or the channels", "resize height and width")
    return pairs[2:]


def _fraction(scale: float) -> Fraction:
    """Return the fraction that a scale means; one rounded down would lose a pixel."""
    found = Fraction(scale).limit_denominator(MOST)
    if np.float32(found) != np.float32(scale) or Fraction(scale) < found or not found:
        raise NotInAShader(f"a scale of {scale:.6g}", _SCALE)
    return found


def _ratio(before: Size, after: Size) -> Fraction:
    """Return after/before where that is one small fraction at every size."""
    if before.fixed and after.fixed:
        return Fraction(after.fixed, before.fixed)
    for p, q in product(range(1, MOST + 1), repeat=2):
        if after * q == before * p:
            return Fraction(p, q)
    raise NotInAShader(f"from {before} to {after} is another scale at every size", _SCALE)


def _uneven(node: Node, before: Size, after: Size, scale: float | None) -> bool:
    """Tell whether no small fraction says how far apart the places of two pixels lie."""
    corners = node.get(_WHERE, "half_pixel") == "align_corners"
    if before == after or before.fixed == 1 or (scale is not None and not corners):
        return False
    less = 1 if corners else 0
    if (after - less).fixed == 0:
        return False
    try:
        times = _ratio(before - less, after - less)
    except NotInAShader:
        return True
    return times.numerator > MOST and node.get("mode", "nearest") != "nearest"


def _place(node: Node, before: Size, after: Size, scale: float | None) -> Stretch | None:
    if before == after and scale in (None, 1):
        return None
    if _uneven(node, before, after, scale):
        return stretch(node.get(_WHERE, "half_pixel"), before, after)
    grid = _grid(node, before, after, scale)
    if grid.least:
        raise NotInAShader(_SINGLE, "use half_pixel, which reads the same places otherwise")
    return evenly(grid.a, grid.b)


def _grid(node: Node, before: Size, after: Size, scale: float | None) -> Grid:
    mode = node.get(_WHERE, "half_pixel")
    if before == after and (scale is None or scale == 1):
        return Grid(after, Fraction(1), Fraction(0), True)
    if mode == "align_corners" and before.fixed != 1:
        if after.fixed == 1:
            return Grid(after, Fraction(1), Fraction(0), True)
        return Grid(after, 1 / _ratio(before - 1, after - 1), Fraction(0), True)
    if before.fixed == 1 and mode != "tf_crop_and_resize":
        return Grid(after, Fraction(0), Fraction(0), True)  # the one pixel there is, spread
    times = _ratio(before, after) if scale is None else _fraction(scale)
    exact = Fraction(float(np.float32(times))) == times
    step = 1 / times
    if mode == "asymmetric":
        return Grid(after, step, Fraction(0), exact)
    if mode not in ("half_pixel", "pytorch_half_pixel"):
        raise NotInAShader(
            f"coordinate_transformation_mode={mode}",
            "use half_pixel, pytorch_half_pixel, asymmetric or align_corners",
        )
    grid = Grid(after, step, (step - 1) / 2, exact)
    if mode == "pytorch_half_pixel" and step > 1 and not (after.fixed or 0) > 1:
        return grid._replace(least=math.ceil(2 * step))
    return grid


def _nearest(node: Node, grid: Grid) -> Axis:
    if grid.least:
        raise NotInAShader(_SINGLE, "use half_pixel, which reads the same places otherwise")
    mode = node.get("nearest_mode", "round_prefer_floor")
    if mode not in NEAREST:
        raise NotInAShader(f"nearest_mode={mode}", f"use {', '.join(NEAREST)}")
    b = grid.b + {"round_prefer_floor": -HALF, "round_prefer_ceil": HALF}.get(mode, 0)
    r = math.lcm(grid.a.denominator, b.denominator)
    p, q = int(grid.a * r), int(b * r)
    if not grid.exact and any((p * o + q) % r == 0 for o in range(r)):
        raise NotInAShader(
            "its scale is no float32, and the nearest pixel hangs on the last bit", _SCALE
        )
    return Axis.of(p, q + (r - 1 if mode in ("round_prefer_floor", "ceil") else 0), r)


def _cubic(t: float, a: float) -> Sequence[float]:
    """Return the weights of the pixels at -1, 0, 1, 2, for a place t of 0 .. 1."""

    def near(d: float) -> float:
        return ((a + 2) * d - (a + 3)) * d * d + 1

    def far(d: float) -> float:
        return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a

    return far(1 + t), near(t), near(1 - t), far(2 - t)


def _phases(node: Node, grid: Grid) -> list[Phase]:
    found: list[Phase] = []
    if grid.a.denominator > MOST:
        raise NotInAShader(f"a scale of {1 / grid.a}", _SCALE)
    for phase in range(grid.a.denominator):
        place = grid.a * phase + grid.b
        base = math.floor(place)
        t = float(place - base)
        if node.get("mode", "nearest") == "linear":
            weights: Sequence[float] = (1 - t, t)
            first = base
        else:
            weights, first = _cubic(t, node.get("cubic_coeff_a", -0.75)), base - 1
        found.append([(first + i, w) for i, w in enumerate(weights) if w])
    return found


def _check(node: Node) -> None:
    mode = node.get("mode", "nearest")
    if mode not in ("nearest", "linear", "cubic"):
        raise NotInAShader(f"mode={mode}", "use nearest, linear or cubic")
    if node.get("antialias", 0):
        raise NotInAShader(_ANTIALIAS, "antialias=0, or average first")
    if node.get("exclude_outside", 0) and mode == "cubic":
        raise NotInAShader(
            "exclude_outside makes other weights at the border", "exclude_outside=0"
        )
    if node.get("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise NotInAShader("it chooses its size by the aspect ratio", "use scales")


def _lower(node: Node) -> Result:
    _check(node)
    source, name = node.plane(0), node.outputs[0]
    pairs = _pairs(node)
    if any(_uneven(node, *pair) for pair in pairs):
        (_, height, _), (_, width, _) = pairs
        return resized(node, [_place(node, *pair) for pair in pairs], height, width)
    y, x = (_grid(node, *pair) for pair in pairs)
    channels = source.channels
    if node.get("mode", "nearest") == "nearest":
        tap = Tap(source.name, channels, _nearest(node, y), _nearest(node, x), EDGE)
        return [Plane(name, channels, y.extent, x.extent, tap)]
    rows, columns = _phases(node, y), _phases(node, x)
    expr = _weighed(source, (y, x), rows, columns)
    if y.least or x.least:
        expr = _unless_single(source, (y, x), rows, columns)
    return [Plane(name, channels, y.extent, x.extent, expr, (len(rows), len(columns)))]


def _weighed(
    source: Plane, grids: tuple[Grid, Grid], rows: list[Phase], columns: list[Phase]
) -> Expr:
    """Return the weighted sum of what the phases read, rows by columns."""
    (y, x), channels = grids, source.channels
    lanes = len(rows) * len(columns) * channels
    mixes: dict[tuple[int, int], np.ndarray] = {}
    for (py, down), (px, right) in product(enumerate(rows), enumerate(columns)):
        for (dy, v), (dx, w) in product(down, right):
            matrix = mixes.setdefault((dy, dx), np.zeros((lanes, channels)))
            first = (py * len(columns) + px) * channels
            matrix[first : first + channels] += v * w * np.eye(channels)
    terms: list[Expr] = []
    for (dy, dx), matrix in sorted(mixes.items()):
        axes = Axis.of(y.a.numerator, offset=dy), Axis.of(x.a.numerator, offset=dx)
        terms.append(Mix(matrix, Tap(source.name, channels, *axes, EDGE)))
    return add(*terms)


def _unless_single(
    source: Plane, grids: tuple[Grid, Grid], rows: list[Phase], columns: list[Phase]
) -> Expr:
    """Return the sum where several pixels come out, and pixel 0 on an axis where one does."""
    several = [_several(source, grids, i) for i in range(2)]
    axes = [
        [(phases, flag), ([[(0, 1.0)] for _ in phases], add(_ONE, scaled(flag, -1.0)))]
        for phases, flag in zip((rows, columns), several, strict=True)
    ]
    terms: list[Expr] = []
    for (down, by), (right, over) in product(*axes):
        value = _weighed(source, grids, down, right)
        here = pick(Call("mul", (by, over)), [0] * value.channels)
        terms.append(Call("mul", (here, value)))
    return add(*terms)


def _several(source: Plane, grids: tuple[Grid, Grid], direction: int) -> Expr:
    """Return 1 where more than one pixel comes out on an axis, else 0.

    That is so past the first position, where the pixel before is inside the plane; and at the
    first if the ``least``-th pixel is.
    """
    steps, least = [g.a.numerator for g in grids], grids[direction].least
    flags = []
    for offset in (-1, least - 1):
        at = [Axis.of(steps[i], offset=offset if i == direction else 0) for i in range(2)]
        flags.append(Tap(source.name, 1, at[0], at[1], presence=True))
    return Call("max", tuple(flags)) if least else _ONE


_PLACES = {
    "half_pixel": "half pixels",
    "pytorch_half_pixel": "torch's half pixels",
    "asymmetric": "corners at 0",
}


def _case(mode: str, where: str, scales: tuple[float, float], **more: object) -> Case:
    """A case by scales of height and width."""
    attributes = {"mode": mode, "coordinate_transformation_mode": where, **more}
    factors = np.array([1, 1, *scales], np.float32)
    by = " by ".join(f"{s:.3g}" for s in scales)
    name = ", ".join([mode, by, _PLACES[where], *(str(v) for v in more.values())])
    return Case(name, ((3, 7, 6), None, factors), attributes)


_CASES = (
    *(_case("nearest", "half_pixel", (2, 3), nearest_mode=m) for m in NEAREST),
    *(_case("nearest", "asymmetric", (2, 3), nearest_mode=m) for m in NEAREST),
    *(_case("nearest", "half_pixel", (0.5, 0.25), nearest_mode=m) for m in NEAREST),
    *(_case("nearest", "asymmetric", (1.5, 0.5), nearest_mode=m) for m in NEAREST),
    *(_case(m, w, (2, 3)) for m in ("linear", "cubic") for w in _PLACES),
    *(_case(m, "half_pixel", (4, 1)) for m in ("linear", "cubic")),
    *(_case(m, "half_pixel", (0.5, 0.25)) for m in ("linear", "cubic")),
    *(_case(m, "asymmetric", (0.5, 1 / 3)) for m in ("linear", "cubic")),
    *(_case(m, "half_pixel", (1.5, 0.75)) for m in ("linear", "cubic")),
    _case("cubic", "half_pixel", (2, 2), cubic_coeff_a=-0.5),
    *(
        Case(
            f"{mode}, halved, torch's half pixels, {what}",
            (shape, None, np.array([1, 1, 0.5, 0.5], np.float32)),
            {"mode": mode, "coordinate_transformation_mode": "pytorch_half_pixel"},
        )
        for mode in ("linear", "cubic")
        for what, shape in (
            ("to a pixel", (3, 2, 3)),
            ("to a row", (3, 3, 8)),
            ("to a column", (5, 9, 2)),
            ("to pixels", (3, 7, 6)),
        )
    ),
    Case("a pixel", ((2, 1, 1), None, np.array([1, 1, 2, 2], np.float32)), {"mode": "cubic"}),
    Case("only the width", ((3, 4, 5), None, np.array([2], np.float32)), {"axes": [3]}),
)

RESIZE = Op(
    "Resize",
    "The picture on a finer or coarser grid: nearest, linear or cubic, by small fractions.",
    _lower,
    _CASES,
)
