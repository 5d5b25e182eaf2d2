"""Crop, the first bottom cut to the second one's sizes, and CropCenter, cut by numbers."""

from __future__ import annotations

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
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


def _center_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the shape without what is cut off both ends."""
    shape, sizes = (
        layer.bottom_shapes[0],
        layer.settings("crop_center_param").numbers("crop_size"),
    )
    if len(sizes) != len(shape):
        fact = (
            f"crop_size is written {len(sizes)} times, {layer.bottoms[0]} has {len(shape)} axes"
        )
        raise layer.error(fact, "write it once an axis: 0 0 4 4")
    for at, (entries, cut) in enumerate(zip(shape, sizes, strict=True)):
        if entries <= 2 * cut:
            raise layer.error(f"axis {at} has {entries}, crop_size {cut} leaves nothing of it")
    return (tuple(entries - 2 * cut for entries, cut in zip(shape, sizes, strict=True)),)


def _center_to_graph(layer: Layer, writer: Writer) -> None:
    """Write Slice on the axes that are cut."""
    sizes = layer.settings("crop_center_param").numbers("crop_size")
    axes = [axis for axis, cut in enumerate(sizes) if cut]
    if not axes:
        writer.node("Identity", writer.bottoms, writer.tops[0])
        return
    starts = writer.constant("starts", [sizes[axis] for axis in axes])
    ends = writer.constant("ends", [-sizes[axis] for axis in axes])
    where = writer.constant("axes", axes)
    writer.node("Slice", [writer.bottoms[0], starts, ends, where], writer.tops[0])


CROP_CENTER = Kind(
    "CropCenter",
    _center_shapes,
    _center_to_graph,
    about=About(
        "Cuts as much off both ends of an axis (the fork that waifu2x uses).",
        "y[...] = x[... from crop_size to size - crop_size on every axis]",
        PICTURE + example("CropCenter", "crop_center_param { crop_size: [0, 0, 2, 1] }"),
        ("crop_center_param",),
        quirks=(
            "`crop_size` is written for all axes, batch and channels (0 0) included, and is "
            "what is cut off one end: the axis loses twice as much.",
            "It is field 149 of a layer and crop_size field 2, in other forks something else.",
        ),
    ),
)
CROP = Kind(
    "Crop",
    _shapes,
    _to_graph,
    bottoms=(2, 2),
    about=About(
        "Cuts the first bottom to the sizes of the second.",
        "y[n, c, i, j] = a[n, c, i + offset, j + offset]\n"
        "sizes of y = those of b, from axis on",
        PICTURE
        + example("Pooling", "pooling_param { pool: AVE kernel_size: 3 }", tops="small")
        + example("Crop", "crop_param { axis: 2 offset: 1 }", "data small"),
        ("crop_param",),
        quirks=(
            "The window lies at `offset`, not in the middle.",
            "With `axis: 1`, unlike the usual 2, channels are cut as well.",
            "Nothing of the second bottom but its sizes is read, and it gets no gradient.",
        ),
    ),
)
