"""Operators that compare or add up the channels of one pixel: Softmax, ArgMax, Reduce*.

A sum over channels is a mix by ones. A maximum is a tournament: the first half of the
channels against the second, again and again; in fours, so that whole packs meet. Softmax
subtracts the maximum first, so that no exponential overflows.

ArgMax plays neighbours against each other, so that of equal channels the one before wins:
with a before b, the winner's place is place(a) + (a < b)*(place(b) - place(a)). What is
compared is what the larger of both is taken from, as it stands: a difference would be a sum,
which the compiler may put together otherwise than a, and then a - a is not 0. With
select_last_index a and b change roles.

The operand is read by two taps where its numbers meet each other again: the compiler then
keeps it as a plane of its own and does not compute a convolution twice.

See the ONNX operator specification, Softmax-13 (one axis; before 13 it meant all axes from
that one on), ArgMax-13, ReduceMax-18.
"""

from __future__ import annotations

import numpy as np

from texelnet.ops.op import Case, Node, NotInAShader, Op, Result
from texelnet.pixel import Plane
from texelnet.pixel.expr import Call, Constant, Expr, Mix, Tap, add, pick, scaled

SHAPE = (5, 3, 4)


def _tap(plane: Plane) -> Tap:
    return Tap(plane.name, plane.channels)


def _axis_one(axis: int) -> None:
    if axis not in (1, -3):
        raise NotInAShader(f"axis {axis} is not the channels", "use axis 1, the channels")


def _spread(x: Expr, channels: int) -> Expr:
    return pick(x, [0] * channels)


def extreme(function: str, x: Expr) -> Expr:
    """Return the largest ("max") or smallest ("min") channel, found by halves."""
    while x.channels > 1:
        count = x.channels
        half = 4 * -(-count // 8) if count > 4 else (count + 1) // 2
        rest = [min(half + i, count - 1) for i in range(half)]
        x = Call(function, (pick(x, list(range(half))), pick(x, rest)))
    return x


def total(x: Expr) -> Expr:
    """Return the sum of all channels."""
    return Mix(np.ones((1, x.channels)), x)


def _softmax(node: Node) -> Result:
    _axis_one(node.get("axis", -1))
    source = node.plane(0)
    count = source.channels
    most = _spread(extreme("max", _tap(source)), count)
    lower = add(_tap(source), scaled(most, -1.0))
    power = Call("exp", (lower,))
    if node.op == "Softmax":
        expr: Expr = Call("div", (power, _spread(total(power), count)))
    else:
        logarithm = _spread(Call("log", (total(power),)), count)
        expr = add(lower, scaled(logarithm, -1.0))
    return [Plane(node.outputs[0], count, source.height, source.width, expr)]


def _arg(node: Node) -> Result:
    _axis_one(node.get("axis", 0))
    source, sign = node.plane(0), -1.0 if node.op == "ArgMin" else 1.0
    if not node.get("keepdims", 1):
        raise NotInAShader("without keepdims it is no picture plane", "keepdims=1")
    last = bool(node.get("select_last_index", 0))
    places: Expr = Constant(np.arange(source.channels, dtype=np.float32))
    first, second = (scaled(_tap(source), sign) for _ in range(2))
    while places.channels > 1:
        count = places.channels
        even = list(range(0, count, 2))
        odd = [min(i + 1, count - 1) for i in even]
        a, b = pick(first, even), pick(second, odd)
        most = Call("max", (a, b))
        at_a, at_b = pick(places, even), pick(places, odd)
        if last:
            a, b, at_a, at_b = b, a, at_b, at_a
        wins = Call("less", (a, b))
        step = add(at_b, scaled(at_a, -1.0))
        places = add(at_a, Call("mul", (wins, step)))
        first = second = most
    expr = places if source.channels > 1 else scaled(_tap(source), 0.0)
    return [Plane(node.outputs[0], 1, source.height, source.width, expr)]


_AXIS = {"axis": 1}
_LAST = {"axis": 1, "select_last_index": 1}
_SOFTMAX_CASES = (
    Case("plain", (SHAPE,), _AXIS),
    Case("wide", (SHAPE,), _AXIS, span=300.0),
    Case("all far below zero", ((3, 3, 4),), _AXIS, span=-900.0, above=-1000.0),
    Case("one channel", ((1, 3, 4),), _AXIS),
    Case("many channels", ((37, 2, 3),), {"axis": -3}, span=9.0),
)
_ARG_CASES = (
    Case("plain", (SHAPE,), _AXIS, whole=True),
    Case("two channels", ((2, 3, 4),), _AXIS, whole=True),
    Case("one channel", ((1, 3, 4),), _AXIS, whole=True),
    Case("all equal", ((9, 3, 4),), _AXIS, whole=True, span=0.5, above=0.5),
    Case("many channels", ((37, 5, 6),), _AXIS, whole=True),
    Case("the last", ((7, 5, 6),), _LAST, whole=True),
    Case("the last of equals", ((9, 3, 4),), _LAST, whole=True, span=0.5, above=0.5),
)

CHANNELS = (
    Op("Softmax", "Shares of exp(x) among the channels of a pixel.", _softmax, _SOFTMAX_CASES),
    Op("LogSoftmax", "The logarithm of Softmax.", _softmax, _SOFTMAX_CASES),
    Op(
        "ArgMax",
        "Which channel is the largest, the first (or last) of equals.",
        _arg,
        _ARG_CASES,
    ),
    Op(
        "ArgMin",
        "Which channel is the smallest, the first (or last) of equals.",
        _arg,
        _ARG_CASES,
    ),
)
