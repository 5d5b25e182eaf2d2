"""Activations' page: the curve that each number goes through, and where the numbers lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from texelnet.ops.activation import ACTIVATIONS
from texelnet.ops.op import Node, NotInAShader
from texelnet.ops.pointwise import POINTWISE
from texelnet.ops.told import Facts, Told
from texelnet.page import Bars, Figure, Line, Plot
from texelnet.pixel import Plane, Program, evaluate, size

BY_TYPE = {op.type: op for op in (*POINTWISE, *ACTIVATIONS)}
CURVED: Sequence[str] = tuple(BY_TYPE)
"""The operators that do the same to every pixel of one plane."""
MOST_CURVES, BINS = 6, 24


def explain_curve(node: Node, facts: Facts) -> Told:
    """Tell about one activation."""
    op, kind = BY_TYPE[node.op], facts.kind or node.op
    low, high = _span(facts)
    xs = np.linspace(low, high, 161)
    curves = _curves(node, xs)
    lines = [
        Line(f"channel {c}" if len(curves) > 1 else kind, xs.tolist(), ys.tolist())
        for c, ys in curves.items()
    ]
    lines.append(Line("x", xs.tolist(), xs.tolist(), "faint"))
    alt = f"{kind} from {low:.3g} to {high:.3g}."
    parts: list[Plot | Bars] = [Plot(kind, "x", "y", lines, alt)]
    numbers = _numbers(node)
    if facts.entered is not None:
        below = float((facts.entered < 0).mean())
        numbers.append(("below 0", f"{below:.0%} of what enters on this picture"))
        parts.append(_histogram(facts.entered, low, high))
    return Told(
        sentence=f"Sends every number, pixel by pixel, through one curve: {op.summary}",
        numbers=numbers,
        figure=Figure(parts, _caption(node, curves)),
        traps=_traps(node),
    )


def _span(facts: Facts) -> tuple[float, float]:
    """Return where the numbers lie, 0 included."""
    if facts.entered is None or not np.isfinite(facts.entered).all():
        return -4.0, 4.0
    low, high = np.percentile(facts.entered, (0.5, 99.5))
    room = max(float(high - low), 1e-3) / 10
    return min(float(low), 0.0) - room, max(float(high), 0.0) + room


def _curves(node: Node, xs: NDArray[np.floating]) -> dict[int, NDArray[np.floating]]:
    """Compute each channel's curve by the operator's own meaning; equal ones once."""
    operand = next(o for o in node.operands if isinstance(o, Plane))
    plane = Plane("x", operand.channels, size(1), size(len(xs)))
    operands = tuple(plane if o is operand else o for o in node.operands)
    try:
        (made,) = BY_TYPE[node.op].lower(replace(node, operands=operands, outputs=("y",)))
    except NotInAShader:
        return {}
    assert isinstance(made, Plane)
    program = Program({"x": plane, "y": made}, ("x",), ("y",))
    picture = np.broadcast_to(xs.astype(np.float32), (operand.channels, 1, len(xs)))
    ys = evaluate(program, {"x": picture})["y"][:, 0]
    _, first = np.unique(np.round(ys, 5), axis=0, return_index=True)
    order = sorted(first.tolist())
    if len(order) > MOST_CURVES:
        order = [order[i] for i in np.linspace(0, len(order) - 1, MOST_CURVES).astype(int)]
    return {channel: ys[channel] for channel in order}


def _numbers(node: Node) -> list[tuple[str, str]]:
    found = [(name, _spoken(value)) for name, value in node.attributes.items()]
    for operand in node.operands[1:]:
        if isinstance(operand, np.ndarray) and operand.size > 1:
            low, high = float(operand.min()), float(operand.max())
            found.append(("learnt", f"{operand.size} numbers, {low:.4g} to {high:.4g}"))
    return found


def _spoken(value: object) -> str:
    """Write a setting; a file keeps 0.1 in 32 bits."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _histogram(entered: NDArray[np.floating], low: float, high: float) -> Bars:
    counts, edges = np.histogram(entered, BINS, (low, high))
    tall = counts / max(1, counts.max())
    names = [f"{edge:.2g}" if i % 6 == 0 else "" for i, edge in enumerate(edges[:-1])]
    said = [
        f"{n:,} from {a:.3g} to {b:.3g}"
        for n, a, b in zip(counts, edges, edges[1:], strict=False)
    ]
    alt = f"Histogram of {entered.size:,} numbers from {low:.3g} to {high:.3g}."
    at = (0 - low) / (high - low) * BINS
    return Bars("what enters on this picture", names, tall.tolist(), said, alt, at, "0")


def _caption(node: Node, curves: dict[int, NDArray[np.floating]]) -> str:
    if len(curves) > 1:
        return "Some channels' curves; each channel has its own. Dashed: no change."
    return "The curve, and how often each x occurs. Dashed: no change."


def _traps(node: Node) -> list[str]:
    if node.op in ("Relu", "LeakyRelu", "PRelu"):
        return [
            "It is homogeneous: twice the input (and the biases) makes twice the output, so a "
            "network of these can be moved from 0..255 to 0..1 by dividing the biases."
        ]
    return [
        "It is not homogeneous: a network with it can't be moved from 0..255 to 0..1 by "
        "dividing the biases; the first weights must take the factor instead."
    ]
