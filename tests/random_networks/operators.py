"""Which operators of a model draw pictures, and which compute sizes."""

from __future__ import annotations

from collections import Counter

import onnx


def picture_operators(model: onnx.ModelProto) -> Counter[str]:
    """Count the nodes that draw: all but Shape and what reads nothing else than it."""
    constants = {t.name for t in model.graph.initializer}
    sizes: set[str] = set()
    found: Counter[str] = Counter()
    for node in model.graph.node:
        read = {name for name in node.input if name} - constants
        if node.op_type == "Shape" or read <= sizes:
            sizes.update(node.output)
        if node.op_type == "ConstantOfShape" or not sizes & set(node.output):
            found[node.op_type] += 1
    return found
