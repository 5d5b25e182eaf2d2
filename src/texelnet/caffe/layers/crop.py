"""Crop: the first bottom cut to the second one's sizes, from `axis` on.

`offset` is written once for all these axes, or once an axis; left out it is 0.
"""

from __future__ import annotations

from texelnet.caffe.layer import Kind, Layer, Shape, Writer, spoken


def _offsets(layer: Layer) -> tuple[int, list[int]]:
    """Return the first axis that is cut, and the offset on each from there on."""
    settings, shape = layer.settings("crop_param"), layer.bottom_shapes[0]
    axis = layer.axis(settings.number("axis"))
    count, written = len(shape) - axis, settings.numbers("offset")
    if len(written) not in (0, 1, count):
        fact = (
            f"offset is written {len(written)} times, axes {axis} to {len(shape) - 1} are cut"
        )
        raise layer.error(fact, "write it once, or once an axis")
    return axis, written if len(written) == count else (written or [0]) * count


def _shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the first bottom's shape with the second one's sizes from the axis on."""
    shape, wanted = layer.bottom_shapes
    if len(shape) != len(wanted):
        fact = f"{layer.bottoms[0]} is {spoken(shape)}, {layer.bottoms[1]} is {spoken(wanted)}"
        raise layer.error(f"{fact}: both need as many axes")
    axis, offsets = _offsets(layer)
    for at, offset in enumerate(offsets, axis):
        if offset + wanted[at] > shape[at]:
            fact = (
                f"axis {at} has {shape[at]}, offset {offset} and size {wanted[at]} go past it"
            )
            raise layer.error(fact, "a smaller offset, or more pad before")
    return ((*shape[:axis], *wanted[axis:]),)


def _to_graph(layer: Layer, writer: Writer) -> None:
    """Write Slice from the offsets to the offsets plus the second bottom's sizes."""
    axis, offsets = _offsets(layer)
    axes = len(layer.bottom_shapes[0])
    starts = writer.constant("offset", offsets)
    shape = writer.node("Shape", [writer.bottoms[1]])
    bounds = [writer.constant(what, [at]) for what, at in (("first", axis), ("last", axes))]
    sizes = writer.node("Slice", [shape, *bounds])
    ends = writer.node("Add", [sizes, starts])
    where = writer.constant("axes", list(range(axis, axes)))
    writer.node("Slice", [writer.bottoms[0], starts, ends, where], writer.tops[0])


CROP = Kind("Crop", _shapes, _to_graph, bottoms=(2, 2))
