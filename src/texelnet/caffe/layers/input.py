"""Input: the blobs that a network is given. One `shape` for all tops, or one for each."""

from __future__ import annotations

from texelnet.caffe.about import About
from texelnet.caffe.about import layer as example
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


INPUT = Kind(
    "Input",
    _shapes,
    _to_graph,
    bottoms=(0, 0),
    tops=(1, ANY),
    about=About(
        "Names the blobs that a network is given, and their sizes.",
        "y = what is given",
        example("Input", "input_param { shape { dim: [1, 3, 9, 8] } }", "", "data")
        + example("TanH"),
        ("input_param",),
        quirks=(
            "Height and width are an example: a network runs at any size, unless a layer pins "
            "them (`texelnet inspect` tells which).",
            "Blobs of pictures are blue, green, red where Caffe read them itself.",
            'The older `input: "data"` with `input_dim` four times, or `input_shape`, is the '
            "same.",
        ),
    ),
)
