"""Runner: a machine that computes a network, with the same face whatever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from texelnet.graph.network import Network

Planes = NDArray[np.float32]
Draw = Callable[[Planes], Planes]
"""A picture (channels, height, width) in 0..1 to the network's picture, which may overshoot."""
Blobs = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Runner:
    """One machine.

    Parameters
    ----------
    name, summary
        What people call it, and what it is.
    adapter
        Names what computes here: a graphics card, a library and its version.
    planes
        Makes a network with a contract ready, and returns what draws pictures with it, of any
        size and as many as there are.
    blobs
        Computes blobs from blobs by name, whole batches (batch, channels, height, width) of
        the network's own numbers: its outputs, or with the last argument every value.
    """

    name: str
    summary: str
    adapter: Callable[[], str]
    planes: Callable[[Network], Draw]
    blobs: Callable[[Network, Mapping[str, np.ndarray], bool], Blobs]
