"""Serialise: a graph as ONNX bytes, for onnxruntime and for other people's tools."""

from __future__ import annotations

import onnx
import onnx_ir as ir


def to_bytes(model: ir.Model, every: bool = False) -> bytes:
    """Return the model as an ONNX file.

    Parameters
    ----------
    model
        The graph.
    every
        Make every float value of the graph an output, in the order they are computed.
    """
    proto = ir.serde.serialize_model(model)
    if every:
        known = {o.name for o in proto.graph.output}
        numbers = {v.name for v in proto.graph.value_info if _is_float(v)}
        for node in proto.graph.node:
            for name in node.output:
                if name in numbers - known:
                    proto.graph.output.append(onnx.ValueInfoProto(name=name))
    content: bytes = proto.SerializeToString()
    return content


def _is_float(value: onnx.ValueInfoProto) -> bool:
    return bool(value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT)
