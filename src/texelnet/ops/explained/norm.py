"""Batch normalisation's page: what is left of it after training, and where it is folded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet.ops.op import Node
from texelnet.ops.told import Facts, Told
from texelnet.page import Equation, Figure, Line, Plot, Section, Table, Text
from texelnet.pixel import Plane

Floats = NDArray[np.floating[Any]]
ROWS = 12


def explain_batch_norm(node: Node, facts: Facts) -> Told:
    """Tell about one batch normalisation with stored statistics."""
    gamma, beta, mean, variance = (node.constant(i).astype(np.float64) for i in range(1, 5))
    epsilon = float(node.get("epsilon", 1e-5))
    factor = gamma / np.sqrt(variance + epsilon)
    offset = beta - mean * factor
    known = {"mean": mean, "variance": variance, "gamma": gamma, "beta": beta}
    told = _told(factor, offset, known)
    formula = "y = gamma · (x - mean) / √(variance + epsilon) + beta  =  a·x + c"
    numbers = [*told.numbers, ("epsilon", f"{epsilon:g}")]
    return replace(told, formula=formula, numbers=numbers)


def explain_affine(node: Node, facts: Facts) -> Told | None:
    """Tell about a factor or an addend for each channel: Caffe's BatchNorm, Scale, Bias.

    Such a layer may be two nodes, so a and c are read off what passed through: from the
    smallest and the largest number of each channel.
    """
    alone = sum(isinstance(operand, Plane) for operand in node.operands) == 1
    if facts.entered is None or facts.left is None or not alone:
        return None
    if facts.entered.shape != facts.left.shape:
        return None
    x, y = (a.reshape(len(a), -1).astype(np.float64) for a in (facts.entered, facts.left))
    rows = np.arange(len(x))
    low, high = x.argmin(1), x.argmax(1)
    span = x[rows, high] - x[rows, low]
    with np.errstate(all="ignore"):
        factor = (y[rows, high] - y[rows, low]) / span
    offset = y[rows, low] - factor * x[rows, low]
    if not np.allclose(factor[:, None] * x + offset[:, None], y, 1e-3, 1e-3, equal_nan=True):
        return None
    return replace(_told(factor, offset, {}), formula="y = a·x + c")


def _told(factor: Floats, offset: Floats, known: Mapping[str, Floats]) -> Told:
    channels = np.arange(len(factor)).tolist()
    lines = [
        Line(name, channels, values.tolist(), "dots")
        for name, values in (("a", factor), ("c", offset))
    ]
    alt = f"The factor a and the offset c of {len(factor)} channels."
    plot = Plot("what is left: y = a·x + c", "channel", "a, c", lines, alt)
    columns = {**known, "a": factor, "c": offset}
    rows = [
        (str(i), *(f"{c[i]:.4g}" for c in columns.values()))
        for i in range(min(ROWS, len(factor)))
    ]
    more = "" if len(factor) <= ROWS else f", the first {ROWS} of {len(factor)} channels"
    table = Table(f"its numbers{more}", ("channel", *columns), rows, range(len(columns) + 1))
    return Told(
        sentence="With stored statistics a batch normalisation is one multiplication and one "
        "addition a channel, and no normalisation any more.",
        numbers=[("channels", str(len(factor)))],
        figure=Figure(
            [plot],
            "A factor near 0 silences its channel; a large one amplifies whatever the layer "
            "before gets wrong.",
        ),
        traps=TRAPS,
        sections=[Section("Folded away", [*FOLDED, table])],
    )


FOLDED = (
    Text("The compiler folds it into the convolution before it, so it costs nothing:"),
    Equation(
        "w' = a·w     b' = a·b + c      (a convolution before it)\n"
        "w' = w·a     b' = b + Σ w·c    (one after it, without padding)"
    ),
    Text(
        "Into a zero-padded convolution after it c can't be folded: the padding is 0 behind "
        "the normalisation, not c, so pixels at the border would get too much."
    ),
)
TRAPS = (
    "While it trains it takes the mean of the batch; a network that is run so draws every "
    "picture differently, by what else is in the batch.",
    "Caffe's BatchNorm has no gamma and beta: a Scale layer behind it does. Its three blobs "
    "are mean, variance and the number that both must be divided by.",
)
