"""Alike: whether two networks compute the same, by running both."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from texelnet.errors import NetworkError
from texelnet.graph.network import Network
from texelnet.run.onnxruntime import Reference

Shape = tuple[int, ...]
_MORE = ((5, 3), (32, 96))
ALLOWED = 1e-4
"""How far two networks may be apart, as a part of the largest number that comes out."""


def largest_difference(
    one: Network, other: Network, shapes: Mapping[str, tuple[int, ...]]
) -> float:
    """Run both on random pictures; return how far they are apart at most.

    Parameters
    ----------
    shapes
        Of every input. Where both leave height and width free, a larger picture is tried too:
        of odd sides, or where the first network takes none, of sides whole in many strides.

    The answer is a part of the largest number of the same output. Numbers that are not finite
    must be the same in both.

    Raises
    ------
    NetworkError
        They have other outputs, of other shapes, or they are further apart than allowed.
    """
    first, second = Reference(one), Reference(other)
    if sorted(first.outputs) != sorted(second.outputs):
        fact = f"it returns {', '.join(first.outputs)}, the converted network"
        raise NetworkError(one.source, f"{fact} {', '.join(second.outputs)}")
    try:
        found = _at(first, second, shapes)
    except _NoPicture:
        said = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise NetworkError(
            one.source, f"it can't be run on {said}", "a picture of another size"
        ) from None
    for more in _MORE if _are_free(first) and _are_free(second) else ():
        try:
            return max(found, _at(first, second, _grown(shapes, more)))
        except _NoPicture:
            continue
    return found


class _NoPicture(Exception):
    """The first network takes no picture of this size."""


def _are_free(reference: Reference) -> bool:
    """Tell whether every input that is a picture may have any height and width."""
    pictures = [said for said in reference.inputs.values() if len(said) == 4]
    return all(isinstance(n, str) for said in pictures for n in said[2:]) and bool(pictures)


def _grown(shapes: Mapping[str, tuple[int, ...]], more: tuple[int, int]) -> dict[str, Shape]:
    return {
        name: (*s[:2], s[2] + more[0], s[3] + more[1]) if len(s) == 4 else s
        for name, s in shapes.items()
    }


def _at(first: Reference, second: Reference, shapes: Mapping[str, Shape]) -> float:
    """Compare on numbers in 0..1, and in -1..1."""
    rng, found = np.random.default_rng(0), 0.0
    for low in (0, -1):
        picture = {
            name: rng.uniform(low, 1, shape).astype(np.float32)
            for name, shape in shapes.items()
        }
        try:
            wanted = first.run(picture)
        except NetworkError:
            raise _NoPicture from None
        found = max(found, _apart(first.network.source, wanted, second.run(picture)))
    return found


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
