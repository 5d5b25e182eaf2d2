"""Fillers: the numbers that parameters begin with.

What goes in, of which xavier and msra make their spread, is what one entry of the first axis
holds; so Deconvolution, whose weights are (in, out, h, w), counts the other way round than
Convolution.

See Glorot, Bengio, 2010 (xavier); He et al., 2015 (msra).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod, sqrt
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from texelnet.caffe.layer import Layer, Shape, place
from texelnet.caffe.message import Message
from texelnet.caffe.weights import MAX_BYTES, Weights, weights_from_arrays
from texelnet.errors import PrototxtError

Numbers = NDArray[np.floating[Any]]

_SETTINGS = {
    "Convolution": ("convolution_param", ("weight_filler", "bias_filler")),
    "Deconvolution": ("convolution_param", ("weight_filler", "bias_filler")),
    "InnerProduct": ("inner_product_param", ("weight_filler", "bias_filler")),
    "Embed": ("embed_param", ("weight_filler", "bias_filler")),
    "PReLU": ("prelu_param", ("filler",)),
    "Bias": ("bias_param", ("filler",)),
    "Scale": ("scale_param", ("filler", "bias_filler")),
}
USUAL = {("PReLU", "filler"): 0.25, ("Scale", "filler"): 1.0}
"""What a filler that is not written fills with, where that is not 0."""


def filled(layers: Iterable[Layer], random: Generator) -> Weights:
    """Return numbers for all parameters of a network, by its fillers.

    Raises
    ------
    PrototxtError
        If a filler is unknown, or can't fill a parameter of this shape.
    """
    arrays, total = {}, 0
    for layer in layers:
        for index, parameter in enumerate(layer.parameters):
            if parameter.owner != (layer.name, index):
                continue
            total += 4 * prod(parameter.shape)
            if total > MAX_BYTES:
                fact = f"parameters up to here take {total:,} bytes, at most {MAX_BYTES:,} are"
                raise layer.error(f"{fact} filled", "check num_output and the picture's size")
            arrays[f"param/{layer.name}/{index}"] = fill(layer, index, random)
    return weights_from_arrays(arrays, "fillers")


def fill(layer: Layer, index: int, random: Generator) -> Numbers:
    """Return the numbers that a parameter begins with; statistics begin with 0.

    Those of a Python layer begin with what its `setup` wrote.
    """
    shape = layer.parameters[index].shape
    if layer.program is not None:
        begun: Numbers = layer.program.parameters[index].data.copy()
        return begun
    block, names = _SETTINGS.get(layer.type, ("", ()))
    if not names:
        return np.zeros(shape, np.float32)
    second = len(layer.bottoms) == 2 and layer.type == "Scale"  # only the bias is its own
    name = names[index + second]
    settings = layer.settings(block)
    if not settings.has(name):
        return np.full(shape, USUAL.get((layer.type, name), 0.0), np.float32)
    return drawn(layer, settings.block(name), shape, random)


def drawn(layer: Layer, filler: Message, shape: Shape, random: Generator) -> Numbers:
    """Return numbers of a shape, drawn by a filler of a layer.

    Raises
    ------
    PrototxtError
        If the filler is unknown, or can't fill this shape with numbers.
    """
    kind = filler.word("type")
    at = place(layer.source, filler.line, layer.name)
    if kind not in FILLERS:
        raise PrototxtError(at, f'there is no filler "{kind}"', ", ".join(FILLERS))
    if kind == "bilinear" and (len(shape) != 4 or shape[2] != shape[3]):
        raise PrototxtError(at, "the bilinear filler needs a square kernel", "another filler")
    for field in ("value", "min", "max", "mean", "std"):
        if not abs(filler.real(field)) <= _LARGEST:
            fact = f"{field} of the filler is {filler.real(field):g}, no number of 32 bits"
            raise PrototxtError(at, fact, "the usual sizes are about 0.01 to 1")
    if filler.real("std") < 0:
        raise PrototxtError(at, f"std of the filler is {filler.real('std'):g}", "0 or more")
    if filler.real("min") > filler.real("max"):
        fact = f"min {filler.real('min'):g} of the filler is above max {filler.real('max'):g}"
        raise PrototxtError(at, fact, "write the smaller one as min")
    with np.errstate(over="ignore"):
        numbers: Numbers = FILLERS[kind](filler, shape, random).astype(np.float32, copy=False)
    return numbers


_LARGEST = float(np.finfo(np.float32).max)


def _fan(filler: Message, shape: Shape) -> float:
    """Return the number that xavier and msra divide by."""
    count = prod(shape)
    into, out = count / shape[0], count / shape[1] if len(shape) > 1 else count
    norm = filler.word("variance_norm")
    return {"FAN_IN": into, "FAN_OUT": out, "AVERAGE": (into + out) / 2}[norm]


def _constant(filler: Message, shape: Shape, random: Generator) -> Numbers:
    """`value` everywhere."""
    return np.full(shape, filler.real("value"), np.float32)


def _uniform(filler: Message, shape: Shape, random: Generator) -> Numbers:
    """Anything between `min` and `max`."""
    return random.uniform(filler.real("min"), filler.real("max"), shape)


def _gaussian(filler: Message, shape: Shape, random: Generator) -> Numbers:
    """A bell around `mean`, `std` wide; with `sparse` most are 0."""
    numbers = random.normal(filler.real("mean"), filler.real("std"), shape)
    sparse = filler.number("sparse")
    if sparse >= 0:
        numbers *= random.random(shape) < min(1.0, sparse / shape[0])
    return numbers


def _unit_ball(filler: Message, shape: Shape, random: Generator) -> Numbers:
    """Positive, and the numbers of one output sum to 1."""
    rows = random.random((shape[0], prod(shape[1:])))
    numbers: Numbers = (rows / rows.sum(1, keepdims=True)).reshape(shape)
    return numbers


def _xavier(filler: Message, shape: Shape, random: Generator) -> Numbers:
    """Anything up to sqrt(3 / n) from 0, n the numbers that go in (see `variance_norm`)."""
    end = sqrt(3 / _fan(filler, shape))
    return random.uniform(-end, end, shape)


def _msra(filler: Message, shape: Shape, random: Generator) -> Numbers:
    """A bell sqrt(2 / n) wide, for layers before a ReLU; n as in xavier."""
    return random.normal(0, sqrt(2 / _fan(filler, shape)), shape)


def _bilinear(filler: Message, shape: Shape, random: Generator) -> Numbers:
    """A tent: a Deconvolution that enlarges; of square kernels."""
    size = shape[3]
    factor = (size + 1) // 2
    centre = (2 * factor - 1 - factor % 2) / (2 * factor)
    line = 1 - np.abs(np.arange(size) / factor - centre)
    return np.broadcast_to(np.outer(line, line), shape).copy()


FILLERS: dict[str, Callable[[Message, Shape, Generator], Numbers]] = {
    "constant": _constant,
    "uniform": _uniform,
    "gaussian": _gaussian,
    "positive_unitball": _unit_ball,
    "xavier": _xavier,
    "msra": _msra,
    "bilinear": _bilinear,
}
