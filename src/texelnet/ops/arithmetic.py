"""Add, Sum, Mean, Sub, Mul, Div, Max, Min of planes and of constants, with ONNX broadcasting.

A constant may be one number or one a channel; a plane of one channel spreads over many, one
of a single row, column or pixel over the whole picture (squeeze and excite).
Adding and multiplying constants stay linear (constants and mixes), so that the compiler can
fold them into the convolutions around them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from texelnet.ops.op import Case, Node, NotInAShader, Op, Operand, Result
from texelnet.ops.op import random_array as weights
from texelnet.pixel import Plane
from texelnet.pixel.expr import (
    FIRST,
    HERE,
    Axis,
    Call,
    Constant,
    Expr,
    Tap,
    add,
    constant,
    pick,
    scaled,
)
from texelnet.pixel.size import Size

SHAPE = (5, 3, 4)


def per_channel(array: np.ndarray, channels: int) -> np.ndarray:
    """Return a constant that broadcasts over a plane as one number a channel.

    Raises
    ------
    NotInAShader
        If it differs along height or width, or counts other channels.
    """
    shape = (1,) * (4 - array.ndim) + array.shape
    if len(shape) != 4 or shape[0] != 1 or shape[2:] != (1, 1):
        raise NotInAShader(
            f"a constant of shape {'x'.join(map(str, array.shape))} varies over the picture",
            "a shader runs at any size: use one number, or one a channel, shaped (C, 1, 1)",
        )
    if shape[1] not in (1, channels):
        raise NotInAShader(
            f"a constant for {shape[1]} channels meets a plane of {channels}",
            f"give it 1 or {channels} numbers",
        )
    return np.broadcast_to(array.reshape(-1), (channels,))


def _channels(operand: Operand | None) -> int:
    """Return for how many channels an operand has numbers."""
    if isinstance(operand, Plane):
        return operand.channels
    array = isinstance(operand, np.ndarray) and operand.ndim >= 3
    return operand.shape[-3] if array and isinstance(operand, np.ndarray) else 1


def _spread(source: Size, wanted: Size) -> Axis:
    """Return how an axis is read that is as long as wanted, or one pixel."""
    return FIRST if source.fixed == 1 != wanted.fixed else HERE


def _expr(operand: Operand | None, channels: int, sides: tuple[Size, Size]) -> Expr:
    if isinstance(operand, Plane):
        y, x = _spread(operand.height, sides[0]), _spread(operand.width, sides[1])
        tap = Tap(operand.name, operand.channels, y, x)
        if operand.channels == channels:
            return tap
        if operand.channels == 1:
            return pick(tap, [0] * channels)
        raise NotInAShader(f"planes of {operand.channels} and {channels} channels do not meet")
    if isinstance(operand, np.ndarray):
        return constant(per_channel(operand, channels), channels)
    raise NotInAShader("an operand is a size of the picture", "export it as a constant")


def _combine(function: str, a: Expr, b: Expr) -> Expr:
    if function == "sub":
        return add(a, Constant(-b.value) if isinstance(b, Constant) else scaled(b, -1.0))
    if function == "sum":
        return add(a, b)
    if function == "mul" and isinstance(b, Constant):
        return scaled(a, b.value)
    if function == "mul" and isinstance(a, Constant):
        return scaled(b, a.value)
    if function == "div" and isinstance(b, Constant) and np.all(b.value != 0):
        return scaled(a, 1.0 / b.value.astype(np.float64))
    return Call(function, (a, b))


def together(node: Node, meaning: Callable[[list[Expr]], Expr]) -> Result:
    """Return the plane that a function of all operands makes, channel by channel."""
    planes = [p for p in node.operands if isinstance(p, Plane)]
    largest = max(planes, key=lambda p: p.channels)
    alone = largest.channels == 1
    channels = max(map(_channels, node.operands)) if alone else largest.channels
    heights, widths = [p.height for p in planes], [p.width for p in planes]
    sides = _longest(heights), _longest(widths)
    result = meaning([_expr(operand, channels, sides) for operand in node.operands])
    return [Plane(node.outputs[0], channels, *sides, result)]


def _longest(sizes: list[Size]) -> Size:
    """Return the size that is not one pixel, if any is not."""
    return next((s for s in sizes if s.fixed != 1), sizes[0])


def _arithmetic(type: str, function: str, summary: str) -> Op:
    def meaning(exprs: list[Expr]) -> Expr:
        result = exprs[0]
        for other in exprs[1:]:
            result = _combine(function, result, other)
        if type == "Mean":
            result = scaled(result, 1.0 / len(exprs))
        return result

    def lower(node: Node) -> Result:
        return together(node, meaning)

    cases = (
        Case("two planes", (SHAPE, SHAPE), above=0.3),
        Case("a number", (SHAPE, np.float32(0.7)), above=-1.0),
        Case("a number first", (np.float32(0.7), SHAPE), above=0.3),
        Case("one a channel", (SHAPE, weights(5, 1, 1) + 1), above=-1.0),
        Case("one channel spreads", (SHAPE, (1, 3, 4)), above=0.3),
        Case("one channel meets one a channel", ((1, 3, 4), weights(5, 1, 1) + 1), above=0.3),
    )
    several = (
        Case("three planes", (SHAPE, (1, 3, 4), SHAPE)),
        Case("planes and constants", (SHAPE, np.float32(0.1), weights(1, 5, 1, 1), SHAPE)),
        Case("one plane", (SHAPE,)),
    )
    many = type in ("Sum", "Mean", "Max", "Min")
    return Op(type, summary, lower, (*cases, *several) if many else cases)


def _mod(node: Node) -> Result:
    if not node.get("fmod", 0):
        raise NotInAShader("Mod of whole numbers", "fmod=1, for the remainder of floats")

    def meaning(operands: list[Expr]) -> Expr:
        a, b = operands
        turns = Call("div", (a, b))
        whole = Call("mul", (Call("sign", (turns,)), Call("floor", (Call("abs", (turns,)),))))
        return add(a, scaled(Call("mul", (b, whole)), -1.0))

    return together(node, meaning)


_FMOD = {"fmod": 1}

ARITHMETIC = (
    _arithmetic("Add", "sum", "a + b."),
    _arithmetic("Sum", "sum", "The sum of any number of planes."),
    _arithmetic("Mean", "sum", "The mean of any number of planes."),
    _arithmetic("Sub", "sub", "a - b."),
    _arithmetic("Mul", "mul", "a * b."),
    _arithmetic("Div", "div", "a / b."),
    Op(
        "Mod",
        "What is left of a, divided by b; of the sign of a.",
        _mod,
        (
            Case("a number", (SHAPE, np.float32(0.3)), _FMOD, span=2.0),
            Case("two planes", (SHAPE, SHAPE), _FMOD, above=0.3),
        ),
    ),
    _arithmetic("Max", "max", "The larger of a and b."),
    _arithmetic("Min", "min", "The smaller of a and b."),
)
