"""What a graph computes about its own sizes: Shape, and arithmetic on it.

These nodes draw nothing. They are carried out on expressions of the input's size, so that
a crop "to the size of that other blob" stays right at every size. Sizes cast to floats are
kept exact, as whole numbers over one denominator: half of a height is ``height`` over 2, and
its Floor is a floor division.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from math import lcm
from typing import Any

import numpy as np

from texelnet.ops.op import Node, NotInAShader, Vector, View
from texelnet.pixel import Plane
from texelnet.pixel.size import Size, covers, extreme, size

_MOST_PARTS = 4096  # the largest denominator
_MOST_IN_A_SIZE = 64
_FLOATS = (1, 10, 11, 16)  # TensorProto: FLOAT, FLOAT16, DOUBLE, BFLOAT16


class NoSize(NotInAShader):
    """What is no size of a plane, yet a number."""


_sizes = np.frompyfunc(size, 1, 1)


def _array(values: Any) -> np.ndarray:
    """Return sizes as an array of objects, also where numpy would take one out."""
    array = np.empty(np.shape(values), object)
    array[...] = _sizes(np.asarray(values, object))
    return array


def _operand(node: Node, index: int) -> Vector:
    operand = node.operand(index)
    if isinstance(operand, Vector):
        return operand
    array = node.constant(index)
    if array.dtype.kind != "f":
        return Vector(_array(array.astype(object)))
    exact = [Fraction(float(v)).limit_denominator(_MOST_PARTS) for v in array.reshape(-1)]
    if any(np.float32(f) != v for f, v in zip(exact, array.reshape(-1), strict=True)):
        raise NotInAShader("it scales sizes by a number that is no small fraction", "use one")
    over = lcm(*(f.denominator for f in exact))
    numbers = np.array([int(f * over) for f in exact], object).reshape(array.shape)
    return Vector(_array(numbers), over, real=True)


def _together(node: Node) -> tuple[np.ndarray, np.ndarray, int, bool]:
    """Return both operands over one denominator, and whether they are floats."""
    a, b = _operand(node, 0), _operand(node, 1)
    over = lcm(a.over, b.over)
    first, second = (_array(v.numbers * (over // v.over)) for v in (a, b))
    return first, second, over, a.real or b.real


def _pairwise(meaning: Callable[[Size, Size], Size]) -> Callable[[Node], Vector]:
    """Return what lowers a node of two operands that commutes with the denominator."""
    each = np.frompyfunc(meaning, 2, 1)

    def lower(node: Node) -> Vector:
        a, b, over, real = _together(node)
        return Vector(_array(each(a, b)), over, real)

    return lower


def _factor(a: Size, b: Size) -> Size:
    if b.fixed is not None:
        return a * b.fixed
    if a.fixed is not None:
        return b * a.fixed
    raise NoSize("the product of two computed sizes", "use sizes that grow linearly")


def _quotient(a: Size, b: Size) -> Size:
    if b.fixed is not None and b.fixed >= 1:
        return a // b.fixed
    times = next((k for k in range(1, 65) if a == b * k), None)
    if times is None:
        raise NotInAShader("a size divided by a computed size", "divide by a constant")
    return size(times)


def _mul(node: Node) -> Vector:
    a, b = _operand(node, 0), _operand(node, 1)
    product = np.frompyfunc(_factor, 2, 1)(a.numbers, b.numbers)
    return Vector(_array(product), a.over * b.over, a.real or b.real)


def _div(node: Node) -> Vector:
    a, b, _, real = _together(node)
    if not real:
        return Vector(_array(np.frompyfunc(_quotient, 2, 1)(a, b)))
    divisors = [n.fixed for n in b.reshape(-1)]
    if all(d is not None and d > 0 for d in divisors):
        over = lcm(*(d for d in divisors if d))
        more = np.frompyfunc(lambda n: over // n.fixed, 1, 1)(b)
        return Vector(_array(a * more), over, real)
    return Vector(_array(np.frompyfunc(_quotient, 2, 1)(a, b)), 1, real)


def _mod(a: Size, b: Size) -> Size:
    return a - _quotient(a, b) * (b.fixed or 0)


def _floor(node: Node) -> Vector:
    source = _operand(node, 0)
    return Vector(_array(source.numbers // source.over), 1, source.real)


def _ceil(node: Node) -> Vector:
    source = _operand(node, 0)
    return Vector(_array((source.numbers + (source.over - 1)) // source.over), 1, source.real)


def _cast(node: Node) -> Vector:
    """Sizes are not negative, so what is behind the point is cut as Floor cuts it."""
    source = _operand(node, 0)
    if node.get("to", 1) in _FLOATS:
        return Vector(source.numbers, source.over, real=True)
    return Vector(_floor(node).numbers)


def _differ(a: Size, b: Size) -> bool:
    """Tell whether one is known to be larger than the other at every size."""
    return covers(a, b + 1) or covers(b, a + 1) or _above(a - b) or _above(b - a)


def _above(n: Size) -> bool:
    """Tell whether a size is above zero because no part of it takes anything away."""
    return n.constant > 0 and all(count > 0 for _, count in n.terms)


def _equal(a: Size, b: Size) -> Size:
    if a != b and not _differ(a, b):
        raise NotInAShader("it asks whether sizes are equal", "fix the sizes")
    return size(int(a == b))


def _choose(truth: Size, a: Size, b: Size) -> Size:
    if truth.fixed is None:
        raise NotInAShader("it chooses by a computed size", "fix the sizes")
    return a if truth.fixed else b


def _where(node: Node) -> Vector:
    truth, a, b = (_operand(node, i) for i in range(3))
    over = lcm(a.over, b.over)
    numbers = a.numbers * (over // a.over), b.numbers * (over // b.over)
    chosen = np.frompyfunc(_choose, 3, 1)(truth.numbers, *numbers)
    return Vector(_array(chosen), over, a.real or b.real)


def _shape(node: Node) -> Vector:
    operand = node.operand(0)
    if isinstance(operand, Vector):
        dims = [size(n) for n in operand.numbers.shape]
    elif isinstance(operand, View):
        dims = [_total(d.count for d in axis) for axis in operand.axes]
    else:
        plane = node.plane(0)
        dims = [size(1), size(plane.channels), plane.height, plane.width]
    return Vector(_array(dims[slice(node.get("start", 0), node.get("end", None))]))


def _total(numbers: Any) -> Size:
    return reduce(_factor, numbers, size(1))


def _product(node: Node) -> Vector:
    source = _operand(node, 0)
    total = _total(source.numbers.reshape(-1))
    shape = (1,) * source.numbers.ndim if node.get("keepdims", 1) else ()
    over = source.over**source.numbers.size
    return Vector(_array(np.full(shape, total, object)), over, source.real)


def _moved(
    move: Callable[[np.ndarray, Node], np.ndarray],
) -> Callable[[Node], Vector]:
    """Return what lowers a node that only moves sizes about."""

    def lower(node: Node) -> Vector:
        source = _operand(node, 0)
        return Vector(_array(move(source.numbers, node)), source.over, source.real)

    return lower


def _numbers(node: Node, index: int, default: Any = None) -> list[int]:
    return [int(n) for n in np.reshape(node.constant(index, default), -1)]


def _slice(a: np.ndarray, node: Node) -> np.ndarray:
    starts, ends = _numbers(node, 1), _numbers(node, 2)
    axes = _numbers(node, 3, range(len(starts)))
    for axis, *cut in zip(axes, starts, ends, _numbers(node, 4, [1] * len(axes)), strict=True):
        if cut[1] < -(2**31):  # before the first
            cut[1] = None  # type: ignore[call-overload]
        a = a[(*(slice(None),) * (axis % a.ndim), slice(*cut))]
    return a


def _reshape(a: np.ndarray, node: Node) -> np.ndarray:
    wanted = _numbers(node, 1)
    return a.reshape([a.shape[i] if n == 0 else n for i, n in enumerate(wanted)])


def _squeeze(a: np.ndarray, node: Node) -> np.ndarray:
    given = node.operand(1) is not None
    return np.squeeze(a, tuple(_numbers(node, 1)) if given else None)


def _concat(node: Node) -> Vector:
    parts = [_operand(node, i) for i in range(len(node.operands))]
    over = lcm(*(p.over for p in parts))
    numbers = [p.numbers * (over // p.over) for p in parts]
    joined = np.concatenate(numbers, node.get("axis", 0))
    return Vector(_array(joined), over, any(p.real for p in parts))


SIZES: dict[str, Callable[[Node], Vector]] = {
    "Shape": _shape,
    "Slice": _moved(_slice),
    "Gather": _moved(lambda a, node: np.take(a, node.constant(1), node.get("axis", 0))),
    "Concat": _concat,
    "Add": _pairwise(lambda a, b: a + b),
    "Sub": _pairwise(lambda a, b: a - b),
    "Mul": _mul,
    "Div": _div,
    "Mod": _pairwise(_mod),
    "Min": _pairwise(lambda a, b: extreme("min", a, b)),
    "Max": _pairwise(lambda a, b: extreme("max", a, b)),
    "Equal": _pairwise(_equal),
    "Where": _where,
    "Neg": _moved(lambda a, node: a * -1),
    "Floor": _floor,
    "Ceil": _ceil,
    "ReduceProd": _product,
    "Identity": _moved(lambda a, node: a),
    "Cast": _cast,
    "Reshape": _moved(_reshape),
    "Transpose": _moved(lambda a, node: np.transpose(a, node.get("perm", None))),
    "Unsqueeze": _moved(lambda a, node: np.expand_dims(a, tuple(_numbers(node, 1)))),
    "Squeeze": _moved(_squeeze),
}
"""Operators on sizes, by ONNX type."""


def lower_sizes(node: Node) -> Vector:
    """Return what a node computes about sizes.

    Raises
    ------
    NotInAShader
        It is no sum, quotient or extreme of sizes, or one too long to write into a shader.
    """
    made = SIZES[node.op](node)
    if any(n.parts > _MOST_IN_A_SIZE for n in made.numbers.reshape(-1)):
        raise NotInAShader("its sizes are made of too many others", "simpler sizes")
    return made


def is_about_sizes(node: Node) -> bool:
    """Tell whether a node computes sizes and no picture."""
    if node.op == "Shape":
        return True
    known = [o for o in node.operands if o is not None]
    return any(isinstance(o, Vector) for o in known) and not any(
        isinstance(o, Plane | View) for o in known
    )
