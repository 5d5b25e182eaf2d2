"""Axes: a plane's numbers under other axes than channels, rows and columns.

Between a Reshape and the next a value may have two axes, or six, which no plane has. It is
kept as a **view**: of each axis, which digits of the plane's own channels, rows and columns
count along it. Every number of the plane stands under one place of the view, so a function of
single numbers does not mind the axes, and a product over the last axis is a mix if that axis
counts the channels. What pooling leaves, one number a channel, is the view (batch, channels)
of a plane of one pixel.
"""

from __future__ import annotations

from itertools import product
from math import prod

from texelnet.ops.op import Digit, NotInAShader, Operand, View
from texelnet.pixel import Plane
from texelnet.pixel.size import Size, size

Digits = tuple[Digit, ...]
ONE = Size(1)
MOST_PLACES = 1 << 16


def refusal() -> NotInAShader:
    """Say that a value is no picture any more."""
    return NotInAShader(
        "it takes the picture apart into a list of numbers",
        "run the network on onnxruntime, or cut it before",
    )


def view_of(operand: Operand | None) -> View:
    """Return a picture plane, or a view of one, as a view: (batch, channels, height, width).

    Raises
    ------
    NotInAShader
        It is neither.
    """
    if isinstance(operand, View):
        return operand
    if not isinstance(operand, Plane):
        raise NotInAShader("it reads no picture plane", "compute it before it is exported")
    sides = (("c", size(operand.channels)), ("y", operand.height), ("x", operand.width))
    return View(operand, ((), *(joined((Digit(what, count, 1),)) for what, count in sides)))


def joined(digits: Digits) -> Digits:
    """Leave out digits that count to one; join those that count on."""
    found: list[Digit] = []
    for d in digits:
        last = found[-1] if found else None
        if (
            last
            and last.side == d.side
            and d.count.fixed
            and last.step == d.count.fixed * d.step
        ):
            found[-1] = Digit(d.side, last.count * d.count.fixed, d.step)
        elif d.count != ONE:
            found.append(d)
    return tuple(found)


def shown(view: View) -> Plane | View:
    """Return the plane itself where a view is nothing but it."""
    return view.plane if view.axes == view_of(view.plane).axes else view


def checked(view: View) -> View:
    """Refuse a view that has channels and pixels of a free number on one axis."""
    for axis in view.axes:
        free = [d.side for d in axis if d.count.fixed is None]
        if len(free) > 1 and (free != ["y", "x"] or [d.side for d in axis[-2:]] != free):
            raise refusal()
    return view


def places(digits: Digits) -> list[dict[str, int]]:
    """Return the channel, row and column of each place along an axis of fixed counts."""
    if prod(d.count.fixed or 0 for d in digits) > MOST_PLACES:
        raise refusal()
    found = []
    for at in product(*(range(d.count.fixed or 0) for d in digits)):
        place = {"c": 0, "y": 0, "x": 0}
        for d, n in zip(digits, at, strict=True):
            place[d.side] += n * d.step
        found.append(place)
    return found
