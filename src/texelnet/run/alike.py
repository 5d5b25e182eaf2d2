"""Alike: whether two networks compute the same, by running both."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from texelnet.errors import NetworkError
from texelnet.graph.network import Network
from texelnet.run.onnxruntime import Reference

ALLOWED = 1e-4
"""How far two networks may be apart, as a part of the largest number that comes out."""


def largest_difference(
    one: Network, other: Network, shapes: Mapping[str, tuple[int, ...]]
) -> float:
    """Run both on random pictures; return how far they are apart at most.

    Parameters
    ----------
    shapes
        Of every input.

    The answer is a part of the largest number of the same output. Numbers that are not finite
    must be the same in both.

    Raises
    ------
    NetworkError
        They have other outputs, of other shapes, or they are further apart than allowed.
    """
    first, second = Reference(one), Reference(other)
    if sorted(first.outputs) != sorted(second.outputs):
        fact = f"the one returns {', '.join(first.outputs)}, the other"
        raise NetworkError(one.source, f"{fact} {', '.join(second.outputs)}")
    return max(
        _apart(one.source, first.run(pictures), second.run(pictures))
        for pictures in _pictures(shapes)
    )


def _pictures(shapes: Mapping[str, tuple[int, ...]]) -> list[dict[str, np.ndarray]]:
    """Return two sets of inputs: numbers in 0..1, and in -1..1."""
    rng = np.random.default_rng(0)
    return [
        {name: rng.uniform(low, 1, shape).astype(np.float32) for name, shape in shapes.items()}
        for low in (0, -1)
    ]


def _apart(source: str, one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> float:
    found = 0.0
    for name, values in one.items():
        if values.shape != other[name].shape:
            fact = f"{name} is {values.shape}, in the other network {other[name].shape}"
            raise NetworkError(source, fact)
        a, b = (np.asarray(v, np.float64) for v in (values, other[name]))
        finite = np.isfinite(a) & np.isfinite(b)
        if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
            raise NetworkError(source, f"{name} is not finite in one of the networks")
        largest = max(float(np.abs(a[finite]).max(initial=0)), 1e-30)
        found = max(found, float(np.abs(a - b)[finite].max(initial=0)) / largest)
    if found > ALLOWED:
        fact = f"the converted network differs by {found:.1e} of the largest number"
        raise NetworkError(source, fact, f"nothing was written; {ALLOWED:g} is allowed")
    return found
