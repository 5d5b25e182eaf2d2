"""Operators that compute nothing: they move pixels and channels.

Identity, Concat and Split of channels, Slice (a crop, or some channels), Pad (zero, edge or
reflect). They become taps at other positions and mixes of zeros and ones, which the compiler
folds into whoever reads them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from texelnet.ops.op import Case, Node, NotInAShader, Op, Result
from texelnet.pixel import Demand, Plane
from texelnet.pixel.expr import (
    EDGE,
    INSIDE,
    REFLECT,
    Axis,
    Border,
    Expr,
    Place,
    Stretch,
    Tap,
    pick,
    stack,
)
from texelnet.pixel.size import Size, extreme, size

SHAPE = (5, 6, 7)


def _tap(plane: Plane) -> Tap:
    return Tap(plane.name, plane.channels)


def _identity(node: Node) -> Result:
    source = node.plane(0)
    name = node.outputs[0]
    return [Plane(name, source.channels, source.height, source.width, _tap(source))]


def _over_channels(node: Node) -> None:
    axis = node.get("axis", 0)
    if axis not in (1, -3):
        raise NotInAShader(
            f"axis {axis} is not the channels", "join or split channels (axis 1)"
        )


def _concat(node: Node) -> Result:
    _over_channels(node)
    planes = [node.plane(i) for i in range(len(node.operands))]
    channels, first = sum(p.channels for p in planes), planes[0]
    expr = stack(*map(_tap, planes))
    return [Plane(node.outputs[0], channels, first.height, first.width, expr)]


def _split(node: Node) -> Result:
    _over_channels(node)
    source, start, results = node.plane(0), 0, []
    count = -(-source.channels // len(node.outputs))
    even = [count] * (len(node.outputs) - 1)
    counts = node.constant(1, [*even, source.channels - sum(even)])
    for name, channels in zip(node.outputs, map(int, counts), strict=True):
        expr = pick(_tap(source), list(range(start, start + channels)))
        results.append(Plane(name, channels, source.height, source.width, expr))
        start += channels
    return results


def _first(position: Size, extent: Size) -> Size:
    """Return where a slice starts: negative counts from the end, and never before the first."""
    number = position.fixed
    if number is None or number >= 0:
        return position
    return extreme("max", extent + number, size(0))


def _last(position: Size, extent: Size) -> Size:
    """Return where a slice ends: negative counts from the end, and never beyond it."""
    number = position.fixed
    if number is not None and number >= 2**31 - 1:
        return extent
    if number is not None and number < 0:
        return extent + number
    return extreme("min", position, extent)


class _Cut(NamedTuple):
    """A slice of one axis: pixel o of it is start + step*o."""

    start: Size
    step: int
    extent: Size

    @property
    def place(self) -> Place:
        if self.start.fixed is None:
            return Stretch(size(self.step), self.start, size(1))
        return Axis.of(self.step, offset=self.start.fixed)


def _cut(start: Size, end: Size, step: int, extent: Size) -> _Cut:
    """Read one axis of a slice, as Python slices."""
    if extent.fixed is not None and start.fixed is not None and end.fixed is not None:
        last = end.fixed if end.fixed >= -(2**31) else None  # before the first
        chosen = range(extent.fixed)[slice(start.fixed, last, step)]
        return _Cut(size(chosen.start), step, size(len(chosen)))
    if step < 1:
        raise NotInAShader("a slice that runs backwards", "use a step above zero")
    first, last_one = _first(start, extent), _last(end, extent)
    return _Cut(first, step, (last_one - first + (step - 1)) // step)


def _cuts(node: Node, extents: tuple[Size, ...]) -> dict[int, _Cut]:
    """Return how each axis that a slice names is cut."""
    starts, ends = (node.sizes(i) for i in (1, 2))
    axes = [int(a) % 4 for a in node.constant(3, range(len(starts)))]
    steps = [int(s) for s in node.constant(4, [1] * len(axes))]
    return {
        axis: _cut(start, end, step, extents[axis])
        for axis, start, end, step in zip(axes, starts, ends, steps, strict=True)
    }


def _slice(node: Node) -> Result:
    source = node.plane(0)
    extents = (size(1), size(source.channels), source.height, source.width)
    cuts = {i: _Cut(size(0), 1, extent) for i, extent in enumerate(extents)}
    cuts |= _cuts(node, extents)
    batch, over, down, right = (cuts[i] for i in range(4))
    if batch.extent.fixed != 1:
        raise NotInAShader("a slice of the batch", "give pictures one by one")
    if over.extent.fixed is None or over.start.fixed is None:
        raise NotInAShader("channels cut at a computed place", "slice at fixed places")
    if min(down.step, right.step) < 1:
        raise NotInAShader("a slice that runs backwards", "use a step above zero")
    for cut in (down, right):  # one that is computed would count from the end below zero
        node.demands.append(Demand(size(0), cut.start + 1, kind="below"))
    expr: Expr = Tap(source.name, source.channels, down.place, right.place, INSIDE)
    channels = [over.start.fixed + over.step * i for i in range(over.extent.fixed)]
    if channels != list(range(source.channels)):
        expr = pick(expr, channels)
    return [Plane(node.outputs[0], len(channels), down.extent, right.extent, expr)]


def _pad(node: Node) -> Result:
    source, sizes = node.plane(0), node.sizes(1)
    pads = [n.fixed for n in sizes]
    if node.operand(3) is not None or len(pads) != 8 or any(pads[i] for i in (0, 1, 4, 5)):
        raise NotInAShader(
            "padding of other axes than height and width", "pad height and width"
        )
    if pads[2] is None or pads[3] is None:
        raise NotInAShader("a computed pad before the picture", "pad after it")
    if any(n is not None and n < 0 for n in pads):
        raise NotInAShader("a negative pad", "crop with a slice")
    mode = node.get("mode", "constant")
    value = node.operand(2)
    fill = (
        float(np.reshape(value, -1)[0]) if isinstance(value, np.ndarray) and value.size else 0
    )
    borders = {"constant": Border("constant", fill), "edge": EDGE, "reflect": REFLECT}
    if mode not in borders:
        raise NotInAShader(f"padding mode {mode}", f"use {', '.join(borders)}")
    axes = Axis.of(offset=-pads[2]), Axis.of(offset=-pads[3])
    expr = Tap(source.name, source.channels, *axes, borders[mode])
    if mode == "reflect":
        sides = ((2, source.height), (3, source.width), (6, source.height), (7, source.width))
        node.demands.extend(Demand(sizes[i], side, kind="below") for i, side in sides)
    height, width = source.height + sizes[2] + sizes[6], source.width + sizes[3] + sizes[7]
    return [Plane(node.outputs[0], source.channels, height, width, expr)]


def _ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


_EVERY_SECOND = ((0, 1, 0), (2**31, 2**31, 5), (1, 2, 3), (2, 2, 2))
_PADS = _ints(0, 0, 2, 1, 0, 0, 3, 4)

MOVES = (
    Op("Identity", "The same plane (Caffe's Split).", _identity, (Case("plain", (SHAPE,)),)),
    Op("Dropout", "The same plane: at inference nothing is dropped.", _identity),
    Op(
        "Concat",
        "Channels of several planes, one after the other.",
        _concat,
        (
            Case("odd counts", (SHAPE, (2, 6, 7), (1, 6, 7)), {"axis": 1}),
            Case("one", (SHAPE,), {"axis": 1}),
        ),
    ),
    Op(
        "Split",
        "Channels shared out to several planes.",
        _split,
        (Case("uneven", (SHAPE, _ints(1, 3, 1)), {"axis": 1}, outputs=3),),
    ),
    Op(
        "Slice",
        "A crop, every n-th pixel, or some channels.",
        _slice,
        (
            Case("crop", (SHAPE, _ints(1, 2), _ints(5, -1), _ints(2, 3))),
            Case("from the end", (SHAPE, _ints(-4, -9), _ints(-1, 2**31), _ints(2, 3))),
            Case("channels", (SHAPE, _ints(1), _ints(4), _ints(1))),
            Case("every third row", (SHAPE, _ints(1), _ints(-1), _ints(2), _ints(3))),
            Case("every second of all", (SHAPE, *(_ints(*r) for r in _EVERY_SECOND))),
            Case(
                "channels backwards", (SHAPE, _ints(-1), _ints(-(2**63)), _ints(1), _ints(-1))
            ),
            Case("to the end", (SHAPE, _ints(3), _ints(2**31), _ints(3))),
        ),
    ),
    Op(
        "Pad",
        "Pixels around the picture: a constant, the edge or a reflection.",
        _pad,
        (
            Case("constant", (SHAPE, _PADS, np.float32(0.3))),
            Case("edge", (SHAPE, _PADS), {"mode": "edge"}),
            Case("reflect", (SHAPE, _PADS), {"mode": "reflect"}),
        ),
    ),
)
