"""Parts that look along the channels: shares, places, norms, choices; channels last too."""

from __future__ import annotations

from tests.random_networks.draft import Draft, wide
from tests.random_networks.parts.pointwise import shifted

LAST, FIRST = [0, 2, 3, 1], [0, 3, 1, 2]  # channels last, and back again


def batch_norm(d: Draft) -> None:
    """A scale and an offset for each channel."""
    x = d.read()
    n = x.channels
    scale, offset = d.weights(n, low=0.2, high=1.5), d.weights(n)
    mean, variance = d.weights(n), d.weights(n, low=0.5, high=2.0)
    more = {"epsilon": 1e-3} if d.chance("epsilon") else {}
    operands = [x, scale, offset, mean, variance]
    d.add("BatchNormalization", operands, x, span=2 * (x.span + 1) + 1, **more)


def softmax(d: Draft) -> None:
    """Shares of the channels, or their logarithms."""
    x, op = d.read(), d.one_of("op", ["Softmax", "LogSoftmax"])
    known = {"low": 0.0, "span": 1.0} if op == "Softmax" else {"span": 2 * x.span + 3}
    d.add(op, [x], x, axis=d.one_of("axis", [1, -3]), **known)


def arg(d: Draft) -> None:
    """The channel that is largest or smallest, as a number."""
    x = shifted(d, d.read(fits=lambda v: v.channels > 1))
    more = {"select_last_index": 1} if d.opset >= 12 and d.chance("last") else {}
    op, axis = d.one_of("op", ["ArgMax", "ArgMin"]), d.one_of("axis", [1, -3])
    (place,) = d.node(op, [x.name], axis=axis, **more)
    value = d.add("Cast", [place], x, channels=1, span=x.channels, low=0.0, to=1)
    d.add("Mul", [value, d.constant(d.number("times", 0.1, 0.5))], value, span=x.channels / 2)


REDUCTIONS = ("Mean", "Sum", "Max", "Min", "L1", "L2", "SumSquare")


def reduce_channels(d: Draft) -> None:
    """All channels of a pixel made one."""
    x = d.read()
    kind = d.one_of("kind", REDUCTIONS)
    axes = d.constant([int(d.one_of("axis", [1, -3]))])
    n, most = x.channels, x.span
    span = {"Sum": n**0.5 * most, "L1": n * most, "L2": n**0.5 * most, "SumSquare": n * most**2}
    low = x.low if kind in ("Mean", "Max", "Min") else 0.0 if x.low >= 0 else n * x.low
    known = {"channels": 1, "span": span.get(kind, most), "low": low}
    d.add(f"Reduce{kind}", [x, axes], x, keepdims=1, **known)


def lrn(d: Draft) -> None:
    """Each channel over the loudness of its neighbours."""
    x = d.read()
    alpha, beta = d.number("alpha", 0.1, 1.0), d.number("beta", 0.25, 0.75)
    d.add("LRN", [x], x, size=d.one_of("size", [1, 3, 5]), alpha=alpha, beta=beta, bias=1.0)


def chosen(d: Draft) -> None:
    """Some channels in any order, or all of them again, or one spread."""
    x = d.read()
    kinds = ["Gather", "Tile", "Expand"] + ["GatherND"] * (x.channels > 1)
    kind = d.one_of("kind", kinds)
    count = d.whole("count", 1, 5)
    if kind == "Tile":
        operands = [x.name, d.constant([1, count, 1, 1])]
        d.add(kind, operands, x, channels=x.channels * count, low=x.low)
    elif kind == "Expand":
        channels = x.channels if x.channels > 1 else count
        shape = [channels, 1, 1] if d.chance("three axes") else [1, channels, 1, 1]
        d.add(kind, [x.name, d.constant(shape)], x, channels=channels, low=x.low)
    elif kind == "Gather":
        places = d.wholes("place", -x.channels, x.channels - 1, count)
        operands = [x.name, d.constant(places)]
        d.add(kind, operands, x, channels=count, low=x.low, axis=d.one_of("axis", [1, -3]))
    else:
        places = [[n] for n in d.wholes("place", 0, x.channels - 1, count)]
        (first,) = d.node("Transpose", [x.name], perm=[1, 0, 2, 3])
        (some,) = d.node("GatherND", [first, d.constant(places)])
        d.add("Transpose", [some], x, channels=count, low=x.low, perm=[1, 0, 2, 3])


def channels_last(d: Draft) -> None:
    """What transformers do: weights and norms on the last axis, between two Transposes."""
    x, kind = d.read(), d.one_of("kind", ["MatMul", "LayerNormalization", "both"])
    (value,) = d.node("Transpose", [x.name], perm=LAST)
    channels, span = x.channels, x.span
    if kind != "MatMul":
        n = x.channels
        scale, offset = d.weights(n, low=0.2, high=1.2), d.weights(n, low=-0.5, high=0.5)
        (value,) = d.node("LayerNormalization", [value, scale, offset], axis=-1, epsilon=0.1)
        span = 1.2 * n**0.5 + 0.5
    if kind != "LayerNormalization":
        channels, size = d.whole("outputs", 1, 8), (3 / x.channels) ** 0.5
        weights = d.weights(x.channels, channels, low=-size, high=size)
        (value,) = d.node("MatMul", [value, weights])
        span = 1.2 * span + 0.5
    if d.chance("bent"):
        (value,) = d.node("Relu", [value])
    d.add("Transpose", [value], x, channels=channels, span=span, perm=FIRST)


def axes_in_and_out(d: Draft) -> None:
    """A channel's axis taken away and put in again; or one of one put in and taken away."""
    x = d.read()
    axes = d.constant([d.one_of("axis", [1, 0, 2])]) if x.channels > 1 else d.constant([1])
    ops = ["Unsqueeze", "Squeeze"] if x.channels > 1 else ["Squeeze", "Unsqueeze"]
    (value,) = d.node(ops[0], [x.name, axes])
    d.add(ops[1], [value, axes], x, low=x.low)


def number_of_shape(d: Draft) -> None:
    """A number spread over the picture by its Shape, added to it."""
    x, number = d.read(fits=wide), d.number("number", -0.5, 0.5)
    (shape,) = d.node("Shape", [x.name])
    (spread,) = d.node("ConstantOfShape", [shape], value=d.tensor(number))
    d.add(d.one_of("op", ["Add", "Max", "Mul"]), [x, spread], x, span=x.span + 0.5)


CHANNELS = {
    "batch norm": batch_norm,
    "softmax": softmax,
    "arg": arg,
    "reduce channels": reduce_channels,
    "lrn": lrn,
    "chosen channels": chosen,
    "channels last": channels_last,
    "axes in and out": axes_in_and_out,
    "a number of its shape": number_of_shape,
}
