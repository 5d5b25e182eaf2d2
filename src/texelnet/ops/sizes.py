"""What a graph computes about its own sizes: Shape and whole-number arithmetic on it.

These nodes draw nothing. They are carried out on expressions of the input's size, so that
a crop "to the size of that other blob" stays right at every size.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from texelnet.ops.op import Node, NotInAShader, Vector, View
from texelnet.pixel import Plane
from texelnet.pixel.size import Size, size


def _shape(node: Node) -> Vector:
    plane = node.plane(0)
    dims: tuple[Size, ...] = (size(1), size(plane.channels), plane.height, plane.width)
    return Vector(dims[slice(node.get("start", 0), node.get("end", None))])


def _vector(node: Node, index: int) -> tuple[Size, ...]:
    operand = node.operand(index)
    if isinstance(operand, Vector):
        return operand.numbers
    return tuple(size(int(n)) for n in np.reshape(node.constant(index), -1))


def _pairs(node: Node) -> list[tuple[Size, Size]]:
    a, b = _vector(node, 0), _vector(node, 1)
    count = max(len(a), len(b))
    return list(zip(a * (count // len(a)), b * (count // len(b)), strict=True))


def _factor(a: Size, b: Size) -> Size:
    if b.fixed is not None:
        return a * b.fixed
    if a.fixed is not None:
        return b * a.fixed
    raise NotInAShader("the product of two computed sizes", "use sizes that grow linearly")


def _quotient(a: Size, b: Size) -> Size:
    if b.fixed is None or b.fixed < 1:
        raise NotInAShader("a size divided by a computed size", "divide by a constant")
    return a // b.fixed


def _slice(node: Node) -> Vector:
    starts, ends = (np.reshape(node.constant(i), -1) for i in (1, 2))
    step = int(np.reshape(node.constant(4, [1]), -1)[0])
    return Vector(_vector(node, 0)[slice(int(starts[0]), int(ends[0]), step)])


def _gather(node: Node) -> Vector:
    numbers = _vector(node, 0)
    return Vector(tuple(numbers[int(i)] for i in np.reshape(node.constant(1), -1)))


def _concat(node: Node) -> Vector:
    return Vector(sum((_vector(node, i) for i in range(len(node.operands))), ()))


def _same(node: Node) -> Vector:
    return Vector(_vector(node, 0))


SIZES: dict[str, Callable[[Node], Vector]] = {
    "Shape": _shape,
    "Slice": _slice,
    "Gather": _gather,
    "Concat": _concat,
    "Add": lambda node: Vector(tuple(a + b for a, b in _pairs(node))),
    "Sub": lambda node: Vector(tuple(a - b for a, b in _pairs(node))),
    "Mul": lambda node: Vector(tuple(_factor(a, b) for a, b in _pairs(node))),
    "Div": lambda node: Vector(tuple(_quotient(a, b) for a, b in _pairs(node))),
    "Identity": _same,
    "Cast": _same,
    "Reshape": _same,
    "Unsqueeze": _same,
    "Squeeze": _same,
}
"""Operators on sizes, by ONNX type."""


def is_about_sizes(node: Node) -> bool:
    """Tell whether a node computes sizes and no picture."""
    if node.op == "Shape":
        return True
    known = [o for o in node.operands if o is not None]
    return any(isinstance(o, Vector) for o in known) and not any(
        isinstance(o, Plane | View) for o in known
    )
