"""Layers that feed a network from files: Data, HDF5Data, ImageData, DummyData.

They are left out of a network that is used. In training they give a batch at each step; see
`caffe/feeds/`.
"""

from __future__ import annotations

from texelnet.caffe.about import About
from texelnet.caffe.about import layer as example
from texelnet.caffe.feeds import FEEDS
from texelnet.caffe.layer import ANY, Kind, Layer, Shape, Writer


def _shapes(layer: Layer) -> tuple[Shape, ...]:
    """Open the files; return the shapes of a batch."""
    return FEEDS[layer.type](layer, False).shapes


def _no_graph(layer: Layer, writer: Writer) -> None:
    fact = f"{layer.type} gives batches of its own"
    raise layer.error(fact, "put an Input layer in its place")


_PICTURES = (
    "`transform_param` is followed in this order: a window is cut (by lot in TRAIN, from the "
    "middle in TEST), mirrored, the mean subtracted, the rest multiplied by `scale`.",
    "Pictures are blue, green, red in 0 to 255: `scale: 0.00390625` makes that 0 to 1.",
)
_CHANGED = "y = scale · (window of the picture, maybe mirrored - mean)"
_ABOUT = {
    "DummyData": About(
        "Numbers by fillers, drawn anew for every batch.",
        "y = data_filler, or 0",
        example(
            "DummyData",
            'dummy_data_param { shape { dim: [2, 3] } data_filler { type: "gaussian" } }',
            "",
        ),
        ("dummy_data_param",),
    ),
    "HDF5Data": About(
        "Rows of the HDF5 files that a text file lists.",
        "y = batch_size rows of the dataset that is called like the top",
        example("HDF5Data", 'hdf5_data_param { source: "rows.txt" batch_size: 2 }', "", "data"),
        ("hdf5_data_param",),
        quirks=(
            "Each top is the dataset of its name; all have as many rows.",
            "It takes no `transform_param`: scale the numbers in the files.",
            "Names in the list are sought from where we are, then beside the prototxt.",
        ),
    ),
    "ImageData": About(
        "Picture files that a text file lists, with a label each.",
        _CHANGED,
        example(
            "ImageData",
            'image_data_param { source: "pictures.txt" batch_size: 2 new_height: 6 '
            "new_width: 8 }",
            "",
            "data label",
        ),
        ("image_data_param", "transform_param"),
        quirks=(
            'A line is "folder/a.png 3": the label is one number, a picture as label needs '
            "HDF5Data.",
            *_PICTURES,
        ),
    ),
    "Data": About(
        "Pictures with labels in an LMDB.",
        _CHANGED,
        example(
            "Data",
            'data_param { source: "lmdb" batch_size: 2 backend: LMDB }',
            "",
            "data label",
        ),
        ("data_param", "transform_param"),
        quirks=(
            "`backend` is LEVELDB unless written, which is refused: no maintained library "
            "reads it. Convert it and write `backend: LMDB`.",
            *_PICTURES,
        ),
    ),
}
DATA_LAYERS: dict[str, Kind] = {
    name: Kind(name, _shapes, _no_graph, bottoms=(0, 0), tops=(1, ANY), about=_ABOUT[name])
    for name in FEEDS
}
"""Layers that give batches, by Caffe's names."""
