"""Scale, Bias and BatchNorm: a factor and an addend for each channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
from texelnet.caffe.layer import Kind, Layer, Run, Shape, Writer, spoken
from texelnet.errors import WeightsError


def _block(layer: Layer) -> str:
    return "scale_param" if layer.type == "Scale" else "bias_param"


def _span(layer: Layer) -> tuple[int, int]:
    """Return the axes that the numbers span: first, and one past the last."""
    settings, shape = layer.settings(_block(layer)), layer.bottom_shapes[0]
    if len(layer.bottom_shapes) == 2:
        count = len(layer.bottom_shapes[1])
        first = layer.axis(settings.number("axis")) if count else 0
    else:
        count, first = settings.number("num_axes"), layer.axis(settings.number("axis"))
        if count < -1:
            raise layer.error(f"num_axes is {count}", "-1 means all that are left")
        count = len(shape) - first if count == -1 else count
    if first + count > len(shape):
        fact = f"{count} axes from axis {first} on go past the end of {spoken(shape)}"
        raise layer.error(fact, f"num_axes: {len(shape) - first}, or -1: all that are left")
    return first, first + count


def _shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the bottom's shape, once a second bottom is known to fit."""
    first, end = _span(layer)
    shape = layer.bottom_shapes[0]
    if len(layer.bottom_shapes) == 2 and layer.bottom_shapes[1] != shape[first:end]:
        fact = f"{layer.bottoms[1]} is {spoken(layer.bottom_shapes[1])}"
        over = f"axes {first} to {end - 1} of {layer.bottoms[0]} are {spoken(shape[first:end])}"
        raise layer.error(f"{fact}, {over}", "change axis, or the shape of the second bottom")
    return (shape,)


def _parameters(layer: Layer) -> tuple[Shape, ...]:
    """Return the shapes of factor and addend; a second bottom takes the place of the first."""
    first, end = _span(layer)
    shape = layer.bottom_shapes[0][first:end]
    own = [shape] if len(layer.bottom_shapes) == 1 else []
    if layer.type == "Scale" and layer.settings("scale_param").flag("bias_term"):
        own.append(shape)
    return tuple(own)


def _spread(layer: Layer, numbers: np.ndarray) -> np.ndarray:
    """Shape numbers so that they repeat over the axes behind their own."""
    behind = len(layer.bottom_shapes[0]) - _span(layer)[1]
    return numbers.reshape(numbers.shape + (1,) * behind)


def _second_bottom(layer: Layer, writer: Writer) -> str:
    """Give the second bottom axes of size 1 behind its own."""
    own, end = len(layer.bottom_shapes[1]), _span(layer)[1]
    behind = len(layer.bottom_shapes[0]) - end
    if not behind:
        return writer.bottoms[1]
    axes = writer.constant("axes", list(range(own, own + behind)))
    return writer.node("Unsqueeze", [writer.bottoms[1], axes])


def _to_graph(layer: Layer, writer: Writer) -> None:
    """Write Mul and Add, or Add alone for Bias."""
    left = [_spread(layer, numbers) for numbers in writer.weights]
    operations = ["Mul", "Add"] if layer.type == "Scale" else ["Add"]
    value = writer.bottoms[0]
    if len(writer.bottoms) == 2:
        steps = [(operations[0], _second_bottom(layer, writer))]
    else:
        what = "scale" if layer.type == "Scale" else "bias"
        steps = [(operations[0], writer.constant(what, left.pop(0)))]
    if left:
        steps.append(("Add", writer.constant("bias", left[0])))
    for index, (op, numbers) in enumerate(steps):
        last = index == len(steps) - 1
        value = writer.node(op, [value, numbers], writer.tops[0] if last else "")


def _batch_norm_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the bottom's shape; refuse what only training knows."""
    if len(layer.bottom_shapes[0]) < 2:
        shape = spoken(layer.bottom_shapes[0])
        fact = f"BatchNorm needs channels, {layer.bottoms[0]} is {shape}"
        raise layer.error(fact, "a Reshape before it: axis 1 holds the channels")
    if any(spec.real("lr_mult") != 0 for spec in layer.message.blocks("param")):
        raise layer.error(
            "BatchNorm's statistics can't be learnt", "set lr_mult: 0 in its param"
        )
    return layer.bottom_shapes


def _batch_norm_parameters(layer: Layer) -> tuple[Shape, ...]:
    """Return the shapes of mean, variance and factor."""
    channels = layer.bottom_shapes[0][1]
    return ((channels,), (channels,), (1,))


def _batch_norm(layer: Layer, writer: Writer) -> None:
    """Write what stored statistics make of x, or those of the batch."""
    settings = layer.settings("batch_norm_param")
    if settings.has("use_global_stats") and not settings.flag("use_global_stats"):
        _of_the_batch(layer, writer)
    else:
        _stored(layer, writer)


def _batch_norm_forward(layer: Layer, run: Run) -> Sequence[Any]:
    """Use stored statistics, or those of the batch and remember them.

    The stored mean and variance are sums that fade by `moving_average_fraction` at each step,
    so is the factor that both are divided by; a variance counts m/(m-1) there.
    """
    settings, torch, (x,) = layer.settings("batch_norm_param"), run.torch, run.bottoms
    stored, eps = settings.flag("use_global_stats"), settings.real("eps")
    if not settings.has("use_global_stats"):
        stored = not run.training
    over = [0, *range(2, x.dim())]
    ones = [1, -1, *[1] * (x.dim() - 2)]
    sums, squares, factor = (value.detach() for value in run.weights)
    if stored:
        part = 1 / factor if float(factor) else 0 * factor
        mean, variance = (sums * part).reshape(ones), (squares * part).reshape(ones)
    else:
        mean = x.mean(over, keepdim=True)
        variance = ((x - mean) ** 2).mean(over, keepdim=True)
        fraction, count = settings.real("moving_average_fraction"), x.numel() // x.shape[1]
        with torch.no_grad():
            factor.mul_(fraction).add_(1)
            sums.mul_(fraction).add_(mean.flatten())
            spread = count / (count - 1) if count > 1 else 1.0
            squares.mul_(fraction).add_(spread * variance.flatten())
    return [(x - mean) / torch.sqrt(variance + eps)]


def _of_the_batch(layer: Layer, writer: Writer) -> None:
    """Write (x - mean) / sqrt(variance + eps), both over the batch and the picture."""
    axes = [0, *range(2, len(layer.bottom_shapes[0]))]
    over = writer.constant("axes", axes)
    eps = writer.constant("eps", layer.settings("batch_norm_param").real("eps"))
    mean = writer.node("ReduceMean", [writer.bottoms[0], over])
    centred = writer.node("Sub", [writer.bottoms[0], mean])
    square = writer.node("Mul", [centred, centred])
    variance = writer.node("ReduceMean", [square, over])
    deviation = writer.node("Sqrt", [writer.node("Add", [variance, eps])])
    writer.node("Div", [centred, deviation], writer.tops[0])


def _stored(layer: Layer, writer: Writer) -> None:
    """Write x * a + b, a = 1 / sqrt(variance + eps), b = -mean * a, worked out in float64."""
    mean, variance, factor = (numbers.astype(np.float64) for numbers in writer.weights)
    divisor = 1 / factor[0] if factor[0] else 0.0
    square = variance * divisor + layer.settings("batch_norm_param").real("eps")
    if not (square > 0).all():
        channel = int(np.argmin(square > 0))
        fact = f"channel {channel} has variance + eps = {square[channel]:g}, which has no root"
        raise WeightsError(layer.where, fact, "the weights are damaged or of another network")
    deviation = np.sqrt(square)
    ones = (1,) * (len(layer.bottom_shapes[0]) - 2)
    scale = writer.constant("scale", (1 / deviation).reshape(-1, *ones))
    shift = writer.constant("shift", (-mean * divisor / deviation).reshape(-1, *ones))
    scaled = writer.node("Mul", [writer.bottoms[0], scale])
    writer.node("Add", [scaled, shift], writer.tops[0])


_SECOND = (
    "The numbers may come from a second bottom: then `num_axes` is that bottom's, and the "
    "layer has no parameter of its own."
)
_SPANS = (
    "The numbers span `num_axes` axes from `axis` on and are repeated over the others; with "
    "`num_axes: 0` there is a single one."
)
SCALE = Kind(
    "Scale",
    _shapes,
    _to_graph,
    _parameters,
    bottoms=(1, 2),
    in_place=True,
    about=About(
        "Multiplies each channel by a learnt number, and may add another.",
        "y[n, c] = factor[c] · x[n, c] + addend[c]",
        PICTURE + example("Scale", "scale_param { bias_term: true }"),
        ("scale_param",),
        (("factor", "C"), ("addend", "C")),
        (
            "Caffe's BatchNorm has no factor and no addend: a Scale with `bias_term: true` "
            "behind it brings them.",
            _SPANS,
            _SECOND,
        ),
    ),
)
BIAS = Kind(
    "Bias",
    _shapes,
    _to_graph,
    _parameters,
    bottoms=(1, 2),
    in_place=True,
    about=About(
        "Adds a learnt number to each channel.",
        "y[n, c] = x[n, c] + addend[c]",
        PICTURE + example("Bias"),
        ("bias_param",),
        (("addend", "C"),),
        (_SPANS, _SECOND),
    ),
)
BATCH_NORM = Kind(
    "BatchNorm",
    _batch_norm_shapes,
    _batch_norm,
    _batch_norm_parameters,
    in_place=True,
    forward=_batch_norm_forward,
    learns=False,
    about=About(
        "Makes each channel's mean 0 and its deviation 1, by stored or by present numbers.",
        "stored   y = (x - mean / factor) / sqrt(variance / factor + eps)\n"
        "present  y = (x - m) / sqrt(v + eps),  m, v over the batch and the picture\n"
        "         mean     ← moving_average_fraction · mean + m\n"
        "         variance ← moving_average_fraction · variance + v · count / (count - 1)\n"
        "         factor   ← moving_average_fraction · factor + 1",
        PICTURE + example("BatchNorm"),
        ("batch_norm_param",),
        (("mean", "C"), ("variance", "C"), ("factor", "1")),
        (
            "The stored mean and variance are sums: both are divided by the third blob. A "
            "factor of 0 means mean and variance 0, so y = x / sqrt(eps).",
            "`use_global_stats: false` takes the batch's numbers in the TEST phase too, and "
            "still changes what is stored.",
            "It has no learnt factor or addend: that is a Scale behind it. A `lr_mult` other "
            "than 0 for its statistics is refused.",
            "The statistics have places in a solver's history, although they never learn.",
        ),
    ),
)
