"""Passes: a layer that does not run, bends another way, or is kept in fewer bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from texelnet.graph.edit import (
    Link,
    Site,
    after,
    before,
    bypass,
    sites,
    with_attributes,
    with_constant,
)
from texelnet.graph.network import Network
from texelnet.pixel.storage import LARGEST_HALF
from texelnet.run.compare.causes.cause import Cause, Ranges, in_layers, in_packs
from texelnet.run.compare.variant import Variant

HALF = 2**-9
"""What 16-bit floats leave uncertain, relative to the output's range."""
_BENDS = (
    *("Relu", "LeakyRelu", "PRelu", "Clip", "Sigmoid", "Tanh", "Elu", "Gelu", "HardSwish"),
    *(
        "HardSigmoid",
        "Mish",
        "Softplus",
        "Softsign",
        "Swish",
        "Selu",
        "Celu",
        "ThresholdedRelu",
    ),
)
_FLOAT, _FLOAT16 = 1, 10
_IN_HALF = [Link("Cast", (), (("to", _FLOAT16),)), Link("Cast", (), (("to", _FLOAT),))]
_ENDS = (np.array(-LARGEST_HALF, np.float32), np.array(LARGEST_HALF, np.float32))
_KEPT = [Link("Clip", _ENDS)]
_ZERO = [Link("Mul", (np.array(0, np.float32),))]
_UNIT = [Link("Clip", (np.array(0, np.float32), np.array(1, np.float32)))]
_POSITIVE = [Link("Relu")]


def _bends(site: Site) -> bool:
    return site.op in _BENDS


def _chained(chain: Sequence[Link]) -> Callable[[Network, Site], Network]:
    return lambda network, site: after(network, site.output, chain)


def _picture(site: Site) -> bool:
    return site.picture


def _pack_lost(network: Network, site: Site, some: slice) -> Network:
    kept = np.ones((1, site.channels, 1, 1), np.float32)
    kept[:, some] = 0
    return after(network, site.output, [Link("Mul", (kept,))])


def _slope(site: Site) -> np.ndarray | None:
    """Return a bend's slope below zero, where it has one."""
    if site.op == "LeakyRelu":
        return np.array(site.attributes.get("alpha", 0.01), np.float32)
    return site.constants.get(1) if site.op == "PRelu" else None


def _sloped(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Network, Site], Network]:
    def edit(network: Network, site: Site) -> Network:
        slope = _slope(site)
        assert slope is not None, "asked for by what could be"
        other = np.asarray(change(slope), np.float32)
        if site.op == "LeakyRelu":
            return with_attributes(network, site.output, alpha=float(other))
        return with_constant(network, site.output, 1, other)

    return edit


def _wrong_side(network: Network, site: Site) -> Network:
    """Bend above zero instead of below: min for max."""
    network = before(network, site.output, 0, [Link("Neg")])
    return after(network, site.output, [Link("Neg")])


def _slope_cause(name: str, fact: str, change: Callable[[np.ndarray], np.ndarray]) -> Cause:
    hint = "see the slope: PReLU has one a channel, Caffe's ReLU negative_slope"
    return in_layers(name, fact, hint, lambda s: _slope(s) is not None, _sloped(change))


def _in_half(name: str, fact: str, hint: str, chain: Sequence[Link], fits: bool) -> Cause:
    """A layer in 16-bit floats, whose numbers fit into their range or do not."""

    def places(variant: Variant, ranges: Ranges) -> list[str]:
        return [
            site.output
            for site in sites(variant.network)
            if site.picture
            and (max(map(abs, ranges.get(site.output, (0.0,)))) <= LARGEST_HALF) == fits
        ]

    def make(variant: Variant, place: str) -> Variant:
        return replace(variant, network=after(variant.network, place, chain))

    return Cause(name, fact, hint, places, make, HALF)


def _overflow(name: str, what: str, chain: Sequence[Link]) -> Cause:
    fact = f"keeps the layer's plane in 16-bit floats, which end at 65,504: beyond is {what}"
    hint = "keep it in 32 bits, or divide the weights before it and multiply those after"
    return _in_half(name, fact, hint, chain, False)


CAUSES = (
    in_layers(
        "pass that writes nothing",
        "leaves the layer's plane at zero: its pass does not run",
        "see the pass's conditions, its size, and what it saves",
        _picture,
        _chained(_ZERO),
    ),
    in_packs(
        "pass of a pack that writes nothing",
        "leaves four channels at zero: their pass does not run",
        "see the pass's conditions, its size, and what it saves",
        lambda site: site.channels,
        _pack_lost,
    ),
    in_layers(
        "activation left out",
        "leaves out the activation",
        "see what the pass does with its sum",
        _bends,
        lambda network, site: bypass(network, site.output),
    ),
    in_layers(
        "layer left out",
        "hands the layer's input on as it is: its pass does not run",
        "see the pass's conditions, and what it binds and saves",
        lambda site: site.keeps and not _bends(site),
        lambda network, site: bypass(network, site.output),
    ),
    in_layers(
        "bends above zero",
        "bends numbers above zero instead of those below",
        "see max and min: slope * min(x, 0) + max(x, 0)",
        _bends,
        _wrong_side,
    ),
    _slope_cause("slope 0", "has no slope below zero", np.zeros_like),
    _slope_cause("slope 0.01", "has the slope 0.01", lambda s: np.full_like(s, 0.01)),
    _slope_cause("slope negated", "has the slope with the other sign", np.negative),
    _slope_cause(
        "slope of the first channel",
        "has the first channel's slope in all channels",
        lambda s: np.full_like(s, s.reshape(-1)[0]),
    ),
    in_layers(
        "cut to 0..1",
        "keeps the layer's plane in a texture of 0..1",
        "use a float texture",
        _picture,
        _chained(_UNIT),
    ),
    in_layers(
        "cut below zero",
        "loses what is negative in the layer's plane",
        "use a float texture with a sign",
        lambda site: site.picture and site.op != "Relu",
        _chained(_POSITIVE),
    ),
    _overflow("fp16 overflow", "infinity", _IN_HALF),
    _overflow("fp16 overflow, cut", "cut", [*_KEPT, *_IN_HALF]),
    _in_half(
        "fp16 rounding",
        "keeps the layer's plane in 16-bit floats",
        "keep this plane in 32 bits, or allow for the rounding",
        _IN_HALF,
        True,
    ),
)
