"""Layers that look at whole axes: Reduction, Tile, SPP."""

from __future__ import annotations

from math import prod

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
from texelnet.caffe.layer import Kind, Layer, Shape, Writer, spoken
from texelnet.caffe.layers.pooling import Window, pooled, windows

_REDUCE = {
    "SUM": "ReduceSum",
    "ASUM": "ReduceL1",
    "SUMSQ": "ReduceSumSquare",
    "MEAN": "ReduceMean",
}


def _reduction_axis(layer: Layer) -> int:
    return layer.axis(layer.settings("reduction_param").number("axis"))


def _reduction_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the axes before the first that is reduced."""
    return (layer.bottom_shapes[0][: _reduction_axis(layer)],)


def _reduction(layer: Layer, writer: Writer) -> None:
    """Write a Reduce, and Mul if there is a coefficient."""
    settings = layer.settings("reduction_param")
    axes = list(range(_reduction_axis(layer), len(layer.bottom_shapes[0])))
    coeff, over = settings.real("coeff"), writer.constant("axes", axes)
    reduced = writer.node(
        _REDUCE[settings.word("operation")],
        [writer.bottoms[0], over],
        writer.tops[0] if coeff == 1 else "",
        keepdims=0,
    )
    if coeff != 1:
        writer.node("Mul", [reduced, writer.constant("coeff", coeff)], writer.tops[0])


def _tile_axis(layer: Layer) -> int:
    return layer.axis(layer.settings("tile_param").number("axis"))


def _tile_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the shape with one axis repeated."""
    times, axis = layer.settings("tile_param").number("tiles"), _tile_axis(layer)
    if times < 1:
        raise layer.error(f"tiles is {times}", "write how many times the axis is repeated")
    shape = layer.bottom_shapes[0]
    return ((*shape[:axis], shape[axis] * times, *shape[axis + 1 :]),)


def _tile(layer: Layer, writer: Writer) -> None:
    """Write Tile."""
    repeats = [1] * len(layer.bottom_shapes[0])
    repeats[_tile_axis(layer)] = layer.settings("tile_param").number("tiles")
    counts = writer.constant("repeats", repeats)
    writer.node("Tile", [writer.bottoms[0], counts], writer.tops[0])


def _levels(layer: Layer) -> list[Window]:
    """Return the pools of the pyramid."""
    height, shape = layer.settings("spp_param").number("pyramid_height"), layer.bottom_shapes[0]
    if len(shape) != 4:
        fact = f"SPP needs batch, channels, height and width, {layer.bottoms[0]} is"
        raise layer.error(f"{fact} {spoken(shape)}", "a Reshape before it")
    if not 1 <= height <= 12:
        raise layer.error(f"pyramid_height is {height}", "from 1 to 12 levels")
    return [_level(layer, 2**level) for level in range(height)]


def _level(layer: Layer, bins: int) -> Window:
    sizes = layer.bottom_shapes[0][2:]
    kernel = tuple(-(-size // bins) for size in sizes)
    pad = tuple((k * bins - size + 1) // 2 for k, size in zip(kernel, sizes, strict=True))
    if any(p >= k for p, k in zip(pad, kernel, strict=True)):
        fact = f"{bins} bins are too many for a picture of {spoken(sizes)}"
        raise layer.error(fact, "a lower pyramid, or a larger picture")
    down, right = kernel
    return Window.of((down, right), (down, right), (pad[0], pad[1]), True)


def _spp_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return channels times bins, in one axis; a single level keeps its picture."""
    shape, levels = layer.bottom_shapes[0], _levels(layer)
    counts = [windows(layer, level, shape) for level in levels]
    if len(levels) == 1:
        return ((*shape[:2], *counts[0]),)
    return ((shape[0], shape[1] * sum(map(prod, counts))),)


def _spp(layer: Layer, writer: Writer) -> None:
    """Write one pool a level, flat, side by side."""
    largest, levels = layer.settings("spp_param").word("pool") == "MAX", _levels(layer)
    if layer.settings("spp_param").word("pool") == "STOCHASTIC":
        raise layer.error("stochastic pooling draws lots", "train with it, use AVE afterwards")
    if len(levels) == 1:
        pooled(writer, writer.bottoms[0], levels[0], largest, writer.tops[0])
        return
    flat = []
    for at in levels:
        value = pooled(writer, writer.bottoms[0], at, largest, "")
        flat.append(writer.node("Flatten", [value], axis=1))
    writer.node("Concat", flat, writer.tops[0], axis=1)


REDUCTION = Kind(
    "Reduction",
    _reduction_shapes,
    _reduction,
    about=About(
        "Adds up, or averages, all axes from one on.",
        "SUM    y = coeff · Σ x      ASUM  y = coeff · Σ |x|\n"
        "SUMSQ  y = coeff · Σ x^2    MEAN  y = coeff · Σ x / count",
        PICTURE + example("Reduction", "reduction_param { operation: MEAN axis: 1 }"),
        ("reduction_param",),
        quirks=(
            "All axes from `axis` on go, none stays with size 1; the usual `axis: 0` leaves a "
            "single number of the whole batch.",
        ),
    ),
)
TILE = Kind(
    "Tile",
    _tile_shapes,
    _tile,
    about=About(
        "Repeats an axis.",
        "y[n, c] = x[n, c mod C]  for axis 1",
        PICTURE + example("Tile", "tile_param { tiles: 2 }"),
        ("tile_param",),
        quirks=("The whole axis is repeated, 0 1 2 0 1 2, not entry by entry.",),
    ),
)
SPP = Kind(
    "SPP",
    _spp_shapes,
    _spp,
    pins=lambda layer: "SPP has a number of bins, so many for a picture of any size",
    about=About(
        "A pyramid of pools: as many numbers from a picture of any size.",
        "y[n] = the pools of 1, 2 x 2, 4 x 4, ... bins, flat, one behind the other\n"
        "bin of level l: ceil(H / 2^l) x ceil(W / 2^l), the picture padded by half of the rest",
        'input: "data" input_shape { dim: [1, 3, 8, 8] }\n'
        + example("SPP", "spp_param { pyramid_height: 2 }"),
        ("spp_param",),
        quirks=(
            "The window is worked out from the picture's size, so a graph holds it for one "
            "size; Caffe works it out anew.",
            "A pyramid of one level keeps its picture, N x C x 1 x 1; of several the top is "
            "flat.",
        ),
    ),
)
