"""LayerNormalization: along the last axis, where that is the channels.

So networks write that keep the channels last for a while: a Transpose, a mean and variance
over the last axis, products with matrices of weights, and a Transpose back.

See Ba, Kiros and Hinton, "Layer Normalization", 2016; Liu et al., "A ConvNet for the 2020s",
2022.
"""

from __future__ import annotations

import numpy as np

from texelnet.ops.op import Node, NotInAShader, Op, Result
from texelnet.ops.turned import layout_of, seen
from texelnet.pixel import Plane
from texelnet.pixel.expr import Call, Constant, Expr, Mix, Tap, add, constant, pick, scaled


def _source(node: Node, first: int = -1) -> tuple[Plane, tuple[str, ...]]:
    """Return the plane whose channels are the axes from ``first`` on, and all its axes."""
    operand = node.operand(0)
    layout = layout_of(operand)
    if layout is None or isinstance(operand, np.ndarray) or operand is None:
        raise NotInAShader("it reads a picture whose axes are reshaped", "use a Conv")
    plane = getattr(operand, "plane", operand)
    assert isinstance(plane, Plane)
    last = [s for s in layout[first:] if s]
    if last != ["c"] and not (not last and plane.channels == 1):
        raise NotInAShader("it works along height or width", "make channels the last axis")
    return plane, layout


def _layer_norm(node: Node) -> Result:
    first = int(node.get("axis", -1))
    plane, layout = _source(node, first)
    count = plane.channels

    def mean(x: Expr) -> Expr:
        return Mix(np.full((count, count), 1 / count), x)

    centred = add(Tap(plane.name, count), scaled(mean(Tap(plane.name, count)), -1.0))
    variance = pick(Mix(np.full((1, count), 1 / count), Call("mul", (centred, centred))), [0])
    spread = Call("sqrt", (add(variance, constant(node.get("epsilon", 1e-5), 1)),))
    value = scaled(
        Call("div", (centred, pick(spread, [0] * count))), node.constant(1).reshape(-1)
    )
    bias = node.constant(2, np.zeros(count)).reshape(-1)
    expr = add(value, Constant(np.broadcast_to(bias, count).astype(np.float32)))
    made = Plane(node.outputs[0], count, plane.height, plane.width, expr)
    return [seen(made, layout)]


LAST_AXIS = (
    Op(
        "LayerNormalization",
        "Channels, where they are the last axis, less their mean, by their deviation.",
        _layer_norm,
        views=True,
    ),
)
