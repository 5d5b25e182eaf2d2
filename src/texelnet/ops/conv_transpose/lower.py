"""What one output pixel of a deconvolution is, phase by phase, in pixel words."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np

from texelnet.ops.conv import Window, block_diagonal, padded, windows
from texelnet.ops.conv_transpose.phases import phases
from texelnet.ops.op import Node, NotInAShader, Result
from texelnet.pixel import Plane
from texelnet.pixel.expr import ZERO, Axis, Constant, Expr, Mix, Tap, add
from texelnet.pixel.size import Size


def _extent(size: Size, window: Window, extra: int) -> Size:
    grown = (size - 1) * window.stride + window.reach
    return grown + (extra - window.before - window.after)


def _placed(node: Node, axis: int, window: Window, size: Size) -> tuple[Window, Size]:
    """Return the window with its pads, and how many pixels come out on an axis.

    SAME makes stride times as many as went in, output_shape as many as it says; what the
    kernels reach beyond that is cut on both sides.
    """
    extra = node.get("output_padding", (0, 0))[axis]
    auto, shape = node.get("auto_pad", "NOTSET"), node.get("output_shape", ())
    if shape:
        wanted = int(shape[axis - 2])
        if size.fixed is None:
            raise NotInAShader(
                f"output_shape makes {wanted} pixels of a picture of any size",
                "export the network with pads, or fix the size of its input",
            )
        whole = (size.fixed - 1) * window.stride + extra + window.reach
        return padded(window, max(whole - wanted, 0), _side(auto)), Size(wanted)
    if auto in ("NOTSET", "VALID"):
        return window, _extent(size, window, extra)
    total = window.reach + extra - window.stride
    if total < 0:
        raise NotInAShader(
            f"auto_pad={auto} with a kernel smaller than the stride: onnxruntime makes fewer "
            "pixels than ONNX asks for",
            "export the network with pads and output_padding",
        )
    return padded(window, total, _side(auto)), size * window.stride


def _side(auto: str) -> str:
    """The odd pixel of padding lies before, but for SAME_UPPER: unlike a convolution's."""
    return "SAME_UPPER" if auto == "SAME_UPPER" else "SAME_LOWER"


def lower(node: Node) -> Result:
    """Return one convolution with stride*stride times the outputs, marked as phased."""
    source, kernel = node.plane(0), node.constant(1)
    group = node.get("group", 1)
    outputs = kernel.shape[1] * group
    placed = zip(windows(node, kernel.shape[2:]), (source.height, source.width), strict=True)
    (y, height), (x, width) = (_placed(node, i, *pair) for i, pair in enumerate(placed))
    blocks = kernel.reshape(group, -1, *kernel.shape[1:])  # group, in, out, row, column
    mixes: dict[tuple[int, int], np.ndarray] = {}
    for row, column in product(range(y.kernel), range(x.kernel)):
        down = phases(y.kernel, y.stride, y.before, y.dilation)[row]
        right = phases(x.kernel, x.stride, x.before, x.dilation)[column]
        lanes = y.stride * x.stride * outputs
        at = (down.offset, right.offset)
        matrix = mixes.setdefault(at, np.zeros((lanes, source.channels), np.float32))
        first = (down.phase * x.stride + right.phase) * outputs
        matrix[first : first + outputs] += block_diagonal(
            blocks[:, :, :, row, column].transpose(0, 2, 1)
        )
    bias = np.tile(node.constant(2, np.zeros(outputs)), y.stride * x.stride)
    terms: list[Expr] = [Constant(bias.astype(np.float32))]
    for (down_by, right_by), matrix in sorted(mixes.items()):
        axes = Axis.of(offset=down_by), Axis.of(offset=right_by)
        terms.append(Mix(matrix, Tap(source.name, source.channels, *axes, ZERO)))
    strides = (y.stride, x.stride)
    return [Plane(node.outputs[0], outputs, height, width, add(*terms), strides)]


def multiply_adds(node: Node) -> Fraction:
    """Count them for one output pixel, on average over the phases."""
    strides = node.get("strides", (1, 1))
    return Fraction(int(node.constant(1).size), int(np.prod(strides)))
