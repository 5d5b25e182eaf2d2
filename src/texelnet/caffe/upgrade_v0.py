"""V0 layers (2013): `layers { layer { type: "conv" ... } bottom: ... }` turned into V1 ones.

There the settings of all layer types lay side by side in one block, and padding was a layer of
its own before the convolution it served.
"""

from __future__ import annotations

from texelnet.caffe.message import Message
from texelnet.caffe.schema import SCHEMA
from texelnet.caffe.text import did_you_mean
from texelnet.errors import PrototxtError

_TYPES = {
    **{"accuracy": "ACCURACY", "bnll": "BNLL", "concat": "CONCAT", "conv": "CONVOLUTION"},
    **{"data": "DATA", "dropout": "DROPOUT", "euclidean_loss": "EUCLIDEAN_LOSS"},
    **{"flatten": "FLATTEN", "hdf5_data": "HDF5_DATA", "hdf5_output": "HDF5_OUTPUT"},
    **{"im2col": "IM2COL", "images": "IMAGE_DATA", "infogain_loss": "INFOGAIN_LOSS"},
    **{"innerproduct": "INNER_PRODUCT", "lrn": "LRN", "pool": "POOLING", "relu": "RELU"},
    **{"multinomial_logistic_loss": "MULTINOMIAL_LOGISTIC_LOSS", "sigmoid": "SIGMOID"},
    **{"softmax": "SOFTMAX", "softmax_loss": "SOFTMAX_LOSS", "split": "SPLIT"},
    **{"tanh": "TANH", "window_data": "WINDOW_DATA"},
}
_PICTURES = {
    **{"source": "source", "batchsize": "batch_size", "rand_skip": "rand_skip"},
    **{"scale": "scale", "meanfile": "mean_file", "cropsize": "crop_size", "mirror": "mirror"},
}
# type -> (the block its settings moved to, {old name: new name})
_SETTINGS: dict[str, tuple[str, dict[str, str]]] = {
    "conv": (
        "convolution_param",
        {
            **{"num_output": "num_output", "biasterm": "bias_term", "pad": "pad"},
            **{"weight_filler": "weight_filler", "bias_filler": "bias_filler"},
            **{"kernelsize": "kernel_size", "group": "group", "stride": "stride"},
        },
    ),
    "innerproduct": (
        "inner_product_param",
        {
            **{"num_output": "num_output", "biasterm": "bias_term"},
            **{"weight_filler": "weight_filler", "bias_filler": "bias_filler"},
        },
    ),
    "pool": (
        "pooling_param",
        {"pad": "pad", "kernelsize": "kernel_size", "stride": "stride", "pool": "pool"},
    ),
    "dropout": ("dropout_param", {"dropout_ratio": "dropout_ratio"}),
    "lrn": (
        "lrn_param",
        {"local_size": "local_size", "alpha": "alpha", "beta": "beta", "k": "k"},
    ),
    "concat": ("concat_param", {"concat_dim": "concat_dim"}),
    "data": ("data_param", _PICTURES),
    "images": (
        "image_data_param",
        {
            **_PICTURES,
            **{"shuffle_images": "shuffle", "new_height": "new_height"},
            "new_width": "new_width",
        },
    ),
    "hdf5_data": ("hdf5_data_param", {"source": "source", "batchsize": "batch_size"}),
    "infogain_loss": ("infogain_loss_param", {"source": "source"}),
}


def upgrade_v0(layers: list[Message], source: str) -> list[Message]:
    """Return the layers in V1's form; layers that are V1 already stay as they are."""
    if not any(layer.has("layer") for layer in layers):
        return layers
    return [_upgrade(layer, source) for layer in _pads_moved(layers, source)]


def _pads_moved(layers: list[Message], source: str) -> list[Message]:
    """Move each padding layer's pad into the layer that reads it."""
    made_by: dict[str, Message] = {}
    kept = []
    for layer in layers:
        inner = layer.block("layer")
        padding = [
            made_by[name] for name in layer.words("bottom") if _is_padding(made_by.get(name))
        ]
        if padding:
            if inner.word("type") not in ("conv", "pool", "im2col"):
                fact = f"padding feeds a layer of type {inner.word('type')}"
                hint = "only conv, pool and im2col can take it"
                raise PrototxtError(f"{source}:{layer.line}", fact, hint)
            inner = inner.with_fields(pad=[padding[0].block("layer").number("pad")])
            layer = layer.with_fields(layer=[inner], bottom=padding[0].words("bottom"))
        for top in layer.words("top"):
            made_by[top] = layer
        if not _is_padding(layer):
            kept.append(layer)
    return kept


def _is_padding(layer: Message | None) -> bool:
    return layer is not None and layer.block("layer").word("type") == "padding"


def _upgrade(old: Message, source: str) -> Message:
    """Turn one V0 layer into a V1 one."""
    inner = old.block("layer")
    layer = old.with_fields(layer=())
    for name in ("name", "blobs", "blobs_lr", "weight_decay"):
        if inner.has(name):
            layer.fields[name] = inner.fields[name]
    kind = inner.word("type")
    if inner.has("type"):
        if kind not in _TYPES:
            where = f'{source}:{inner.line_of("type")} (layer "{inner.word("name")}")'
            fact = f"there is no old layer type {kind}"
            raise PrototxtError(where, fact, did_you_mean(kind, list(_TYPES)))
        layer.add("type", _TYPES[kind], inner.line_of("type"))
    if kind in _SETTINGS:
        block, renamed = _SETTINGS[kind]
        settings = Message(SCHEMA["V1LayerParameter"][block].type, inner.line)
        for before, after in renamed.items():
            if inner.has(before):
                settings.fields[after] = inner.fields[before]
        layer.add(block, settings, inner.line)
    return layer
