"""Batches taken apart: a pixel program draws one picture at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from texelnet.errors import NetworkError

if TYPE_CHECKING:
    from texelnet.graph.network import Network


def one_by_one(
    network: Network, names: Sequence[str], inputs: Mapping[str, np.ndarray]
) -> list[dict[str, np.ndarray]]:
    """Take batches (batch, channels, height, width) apart into single pictures.

    Raises
    ------
    NetworkError
        An input is missing, no batch of pictures, or of another number of pictures.
    """
    for name in names:
        if name not in inputs or inputs[name].ndim != 4 or 0 in inputs[name].shape:
            got = "missing" if name not in inputs else f"of shape {inputs[name].shape}"
            fact = f'the input "{name}" is {got}'
            raise NetworkError(network.source, fact, "(batch, channels, height, width)")
    counts = {name: len(inputs[name]) for name in names}
    if len(set(counts.values())) != 1:
        said = ", ".join(f"{count} of {name}" for name, count in counts.items())
        raise NetworkError(network.source, f"not as many pictures: {said}", "one batch size")
    return [{n: inputs[n][i] for n in names} for i in range(next(iter(counts.values())))]
