"""Operators that networks use and a pixel shader can't be: each with its reason."""

from __future__ import annotations

from texelnet.ops.op import not_in_a_shader

_STATE = "it keeps a state along a sequence, a pixel stands for itself"
_COUNT = "how many numbers it gives depends on the picture"
_SORTS = "it sorts numbers, a pixel shader computes all pixels alike"
_HINT = "run the network on onnxruntime, or cut it before"

REFUSED = tuple(
    not_in_a_shader(type, why, _HINT)
    for type, why in {
        **dict.fromkeys(("GRU", "LSTM", "RNN"), _STATE),
        **dict.fromkeys(("NonMaxSuppression", "NonZero", "Unique"), _COUNT),
        "TopK": _SORTS,
    }.items()
)
