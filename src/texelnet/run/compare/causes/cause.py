"""Cause: one mistake that shaders are known to make, and how to make it on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from texelnet.graph.contract import Contract
from texelnet.graph.edit import Site, sites
from texelnet.graph.network import Network
from texelnet.run.compare.variant import Variant

WHOLE = ""
"""The place of a mistake that is made with whole pictures, not in a layer."""
PACK, LANES = ", channels from ", 4
"""What stands between a layer and its first channel where only a pack is at fault."""
Ranges = Mapping[str, tuple[float, float]]
"""The least and the largest number of every value, by name, on the picture compared."""


@dataclass(frozen=True)
class Cause:
    """A mistake as a hypothesis: it can be made at some places, and is tested by making it.

    Parameters
    ----------
    name
        What it is called, a word for machines too.
    fact
        What the one at fault does, after "it": a sentence's rest.
    hint
        Where to look.
    places
        Where it could have been made: outputs of nodes, or WHOLE, given the ranges of values.
    make
        Makes it at one place.
    alone
        Whether one place at a time is tried, never several together.
    leaves
        Error that remains although the cause is this one, relative to the output's range:
        roundings can't be foretold digit by digit.
    """

    name: str
    fact: str
    hint: str
    places: Callable[[Variant, Ranges], Sequence[str]]
    make: Callable[[Variant, str], Variant]
    leaves: float = 0.0
    alone: bool = False


def in_layers(
    name: str,
    fact: str,
    hint: str,
    could: Callable[[Site], bool],
    edit: Callable[[Network, Site], Network],
    leaves: float = 0.0,
) -> Cause:
    """Return a mistake in a layer: which layers could have it, and the network that has."""

    def places(variant: Variant, ranges: Ranges) -> list[str]:
        return [site.output for site in sites(variant.network) if could(site)]

    def make(variant: Variant, place: str) -> Variant:
        site = next(site for site in sites(variant.network) if site.output == place)
        return replace(variant, network=edit(variant.network, site))

    return Cause(name, fact, hint, places, make, leaves)


def in_packs(
    name: str,
    fact: str,
    hint: str,
    channels: Callable[[Site], int],
    edit: Callable[[Network, Site, slice], Network],
) -> Cause:
    """Return a mistake in four channels of a layer: what one pass of a fragment draws.

    ``channels`` tells how many a layer has, 0 if it can't have the mistake.
    """

    def places(variant: Variant, ranges: Ranges) -> list[str]:
        return [
            f"{site.output}{PACK}{first}"
            for site in sites(variant.network)
            if channels(site) > LANES
            for first in range(0, channels(site), LANES)
        ]

    def make(variant: Variant, place: str) -> Variant:
        output, _, first = place.partition(PACK)
        site = next(site for site in sites(variant.network) if site.output == output)
        some = slice(int(first), int(first) + LANES)
        return replace(variant, network=edit(variant.network, site, some))

    return Cause(name, fact, hint, places, make, alone=True)


def output_of(place: str) -> str:
    """Return the output of the node that a place lies in."""
    return place.partition(PACK)[0]


def layer_of(place: str, layers: Mapping[str, str]) -> str:
    """Return what people call a place, given the layers' names by output."""
    output, pack, first = place.partition(PACK)
    if not pack:
        return layers[output]
    return f"{layers[output]} (channels {first} to {int(first) + LANES - 1})"


def with_pictures(
    name: str,
    fact: str,
    hint: str,
    could: Callable[[Contract], bool],
    make: Callable[[Variant, Contract], Variant],
) -> Cause:
    """Return a mistake with whole pictures: which contracts could have it, and the variant."""

    def places(variant: Variant, ranges: Ranges) -> list[str]:
        contract = variant.contract
        return [WHOLE] if contract is not None and could(contract) else []

    def made(variant: Variant, place: str) -> Variant:
        assert variant.contract is not None, "asked for by its contract"
        return make(variant, variant.contract)

    return Cause(name, fact, hint, places, made)
