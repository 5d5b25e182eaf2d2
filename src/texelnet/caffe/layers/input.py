"""Input: the blobs that a network is given. One `shape` for all tops, or one for each."""

from __future__ import annotations

from texelnet.caffe.layer import ANY, Kind, Layer, Shape, Writer


def _shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the shapes written in the file."""
    blocks = layer.settings("input_param").blocks("shape")
    shapes = [tuple(block.numbers("dim")) for block in blocks]
    if len(shapes) not in (1, len(layer.tops)):
        fact = f"{len(shapes)} shapes for {len(layer.tops)} tops"
        raise layer.error(fact, "write input_param { shape { dim: 1 dim: 3 dim: 64 dim: 64 } }")
    return tuple(shapes) if len(shapes) == len(layer.tops) else tuple(shapes) * len(layer.tops)


def _to_graph(layer: Layer, writer: Writer) -> None:
    """Write nothing: the graph's inputs are declared before its nodes."""


INPUT = Kind("Input", _shapes, _to_graph, bottoms=(0, 0), tops=(1, ANY))
