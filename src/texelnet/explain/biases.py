"""Biases: where a network adds numbers of its own, and the same network with others."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from texelnet.graph.edit import Site, sites, with_constant
from texelnet.graph.network import Network

_PLACES = {"Conv": (2,), "ConvTranspose": (2,), "Gemm": (2,), "BatchNormalization": (2, 3)}
"""Which inputs of a node are added or subtracted; of a normalisation its mean too."""
_SUMS = ("Add", "Sub")


def bias_places(site: Site) -> list[int]:
    """Return which of a node's inputs are biases."""
    if site.op in _SUMS:
        return list(site.constants)
    return [place for place in _PLACES.get(site.op, ()) if place in site.constants]


def with_biases(network: Network, factor: float, layers: Collection[str]) -> Network:
    """Return the network with the biases of some layers times a factor."""
    for site in list(sites(network)):
        for place in bias_places(site) if site.layer in layers else ():
            bias = np.asarray(site.constants[place], np.float32)
            network = with_constant(network, site.output, place, bias * np.float32(factor))
    return network


def biased_layers(network: Network) -> list[str]:
    """Return the layers that add anything but zeros, in order."""
    return [
        site.layer
        for site in sites(network)
        if any(np.any(site.constants[place]) for place in bias_places(site))
    ]
