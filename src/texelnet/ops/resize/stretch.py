"""Resize where no small fraction makes one size of the other.

With corners aligned, or to the size of another picture, places are quotients of sizes: pixel
o shows (P*o + Q)/R of the input, where n pixels are made m. The pixel read is the floor, and
what is left over by R says how far to the next one the place lies: the weights are computed
from it, pixel by pixel. Nothing is rounded; onnxruntime computes places in float32, so that
nearest pixels may differ where a place lies exactly between two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from texelnet.ops.op import Node, NotInAShader
from texelnet.pixel import Plane, Size
from texelnet.pixel.expr import (
    EDGE,
    HERE,
    Call,
    Expr,
    Part,
    Place,
    Stretch,
    Tap,
    add,
    constant,
    pick,
    scaled,
)
from texelnet.pixel.size import Quotient, extreme, least

_ONE = constant(1.0, 1)
_FAR = 1 << 16
"""More than how far a place may lie from its origin: twice the longest side."""


def stretch(where: str, before: Size, after: Size) -> Stretch:
    """Return the places that pixels show by a mode of coordinates, n pixels made m.

    With half pixels that is (o + 1/2)*n/m - 1/2 = ((2*o + 1)*n + m)/(2*m) - 1; with torch's
    a single pixel shows the first, the place (0 + 2)/2 - 1.
    """
    if where == "align_corners":
        return Stretch(before - 1, Size(0), extreme("max", after - 1, Size(1)))
    if where == "asymmetric":
        return Stretch(before, Size(0), after)
    if where not in ("half_pixel", "pytorch_half_pixel"):
        raise NotInAShader(
            f"coordinate_transformation_mode={where}",
            "use half_pixel, pytorch_half_pixel, asymmetric or align_corners",
        )
    start = before + after
    if where == "pytorch_half_pixel" and not (least(after) > 1 or _as_large(after, before)):
        several = extreme("min", after - 1, Size(1))
        start = extreme("min", start, several * _FAR + 2)
    return Stretch(before * 2, start, after * 2, offset=-1)


def _as_large(after: Size, before: Size) -> bool:
    """Tell whether one size is never smaller than the other, which may be a part of it."""
    if least(after - before) >= 0:
        return True
    parts = [a for a, n in before.terms if n == 1 and isinstance(a, Quotient)]
    if len(parts) != 1 or len(before.terms) > 1 or before.constant > 0:
        return False
    (part,) = parts
    return least(after * part.by + (part.by - 1) - part.over) >= 0


def evenly(a: Fraction, b: Fraction) -> Stretch:
    """Return the places a*o + b."""
    r = math.lcm(a.denominator, b.denominator)
    whole = math.floor(b)
    p, q = a * r, (b - whole) * r
    return Stretch(Size(int(p)), Size(int(q)), Size(r), offset=whole)


def resized(
    node: Node, places: Sequence[Stretch | None], height: Size, width: Size
) -> list[Plane]:
    """Return the resized plane; a place of None leaves its axis as it is."""
    source, mode = node.plane(0), node.get("mode", "nearest")
    if mode == "nearest":
        how = node.get("nearest_mode", "round_prefer_floor")
        y, x = (HERE if p is None else _rounded(p, how) for p in places)
        expr: Expr = Tap(source.name, source.channels, y, x, EDGE)
    else:
        rows, columns = (_reads(node, p, axis) for axis, p in enumerate(places))
        expr = _sum([(_sum([(_tap(source, y, x), w) for x, w in columns]), v) for y, v in rows])
    return [Plane(node.outputs[0], source.channels, height, width, expr)]


def _tap(source: Plane, y: Place, x: Place) -> Expr:
    return Tap(source.name, source.channels, y, x, EDGE)


def _sum(terms: list[tuple[Expr, Expr | None]]) -> Expr:
    """Return values, each times a weight that may differ from pixel to pixel."""
    return add(*(_times(weight, value) if weight else value for value, weight in terms))


def _times(weight: Expr, value: Expr) -> Expr:
    return Call("mul", (pick(weight, [0] * value.channels), value))


def _rounded(place: Stretch, mode: str) -> Stretch:
    """Return the place of the nearest pixel, halves to the one that a mode prefers."""
    p, q, r = place.p, place.q, place.r
    if mode == "floor":
        return place
    if mode == "ceil":
        return Stretch(p, q + r - 1, r, place.offset)
    if mode in ("round_prefer_floor", "round_prefer_ceil"):
        less = 1 if mode == "round_prefer_floor" else 0
        return Stretch(p * 2, q * 2 + r - less, r * 2, place.offset)
    raise NotInAShader(
        f"nearest_mode={mode}", "use round_prefer_floor, round_prefer_ceil, floor, ceil"
    )


def _reads(node: Node, place: Stretch | None, axis: int) -> list[tuple[Place, Expr | None]]:
    """Return the places that one axis reads, and their weights."""
    if place is None:
        return [(HERE, None)]
    t: Expr = Part(place, axis)
    rest = add(_ONE, scaled(t, -1.0))
    if node.get("mode", "nearest") == "linear":
        weights, first = [rest, t], 0
    else:
        a = float(node.get("cubic_coeff_a", -0.75))
        weights, first = [_far(t, a), _near(t, a), _near(rest, a), _far(rest, a)], -1
    return [
        (Stretch(place.p, place.q, place.r, place.offset + first + i), w)
        for i, w in enumerate(weights)
    ]


def _polynomial(d: Expr, *coefficients: float) -> Expr:
    """Return c0 + d*(c1 + d*(c2 + ...))."""
    value: Expr = constant(coefficients[-1], 1)
    for c in coefficients[-2::-1]:
        value = add(Call("mul", (d, value)), constant(c, 1))
    return value


def _near(d: Expr, a: float) -> Expr:
    """Return the cubic's weight of a pixel that lies d away, 0 to 1."""
    return _polynomial(d, 1.0, 0.0, -(a + 3), a + 2)


def _far(d: Expr, a: float) -> Expr:
    """Return the cubic's weight of a pixel that lies 1 + d away: (1 + d)'s own, in d."""
    return _polynomial(d, 0.0, a, -2 * a, a)
