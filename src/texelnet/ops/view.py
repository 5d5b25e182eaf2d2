"""Reshape, Transpose and their kin, which only name axes: a pixel shuffle written by hand.

Between them values have five or six axes, which no plane has. They are kept as a **view**: of
each axis, which digits of the plane's own channels, rows and columns count along it. Reshape
splits and joins digits, Transpose orders the axes, and nothing is computed.

    (N, C*r*r, H, W) -> (N, C, r, r, H, W) -> (N, C, H, r, W, r) -> (N, C, H*r, W*r)

A view of four axes is a plane again when its rows are the plane's rows and its columns the
columns, each followed at most by digits of a fixed count: those are the phases. Digits of
rows and columns among the channels are taps that step over the rows (space to depth).
"""

from __future__ import annotations

from math import prod

import numpy as np

from texelnet.ops.axes import ONE, Digits, checked, joined, places, refusal, view_of
from texelnet.ops.op import Case, Digit, Node, NotInAShader, Op, Result, View
from texelnet.pixel import Demand, Plane
from texelnet.pixel.expr import Axis, Expr, Mix, Tap, add
from texelnet.pixel.size import Size, size

MOST_LANES, MOST_TAPS, MOST_PARTS = 1024, 64, 64


def _wanted(node: Node, view: View) -> list[Size | Digits]:
    """Return the new axes: sizes, or the digits of an axis that is kept; -1 for the rest."""
    copies = not node.get("allowzero", 0)
    return [
        view.axes[i] if copies and number.fixed == 0 and i < len(view.axes) else number
        for i, number in enumerate(node.sizes(1))
    ]


def _times(count: Size, want: Size) -> Size | None:
    """Return what a count must be multiplied with to be the wanted size."""
    if count.fixed:
        return want // count.fixed if (want // count.fixed) * count.fixed == want else None
    return next((size(k) for k in range(1, MOST_PARTS) if count * k == want), None)


def _parts(count: Size, want: Size) -> int | None:
    """Return in how many parts a count is cut when each has the wanted size."""
    if count.fixed and want.fixed:
        return count.fixed // want.fixed if count.fixed % want.fixed == 0 else None
    return next((k for k in range(2, MOST_PARTS) if count // k == want), None)


def _take(digits: list[Digit], want: Size | Digits, left: bool) -> Digits:
    """Take the digits of one new axis off one end of those that are left."""
    if isinstance(want, tuple):
        want_digits, at = want, slice(0, len(want)) if left else slice(-len(want), None)
        if want_digits and tuple(digits[at]) != want_digits:
            raise refusal()
        del digits[at if want_digits else slice(0, 0)]
        return want_digits
    group: list[Digit] = []
    while want != ONE:
        if not digits:
            raise refusal()
        d = digits.pop(0 if left else -1)
        rest = _times(d.count, want)
        if rest is None:
            d, other = _cut(d, want, left)
            digits.insert(0 if left else len(digits), other)
            rest = ONE
        group.insert(len(group) if left else 0, d)
        want = rest
    return tuple(group)


def _cut(d: Digit, want: Size, left: bool) -> tuple[Digit, Digit]:
    """Cut a digit in two: the one wanted, which counts to ``want``, and the other."""
    if left:
        parts = _parts(d.count, want)
        if parts is None:
            raise refusal()
        return Digit(d.side, want, d.step * parts), Digit(d.side, size(parts), d.step)
    if not want.fixed or (d.count.fixed and d.count.fixed % want.fixed):
        raise refusal()
    rest = Digit(d.side, d.count // want.fixed, d.step * want.fixed)
    return Digit(d.side, want, d.step), rest


def _reshape(node: Node) -> Result:
    view = view_of(node.operand(0))
    wanted = _wanted(node, view)
    digits = [d for axis in view.axes for d in axis]
    free = [i for i, want in enumerate(wanted) if want == Size(-1)]
    first = free[0] if free else len(wanted)
    before = [_take(digits, want, True) for want in wanted[:first]]
    after = [_take(digits, want, False) for want in reversed(wanted[first + 1 :])]
    if not free and digits:
        raise refusal()
    rest = [tuple(digits)] if free else []
    axes = tuple(map(joined, (*before, *rest, *after[::-1])))
    _demand_whole(node, view.axes, axes)
    return _result(node, View(view.plane, axes))


def _demand_whole(node: Node, before: tuple[Digits, ...], after: tuple[Digits, ...]) -> None:
    """Demand that rows and columns were shared out without a rest."""
    for side in "yx":
        counts = []
        for axes in (after, before):
            found = [d.count for axis in axes for d in axis if d.side == side]
            fixed = prod(n.fixed for n in found if n.fixed is not None)
            counts.append(next((n for n in found if n.fixed is None), ONE) * fixed)
        if counts[0] != counts[1]:
            node.demands.append(Demand(counts[0], counts[1]))


def _flatten(node: Node) -> Result:
    view = view_of(node.operand(0))
    at = _axis(node.get("axis", 1), len(view.axes))
    sides = (view.axes[:at], view.axes[at:])
    joint = (joined(tuple(d for axis in axes for d in axis)) for axes in sides)
    return _result(node, View(view.plane, tuple(joint)))


def _axis(axis: int, rank: int) -> int:
    return axis + rank if axis < 0 else axis


def _transpose(node: Node) -> Result:
    view = view_of(node.operand(0))
    order = node.get("perm", range(len(view.axes))[::-1])
    return _result(node, View(view.plane, tuple(view.axes[i] for i in order)))


def _ones(node: Node, rank: int) -> list[int]:
    """Return the axes of one that a node takes away or puts in, in order."""
    axes = [int(a) for a in np.reshape(node.constant(1, ()), -1)]
    if not all(-rank <= a < rank for a in axes):
        raise NotInAShader("it names an axis that there is not", "export the network again")
    return sorted(a % rank for a in axes)


def _squeeze(node: Node) -> Result:
    axes = list(view_of(node.operand(0)).axes)
    given = node.operand(1) is not None
    gone = _ones(node, len(axes)) if given else [i for i, a in enumerate(axes) if not a]
    if any(axes[i] for i in gone):
        raise NotInAShader("it takes away an axis that is not one", "export the network again")
    kept = tuple(a for i, a in enumerate(axes) if i not in gone)
    return _result(node, View(view_of(node.operand(0)).plane, kept))


def _unsqueeze(node: Node) -> Result:
    axes = list(view_of(node.operand(0)).axes)
    for place in _ones(node, len(axes) + np.size(node.constant(1))):
        axes.insert(place, ())
    return _result(node, View(view_of(node.operand(0)).plane, tuple(axes)))


def _result(node: Node, view: View) -> Result:
    """Return a plane where the view is one, else the view."""
    checked(view)
    if len(view.axes) != 4 or view.axes[0]:
        return [view]
    over, rows, columns = view.axes[1:]
    (down, py), (right, px) = _lead(rows, "y"), _lead(columns, "x")
    if down is None or right is None or any(d.count.fixed is None for d in (*over, *py, *px)):
        return [view]
    lanes = places((*py, *px, *over))
    expr = _moved(view.plane, lanes, down.step, right.step)
    phases = (len(places(py)), len(places(px)))
    height, width = down.count * phases[0], right.count * phases[1]
    return [Plane(node.outputs[0], len(places(over)), height, width, expr, phases)]


def _lead(axis: Digits, side: str) -> tuple[Digit | None, Digits]:
    """Return the digit that walks over the plane, and those that are phases."""
    if axis and axis[0].side == side and all(d.count.fixed for d in axis[1:]):
        return axis[0], axis[1:]
    return (None, ()) if axis else (Digit(side, ONE, 1), ())


def _moved(plane: Plane, lanes: list[dict[str, int]], down: int, right: int) -> Expr:
    """Return for each lane the channel at its place, rows and columns stepped over."""
    mixes: dict[tuple[int, int], np.ndarray] = {}
    if len(lanes) > MOST_LANES or len({(p["y"], p["x"]) for p in lanes}) > MOST_TAPS:
        raise refusal()
    for lane, place in enumerate(lanes):
        at = (place["y"], place["x"])
        matrix = mixes.setdefault(at, np.zeros((len(lanes), plane.channels)))
        matrix[lane, place["c"]] = 1
    terms: list[Expr] = []
    for (y, x), matrix in sorted(mixes.items()):
        axes = Axis.of(down, offset=y), Axis.of(right, offset=x)
        terms.append(Mix(matrix, Tap(plane.name, plane.channels, *axes)))
    return add(*terms)


def _shape(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


VIEWS = (
    Op(
        "Reshape",
        "Channels counted otherwise, around a Transpose: a pixel shuffle written by hand.",
        _reshape,
        views=True,
        cases=(
            Case("the same", ((5, 3, 4), _shape(0, 0, 0, 0))),
            Case("the same by -1", ((6, 3, 4), _shape(0, -1, 0, 0))),
        ),
    ),
    Op(
        "Transpose",
        "Axes in another order, between Reshapes that split and join channels.",
        _transpose,
        views=True,
        cases=(Case("the same", ((5, 3, 4),), {"perm": [0, 1, 2, 3]}),),
    ),
    Op(
        "Squeeze",
        "Axes of one taken away; a picture again after an Unsqueeze.",
        _squeeze,
        views=True,
    ),
    Op("Unsqueeze", "Axes of one put in.", _unsqueeze, views=True),
    Op(
        "Flatten",
        "What was pooled as a list of features, or a small picture as one.",
        _flatten,
        views=True,
    ),
)
