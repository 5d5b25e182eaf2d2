"""Depart: two lists of planes held against each other, in the order they are computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet.picture import difference
from texelnet.picture.measure import Worst

ROUNDING, HALF_ROUNDING = 2e-5, 2**-7
"""What sums in another order may differ by, relative to the plane's largest number;
and what several planes kept in 16 bits make of one."""
Blobs = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Part:
    """A plane, or some of its channels: what one pass writes.

    Parameters
    ----------
    first, count
        Its channels; all of them where the count is 0.
    file
        The shader that draws it, where there is one.
    """

    plane: str
    layers: tuple[str, ...] = ()
    file: str = ""
    first: int = 0
    count: int = 0


def part_of(entry: Mapping[str, Any]) -> Part:
    """Return what a pass of a manifest writes."""
    first, count = entry["packs"]
    layers = tuple(entry["layers"])
    return Part(entry["writes"], layers, entry["file"], 4 * first, 4 * count)


@dataclass(frozen=True)
class PlaneError:
    """How far one plane is off.

    Parameters
    ----------
    largest
        In the plane's numbers.
    span
        The plane's largest number, at least 1, to which the bar is relative.
    bar
        What rounding alone may make.
    """

    part: Part
    largest: float
    span: float
    bar: float
    worst: Worst

    @property
    def departs(self) -> bool:
        """Whether it is off by more than rounding."""
        return not self.largest <= self.bar * self.span

    def json(self) -> dict[str, Any]:
        """Return it as JSON's values: plane, layers, file, largest, range, bar, departs."""
        return {
            "plane": self.part.plane,
            "layers": list(self.part.layers),
            "file": self.part.file,
            "first_channel": self.part.first,
            "largest": self.largest,
            "range": self.span,
            "bar": self.bar,
            "departs": self.departs,
        }


def plane_errors(
    parts: Iterable[Part], got: Blobs, wanted: Blobs, rounding: float = ROUNDING
) -> list[PlaneError]:
    """Compare the planes that both sides have, of the same shape."""
    found = []
    for part in parts:
        mine, theirs = got.get(part.plane), wanted.get(part.plane)
        if mine is None or theirs is None or mine.shape != theirs.shape:
            continue
        some = slice(part.first, part.first + (part.count or len(theirs)))
        error = difference(mine[some], theirs[some])
        worst = replace(error.worst, channel=error.worst.channel + part.first)
        span = max(1.0, float(np.abs(theirs[some]).max()))
        found.append(PlaneError(part, error.largest, span, rounding, worst))
    return found
