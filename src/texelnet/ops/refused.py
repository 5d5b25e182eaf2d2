"""Operators that Caffe networks use and a pixel shader can't: each with its reason."""

from __future__ import annotations

from texelnet.ops.op import not_in_a_shader

_FLAT = "it takes the picture apart into a list of numbers"
_WHOLE = "it looks at the whole picture at once, a pixel shader at a neighbourhood"

REFUSED = (
    not_in_a_shader("Flatten", _FLAT, "run the network on onnxruntime, or cut it before"),
    not_in_a_shader("GlobalAveragePool", _WHOLE, "run the network on onnxruntime"),
    not_in_a_shader("GlobalMaxPool", _WHOLE, "run the network on onnxruntime"),
)
