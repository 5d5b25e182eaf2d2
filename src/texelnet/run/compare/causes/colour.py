"""Colour: channels in another order, and black and white at other numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from texelnet.graph.contract import Contract
from texelnet.run.compare.causes.cause import Cause, with_pictures
from texelnet.run.compare.variant import Change, Variant
from texelnet.run.runner import Planes


def _colour(contract: Contract) -> bool:
    return contract.seen == 3


def _any(contract: Contract) -> bool:
    return True


def _swapped(planes: Planes) -> Planes:
    return planes[::-1]


def _limited(planes: Planes) -> Planes:
    return (planes * np.float32(219) + np.float32(16)) / np.float32(255)


def _full(planes: Planes) -> Planes:
    return (planes * np.float32(255) - np.float32(16)) / np.float32(219)


def _in(change: Change) -> Callable[[Variant, Contract], Variant]:
    return lambda variant, contract: variant.gives(change)


def _out(change: Change) -> Callable[[Variant, Contract], Variant]:
    return lambda variant, contract: variant.shows(change)


def _both(first: Change, second: Change) -> Callable[[Variant, Contract], Variant]:
    return lambda variant, contract: variant.gives(first).shows(second)


_ORDER = "see which of red and blue comes first, in the contract and in the shader's reads"
_LEVELS = "see the contract's levels, and what the host hands to a shader"


def _scales(contract: Contract) -> bool:
    return contract.span != 1.0 or contract.range[0] != 0.0 or any(contract.mean)


def _not_in(variant: Variant, contract: Contract) -> Variant:
    return replace(variant, before=replace(contract, range=(0.0, 1.0), mean=(0.0,)))


def _mean_alone(variant: Variant, contract: Contract) -> Variant:
    return replace(variant, before=replace(contract, range=(0.0, 1.0)))


def _mean_left_out(variant: Variant, contract: Contract) -> Variant:
    return replace(variant, before=replace(contract, mean=(0.0,)))


def _not_out(variant: Variant, contract: Contract) -> Variant:
    low, span = contract.range[0], contract.span
    return variant.shows(lambda planes: planes * np.float32(span) + np.float32(low))


def _neither(variant: Variant, contract: Contract) -> Variant:
    return _not_out(_not_in(variant, contract), contract)


def _bytes(variant: Variant, contract: Contract) -> Variant:
    wide = replace(contract, range=(0.0, 255.0))
    return replace(variant, network=variant.network.wants(wide), before=wide)


_RANGE = "multiply the first weights by the range, divide the last weights and bias by it"
CAUSES: tuple[Cause, ...] = (
    with_pictures(
        "BGR in and out",
        "takes blue for red and red for blue, and gives them back so",
        _ORDER,
        _colour,
        _both(_swapped, _swapped),
    ),
    with_pictures(
        "BGR in", "takes blue for red and red for blue", _ORDER, _colour, _in(_swapped)
    ),
    with_pictures(
        "BGR out", "gives blue for red and red for blue", _ORDER, _colour, _out(_swapped)
    ),
    with_pictures(
        "range not applied",
        "hands the network 0..1 and takes its answer as 0..1, without the contract's range",
        _RANGE,
        _scales,
        _neither,
    ),
    with_pictures(
        "range not applied to the input",
        "hands the network 0..1 instead of the contract's range",
        _RANGE,
        _scales,
        _not_in,
    ),
    with_pictures(
        "range not applied before the mean",
        "subtracts the mean from 0..1 instead of from the contract's range",
        _RANGE,
        lambda contract: _scales(contract) and any(contract.mean),
        _mean_alone,
    ),
    with_pictures(
        "range not applied to the output",
        "takes the network's answer as 0..1, without the contract's range",
        _RANGE,
        _scales,
        _not_out,
    ),
    with_pictures(
        "range 255",
        "hands a network of 0..1 numbers of 0..255, and divides its answer by 255",
        "see the contract's key range",
        lambda contract: contract.range == (0.0, 1.0),
        _bytes,
    ),
    with_pictures(
        "mean not subtracted",
        "hands the network its input without subtracting the mean",
        "see the contract's key mean",
        lambda contract: any(contract.mean),
        _mean_left_out,
    ),
    with_pictures(
        "limited for full levels",
        "hands the network 16..235 for 0..255, and gives that back",
        _LEVELS,
        _any,
        _both(_limited, _full),
    ),
    with_pictures(
        "full for limited levels",
        "hands the network 0..255 for 16..235, and gives that back",
        _LEVELS,
        _any,
        _both(_full, _limited),
    ),
    with_pictures(
        "levels made limited",
        "shows black at 16 and white at 235",
        _LEVELS,
        _any,
        _out(_limited),
    ),
    with_pictures(
        "levels made full", "shows 16 as black and 235 as white", _LEVELS, _any, _out(_full)
    ),
)
