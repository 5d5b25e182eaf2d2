"""ReduceMean, ReduceSum, ReduceMax, ReduceMin, and global pooling: many numbers made one.

Over the channels of a pixel they are a mix, or a few calls. Over rows and columns, of a
picture of whatever size, they are folds: first all rows are made one, then all columns, each in
a pass of its own, and what is left is one pixel. A mean is divided by rows, then by columns, so
that no sum leaves 16-bit floats behind. Who reads that pixel reads it everywhere.

See the ONNX operator specification, ReduceMean-18, GlobalAveragePool-22; Hu et al.,
"Squeeze-and-Excitation Networks", 2018, which need it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from texelnet.ops.axes import shown, view_of
from texelnet.ops.channels import extreme, total
from texelnet.ops.op import Case, Digit, Node, NotInAShader, Op, Result, View
from texelnet.pixel import Plane, Size, size
from texelnet.pixel.expr import Call, Expr, Fold, Mix, Tap

SHAPE = (5, 3, 4)
NAMES = ("rows", "columns")


@dataclass(frozen=True)
class _Kind:
    """What is done to each number before, how they are made one, and what is done after."""

    fold: str
    across: Callable[[Expr], Expr]  # the same over channels
    before: Callable[[Expr], Expr] | None = None
    after: Callable[[Expr], Expr] = lambda x: x


def _mean(x: Expr) -> Expr:
    return Mix(np.full((1, x.channels), 1 / x.channels), x)


def _square(x: Expr) -> Expr:
    return Call("mul", (x, x))


MEAN, SUM = _Kind("mean", _mean), _Kind("sum", total)
MOST = _Kind("max", lambda x: extreme("max", x))
LEAST = _Kind("min", lambda x: extreme("min", x))
SIZES = _Kind("sum", total, lambda x: Call("abs", (x,)))
SQUARES = _Kind("sum", total, _square)
LENGTH = _Kind("sum", total, _square, lambda x: Call("sqrt", (x,)))


def _axes(node: Node, rank: int) -> list[int]:
    named = np.reshape(node.constant(1, node.get("axes", ())), -1)
    if len(named) == 0 and node.get("noop_with_empty_axes", 0):
        return []
    return sorted({int(a) % rank for a in named} if len(named) else range(rank))


def _gone(view: View, axes: list[int]) -> tuple[bool, bool, bool]:
    """Tell whether channels, rows and columns are made one."""
    if 0 in axes:
        raise NotInAShader("it mixes the pictures of a batch", "leave out axis 0")
    gone = {d for i in axes for d in view.axes[i]}
    plane = view.plane
    counts = (("c", size(plane.channels)), ("y", plane.height), ("x", plane.width))
    found = [Digit(side, count, 1) in gone for side, count in counts]
    if len(gone) != sum(found):
        raise NotInAShader("it makes one of a part of an axis", "reduce whole axes")
    return found[0], found[1], found[2]


def _reduced(node: Node, kind: _Kind, axes: list[int], keep: bool) -> Result:
    """Return the plane of what is left, under the axes that are left, and the steps to it."""
    view = view_of(node.operand(0))
    over, *sides = _gone(view, axes)
    name, steps = node.outputs[0], []
    source, extents = view.plane, (view.plane.height, view.plane.width)
    expr: Expr = Tap(source.name, source.channels)
    if kind.before and axes:  # also of a single number
        expr = kind.before(expr)
    for axis in (i for i in range(2) if sides[i]):
        if not isinstance(expr, Tap):  # a fold reads a plane
            what = f"over {NAMES[0]}" if isinstance(expr, Fold) else "before"
            source = Plane(f"{name} {what}", source.channels, *extents, expr)
            steps.append(source)
        expr = Fold(kind.fold, source.name, source.channels, axis)
        extents = (extents[0], Size(1)) if axis else (Size(1), extents[1])
    expr = kind.across(expr) if over else expr
    expr = kind.after(expr) if axes else expr
    plane = Plane(name, expr.channels, *extents, expr)
    left = [axis if i not in axes else () for i, axis in enumerate(view.axes)]
    left = [axis for i, axis in enumerate(left) if keep or i not in axes]
    return [shown(View(plane, tuple(left))), *steps]


def _reduce(kind: _Kind) -> Callable[[Node], Result]:
    def lower(node: Node) -> Result:
        axes = _axes(node, len(view_of(node.operand(0)).axes))
        return _reduced(node, kind, axes, bool(node.get("keepdims", 1)))

    return lower


def _pool(kind: _Kind) -> Callable[[Node], Result]:
    def lower(node: Node) -> Result:
        return _reduced(replace(node, operands=(node.plane(0),)), kind, [2, 3], True)

    return lower


def _whole(*axes: int) -> np.ndarray:
    return np.array(axes, np.int64)


_CASES = (
    Case("over channels", (SHAPE, _whole(1))),
    Case("many channels", ((37, 3, 2), _whole(-3))),
    Case("the whole picture", ((5, 7, 9), _whole(2, 3))),
    Case("all of a picture", ((6, 7, 9), _whole(1, 2, 3))),
)
_MORE = (
    Case("one channel", ((1, 3, 4), _whole(1))),
    Case("counted from the end", ((8, 13, 5), _whole(-1, -2))),
    Case("rows", (SHAPE, _whole(2))),
    Case("columns", (SHAPE, _whole(3))),
    Case("channels and columns", (SHAPE, _whole(1, 3))),
    Case("a pixel", ((5, 1, 1), _whole(2, 3))),
    Case("nothing", (SHAPE, _whole()), {"noop_with_empty_axes": 1}),
)
_POOLED = (
    Case("plain", ((5, 7, 9),)),
    Case("one channel", ((1, 13, 8),)),
    Case("many channels", ((37, 5, 3),)),
    Case("a row", ((3, 1, 9),)),
    Case("a pixel", ((5, 1, 1),)),
)


def _reduction(type: str, what: str, kind: _Kind, more: tuple[Case, ...] = ()) -> Op:
    summary = f"The {what} of channels, rows or columns; over a picture in passes of its own."
    return Op(type, summary, _reduce(kind), (*_CASES, *more), views=True)


REDUCTIONS = (
    _reduction("ReduceSum", "sum", SUM),
    _reduction("ReduceMean", "mean", MEAN, _MORE),
    _reduction("ReduceMax", "largest", MOST),
    _reduction("ReduceMin", "smallest", LEAST, _MORE),
    _reduction("ReduceL1", "sum of sizes", SIZES),
    _reduction("ReduceL2", "length", LENGTH),
    _reduction("ReduceSumSquare", "sum of squares", SQUARES),
    Op("GlobalAveragePool", "The mean of each channel over the picture.", _pool(MEAN), _POOLED),
    Op("GlobalMaxPool", "The largest of each channel in the picture.", _pool(MOST), _POOLED),
)
