"""InstanceNormalization and GroupNormalization: less the picture's own mean, by its deviation.

Mean and variance of a channel, or of a group of channels, over all rows and columns: folds, in
passes of their own, then a mix that averages the channels of a group. The variance is the mean
of squares of what is left when the mean is taken away, as onnxruntime computes it.

torch writes a group as a Reshape to (batch, groups, rest), an InstanceNormalization, and a
Reshape back: the axes then tell the groups.

See Ulyanov, Vedaldi and Lempitsky, "Instance Normalization", 2016; Wu and He, "Group
Normalization", 2018.
"""

from __future__ import annotations

import numpy as np

from texelnet.ops.axes import shown, view_of
from texelnet.ops.op import Case, Node, NotInAShader, Op, Result, View
from texelnet.ops.op import random_array as weights
from texelnet.pixel import Plane, Size
from texelnet.pixel.expr import (
    FIRST,
    Call,
    Constant,
    Expr,
    Fold,
    Mix,
    Tap,
    add,
    constant,
    scaled,
)

SHAPE = (6, 5, 7)


def _instance(node: Node) -> Result:
    view = view_of(node.operand(0))
    groups = view.axes[1] if len(view.axes) > 1 else ()
    if any(d.side != "c" for d in groups) or view.axes[0]:
        raise NotInAShader("it normalises rows or columns", "channels are the second axis")
    count = 1
    for digit in groups:
        count *= digit.count.fixed or 1
    channels = view.plane.channels
    if sum(d.step * ((d.count.fixed or 1) - 1) for d in groups) != channels - channels // count:
        raise NotInAShader("it normalises channels that do not lie together", "reshape them")
    return _normalised(node, view, count)


def _group(node: Node) -> Result:
    return _normalised(node, view_of(node.plane(0)), int(node.get("num_groups", 1)))


def _means(source: Plane, name: str, groups: int) -> list[Plane]:
    """Return planes that end in the mean of each group, one pixel for the whole picture."""
    channels, one = source.channels, Size(1)
    each = channels // groups
    average = np.kron(np.eye(groups), np.full((each, each), 1 / each))
    rows = Fold("mean", source.name, channels, 0)
    over = Plane(f"{name} over rows", channels, one, source.width, rows)
    columns = Mix(average, Fold("mean", over.name, channels, 1))
    return [over, Plane(name, channels, one, one, columns)]


def _normalised(node: Node, view: View, groups: int) -> Result:
    source, name = view.plane, node.outputs[0]
    channels = source.channels
    if channels % groups:
        raise NotInAShader(f"{channels} channels in {groups} groups", "groups of one size")
    means = _means(source, f"{name} mean", groups)
    centred = add(_tap(source), scaled(Tap(means[-1].name, channels, FIRST, FIRST), -1.0))
    squares = Call("mul", (centred, centred))
    square = Plane(f"{name} squares", channels, source.height, source.width, squares)
    spreads = _means(square, f"{name} variance", groups)
    spread = Tap(spreads[-1].name, channels, FIRST, FIRST)
    epsilon = constant(node.get("epsilon", 1e-5), channels)
    unit = Call("div", (centred, Call("sqrt", (add(spread, epsilon),))))
    scale, bias = (_of_channels(node.constant(i), channels) for i in (1, 2))
    expr = add(scaled(unit, scale), Constant(bias.astype(np.float32)))
    plane = Plane(name, channels, source.height, source.width, expr)
    return [shown(View(plane, view.axes)), *means, square, *spreads]


def _tap(plane: Plane) -> Expr:
    return Tap(plane.name, plane.channels)


def _of_channels(numbers: np.ndarray, channels: int) -> np.ndarray:
    """Return a number for each channel, where there is one for each group."""
    return np.repeat(numbers.reshape(-1), channels // numbers.size)


_SCALES = (weights(6) + 1, weights(6, seed=2))
NORMS = (
    Op(
        "InstanceNormalization",
        "Each channel less its mean over the picture, by its deviation.",
        _instance,
        (
            Case("plain", (SHAPE, *_SCALES)),
            Case("far from zero", (SHAPE, *_SCALES), above=0.5, span=0.6),
            Case("one channel", ((1, 13, 4), weights(1), weights(1)), {"epsilon": 0.1}),
            Case("a pixel", ((6, 1, 1), *_SCALES)),
        ),
        views=True,
    ),
    Op(
        "GroupNormalization",
        "Groups of channels less their mean over the picture, by their deviation.",
        _group,
    ),
)
