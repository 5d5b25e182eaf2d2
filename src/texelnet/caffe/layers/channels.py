"""Softmax and ArgMax: shares among the entries of an axis, and which entry is the largest.

Of equal entries Caffe's ArgMax takes the last, as it sorts pairs of value and place. Without
`axis` it looks at all of a picture at once and gives one number, or place and value with
`out_max_val`; with `axis` it gives the place, or the value. `top_k` above 1 is refused: ONNX
orders equal entries the other way round.
"""

from __future__ import annotations

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
    """Return the shape with 1 along the axis; without axis a number or two a picture."""
    settings, shape = layer.settings("argmax_param"), layer.bottom_shapes[0]
    if settings.number("top_k") != 1:
        fact = f"top_k is {settings.number('top_k')}: equal entries have another order in ONNX"
        raise layer.error(fact, "top_k: 1, the largest alone")
    if settings.has("axis"):
        axis = layer.axis(settings.number("axis"))
        return ((*shape[:axis], 1, *shape[axis + 1 :]),)
    both = 2 if settings.flag("out_max_val") else 1
    return ((shape[0], both, *(1,) * (max(3, len(shape)) - 2)),)


def _arg_max(layer: Layer, writer: Writer) -> None:
    """Write ArgMax and Cast, ReduceMax, or both side by side of the flattened picture."""
    settings, value = layer.settings("argmax_param"), writer.bottoms[0]
    if settings.has("axis"):
        axis = layer.axis(settings.number("axis"))
        _largest(writer, value, axis, settings.flag("out_max_val"), writer.tops[0])
        return
    flat = writer.node("Flatten", [value], axis=1)
    parts = [_largest(writer, flat, 1, False)]
    if settings.flag("out_max_val"):
        parts.append(_largest(writer, flat, 1, True))
    joined = writer.node("Concat", parts, axis=1)
    shape = writer.constant("shape", [0, *layer.top_shapes[0][1:]])
    writer.node("Reshape", [joined, shape], writer.tops[0])


def _largest(writer: Writer, value: str, axis: int, itself: bool, top: str = "") -> str:
    """Write the largest entry itself, or its place as a float."""
    if itself:
        axes = writer.constant("axes", [axis])
        return writer.node("ReduceMax", [value, axes], top, keepdims=1)
    place = writer.node("ArgMax", [value], axis=axis, keepdims=1, select_last_index=1)
    return writer.node("Cast", [place], top, to=_FLOAT)


SOFTMAX = Kind("Softmax", _softmax_shapes, _softmax, in_place=True)
ARG_MAX = Kind("ArgMax", _arg_max_shapes, _arg_max)
