"""Networks whose deconvolutions are explained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import helper
from tests.graph.onnx_models import model, weights, written

from texelnet.caffe import read_net, to_graph
from texelnet.cli.network import find
from texelnet.graph.contract import Contract, read_contract
from texelnet.graph.network import Network
from texelnet.graph.onnx_file import read_onnx


def decon() -> Network:
    """Return decon-x2, whose phases were learnt."""
    path = find("decon-x2")
    net = to_graph(read_net(path, path.with_suffix(".npz")))
    return net.wants(read_contract(path.with_suffix(".toml")))


def uneven(folder: Path, contract: Contract | None = None) -> Network:
    """Return random weights with a kernel of 3 at a stride of 2: a real checkerboard."""
    ends = ["x", "w1", "b1"], ["h", "w2", "b2"]
    nodes = [
        helper.make_node("Conv", ends[0], ["a"], "look", pads=[1] * 4),
        helper.make_node("LeakyRelu", ["a"], ["h"], "bend", alpha=0.1),
        helper.make_node(
            "ConvTranspose", ends[1], ["y"], "up", strides=[2, 2], pads=[1] * 4,
            output_padding=[1, 1],
        ),
    ]  # fmt: skip
    shapes = [("w1", 8, 1, 3, 3), ("b1", 8), ("w2", 8, 1, 3, 3), ("b2", 1)]
    constants = [weights(name, *shape) for name, *shape in shapes]
    path = written(folder, model(nodes, constants, shape=(1, 1, "height", "width")))
    return read_onnx(path).wants(contract or Contract())


def flat(network: Network, grey: float, side: int = 40) -> np.ndarray:
    """Return a picture of one grey."""
    assert network.contract is not None
    return np.full((network.contract.planes, side, side), grey, np.float32)
