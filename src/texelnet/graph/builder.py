"""Builder: write an ONNX graph one node at a time, by the names of its values.

Blobs of pictures are (batch, channels, height, width). A free size is a string ("height"),
a fixed one an int. The result is checked by ONNX itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnx_ir as ir

OPSET = 18
Dims = Sequence[int | str]


class Builder:
    """Collects nodes, constants, inputs and outputs of one graph.

    Names of values are the reader's own (Caffe's blob names); constants and values that
    only the graph needs get theirs from :meth:`fresh`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._nodes: list[onnx.NodeProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._outputs: list[str] = []
        self._taken: set[str] = set()

    def fresh(self, stem: str) -> str:
        """Return a name nobody has yet: the stem itself, or the stem and a number."""
        name, n = stem, 0
        while name in self._taken:
            n += 1
            name = f"{stem}_{n}"
        self._taken.add(name)
        return name

    def input(self, name: str, dims: Dims) -> str:
        """Declare a float32 input; give free sizes as strings."""
        self._taken.add(name)
        self._inputs.append(
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, list(dims))
        )
        return name

    def constant(self, stem: str, value: np.ndarray | Sequence[int] | float) -> str:
        """Add a constant: float32, or int64 if whole numbers were given."""
        array = np.asarray(value)
        array = array.astype(np.int64 if array.dtype.kind in "iu" else np.float32)
        name = self.fresh(stem)
        self._constants[name] = onnx.numpy_helper.from_array(np.asarray(array, order="C"), name)
        return name

    def node(
        self,
        op: str,
        inputs: Sequence[str],
        output: str | Sequence[str],
        name: str = "",
        **attributes: Any,
    ) -> str:
        """Add one node and return the name of its first output.

        Parameters
        ----------
        op
            ONNX operator type, default domain.
        inputs
            Names of values; an empty string leaves an optional input out.
        output
            Name (or names) of what it computes.
        name
            The layer it comes from; passes and errors are told by it.
        """
        outputs = [output] if isinstance(output, str) else list(output)
        self._taken.update(outputs)
        self._nodes.append(
            onnx.helper.make_node(op, list(inputs), outputs, name=name, **attributes)
        )
        return outputs[0]

    def output(self, name: str) -> None:
        """Declare a value as an output of the graph."""
        self._outputs.append(name)

    def finish(self, metadata: Mapping[str, str] | None = None) -> ir.Model:
        """Check the graph, infer its shapes and return it as an onnx_ir model."""
        graph = onnx.helper.make_graph(
            self._nodes,
            self.name,
            self._inputs,
            [onnx.helper.make_empty_tensor_value_info(n) for n in self._outputs],
            list(self._constants.values()),
        )
        for value in graph.output:
            value.type.tensor_type.elem_type = onnx.TensorProto.FLOAT
        model = onnx.helper.make_model(
            graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=9
        )
        onnx.helper.set_model_props(model, dict(metadata or {}))
        model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        onnx.checker.check_model(model)
        return ir.serde.deserialize_model(model)
