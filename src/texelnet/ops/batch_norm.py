"""BatchNormalization as it is used: a scale and an offset for each channel.

y = gamma*(x - mean)/sqrt(variance + epsilon) + beta, all constants of the trained network;
computed in double precision and folded by the compiler into the convolution before it.

See Ioffe and Szegedy, "Batch Normalization", 2015.
"""

from __future__ import annotations

import numpy as np

from texelnet.ops.op import Case, Node, NotInAShader, Op, Result
from texelnet.ops.op import random_array as weights
from texelnet.pixel import Plane
from texelnet.pixel.expr import Tap, add, constant, scaled


def _lower(node: Node) -> Result:
    if node.get("training_mode", 0) or len(node.outputs) > 1:
        raise NotInAShader(
            "it measures the whole batch, as in training", "export the network for inference"
        )
    source = node.plane(0)
    gamma, beta, mean, variance = (node.constant(i).astype(np.float64) for i in range(1, 5))
    factor = gamma / np.sqrt(variance + node.get("epsilon", 1e-5))
    tap = Tap(source.name, source.channels)
    expr = add(scaled(tap, factor), constant(beta - mean * factor, source.channels))
    return [Plane(node.outputs[0], source.channels, source.height, source.width, expr)]


_VECTORS = tuple(weights(5, seed=seed) for seed in range(3))

BATCH_NORM = Op(
    "BatchNormalization",
    "A scale and an offset for each channel.",
    _lower,
    (
        Case("plain", ((5, 3, 4), *_VECTORS, weights(5) + 1)),
        Case("a small variance", ((5, 3, 4), *_VECTORS, weights(5) * 0), {"epsilon": 0.01}),
    ),
)
