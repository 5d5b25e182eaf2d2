"""Pooling: the largest value, or the average, of each window.

Both rules of how many windows there are (see POOLING) come to windows in floor mode over a
picture padded by `pad` before and `pad + reach` behind, reach = min(stride, kernel - pad) - 1
with pad and stride - 1 without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
from texelnet.caffe.layer import Kind, Layer, Shape, Writer, spoken
from texelnet.caffe.message import Message

_FLOAT = 1  # TensorProto.FLOAT
_LOWEST = np.finfo(np.float32).min
Pair = tuple[int, int]


@dataclass(frozen=True)
class Window:
    """Sizes for height and width, and how far windows reach past the padded picture."""

    kernel: Pair
    stride: Pair
    pad: Pair
    reach: Pair

    @staticmethod
    def of(kernel: Pair, stride: Pair, pad: Pair, rounds_up: bool) -> Window:
        """Return the windows of a kernel, their number rounded up or down."""

        def reach(axis: int) -> int:
            clipped = kernel[axis] - pad[axis] if any(pad) else stride[axis]
            return min(stride[axis], clipped) - 1 if rounds_up else 0

        return Window(kernel, stride, pad, (reach(0), reach(1)))


def _pair(layer: Layer, settings: Message, name: str) -> tuple[int, int]:
    """Read one number for both axes, or the pair for height and width."""
    high, wide = name.removesuffix("_size") + "_h", name.removesuffix("_size") + "_w"
    if not settings.has(high) and not settings.has(wide):
        number = settings.number(name)
        return number, number
    if settings.has(name):
        raise layer.error(f"{name} and {high}/{wide} are both written", "keep one of the two")
    if name != "pad" and not (settings.has(high) and settings.has(wide)):
        raise layer.error(f"{high} and {wide} belong together", f"write both, or {name}")
    return settings.number(high), settings.number(wide)


def _window(layer: Layer) -> Window:
    """Read and check the sizes."""
    settings, shape = layer.settings("pooling_param"), layer.bottom_shapes[0]
    if len(shape) != 4:
        fact = f"Pooling needs batch, channels, height and width, {layer.bottoms[0]} is"
        raise layer.error(f"{fact} {spoken(shape)}", "a Reshape before it")
    stride, pad = _pair(layer, settings, "stride"), _pair(layer, settings, "pad")
    if settings.flag("global_pooling"):
        if any(settings.has(name) for name in ("kernel_size", "kernel_h", "kernel_w")):
            raise layer.error(
                "global_pooling takes the whole picture", "remove the kernel size"
            )
        if stride != (1, 1) or pad != (0, 0):
            raise layer.error("global_pooling takes no stride and no pad", "remove them")
        return Window((shape[2], shape[3]), stride, pad, (0, 0))
    kernel = _pair(layer, settings, "kernel_size")
    if min(kernel) < 1:
        raise layer.error(
            "the kernel has no size", "write kernel_size, or kernel_h and kernel_w"
        )
    layer.bounded("kernel", kernel, 1)
    layer.bounded("stride", stride, 1)
    if any(p >= k for p, k in zip(pad, kernel, strict=True)):
        fact = f"pad {spoken(pad)} must be smaller than the kernel {spoken(kernel)}"
        raise layer.error(fact, "a smaller pad: a window must see some of the picture")
    return Window.of(kernel, stride, pad, settings.word("round_mode") == "CEIL")


def _shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return batch, channels and the number of windows."""
    if layer.settings("pooling_param").word("pool") == "STOCHASTIC":
        raise layer.error("stochastic pooling draws lots", "train with it, use AVE afterwards")
    at, shape = _window(layer), layer.bottom_shapes[0]
    sizes = windows(layer, at, shape)
    if len(layer.tops) == 2:
        _check_mask(layer, at)
    return ((*shape[:2], *sizes),) * len(layer.tops)


def windows(layer: Layer, at: Window, shape: Shape) -> tuple[int, ...]:
    """Return how many windows a picture has, down and across."""
    sizes = []
    for axis, size in enumerate(shape[2:]):
        padded = size + 2 * at.pad[axis]
        new = (padded + at.reach[axis] - at.kernel[axis]) // at.stride[axis] + 1
        if new < 1:
            fact = f"a kernel of {at.kernel[axis]} has no place in {padded} (padding included)"
            raise layer.error(fact, "give a larger picture, or a smaller kernel")
        sizes.append(new)
    return tuple(sizes)


def _check_mask(layer: Layer, at: Window) -> None:
    """Refuse a second top where no window tells which value was the largest."""
    settings = layer.settings("pooling_param")
    if settings.word("pool") != "MAX" or settings.flag("global_pooling"):
        hint = "remove the second top"
        raise layer.error("only the maximum of windows has a second top (the mask)", hint)
    if not any(at.pad) and any(s > k for s, k in zip(at.stride, at.kernel, strict=True)):
        fact = "windows may lie outside the picture, where no value is the largest"
        raise layer.error(fact, "remove the second top, or use a stride within the kernel")


def _to_graph(layer: Layer, writer: Writer) -> None:
    """Write GlobalMaxPool, MaxPool, GlobalAveragePool or AveragePool with what they need."""
    settings = layer.settings("pooling_param")
    largest = settings.word("pool") == "MAX"
    if settings.flag("global_pooling"):
        op = "GlobalMaxPool" if largest else "GlobalAveragePool"
        writer.node(op, writer.bottoms, writer.tops[0])
    else:
        pooled(writer, writer.bottoms[0], _window(layer), largest, *writer.tops)


def pooled(
    writer: Writer, value: str, at: Window, largest: bool, top: str, mask: str = ""
) -> str:
    """Write the pool of a value, by maximum or by average."""
    return (
        _maximum(writer, value, at, top, mask) if largest else _average(writer, value, at, top)
    )


def _maximum(writer: Writer, value: str, at: Window, top: str, mask: str) -> str:
    """Write MaxPool; windows that may lie outside need the lowest number laid there."""
    ceil = any(at.reach)
    if not any(at.pad) and any(s > k for s, k in zip(at.stride, at.kernel, strict=True)):
        value, ceil = _padded(writer, value, (0, 0), at.reach, float(_LOWEST)), False
    sizes: dict[str, Any] = {
        "kernel_shape": at.kernel,
        "strides": at.stride,
        "pads": (*at.pad, *at.pad),
        "ceil_mode": int(ceil),
    }
    if not mask:
        return writer.node("MaxPool", [value], top, **sizes)
    places = f"{mask}.places"
    writer.nodes("MaxPool", [value], [top, places], **sizes)
    _mask(writer, value, places, mask)
    return top


def _mask(writer: Writer, value: str, places: str, mask: str) -> None:
    """Write the mask: ONNX counts places through the whole batch, Caffe within a channel."""
    dims = [writer.node("Shape", [value], start=axis, end=axis + 1) for axis in (2, 3)]
    within = writer.node("Mod", [places, writer.node("Mul", dims)])
    writer.node("Cast", [within], mask, to=_FLOAT)


def _average(writer: Writer, value: str, at: Window, top: str) -> str:
    """Write AveragePool, by the plainest form that divides as Caffe does."""
    sizes: dict[str, Any] = {"kernel_shape": at.kernel, "strides": at.stride}
    if not any(at.reach):
        pads = (*at.pad, *at.pad)
        return writer.node("AveragePool", [value], top, **sizes, pads=pads, count_include_pad=1)
    if all(
        reach == stride - 1 and stride <= kernel
        for reach, stride, kernel in zip(at.reach, at.stride, at.kernel, strict=True)
    ):
        if any(at.pad):
            value = _padded(writer, value, at.pad, at.pad, 0.0)
        return writer.node("AveragePool", [value], top, **sizes, ceil_mode=1)
    return _average_by_count(writer, value, at, top)


def _average_by_count(writer: Writer, value: str, at: Window, top: str) -> str:
    """Average over picture and padding, and divide by how much of each window counts."""
    zero, one = writer.constant("zero", 0.0), writer.constant("one", 1.0)
    ones = writer.node("Add", [writer.node("Mul", [value, zero]), one])
    if any(at.pad):
        ones = _padded(writer, ones, at.pad, at.pad, 1.0)
    behind = (at.pad[0] + at.reach[0], at.pad[1] + at.reach[1])
    whole: dict[str, Any] = {"kernel_shape": at.kernel, "strides": at.stride}
    total = _padded(writer, value, at.pad, behind, 0.0)
    count = _padded(writer, ones, (0, 0), at.reach, 0.0)
    averages = [writer.node("AveragePool", [of], **whole) for of in (total, count)]
    return writer.node("Div", averages, top)


def _padded(
    writer: Writer, value: str, before: tuple[int, int], behind: tuple[int, int], fill: float
) -> str:
    """Write Pad on height and width."""
    pads = writer.constant("pads", [0, 0, *before, 0, 0, *behind])
    return writer.node("Pad", [value, pads, writer.constant("fill", fill)])


POOLING = Kind(
    "Pooling",
    _shapes,
    _to_graph,
    tops=(1, 2),
    about=About(
        "Takes the largest value, or the average, of each window.",
        "MAX  y[n, c, i, j] = the largest x of the window at (i, j) · stride - pad\n"
        "AVE  y[n, c, i, j] = their sum / how much of the window is in the padded picture\n"
        "height of y = ceil((H + 2 · pad - kernel) / stride) + 1",
        PICTURE + example("Pooling", "pooling_param { pool: MAX kernel_size: 3 stride: 2 }"),
        ("pooling_param",),
        quirks=(
            "The size is rounded up (down with `round_mode: FLOOR`), a convolution's is "
            "rounded down; so pictures often come out one larger than elsewhere.",
            "With pad, a window that would begin past the picture and its first pad is left "
            "out; without pad it stays. Then a stride above the kernel can give windows "
            "outside the picture: -FLT_MAX for a maximum, NaN for an average, as in Caffe.",
            "An average counts padding, but not what lies past it; padding never wins a "
            "maximum.",
            "Of equal values the first one sends the gradient.",
            "A maximum may have a second top, the mask: where in its channel the largest "
            "value lies, counted along the rows.",
        ),
    ),
)


def _roi_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return a small picture for each region."""
    settings, (shape, rois) = layer.settings("roi_pooling_param"), layer.bottom_shapes
    bins = settings.number("pooled_h"), settings.number("pooled_w")
    if min(bins) < 1:
        raise layer.error("pooled_h and pooled_w must be at least 1", "write both, often 7")
    if len(shape) != 4 or len(rois) < 2 or rois[1] != 5 or rois[2:] != (1,) * len(rois[2:]):
        fact = f"{layer.bottoms[1]} is {spoken(rois)}, ROIPooling takes regions x 5"
        raise layer.error(fact, "batch index, x1, y1, x2, y2")
    return ((rois[0], shape[1], *bins),)


def _roi_to_graph(layer: Layer, writer: Writer) -> None:
    """Write MaxRoiPool, Fast R-CNN's own pooling: corners rounded, empty bins 0."""
    settings = layer.settings("roi_pooling_param")
    rois = writer.bottoms[1]
    if len(layer.bottom_shapes[1]) != 2:
        rois = writer.node("Flatten", [rois], axis=1)
    writer.node(
        "MaxRoiPool",
        [writer.bottoms[0], rois],
        writer.tops[0],
        pooled_shape=[settings.number("pooled_h"), settings.number("pooled_w")],
        spatial_scale=settings.real("spatial_scale"),
    )


ROI_POOLING = Kind(
    "ROIPooling",
    _roi_shapes,
    _roi_to_graph,
    bottoms=(2, 2),
    labels=frozenset((1,)),
    about=About(
        "Cuts regions out of a picture and pools each to one size (Fast R-CNN's fork).",
        "y[r, c, i, j] = the largest a[n, c] of bin i, j of region r = (n, x1, y1, x2, y2)\n"
        "corners = round(x1 · spatial_scale) ... round(x2 · spatial_scale), both included\n"
        "bin i   = floor(i · height / pooled_h) to ceil((i + 1) · height / pooled_h)",
        'input: "data" input_shape { dim: [2, 3, 9, 8] }\n'
        'input: "rois" input_shape { dim: [2, 5] }\n'
        + example(
            "ROIPooling",
            "roi_pooling_param { pooled_h: 2 pooled_w: 2 spatial_scale: 1 }",
            "data rois",
        ),
        ("roi_pooling_param",),
        quirks=(
            "A region is the number of its picture and two corners, in pixels of the input; "
            "the last row and column belong to it. `spatial_scale` is 1 / stride.",
            "Halves are rounded up; bins overlap where sizes do not divide; an empty bin "
            "gives 0. A region is at least one pixel large.",
            "Of a region that ends before it begins Caffe's gradient is lost; here it is not.",
        ),
    ),
)
