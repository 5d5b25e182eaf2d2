"""Precision: in how many bits the planes of a program are kept, as a value.

Storage alone: sums are made in 32 bits whatever is kept. A plan names the planes that are kept
in 16 bits (:mod:`texelnet.pixel.storage`), those that are kept divided by a power of two so
that they fit, and what was measured to say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from texelnet.pixel import Program
from texelnet.pixel.storage import STORAGE


@dataclass(frozen=True)
class Measured:
    """What sample pictures showed.

    Parameters
    ----------
    pictures
        Their names.
    ranges
        The smallest and the largest number of each plane, before it is divided.
    margin
        How many times larger than measured a number may be and still fit.
    psnr
        Of the plan's picture against one of 32-bit storage, in dB, the worst of the pictures;
        None if they are equal.
    """

    pictures: tuple[str, ...]
    ranges: Mapping[str, tuple[float, float]]
    margin: float
    psnr: float | None


@dataclass(frozen=True)
class Precision:
    """How each plane is kept.

    Parameters
    ----------
    storage
        A word of :data:`STORAGE` by plane; "fp32" where nothing is said.
    scales
        By plane: it is kept divided by two to this power.
    measured
        Why; None for a plan that nothing was measured for.
    """

    storage: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)
    measured: Measured | None = None

    def of(self, plane: str) -> str:
        """Return the word for a plane."""
        return self.storage.get(plane, "fp32")

    def within(self, program: Program) -> Precision:
        """Return the plan without what it says of planes that a program does not compute."""
        planes = {plane.name for plane in program.computed()}
        storage = {name: word for name, word in self.storage.items() if name in planes}
        scales = {name: power for name, power in self.scales.items() if name in planes}
        return Precision(storage, scales, self.measured)

    def json(self) -> dict[str, Any] | None:
        """Return it as JSON's values; None where all planes are kept in 32 bits."""
        if self == Precision():
            return None
        found: dict[str, Any] = {"storage": dict(self.storage), "scales": dict(self.scales)}
        found["measured"] = None
        if self.measured is not None:
            found["measured"] = {
                "pictures": list(self.measured.pictures),
                "ranges": {name: list(ends) for name, ends in self.measured.ranges.items()},
                "margin": self.measured.margin,
                "psnr": self.measured.psnr,
            }
        return found

    @staticmethod
    def read(values: Mapping[str, Any] | None) -> Precision:
        """Return the plan that :meth:`json` wrote down."""
        if values is None:
            return Precision()
        told = values["measured"]
        measured = told and Measured(
            tuple(told["pictures"]),
            {name: (low, high) for name, (low, high) in told["ranges"].items()},
            told["margin"],
            told["psnr"],
        )
        return Precision(dict(values["storage"]), dict(values["scales"]), measured)


def texel_bytes(channels: int, word: str) -> int:
    """Return what a pixel of a plane takes: a number alone, else packs of four."""
    numbers = 1 if channels == 1 and word == "fp32" else -(-channels // 4) * 4
    return numbers * np.dtype(STORAGE[word]).itemsize
