"""Old prototxts brought up to date: V0 and V1 `layers`, `input:` with `input_dim` or a shape.

The rules are Caffe's own: what its `upgrade_net_proto_text` writes, this returns.
"""

from __future__ import annotations

from collections.abc import Sequence

from texelnet.caffe.message import Message, Value
from texelnet.caffe.schema import SCHEMA, Scalar
from texelnet.caffe.upgrade_v0 import upgrade_v0
from texelnet.errors import PrototxtError

V1_TYPES = {
    **{"NONE": "", "ABSVAL": "AbsVal", "ACCURACY": "Accuracy", "ARGMAX": "ArgMax"},
    **{"BNLL": "BNLL", "CONCAT": "Concat", "CONTRASTIVE_LOSS": "ContrastiveLoss"},
    **{"CONVOLUTION": "Convolution", "DECONVOLUTION": "Deconvolution", "DATA": "Data"},
    **{"DROPOUT": "Dropout", "DUMMY_DATA": "DummyData", "EUCLIDEAN_LOSS": "EuclideanLoss"},
    **{"ELTWISE": "Eltwise", "EXP": "Exp", "FLATTEN": "Flatten", "HDF5_DATA": "HDF5Data"},
    **{"HDF5_OUTPUT": "HDF5Output", "HINGE_LOSS": "HingeLoss", "IM2COL": "Im2col"},
    **{"IMAGE_DATA": "ImageData", "INFOGAIN_LOSS": "InfogainLoss"},
    **{"INNER_PRODUCT": "InnerProduct", "LRN": "LRN", "MEMORY_DATA": "MemoryData"},
    **{"MULTINOMIAL_LOGISTIC_LOSS": "MultinomialLogisticLoss", "MVN": "MVN"},
    **{"POOLING": "Pooling", "POWER": "Power", "RELU": "ReLU", "SIGMOID": "Sigmoid"},
    **{"SIGMOID_CROSS_ENTROPY_LOSS": "SigmoidCrossEntropyLoss", "SILENCE": "Silence"},
    **{"SOFTMAX": "Softmax", "SOFTMAX_LOSS": "SoftmaxWithLoss", "SPLIT": "Split"},
    **{"SLICE": "Slice", "TANH": "TanH", "WINDOW_DATA": "WindowData"},
    **{"THRESHOLD": "Threshold"},
}

_TRANSFORMS = ("scale", "mean_file", "crop_size", "mirror")
"""What stood in a data layer's own settings before there was `transform_param`."""


def upgrade(net: Message, source: str) -> Message:
    """Return the network in today's form: only `layer`, each input an Input layer."""
    if net.has("layer") and net.has("layers"):
        line = max(net.line_of("layer"), net.line_of("layers"))
        fact = "the file has 'layer' (the present form) and 'layers' (the old one)"
        raise PrototxtError(f"{source}:{line}", fact, "write all of them as layer { ... }")
    if net.has("layers"):
        old = upgrade_v0(net.blocks("layers"), source)
        net = net.with_fields(layers=(), layer=[_upgrade_v1(layer, source) for layer in old])
    layers = [_without_statistics_specs(layer) for layer in net.blocks("layer")]
    inputs = _input_layer(net, source)
    return net.with_fields(layer=[*inputs, *layers], input=(), input_dim=(), input_shape=())


def _upgrade_v1(old: Message, source: str) -> Message:
    """Turn a V1 layer into today's: type as a string, learning rates into `param`."""
    layer = Message("LayerParameter", old.line)
    for name, values in old.fields.items():
        if name in SCHEMA["LayerParameter"] and name not in ("type", "param"):
            layer.fields[name] = values
    _move_transforms(layer)
    if old.has("type"):
        layer.add("type", V1_TYPES[old.word("type")], old.line_of("type"))
    names, modes = old.words("param"), old.words("blob_share_mode")
    rates, decays = old.reals("blobs_lr"), old.reals("weight_decay")
    if modes and len(modes) != len(names):
        where = f"{source}:{old.line_of('blob_share_mode')}"
        raise PrototxtError(where, f"{len(modes)} blob_share_mode for {len(names)} param")
    written: tuple[tuple[str, Sequence[Scalar]], ...] = (
        *(("name", names), ("share_mode", modes)),
        *(("lr_mult", rates), ("decay_mult", decays)),
    )
    for index in range(max(len(names), len(rates), len(decays))):
        spec = Message("ParamSpec", old.line)
        for field, numbers in written:
            if index < len(numbers) and numbers[index] != "":
                spec.add(field, numbers[index])
        layer.add("param", spec)
    return layer


def _move_transforms(layer: Message) -> None:
    """Move what a data layer's own settings say of its pictures into transform_param."""
    for block in ("data_param", "image_data_param", "window_data_param"):
        settings = layer.block(block)
        moved = [name for name in settings.fields if name in _TRANSFORMS]
        if moved:
            whole = layer.block("transform_param")
            values = {name: settings.fields[name] for name in moved}
            whole = Message(whole.kind, whole.line, whole.fields | values)
            kept = settings.with_fields(**dict.fromkeys(moved, ()))
            layer.fields[block] = [Value(kept, settings.line)]
            layer.fields["transform_param"] = [Value(whole, whole.line)]


def _without_statistics_specs(layer: Message) -> Message:
    """Drop the three `param` of a BatchNorm: its statistics are never learnt."""
    if layer.word("type") == "BatchNorm" and len(layer.blocks("param")) == 3:
        return layer.with_fields(param=())
    return layer


def _input_layer(net: Message, source: str) -> list[Message]:
    """Make the Input layer that old-style `input:` fields stand for."""
    names, line = net.words("input"), net.line_of("input")
    shapes, dims = net.blocks("input_shape"), net.numbers("input_dim")
    if not names and not shapes and not dims:
        return []
    where = f"{source}:{line}"
    if not names:
        raise PrototxtError(where, "there are input sizes but no input", 'add input: "data"')
    if not shapes:
        if len(dims) != 4 * len(names):
            fact = f"there are {len(dims)} input_dim, {4 * len(names)} are needed"
            raise PrototxtError(where, fact, "give batch, channels, height, width for each")
        shapes = [Message("BlobShape", net.line_of("input_dim")) for _ in names]
        for index, size in enumerate(dims):
            shapes[index // 4].add("dim", size)
    if len(shapes) != len(names):
        fact = f"there are {len(names)} input and {len(shapes)} input_shape"
        raise PrototxtError(where, fact)
    layer = Message("LayerParameter", line)
    settings = Message("InputParameter", line).with_fields(shape=shapes)
    return [
        layer.with_fields(name=["input"], type=["Input"], top=names, input_param=[settings])
    ]
