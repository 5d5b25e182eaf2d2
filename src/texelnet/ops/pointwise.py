"""Operators of one plane that look at no neighbour: activations and simple functions.

A rectifier with a slope is written max(x, 0) + slope*min(x, 0), which has no branch. Powers:
small whole exponents are products, so that negative bases keep their sign; other exponents
are for bases that are not negative, as the networks that use them intend.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from texelnet.ops.arithmetic import per_channel
from texelnet.ops.op import Case, Node, NotInAShader, Op, Result
from texelnet.ops.op import random_array as weights
from texelnet.pixel import Plane
from texelnet.pixel.expr import (
    Call,
    Constant,
    Expr,
    Mix,
    Tap,
    add,
    constant,
    pick,
    scaled,
)

SHAPE = (5, 3, 4)


def pointwise(meaning: Callable[[Node, Expr], Expr]) -> Callable[[Node], Result]:
    """Return what lowers a node whose pixel is a function of the pixel under it."""

    def lower(node: Node) -> Result:
        source = node.plane(0)
        expr = meaning(node, Tap(source.name, source.channels))
        name = node.outputs[0]
        return [Plane(name, source.channels, source.height, source.width, expr)]

    return lower


def _zero(x: Expr) -> Constant:
    return constant(0.0, x.channels)


def _slope(x: Expr, slope: float | np.ndarray) -> Expr:
    below = Call("min", (x, _zero(x)))
    return add(Call("max", (x, _zero(x))), Call("mul", (below, constant(slope, x.channels))))


def _relu(node: Node, x: Expr) -> Expr:
    return Call("max", (x, _zero(x)))


def _leaky_relu(node: Node, x: Expr) -> Expr:
    return _slope(x, node.get("alpha", 0.01))


def _prelu(node: Node, x: Expr) -> Expr:
    return _slope(x, per_channel(node.constant(1), x.channels))


def _elu(node: Node, x: Expr) -> Expr:
    below = Call("exp", (Call("min", (x, _zero(x))),))
    alpha = node.get("alpha", 1.0)
    return add(
        Call("max", (x, _zero(x))),
        scaled(add(below, constant(-1.0, x.channels)), alpha),
    )


def tanh(x: Expr) -> Expr:
    """Some drivers divide infinities in tanh: beyond 15 it is 1 in float32 anyway."""
    high, low = constant(15.0, x.channels), constant(-15.0, x.channels)
    return Call("tanh", (Call("max", (Call("min", (x, high)), low)),))


def _sigmoid(node: Node, x: Expr) -> Expr:
    """1/(1+exp(-x)) is (1 + tanh(x/2))/2, which overflows nowhere."""
    return add(scaled(tanh(scaled(x, 0.5)), 0.5), constant(0.5, x.channels))


def _clip(node: Node, x: Expr) -> Expr:
    for index, function in ((1, "max"), (2, "min")):
        if node.operand(index) is not None:
            x = Call(function, (x, constant(node.constant(index), x.channels)))
    return x


def _pow(node: Node) -> Result:
    if isinstance(node.operand(0), np.ndarray):
        return pointwise(_exponential)(Node(node.op, "", node.operands[::-1], node.outputs))
    return pointwise(_powers)(node)


def _exponential(node: Node, x: Expr) -> Expr:
    """A constant to the power of x: e to the x*log(constant)."""
    base = per_channel(node.constant(1), x.channels)
    if np.any(base <= 0):
        raise NotInAShader("a power of a base that is not above zero", "use a positive base")
    return Call("exp", (scaled(x, np.log(base.astype(np.float64))),))


def _powers(node: Node, x: Expr) -> Expr:
    """The channels that have one exponent are raised together."""
    exponents = per_channel(node.constant(1), x.channels)
    distinct = np.unique(exponents)
    if len(distinct) == 1:
        return _power(x, float(distinct[0]))
    parts: list[Expr] = []
    for exponent in distinct:
        mine = np.flatnonzero(exponents == exponent)
        place = np.eye(x.channels)[:, mine]
        parts.append(Mix(place, _power(pick(x, mine.tolist()), float(exponent))))
    return add(*parts)


def _power(x: Expr, exponent: float) -> Expr:
    if exponent == 0:
        return constant(1.0, x.channels)
    if exponent.is_integer() and abs(exponent) <= 16:
        power = _product(x, int(abs(exponent)))
        return power if exponent > 0 else Call("div", (constant(1.0, x.channels), power))
    if exponent == 0.5:
        return Call("sqrt", (x,))
    return Call("pow", (x, constant(exponent, x.channels)))


def _product(x: Expr, count: int) -> Expr:
    if count == 1:
        return x
    half = _product(x, count // 2)
    square = Call("mul", (half, half))
    return Call("mul", (square, x)) if count % 2 else square


def _call(function: str) -> Callable[[Node, Expr], Expr]:
    return lambda node, x: Call(function, (x,))


def pointwise_op(
    type: str, summary: str, meaning: Callable[[Node, Expr], Expr], cases: Sequence[Case]
) -> Op:
    """Return the record of an operator of one plane."""
    return Op(type, summary, pointwise(meaning), tuple(cases))


_EXPONENTS = np.array([2, 1.7, 0.5, -1, 1], np.float32).reshape(5, 1, 1)
_WHOLE = np.array([2, 3, 1, 2, 5], np.float32).reshape(5, 1, 1)
PLAIN = Case("plain", (SHAPE,), span=3.0)

POINTWISE = (
    pointwise_op("Relu", "max(x, 0).", _relu, [PLAIN]),
    pointwise_op(
        "LeakyRelu",
        "x, or alpha*x below zero.",
        _leaky_relu,
        [PLAIN, Case("negative slope", (SHAPE,), {"alpha": -0.3})],
    ),
    pointwise_op(
        "PRelu",
        "x, or slope*x below zero, a slope for each channel.",
        _prelu,
        [
            Case("a slope each", (SHAPE, weights(5, 1, 1))),
            Case("shared", (SHAPE, weights(1, 1, 1))),
        ],
    ),
    pointwise_op(
        "Elu",
        "x, or alpha*(exp(x) - 1) below zero.",
        _elu,
        [PLAIN, Case("alpha", (SHAPE,), {"alpha": 0.3}, span=30.0)],
    ),
    pointwise_op(
        "Sigmoid", "1/(1 + exp(-x)).", _sigmoid, [PLAIN, Case("wide", (SHAPE,), span=90.0)]
    ),
    pointwise_op(
        "Tanh",
        "The hyperbolic tangent.",
        lambda node, x: tanh(x),
        [PLAIN, Case("wide", (SHAPE,), span=90.0)],
    ),
    pointwise_op("Abs", "The absolute value.", _call("abs"), [PLAIN]),
    pointwise_op("Exp", "e to the x.", _call("exp"), [PLAIN]),
    pointwise_op(
        "Log", "The natural logarithm.", _call("log"), [Case("plain", (SHAPE,), above=0.1)]
    ),
    pointwise_op(
        "Sqrt", "The square root.", _call("sqrt"), [Case("plain", (SHAPE,), above=0.1)]
    ),
    pointwise_op("Neg", "Minus x.", lambda node, x: scaled(x, -1.0), [PLAIN]),
    pointwise_op(
        "Clip",
        "x kept between a minimum and a maximum.",
        _clip,
        [
            Case("both", (SHAPE, np.float32(-0.2), np.float32(0.4))),
            Case("only a maximum", (SHAPE, None, np.float32(0.4))),
        ],
    ),
    Op(
        "Pow",
        "x to a constant power, or a constant to the power of x.",
        _pow,
        (
            Case("square", (SHAPE, np.float32(2))),
            Case("cube of negatives", (SHAPE, np.float32(3))),
            Case("inverse", (SHAPE, np.float32(-1)), above=0.2),
            Case("root", (SHAPE, np.float32(0.5)), above=0.1),
            Case("fraction", (SHAPE, np.float32(1.7)), above=0.1),
            Case("an exponent each", (SHAPE, _EXPONENTS), above=0.1),
            Case("a number to the x", (np.float32(1.7), SHAPE), span=5.0),
            Case("a whole exponent each", (SHAPE, _WHOLE)),
        ),
    ),
)
