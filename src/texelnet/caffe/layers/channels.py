"""Softmax and ArgMax: shares among the entries of an axis, and which entry is the largest.

Of equal entries Caffe's ArgMax takes the last and ONNX's TopK the first, so that one looks at
the axis from its end.
"""

from __future__ import annotations

from math import prod

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
from texelnet.caffe.layer import Kind, Layer, Shape, Writer

_FLOAT = 1  # TensorProto.FLOAT


def _softmax_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the bottom's shape, once its axis is known to exist."""
    layer.axis(layer.settings("softmax_param").number("axis"))
    return layer.bottom_shapes


def _softmax(layer: Layer, writer: Writer) -> None:
    """Write Softmax."""
    axis = layer.axis(layer.settings("softmax_param").number("axis"))
    writer.node("Softmax", writer.bottoms, writer.tops[0], axis=axis)


def _arg_max_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the shape with top_k along the axis; without axis a row or two a picture."""
    settings, shape = layer.settings("argmax_param"), layer.bottom_shapes[0]
    most = settings.number("top_k")
    alone = not settings.has("axis")
    axis = 1 if alone else layer.axis(settings.number("axis"))
    entries = prod(shape[1:]) if alone else shape[axis]
    if not 1 <= most <= entries:
        fact = f"top_k is {most}, there are {entries} entries to choose from"
        raise layer.error(fact, f"top_k: 1 to {entries}")
    if not alone:
        return ((*shape[:axis], most, *shape[axis + 1 :]),)
    both = 2 if settings.flag("out_max_val") else 1
    return ((shape[0], both, most, *(1,) * (max(3, len(shape)) - 3)),)


def _arg_max(layer: Layer, writer: Writer) -> None:
    """Write the places as floats, the entries, or both side by side of the flat picture."""
    settings, value = layer.settings("argmax_param"), writer.bottoms[0]
    most, itself = settings.number("top_k"), settings.flag("out_max_val")
    if settings.has("axis"):
        axis = layer.axis(settings.number("axis"))
        count = most, layer.bottom_shapes[0][axis]
        _largest(writer, value, axis, count, itself, writer.tops[0])
        return
    flat = writer.node("Flatten", [value], axis=1)
    count = most, prod(layer.bottom_shapes[0][1:])
    parts = [_largest(writer, flat, 1, count, kind) for kind in (False, True)[: 1 + itself]]
    joined = writer.node("Concat", parts, axis=1)
    shape = writer.constant("shape", [0, *layer.top_shapes[0][1:]])
    writer.node("Reshape", [joined, shape], writer.tops[0])


def _largest(
    writer: Writer, value: str, axis: int, count: tuple[int, int], itself: bool, top: str = ""
) -> str:
    """Write the largest entries themselves, or their places as floats.

    ``count``: how many, out of how many.
    """
    if count[0] > 1:
        return _several(writer, value, axis, count, itself, top)
    if itself:
        axes = writer.constant("axes", [axis])
        return writer.node("ReduceMax", [value, axes], top, keepdims=1)
    place = writer.node("ArgMax", [value], axis=axis, keepdims=1, select_last_index=1)
    return writer.node("Cast", [place], top, to=_FLOAT)


def _several(
    writer: Writer, value: str, axis: int, count: tuple[int, int], itself: bool, top: str
) -> str:
    most, entries = count
    cut = [writer.constant(*word) for word in (("last", [-1]), ("before", [-(2**31)]))]
    cut += [writer.constant("axis", [axis]), writer.constant("step", [-1])]
    back = writer.node("Slice", [value, *cut])
    stem = f"{writer.tops[0]}.{'entries' if itself else 'places'}"
    outputs = [top or stem if itself else f"{stem}.values", f"{stem}.back"]
    writer.nodes("TopK", [back, writer.constant("count", [most])], outputs, axis=axis)
    if itself:
        return outputs[0]
    place = writer.node("Cast", [outputs[1]], to=_FLOAT)
    return writer.node("Sub", [writer.constant("end", float(entries - 1)), place], top)


def _arg_max_pins(layer: Layer) -> str:
    """Say whether places are counted from the end of an axis whose size is the file's."""
    settings = layer.settings("argmax_param")
    wide = not settings.has("axis") or layer.axis(settings.number("axis")) > 1
    several = settings.number("top_k") > 1
    return "it counts places from the end of the picture" if wide and several else ""


SOFTMAX = Kind(
    "Softmax",
    _softmax_shapes,
    _softmax,
    in_place=True,
    about=About(
        "Makes shares of the scores along an axis: none below 0, 1 in all.",
        "y[n, c] = e^x[n, c] / Σ k  e^x[n, k]",
        PICTURE + example("Softmax"),
        ("softmax_param",),
        quirks=("In front of a SoftmaxWithLoss it is one too many: the loss has its own.",),
    ),
)
ARG_MAX = Kind(
    "ArgMax",
    _arg_max_shapes,
    _arg_max,
    pins=_arg_max_pins,
    about=About(
        "Tells which entry is the largest.",
        "y = the places of the top_k largest x along axis, or with out_max_val their values",
        PICTURE + example("ArgMax", "argmax_param { axis: 1 }"),
        ("argmax_param",),
        quirks=(
            "Without `axis` it looks at all numbers of a picture together and gives a place "
            "in the flat list; for a class a pixel write `axis: 1`.",
            "Without `axis`, `out_max_val` gives place and value; with `axis` the value alone.",
            "Of equal entries the last is taken. Places are floats. It sends no gradient.",
        ),
    ),
)
