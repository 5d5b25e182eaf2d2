"""Older: nodes as older opsets write them, where what is an operand now was an attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import onnx

SINCE = {
    **dict.fromkeys(("Celu", "GreaterOrEqual", "LessOrEqual"), 12),
    **dict.fromkeys(("Softmax", "LogSoftmax"), 13),  # before it of all that follows the axis
    **{"HardSwish": 14, "LayerNormalization": 17, "Mish": 18, "Gelu": 20},
    **{"GroupNormalization": 21},  # before it a scale was a group's
}
"""From which opset on an operator is drawn."""
REDUCTIONS = ("Mean", "Max", "Min", "L1", "L2", "SumSquare")
OPERANDS = {
    **dict.fromkeys(("Squeeze", "Unsqueeze", "ReduceSum"), ("axes", 13)),
    **{f"Reduce{kind}": ("axes", 18) for kind in REDUCTIONS},
    "Split": ("split", 13),
}
"""What the second operand is called, and from which opset on it is one."""


def older(
    op: str,
    operands: Sequence[str],
    attributes: Mapping[str, Any],
    opset: int,
    constants: Mapping[str, onnx.TensorProto],
) -> tuple[list[str], dict[str, Any]]:
    """Return operands and attributes as an opset has them; "" is no operand."""
    name, since = OPERANDS.get(op, ("", 0))
    if opset < since and len(operands) > 1:
        numbers = onnx.numpy_helper.to_array(constants[operands[1]])
        return [operands[0]], {**attributes, name: numbers.tolist()}
    if op == "Split" and opset < 18:
        attributes = {k: v for k, v in attributes.items() if k != "num_outputs"}
    return list(operands), dict(attributes)
