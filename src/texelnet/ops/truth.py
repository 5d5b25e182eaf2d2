"""Comparisons, what is made of truths, and Where, which chooses by one.

A truth is 1 or 0. Nothing is equal to, less or greater than what is no number, so "less or
equal" is written as it reads and not as "not greater". Where reads only what it chooses: what
it leaves may be infinite, as a power of a negative number is in the curve of sRGB.
"""

from __future__ import annotations

import numpy as np

from texelnet.ops.arithmetic import SHAPE, together
from texelnet.ops.op import Case, Node, Op, Result
from texelnet.ops.op import random_array as weights
from texelnet.ops.pointwise import pointwise
from texelnet.pixel.expr import Call, Expr, add, constant, scaled


def _less(a: Expr, b: Expr) -> Expr:
    return Call("less", (a, b))


def _or_equal(a: Expr, b: Expr) -> Expr:
    return Call("max", (Call("less", (a, b)), Call("equal", (a, b))))


def _equal(a: Expr, b: Expr) -> Expr:
    return Call("equal", (a, b))


def _not(a: Expr) -> Expr:
    return add(scaled(a, -1.0), constant(1.0, a.channels))


def _xor(a: Expr, b: Expr) -> Expr:
    return Call("abs", (add(a, scaled(b, -1.0)),))


_TWO = {
    "Less": ("a < b.", _less),
    "LessOrEqual": ("a <= b.", _or_equal),
    "Greater": ("a > b.", lambda a, b: _less(b, a)),
    "GreaterOrEqual": ("a >= b.", lambda a, b: _or_equal(b, a)),
    "Equal": ("a = b.", _equal),
    "And": ("Both are true.", lambda a, b: Call("min", (a, b))),
    "Or": ("One is true, or both.", lambda a, b: Call("max", (a, b))),
    "Xor": ("One is true, not both.", _xor),
}


def _lower_two(node: Node) -> Result:
    _, meaning = _TWO[node.op]
    return together(node, lambda operands: meaning(*operands))


def _where(node: Node) -> Result:
    return together(node, lambda operands: Call("select", tuple(operands)))


_COMPARED = (
    Case("two planes", (SHAPE, SHAPE), whole=True),
    Case("a number", (SHAPE, np.float32(0.2)), whole=True),
    Case("a number first", (np.float32(0.2), SHAPE), whole=True),
    Case("one a channel", (SHAPE, weights(5, 1, 1)), whole=True),
    Case("one channel spreads", ((1, 3, 4), SHAPE), whole=True),
    Case("all equal", (SHAPE, np.float32(0.5)), span=0.5, above=0.5, whole=True),
)
_COMBINED = (
    Case("two truths", (SHAPE, SHAPE), truths=(0, 1), whole=True),
    Case("one channel spreads", (SHAPE, (1, 3, 4)), truths=(0, 1), whole=True),
)

TRUTHS = (
    *(
        Op(
            kind,
            summary,
            _lower_two,
            _COMBINED if kind in ("And", "Or", "Xor") else _COMPARED,
        )
        for kind, (summary, _) in _TWO.items()
    ),
    Op(
        "Not",
        "What is not true.",
        pointwise(lambda node, x: _not(x)),
        (Case("plain", (SHAPE,), truths=(0,), whole=True),),
    ),
    Op(
        "Where",
        "a where a condition is true, else b.",
        _where,
        (
            Case("planes", (SHAPE, SHAPE, SHAPE), truths=(0,)),
            Case("one truth for all channels", ((1, 3, 4), SHAPE, SHAPE), truths=(0,)),
            Case("a plane or a number", (SHAPE, SHAPE, np.float32(0.3)), truths=(0,)),
            Case("numbers", (SHAPE, weights(5, 1, 1), np.float32(0.3)), truths=(0,)),
            Case("a channel each", ((1, 3, 4), weights(5, 1, 1), (1, 3, 4)), truths=(0,)),
        ),
    ),
)
