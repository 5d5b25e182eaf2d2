"""Gemm and MatMul: what was pooled, multiplied by a matrix of weights.

A product over an axis that counts the channels is a mix of every pixel, a 1x1 convolution;
pooled features are one pixel. Over an axis that counts channels, rows and columns of a fixed
number (a small picture laid out as a list) it is a convolution whose kernel is the whole plane.

See the ONNX operator specification, Gemm-13 and MatMul-13.
"""

from __future__ import annotations

import numpy as np

from texelnet.ops.axes import joined, places, shown, view_of
from texelnet.ops.op import Digit, Node, NotInAShader, Op, Operand, Result, View
from texelnet.pixel import Plane, size
from texelnet.pixel.expr import Axis, Expr, Mix, Tap, add, constant

MOST_TAPS = 256
_HINT = "make channels the last axis, or pool the picture before"


def _gemm(node: Node) -> Result:
    if node.get("transA", 0):
        raise NotInAShader("it turns the picture's axes about", "transA=0")
    weights = node.constant(1).astype(np.float64) * node.get("alpha", 1.0)
    if node.get("transB", 0):
        weights = weights.T
    bias = np.zeros(1)
    if node.operand(2) is not None:
        bias = node.constant(2).astype(np.float64) * node.get("beta", 1.0)
    return _product(node, node.operand(0), weights, bias)


def _matmul(node: Node) -> Result:
    if isinstance(node.operand(0), np.ndarray):
        raise NotInAShader("a matrix on the left mixes rows", "multiply from the right")
    weights = node.constant(1).astype(np.float64)
    return _product(node, node.operand(0), weights.reshape(weights.shape[-2:]), np.zeros(1))


def _product(
    node: Node, operand: Operand | None, weights: np.ndarray, bias: np.ndarray
) -> Result:
    """Multiply along the last axis; the others stay as they are."""
    view = view_of(operand)
    *others, last = view.axes
    left = {d.side for axis in others for d in axis}
    if not others or any(d.count.fixed is None for d in last) or left & {d.side for d in last}:
        raise NotInAShader("it mixes rows or columns of the picture, not channels", _HINT)
    counts = places(last)
    if len(counts) != len(weights) or bias.size not in (1, weights.shape[1]):
        raise NotInAShader(f"{len(counts)} numbers meet a matrix of {len(weights)} rows", _HINT)
    if "c" in left:
        raise NotInAShader("it mixes rows or columns of the picture, not channels", _HINT)
    mixes: dict[tuple[int, int], np.ndarray] = {}
    for row, place in zip(weights, counts, strict=True):
        shape = (weights.shape[1], view.plane.channels)
        mixes.setdefault((place["y"], place["x"]), np.zeros(shape))[:, place["c"]] += row
    if len(mixes) > MOST_TAPS:
        fact = f"each of its numbers reads {len(mixes)} pixels, {MOST_TAPS} are the most"
        raise NotInAShader(fact, _HINT)
    return [_mixed(node.outputs[0], view, mixes, bias)]


def _mixed(
    name: str, view: View, mixes: dict[tuple[int, int], np.ndarray], bias: np.ndarray
) -> Plane | View:
    *others, _ = view.axes
    source, channels = view.plane, len(next(iter(mixes.values())))
    terms: list[Expr] = [
        Mix(matrix, Tap(source.name, source.channels, Axis.of(offset=y), Axis.of(offset=x)))
        for (y, x), matrix in sorted(mixes.items())
    ]
    if np.any(bias):
        terms.append(constant(bias.reshape(-1), channels))
    sides = {d.side for axis in others for d in axis}
    height = source.height if "y" in sides else size(1)
    width = source.width if "x" in sides else size(1)
    plane = Plane(name, channels, height, width, add(*terms))
    return shown(View(plane, (*others, joined((Digit("c", size(channels), 1),)))))


MATRICES = (
    Op("Gemm", "Pooled features times a matrix of weights, plus a bias.", _gemm, views=True),
    Op("MatMul", "Channels, the last axis, times a matrix of weights.", _matmul, views=True),
)
