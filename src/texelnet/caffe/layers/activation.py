"""Layers that work on each value by itself: ReLU, PReLU, ELU, Sigmoid, TanH, Power, Dropout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
from texelnet.caffe.layer import Kind, Layer, Run, Shape, Writer, same_shape, spoken


def _relu(layer: Layer, writer: Writer) -> None:
    """Write Relu, or LeakyRelu if there is a slope."""
    slope = layer.settings("relu_param").real("negative_slope")
    if slope:
        writer.node("LeakyRelu", writer.bottoms, writer.tops[0], alpha=slope)
    else:
        writer.node("Relu", writer.bottoms, writer.tops[0])


def _prelu_slopes(layer: Layer) -> tuple[Shape, ...]:
    """Return the shape of the slopes."""
    shape = layer.bottom_shapes[0]
    if len(shape) < 2:
        fact = f"PReLU needs channels, {layer.bottoms[0]} is {spoken(shape)}"
        raise layer.error(fact, "a Reshape before it: axis 1 holds the channels")
    return ((),) if layer.settings("prelu_param").flag("channel_shared") else (shape[1:2],)


def _prelu(layer: Layer, writer: Writer) -> None:
    """Write PRelu with slopes shaped (channels, 1, 1)."""
    ones = (1,) * (len(layer.bottom_shapes[0]) - 2)
    slopes = writer.weights[0].reshape(-1, *ones)
    writer.node("PRelu", [*writer.bottoms, writer.constant("slope", slopes)], writer.tops[0])


def _elu(layer: Layer, writer: Writer) -> None:
    """Write Elu."""
    alpha = layer.settings("elu_param").real("alpha")
    writer.node("Elu", writer.bottoms, writer.tops[0], alpha=alpha)


def _power(layer: Layer, writer: Writer) -> None:
    """Write Mul, Add and Pow, leaving out what changes nothing."""
    settings = layer.settings("power_param")
    steps = [
        (op, settings.real(name))
        for op, name, neutral in (("Mul", "scale", 1), ("Add", "shift", 0), ("Pow", "power", 1))
        if settings.real(name) != neutral
    ]
    value = writer.bottoms[0]
    for index, (op, number) in enumerate(steps):
        constant = writer.constant(op.lower(), number)
        last = index == len(steps) - 1
        value = writer.node(op, [value, constant], writer.tops[0] if last else "")
    if not steps:
        writer.node("Identity", writer.bottoms, writer.tops[0])


def _sigmoid(layer: Layer, writer: Writer) -> None:
    """Write Sigmoid."""
    writer.node("Sigmoid", writer.bottoms, writer.tops[0])


def _tanh(layer: Layer, writer: Writer) -> None:
    """Write Tanh."""
    writer.node("Tanh", writer.bottoms, writer.tops[0])


def _dropout(layer: Layer, writer: Writer) -> None:
    """Write Identity: in the TEST phase nothing is dropped."""
    writer.node("Identity", writer.bottoms, writer.tops[0])


def _dropout_forward(layer: Layer, run: Run) -> Sequence[Any] | None:
    """Drop values by lot while training, and enlarge the others by as much."""
    ratio = layer.settings("dropout_param").real("dropout_ratio")
    if not run.training:
        return None
    (x,) = run.bottoms
    kept = run.torch.rand_like(x) > ratio
    return [x * kept / (1 - ratio)]


def _dropout_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the bottom's shape, once the ratio is known to leave something."""
    ratio = layer.settings("dropout_param").real("dropout_ratio")
    if not 0 <= ratio < 1:
        raise layer.error(f"dropout_ratio is {ratio:g}", "0 or more, below 1")
    return layer.bottom_shapes


RELU = Kind(
    "ReLU",
    same_shape,
    _relu,
    in_place=True,
    about=About(
        "Cuts off what is below zero, or makes it smaller.",
        "y = x                   where x > 0\n  = negative_slope · x  elsewhere",
        PICTURE + example("ReLU", "relu_param { negative_slope: 0.1 }"),
        ("relu_param",),
        quirks=(
            "In place with a slope below zero, Caffe reads signs off what it has changed "
            "already and sends wrong gradients; here they are right.",
        ),
    ),
)
PRELU = Kind(
    "PReLU",
    same_shape,
    _prelu,
    _prelu_slopes,
    in_place=True,
    about=About(
        "A ReLU whose slope below zero is learnt, one for each channel.",
        "y[n, c] = x[n, c]             where x > 0\n        = slope[c] · x[n, c]  elsewhere",
        PICTURE + example("PReLU"),
        ("prelu_param",),
        (("slope", "C"),),
        ("With `channel_shared` the slope is a single number: its blob has no axes at all.",),
    ),
)
ELU = Kind(
    "ELU",
    same_shape,
    _elu,
    in_place=True,
    about=About(
        "Bends smoothly to -alpha below zero.",
        "y = x                  where x > 0\n  = alpha · (e^x - 1)  elsewhere",
        PICTURE + example("ELU", "elu_param { alpha: 0.5 }"),
        ("elu_param",),
    ),
)
SIGMOID = Kind(
    "Sigmoid",
    same_shape,
    _sigmoid,
    in_place=True,
    about=About(
        "Squeezes numbers into 0 to 1.",
        "y = 1 / (1 + e^-x)",
        PICTURE + example("Sigmoid"),
        ("sigmoid_param",),
        quirks=(
            "In front of a SigmoidCrossEntropyLoss it is one too many: the loss has its own.",
        ),
    ),
)
TANH = Kind(
    "TanH",
    same_shape,
    _tanh,
    in_place=True,
    about=About(
        "Squeezes numbers into -1 to 1.",
        "y = (e^x - e^-x) / (e^x + e^-x)",
        PICTURE + example("TanH"),
        ("tanh_param",),
    ),
)
POWER = Kind(
    "Power",
    same_shape,
    _power,
    in_place=True,
    about=About(
        "Scales, shifts and raises to a power, with numbers that are not learnt.",
        "y = (shift + scale · x) ^ power",
        PICTURE + example("Power", "power_param { power: 2 scale: 0.5 shift: 1 }"),
        ("power_param",),
        quirks=(
            "`shift` comes before the power, not after it.",
            "A fractional power of a negative number is NaN; Caffe's gradient at 0 is NaN too.",
        ),
    ),
)
DROPOUT = Kind(
    "Dropout",
    _dropout_shapes,
    _dropout,
    in_place=True,
    forward=_dropout_forward,
    about=About(
        "While training, sets values to zero by lot.",
        "TRAIN  y = x · kept / (1 - dropout_ratio), kept = 0 with dropout_ratio, else 1\n"
        "TEST   y = x",
        PICTURE + example("Dropout", "dropout_param { dropout_ratio: 0.4 }"),
        ("dropout_param",),
        quirks=(
            "Values that stay are enlarged while training, so nothing is scaled afterwards.",
            "The lots are ours: a run in the TRAIN phase does not repeat Caffe's.",
        ),
    ),
)
