"""Pictured: a network of any inputs and outputs as one that draws a picture of a picture.

That is all that a host of user shaders runs. A mixture of the picture's channels goes in; what
comes out is made as large as the picture, or twice as large, mixed into its channels and added.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper
from tests.random_networks.draft import Draft

from texelnet.graph.contract import Contract

PICTURE, ANSWER = "picture", "answer"


def pictured(draft: Draft, contract: Contract) -> onnx.ModelProto:
    """Return the model from "picture" to "answer", as the contract has them."""
    model = draft.finish()
    graph, rng = model.graph, np.random.default_rng(5)

    def constant(numbers: np.ndarray) -> str:
        name = f"pictured.{len(graph.initializer)}"
        graph.initializer.append(onnx.numpy_helper.from_array(numbers, name))
        return name

    def mixed(inputs: int, outputs: int, size: float) -> str:
        weights = rng.uniform(-size, size, (outputs, inputs, 1, 1))
        return constant(weights.astype(np.float32))

    def node(op: str, name: str, *operands: str, **attributes: object) -> str:
        graph.node.append(helper.make_node(op, operands, [name], name, **attributes))
        return name

    inward = mixed(contract.planes, draft.channels, 1 / contract.planes)
    graph.node.insert(0, helper.make_node("Conv", [PICTURE, inward], ["x"], "x"))
    shape = node("Shape", "shape", PICTURE)
    ends = [constant(np.array([n], np.int64)) for n in (2, 4)]
    sides = node("Slice", "sides", shape, *ends)
    larger = node("Mul", "larger", sides, constant(np.array([contract.scale] * 2, np.int64)))
    start = constant(np.array([1, contract.planes], np.int64))
    sizes = node("Concat", "sizes", start, larger, axis=0)
    nothing = constant(np.array([], np.float32))
    parts = []
    for n, value in enumerate(draft.outputs):
        size = (3 / value.channels) ** 0.5 / max(1.0, value.span)
        weights = mixed(value.channels, contract.planes, size)
        mix = node("Conv", f"mix{n}", value.name, weights)
        operands = (mix, nothing, nothing, sizes)
        parts.append(node("Resize", f"part{n}", *operands, mode="linear"))
    node("Sum", ANSWER, *parts)
    _ends(graph, contract)
    return model


def _ends(graph: onnx.GraphProto, contract: Contract) -> None:
    """Give the graph its one input and output."""
    del graph.input[:], graph.output[:]
    float32 = onnx.TensorProto.FLOAT
    given = ["batch", contract.planes, "height", "width"]
    graph.input.append(helper.make_tensor_value_info(PICTURE, float32, given))
    drawn = ["batch", contract.planes, None, None]
    graph.output.append(helper.make_tensor_value_info(ANSWER, float32, drawn))
