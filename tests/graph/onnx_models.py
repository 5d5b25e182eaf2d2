"""Small ONNX models as other people's tools write them: super-resolution, U-Net, odd ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from texelnet.errors import NetworkError
from texelnet.graph.onnx_file import read_onnx
from texelnet.run.onnxruntime import Reference

node = helper.make_node
SHAPE = (1, 3, 16, 16)


def weights(name: str, *shape: int) -> onnx.TensorProto:
    rng = np.random.default_rng(sum(map(ord, name)) + len(shape))
    return constant(name, rng.uniform(-0.3, 0.3, shape).astype(np.float32))


def constant(name: str, values: object) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(values), name)


def picture(name: str, shape: Sequence[int | str] | None, kind: int = TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def model(
    nodes: Sequence[onnx.NodeProto],
    constants: Sequence[onnx.TensorProto] = (),
    opset: int = 18,
    shape: Sequence[int | str] | None = SHAPE,
    kind: int = TensorProto.FLOAT,
) -> onnx.ModelProto:
    """Return a model that reads "x" and returns "y"."""
    graph = helper.make_graph(
        nodes, "g", [picture("x", shape, kind)], [picture("y", None, kind)], constants
    )
    opsets = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def written(folder: Path, proto: onnx.ModelProto, name: str = "net.onnx") -> Path:
    path = folder / name
    path.write_bytes(proto.SerializeToString())
    return path


def srvgg(opset: int = 18, shape: Sequence[int | str] = SHAPE) -> onnx.ModelProto:
    """SRVGG: convolutions with PReLU, a pixel shuffle, and the picture repeated, added."""
    region = "" if opset >= 13 else "none"  # only what opset 11 wants written
    nodes = [
        node("Conv", ["x", "w1", "b1"], ["a"], "body.0", pads=[1] * 4),
        node("PRelu", ["a", "s"], ["b"]),
        node("Conv", ["b", "w2"], ["c"], pads=[1] * 4),
        node("DepthToSpace", ["c"], ["d"], blocksize=2, mode="CRD"),
        node(
            "Resize", ["x", region, "scales"], ["r"], mode="nearest",
            coordinate_transformation_mode="asymmetric", nearest_mode="floor",
        ),
        node("Add", ["d", "r"], ["y"]),
    ]  # fmt: skip
    constants = [weights("w1", 8, 3, 3, 3), weights("b1", 8), weights("s", 8, 1, 1)]
    constants += [weights("w2", 12, 8, 3, 3), constant("scales", np.float32([1, 1, 2, 2]))]
    constants += [constant("none", np.zeros(0, np.float32))] if region else []
    return model(nodes, constants, opset, shape)


def espcn(opset: int = 18, shape: Sequence[int | str] = SHAPE) -> onnx.ModelProto:
    """ESPCN: convolutions with tanh and a pixel shuffle."""
    nodes = [
        node("Conv", ["x", "w1", "b1"], ["a"], pads=[2] * 4),
        node("Tanh", ["a"], ["b"]),
        node("Conv", ["b", "w2"], ["c"], pads=[1] * 4),
        node("DepthToSpace", ["c"], ["y"], blocksize=2, mode="CRD"),
    ]
    constants = [weights("w1", 5, 3, 5, 5), weights("b1", 5), weights("w2", 12, 5, 3, 3)]
    return model(nodes, constants, opset, shape)


def unet(opset: int = 18, shape: Sequence[int | str] = SHAPE) -> onnx.ModelProto:
    """A U-Net: stride 2 down, a transposed convolution up, and the picture beside it."""
    nodes = [
        node("Conv", ["x", "w1"], ["a"], "in", pads=[1] * 4),
        node("Relu", ["a"], ["b"]),
        node("Conv", ["b", "w2"], ["c"], "down", pads=[1] * 4, strides=[2, 2]),
        node("Relu", ["c"], ["d"]),
        node("ConvTranspose", ["d", "w3"], ["e"], "up", strides=[2, 2]),
        node("Concat", ["e", "b"], ["f"], "skip", axis=1),
        node("Conv", ["f", "w4"], ["g"], "out", pads=[1] * 4),
        node("Add", ["g", "x"], ["y"]),
    ]
    constants = [weights("w1", 4, 3, 3, 3), weights("w2", 6, 4, 3, 3)]
    constants += [weights("w3", 6, 4, 2, 2), weights("w4", 3, 8, 3, 3)]
    return model(nodes, constants, opset, shape)


MODELS = {"espcn": espcn, "srvgg": srvgg, "unet": unet}


FREE = ["batch", 3, "height", "width"]
W = weights("w", 3, 3, 3, 3)
CONV = node("Conv", ["x", "w"], ["a"], "c", pads=[1] * 4)
RELU = node("Relu", ["a"], ["y"], "r")
X = np.random.default_rng(0).random((1, 3, 16, 16), np.float32)


def dims(network, name="x"):
    (value,) = [v for v in network.model.graph.inputs if v.name == name]
    return [d if isinstance(d, int) else d.value for d in value.shape]


def nodes(network):
    return [(n.op_type, n.name) for n in network.model.graph]


def read(folder, *words, **more):
    return read_onnx(written(folder, model(*words, **more)))


def answer(network, **inputs):
    return Reference(network).run(inputs or {"x": X})["y"]


def refused(folder, proto, kind=NetworkError):
    """The whole text of a refusal, without the folder."""
    path = proto if isinstance(proto, Path) else written(folder, proto)
    with pytest.raises(kind) as caught:
        read_onnx(path)
    return str(caught.value).replace(f"{folder}/", "")
