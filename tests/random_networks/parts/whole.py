"""Parts that look at the whole picture: pooled features, and what they do to it."""

from __future__ import annotations

from tests.random_networks.draft import Draft, Value, each
from tests.random_networks.older import SINCE

KINDS = ["GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceMax", "ReduceMin"]
SUMS = ["ReduceSum", "ReduceL1", "ReduceL2", "ReduceSumSquare"]


def _pooled(d: Draft, x: Value) -> Value:
    """Return a value of one row, one column or one pixel."""
    op = d.one_of("pool", KINDS + SUMS)
    axes = d.one_of("axes", [[2, 3], [2], [3], [-1, -2]]) if op.startswith("R") else [2, 3]
    down, right = (any(a in axes for a in pair) for pair in ((2, -2), (3, -1)))
    sides = {
        "heights": each(x.heights, lambda n: 1 if down else n),
        "widths": each(x.widths, lambda n: 1 if right else n),
    }
    if not op.startswith("R"):
        return d.add(op, [x], x, low=x.low, **sides)
    if op not in SUMS:
        return d.add(op, [x, d.constant(axes)], x, keepdims=1, low=x.low, **sides)
    pooled = d.add(op, [x, d.constant(axes)], x, keepdims=1, **sides)
    return d.add("Mul", [pooled, d.constant(0.02)], pooled, span=2 * x.span)


def gate(d: Draft) -> None:
    """Squeeze and excite: features of the whole picture multiply it."""
    x = d.read()
    y, size = _pooled(d, x), (3 / x.channels) ** 0.5
    if d.chance("mixed"):
        weights = d.weights(x.channels, x.channels, 1, 1, low=-size, high=size)
        y = d.add("Conv", [y, weights], y, span=1.2 * y.span + 0.5)
    y = d.add(d.one_of("bend", ["Sigmoid", "Tanh", "HardSigmoid"]), [y], y, span=1.0)
    operands = [y, x] if d.chance("swapped") else [x, y]
    d.add(d.one_of("op", ["Mul", "Add", "Sub", "Max"]), operands, x, span=x.span + 1.0)


def features(d: Draft) -> None:
    """Pooled features as a list: Flatten, Gemm and back to a picture, spread over it."""
    x = d.read()
    pooled = d.add(d.one_of("pool", KINDS[:2]), [x], x, **_pixel(x))
    (flat,) = d.node("Flatten", [pooled.name], axis=1)
    size, turned = (3 / x.channels) ** 0.5, d.chance("turned")
    weights = d.weights(x.channels, x.channels, low=-size, high=size)
    bias = [d.weights(x.channels, low=-0.5, high=0.5)] if d.chance("bias") else []
    (made,) = d.node("Gemm", [flat, weights, *bias], transB=int(turned))
    shape = d.constant([-1 if d.chance("free batch") else 0, x.channels, 1, 1])
    y = d.add("Reshape", [made, shape], x, span=1.2 * x.span + 0.5, **_pixel(x))
    y = d.add("Sigmoid", [y], y, span=1.0, low=0.0)
    d.add("Mul", [x, y], x)


def norm(d: Draft) -> None:
    """Each channel, or groups of them, less their mean over the picture, by their deviation."""
    x, ops = d.read(), ["InstanceNormalization", "GroupNormalization"]
    op = d.one_of("op", ops[: 1 + (d.opset >= SINCE[ops[1]])])
    n = x.channels
    more = {"epsilon": d.one_of("epsilon", [0.1, 0.01])}
    if op == "GroupNormalization":
        more["num_groups"] = d.one_of("groups", [g for g in range(1, n + 1) if n % g == 0])
    operands = [x, d.weights(n, low=0.2, high=1.2), d.weights(n, low=-0.5, high=0.5)]
    d.add(op, operands, x, span=6.0, **more)


def _pixel(x: Value) -> dict[str, tuple[int, ...]]:
    return {"heights": each(x.heights, lambda n: 1), "widths": each(x.widths, lambda n: 1)}


WHOLE = {"gate": gate, "features": features, "norm": norm}
