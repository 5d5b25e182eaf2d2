"""Layers that feed a network from files: Data, HDF5Data, ImageData, DummyData.

They are left out of a network that is used. In training they give a batch at each step; see
`caffe/feeds/`.
"""

from __future__ import annotations

from texelnet.caffe.feeds import FEEDS
from texelnet.caffe.layer import ANY, Kind, Layer, Shape, Writer


def _shapes(layer: Layer) -> tuple[Shape, ...]:
    """Open the files; return the shapes of a batch."""
    return FEEDS[layer.type](layer, False).shapes


def _no_graph(layer: Layer, writer: Writer) -> None:
    raise layer.error(f"{layer.type} reads files of its own", "put an Input layer in its place")


DATA_LAYERS: dict[str, Kind] = {
    name: Kind(name, _shapes, _no_graph, bottoms=(0, 0), tops=(1, ANY)) for name in FEEDS
}
"""Layers that give batches, by Caffe's names."""
