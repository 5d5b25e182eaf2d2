"""Gather, Tile, Expand and ConstantOfShape: channels chosen, repeated, or out of one number.

A constant that is spread to the size of the picture is a plane that reads nothing.
"""

from __future__ import annotations

import numpy as np

from texelnet.ops.arithmetic import per_channel
from texelnet.ops.op import Case, Node, NotInAShader, Op, Result, Vector
from texelnet.pixel import Plane
from texelnet.pixel.expr import FIRST, HERE, Axis, Tap, constant, pick
from texelnet.pixel.size import Size, size

SHAPE = (5, 3, 4)


def _ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def _chosen(node: Node, channels: list[int]) -> Result:
    source = node.plane(0)
    expr = pick(Tap(source.name, source.channels), channels)
    return [Plane(node.outputs[0], len(channels), source.height, source.width, expr)]


def _gather(node: Node) -> Result:
    places, count = node.constant(1), node.plane(0).channels
    if node.get("axis", 0) not in (1, -3):
        raise NotInAShader("it chooses rows, columns or pictures", "choose channels (axis 1)")
    if node.op == "GatherND" and (places.ndim != 2 or places.shape[1] != 1):
        raise NotInAShader("it chooses by a table of places", "choose channels with Gather")
    if places.ndim > 1 and node.op == "Gather":
        raise NotInAShader("it chooses by a table of places", "choose by a list")
    found = [int(i) for i in np.reshape(places, -1)]
    if any(not -count <= i < count for i in found):
        raise NotInAShader(f"it chooses a channel beyond {count}", "export the network again")
    return _chosen(node, [i % count for i in found])


def _tile(node: Node) -> Result:
    times = [int(n) for n in np.reshape(node.constant(1), -1)]
    if len(times) != 4 or times[0] != 1 or times[2:] != [1, 1]:
        raise NotInAShader("it repeats the picture", "repeat channels, or pad it")
    return _chosen(node, list(range(node.plane(0).channels)) * times[1])


def _expand(node: Node) -> Result:
    """A size of 1 leaves an axis as it is; so does the axis's own."""
    wanted = node.sizes(1)
    if len(wanted) > 4:
        raise NotInAShader("it makes more than four axes of it", "expand the channels")
    batch, over, rows, columns = (*(size(1),) * (4 - len(wanted)), *wanted)
    if (batch.fixed or 1) > 1:
        raise NotInAShader("it makes several pictures of one", "expand to one picture")
    if isinstance(node.operand(0), np.ndarray):
        return _filled(node, node.constant(0), (over, rows, columns))
    source = node.plane(0)
    y, height = _spread(source.height, rows)
    x, width = _spread(source.width, columns)
    if not over.fixed or (over.fixed > 1 and source.channels not in (1, over.fixed)):
        raise NotInAShader(f"it makes {over} of {source.channels} channels", "expand one")
    tap = Tap(source.name, source.channels, y, x)
    more = source.channels == 1 and over.fixed > 1
    expr = pick(tap, [0] * over.fixed) if more else tap
    return [Plane(node.outputs[0], expr.channels, height, width, expr)]


def _spread(side: Size, want: Size) -> tuple[Axis, Size]:
    """Return how an axis is read, and how long it becomes."""
    if want.fixed == 1 or want == side:
        return HERE, side
    if side.fixed != 1:
        raise NotInAShader(f"it makes {want} of {side} pixels", "expand what is one pixel")
    return FIRST, want


def _filled(node: Node, numbers: np.ndarray, shape: tuple[Size, Size, Size]) -> Result:
    over, rows, columns = shape
    count = max(over.fixed or 0, numbers.shape[-3] if numbers.ndim > 2 else 1)
    if over.fixed is None or (rows.fixed, columns.fixed) == (1, 1):
        raise NotInAShader("it makes numbers that are no picture", "spread it to a picture")
    expr = constant(per_channel(numbers, count), count)
    return [Plane(node.outputs[0], count, rows, columns, expr)]


def _constant_of_shape(node: Node) -> Result:
    number = np.reshape(node.get("value", np.zeros(1, np.float32)), -1)[0]
    wanted = node.sizes(0)
    if len(wanted) == 1 and wanted[0].fixed:
        return [Vector(np.full(wanted[0].fixed, size(int(number)), object))]
    if len(wanted) != 4:
        raise NotInAShader("it makes numbers that are no picture", "four axes")
    return _filled(node, np.asarray(number), (wanted[1], wanted[2], wanted[3]))


SPREADS = (
    Op(
        "Gather",
        "Some channels, in any order.",
        _gather,
        (
            Case("in another order", (SHAPE, _ints(4, 0, -3, 0)), {"axis": 1}),
            Case("one", (SHAPE, _ints(2)), {"axis": -3}),
        ),
    ),
    Op("GatherND", "Some channels, where they are the first axis.", _gather),
    Op(
        "Tile",
        "Channels repeated.",
        _tile,
        (Case("three times", (SHAPE, _ints(1, 3, 1, 1))),),
    ),
    Op(
        "Expand",
        "One channel repeated, or numbers spread over the picture.",
        _expand,
        (
            Case("one channel", ((1, 3, 4), _ints(1, 6, 1, 1))),
            Case("fewer axes", ((1, 3, 4), _ints(6, 1, 1))),
            Case("as it is", (SHAPE, _ints(1, 1, 1, 1))),
        ),
    ),
    Op("ConstantOfShape", "One number, spread over the picture.", _constant_of_shape),
)
