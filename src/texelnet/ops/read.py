"""Read: a node of a graph as the operators see it."""

from __future__ import annotations

from collections.abc import Mapping

import onnx_ir as ir

from texelnet.ops.op import Node, Operand
from texelnet.pixel import Plane


def read_node(raw: ir.Node, known: Mapping[str, Operand]) -> Node:
    """Return a node with everything known about its operands, None where nothing is."""
    operands = tuple(
        None if v is None or not v.name else known.get(str(v.name)) for v in raw.inputs
    )
    attributes = {name: _attribute(a) for name, a in raw.attributes.items()}
    outputs = tuple(str(v.name) for v in raw.outputs)
    pictures = tuple(p for p in known.values() if isinstance(p, Plane) and p.expr is None)
    return Node(raw.op_type, raw.name or "", operands, outputs, attributes, pictures=pictures)


def _attribute(attribute: ir.Attr) -> object:
    value = attribute.value
    return value.numpy() if attribute.type == ir.AttributeType.TENSOR else value
