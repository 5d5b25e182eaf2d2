"""Reshape and Flatten: the same numbers under other sizes."""

from __future__ import annotations

from math import prod

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
from texelnet.caffe.layer import Kind, Layer, Shape, Writer, spoken


def _span(layer: Layer) -> tuple[int, int]:
    """Return the axes that are replaced: first, and one past the last."""
    settings, shape = layer.settings("reshape_param"), layer.bottom_shapes[0]
    written, count = settings.number("axis"), settings.number("num_axes")
    first = written if written >= 0 else len(shape) + written + 1
    if not 0 <= first <= len(shape):
        fact = f"axis {written} does not exist: {layer.bottoms[0]} is {spoken(shape)}"
        hint = f"{-len(shape) - 1} to {len(shape)}: here -1 is behind the last"
        raise layer.error(fact, hint)
    if count < -1:
        raise layer.error(f"num_axes is {count}", "-1 means all that are left")
    end = len(shape) if count == -1 else first + count
    if end > len(shape):
        raise layer.error(f"axis {first} and num_axes {count} go past {spoken(shape)}")
    return first, end


def _reshape_dims(layer: Layer) -> list[int]:
    """Return the new sizes: 0 where ONNX copies the same axis, -1 for what is left."""
    first, end = _span(layer)
    shape = layer.bottom_shapes[0]
    dims = layer.settings("reshape_param").block("shape").numbers("dim")
    for at, size in enumerate(dims):
        if size == 0 and first + at >= end:
            fact = f"dim {at} of shape is 0, but there is no axis {first + at} to copy"
            raise layer.error(fact)
        if size < -1:
            raise layer.error(f"dim {at} of shape is {size}", "-1 means what is left")
    if dims.count(-1) > 1:
        raise layer.error("shape has more than one -1", "only one size can be left open")
    kept = [0 if end == first + len(dims) else size for size in shape[end:]]
    return [0] * first + dims + kept


def _resolved(shape: Shape, dims: list[int]) -> Shape:
    """Fill in 0 and -1."""
    sizes = [shape[at] if size == 0 else size for at, size in enumerate(dims)]
    known = prod(size for size in sizes if size != -1)
    return tuple(prod(shape) // known if size == -1 else size for size in sizes)


def _reshape_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the new shape, once the count is known to agree."""
    if layer.tops[0] == layer.bottoms[0]:
        raise layer.error("Reshape can't be in place", "give the top a name of its own")
    shape = layer.bottom_shapes[0]
    result = _resolved(shape, _reshape_dims(layer))
    if prod(result) != prod(shape):
        fact = f"{spoken(shape)} has {prod(shape):,} numbers, {spoken(result)} {prod(result):,}"
        raise layer.error(fact, "write one dim as -1: it takes what is left")
    return (result,)


def _reshape(layer: Layer, writer: Writer) -> None:
    """Write Reshape."""
    shape = writer.constant("shape", _reshape_dims(layer))
    writer.node("Reshape", [writer.bottoms[0], shape], writer.tops[0])


def _reshape_pins(layer: Layer) -> str:
    """Say which sizes are written down although the file leaves them open."""
    _, end = _span(layer)
    behind = _reshape_dims(layer)[
        len(layer.top_shapes[0]) - (len(layer.bottom_shapes[0]) - end) :
    ]
    return _PINNED if any(behind) else ""


def _flatten_span(layer: Layer) -> tuple[int, int]:
    """Return the axes that become one: first, and one past the last."""
    settings = layer.settings("flatten_param")
    first, last = layer.axis(settings.number("axis")), layer.axis(settings.number("end_axis"))
    if first > last:
        raise layer.error(f"axis {first} lies behind end_axis {last}")
    return first, last + 1


def _flatten_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the shape with the axes multiplied into one."""
    if layer.tops[0] == layer.bottoms[0]:
        raise layer.error("Flatten can't be in place", "give the top a name of its own")
    first, end = _flatten_span(layer)
    shape = layer.bottom_shapes[0]
    return ((*shape[:first], prod(shape[first:end]), *shape[end:]),)


def _flatten(layer: Layer, writer: Writer) -> None:
    """Write Flatten where ONNX's own does it, Reshape elsewhere."""
    first, end = _flatten_span(layer)
    shape = layer.bottom_shapes[0]
    if first == 1 and end == len(shape):
        writer.node("Flatten", writer.bottoms, writer.tops[0], axis=1)
    else:
        dims = writer.constant("shape", [0] * first + [-1, *shape[end:]])
        writer.node("Reshape", [writer.bottoms[0], dims], writer.tops[0])


def _flatten_pins(layer: Layer) -> str:
    """Say whether axes behind the flattened ones keep their sizes."""
    return _PINNED if _flatten_span(layer)[1] < len(layer.bottom_shapes[0]) else ""


_PINNED = "it writes the sizes of the axes it keeps behind the new ones"
RESHAPE = Kind(
    "Reshape",
    _reshape_shapes,
    _reshape,
    pins=_reshape_pins,
    about=About(
        "The same numbers, in the same order, under other sizes.",
        "y = x, its num_axes axes from axis on replaced by shape",
        PICTURE
        + example("Pooling", "pooling_param { pool: AVE global_pooling: true }", tops="mean")
        + example("Reshape", "reshape_param { shape { dim: 0 dim: -1 } }", "mean"),
        ("reshape_param",),
        quirks=(
            "In `shape` a 0 keeps the size of the axis it stands for, a single -1 takes what "
            "is left.",
            "`axis: -1` puts axes in after the last one, not before it.",
            "A written size pins height and width; it is no pixel shuffle: numbers keep "
            "their order.",
        ),
    ),
)
FLATTEN = Kind(
    "Flatten",
    _flatten_shapes,
    _flatten,
    pins=_flatten_pins,
    about=About(
        "Makes one axis of several.",
        "y = x, axes axis to end_axis joined to one of their product",
        PICTURE
        + example("Pooling", "pooling_param { pool: AVE global_pooling: true }", tops="mean")
        + example("Flatten", bottoms="mean"),
        ("flatten_param",),
        quirks=("`end_axis` is joined too: -1 is the last axis, not the one before.",),
    ),
)
