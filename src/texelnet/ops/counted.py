"""Counted: a size as a number that pixels reckon with.

Most of what a graph computes about sizes tells how large planes are. But a sum over a picture
may be divided by height times width, which is the size of no plane: such numbers are planes of
one pixel, made of folds that count the input's rows and columns.

See Hui et al., "Lightweight Image Super-Resolution with Information Multi-distillation
Network", 2019, whose attention divides so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from texelnet.ops.op import Node, NotInAShader, Vector, View
from texelnet.pixel import Plane
from texelnet.pixel.expr import Call, Expr, Fold, add, constant, scaled
from texelnet.pixel.size import Size

ONE = Size(1)


def with_numbers(node: Node) -> tuple[Node, list[Plane]]:
    """Return a node that reads planes of one pixel instead of sizes, and those planes."""
    operands, planes = list(node.operands), []
    for index, operand in enumerate(operands):
        if isinstance(operand, Vector) and operand.numbers.size == 1:
            number = scaled(_number(operand.numbers.item(), node.pictures), 1 / operand.over)
            plane = Plane(f"{node.outputs[0]}, size {index}", 1, ONE, ONE, number)
            operands[index] = View(plane, ((),) * operand.numbers.ndim)
            planes.append(plane)
    return replace(node, operands=tuple(operands)), planes


def _number(value: Size, pictures: Sequence[Plane]) -> Expr:
    """Return a size as an expression; names are those of the inputs' sides."""
    counts: dict[str, Expr] = {}
    for plane in pictures:
        for axis, side in enumerate((plane.height, plane.width)):
            counts[str(side)] = Fold("count", plane.name, 1, axis)
    return _computed(value.tree(), counts)


def _computed(tree: Any, counts: dict[str, Expr]) -> Expr:
    """Carry out what :meth:`Size.tree` says; a half keeps the floor of a quotient exact."""
    if isinstance(tree, int):
        return constant(float(tree), 1)
    if isinstance(tree, str):
        if tree not in counts:
            raise NotInAShader(f"it computes with the size {tree}", "use a size of the input")
        return counts[tree]
    operator, *operands = tree
    if operator == "*":
        return scaled(_computed(operands[1], counts), float(operands[0]))
    if operator == "//":
        middle = add(_computed(operands[0], counts), constant(0.5, 1))
        return Call("floor", (scaled(middle, 1 / operands[1]),))
    parts = [_computed(operand, counts) for operand in operands]
    return add(*parts) if operator == "+" else Call(operator, (parts[0], parts[1]))
