"""Concat, Slice and Split: blobs laid side by side, cut apart, and copied."""

from __future__ import annotations

from itertools import pairwise

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
from texelnet.caffe.layer import ANY, Kind, Layer, Shape, Writer, spoken

_TO_THE_END = 2**63 - 1


def _axis(layer: Layer, block: str, old: str) -> int:
    settings = layer.settings(block)
    if settings.has(old):
        if settings.has("axis"):
            raise layer.error(f"axis and {old} are both written", "keep axis")
        return layer.axis(settings.number(old))
    return layer.axis(settings.number("axis"))


def _concat_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the shape with the sizes added up along the axis."""
    axis, shape = _axis(layer, "concat_param", "concat_dim"), layer.bottom_shapes[0]
    for name, other in zip(layer.bottoms, layer.bottom_shapes, strict=True):
        if len(other) != len(shape) or any(
            a != b for at, (a, b) in enumerate(zip(shape, other, strict=True)) if at != axis
        ):
            fact = f"{layer.bottoms[0]} is {spoken(shape)}, {name} is {spoken(other)}"
            raise layer.error(f"{fact}: they differ beside axis {axis}", "Crop the larger one")
    total = sum(other[axis] for other in layer.bottom_shapes)
    return ((*shape[:axis], total, *shape[axis + 1 :]),)


def _concat(layer: Layer, writer: Writer) -> None:
    """Write Concat; one bottom alone is copied."""
    if len(writer.bottoms) == 1:
        writer.node("Identity", writer.bottoms, writer.tops[0])
    else:
        axis = _axis(layer, "concat_param", "concat_dim")
        writer.node("Concat", writer.bottoms, writer.tops[0], axis=axis)


def _points(layer: Layer) -> list[int]:
    """Return where the axis is cut, both ends included."""
    axis, parts = _axis(layer, "slice_param", "slice_dim"), len(layer.tops)
    size = layer.bottom_shapes[0][axis]
    written = layer.settings("slice_param").numbers("slice_point")
    if not written:
        if size % parts:
            fact = f"axis {axis} has {size} entries, {parts} tops can't share them equally"
            raise layer.error(fact, "write slice_point")
        return [size // parts * part for part in range(parts + 1)]
    if len(written) != parts - 1:
        raise layer.error(f"{parts} tops need {parts - 1} slice_point, not {len(written)}")
    points = [0, *written, size]
    if any(after <= before for before, after in pairwise(points)):
        fact = f"slice_point {', '.join(map(str, written))} must rise between 0 and {size}"
        raise layer.error(fact)
    return points


def _slice_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the shapes of the parts."""
    axis, shape = _axis(layer, "slice_param", "slice_dim"), layer.bottom_shapes[0]
    sizes = [after - before for before, after in pairwise(_points(layer))]
    return tuple((*shape[:axis], size, *shape[axis + 1 :]) for size in sizes)


def _slice(layer: Layer, writer: Writer) -> None:
    """Write one Slice a part; equal parts of height or width are a Split, at any size."""
    axis, points = _axis(layer, "slice_param", "slice_dim"), _points(layer)
    if len(writer.tops) == 1:
        writer.node("Identity", writer.bottoms, writer.tops[0])
        return
    if axis != 1 and not layer.settings("slice_param").has("slice_point"):
        writer.nodes(
            "Split", writer.bottoms, writer.tops, axis=axis, num_outputs=len(writer.tops)
        )
        return
    axes = writer.constant("axes", [axis])
    for index, (top, (begin, end)) in enumerate(
        zip(writer.tops, pairwise(points), strict=True)
    ):
        last = index == len(writer.tops) - 1
        starts = writer.constant(f"start{index}", [begin])
        ends = writer.constant(f"end{index}", [_TO_THE_END if last else end])
        writer.node("Slice", [writer.bottoms[0], starts, ends, axes], top)


def _split_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the bottom's shape for each copy."""
    return layer.bottom_shapes * len(layer.tops)


def _split(layer: Layer, writer: Writer) -> None:
    """Write one Identity a copy."""
    for top in writer.tops:
        writer.node("Identity", writer.bottoms, top)


CONCAT = Kind(
    "Concat",
    _concat_shapes,
    _concat,
    bottoms=(1, ANY),
    about=About(
        "Lays blobs side by side along an axis.",
        "y = bottom[0], bottom[1], ... one behind the other along axis",
        PICTURE + example("TanH", tops="bent") + example("Concat", bottoms="data bent"),
        ("concat_param",),
        quirks=(
            "All other axes have one size; a picture that came out smaller has to be padded "
            "before, or the larger one cropped.",
        ),
    ),
)
SLICE = Kind(
    "Slice",
    _slice_shapes,
    _slice,
    tops=(1, ANY),
    about=About(
        "Cuts a blob into parts along an axis.",
        "top[i] = x[slice_point[i - 1] to slice_point[i]] along axis",
        PICTURE + example("Slice", "slice_param { slice_point: 1 }", tops="first others"),
        ("slice_param",),
        quirks=(
            "`slice_point` has one number fewer than there are tops; without any, the parts "
            "are equal and their number must divide the axis.",
        ),
    ),
)
SPLIT = Kind(
    "Split",
    _split_shapes,
    _split,
    tops=(1, ANY),
    about=About(
        "Copies a blob for several readers.",
        "top[i] = x;  backwards the gradients of all copies are added",
        PICTURE + example("Split", tops="one another"),
        quirks=(
            "Nobody writes it: Caffe puts one in wherever a blob has several readers, and "
            "calls the copies `<blob>_<layer>_<top>_split_<i>`. A loss weight counts as a "
            "reader.",
        ),
    ),
)
