"""Precision: in how many bits the planes of a program are kept, as a value.

Storage alone: sums are made in 32 bits whatever is kept. A plan names the planes that are kept
in 16 bits (:mod:`texelnet.pixel.storage`), those that are kept divided by a power of two so
that they fit, and what was measured to say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from texelnet.pixel import Program
from texelnet.pixel.storage import LARGEST_HALF, STORAGE

USUAL = 40.0
"""How near to the truth, in dB, pictures are that good networks draw larger."""


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

    def largest(self, plane: str) -> float:
        """Return how large a plane's numbers are at most, either sign."""
        return max(abs(end) for end in self.ranges[plane])

    def fits(self, plane: str) -> bool:
        """Tell whether a plane's numbers are finite in 16 bits, and the margin's times them."""
        return self.largest(plane) * self.margin <= LARGEST_HALF


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

    @property
    def halves(self) -> list[str]:
        """Planes that are kept in 16 bits."""
        return [name for name, word in self.storage.items() if word == "fp16"]

    def within(self, program: Program) -> Precision:
        """Return what the plan says of a program: of planes it computes.

        Outputs are what they are, so they are not divided.
        """
        planes = {plane.name for plane in program.computed()}
        storage = {name: word for name, word in self.storage.items() if name in planes}
        inner = planes.difference(program.outputs)
        scales = {name: power for name, power in self.scales.items() if name in inner}
        return Precision(storage, scales, self.measured)

    def told(self) -> list[str]:
        """Tell the plan as sentences; none where nothing was planned."""
        lines = [f"kept in 16 bits: {_few(self.halves)}"] if self.halves else []
        if self.scales:
            divided = [f"{name} by {2.0**power:g}" for name, power in self.scales.items()]
            lines.append(f"divided to fit 16 bits: {_few(divided)}")
        found = self.measured
        if found is None:
            return lines
        lines.append(f"measured on {_few(found.pictures)}")
        wide = [name for name in found.ranges if not found.fits(name)]
        reached = [f"{name} reaches {found.largest(name):.3g}" for name in wide]
        largest = max(map(found.largest, found.ranges), default=0.0)
        end = f"16 bits end at {LARGEST_HALF:.0f}"
        lines.append(f"{_few(reached) if wide else f'numbers reach {largest:.3g}'}; {end}")
        if self.halves:
            lines.append(f"on these pictures {cost_of_storage(found.psnr)}")
        return lines

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


def cost_of_storage(psnr: float | None) -> str:
    """Tell what a distance in dB from 32-bit storage means for a picture drawn at 40 dB.

    Noise adds up: 40 dB from the truth and `psnr` from what is drawn make less than 40.
    """
    if psnr is None:
        return "16 bits draw the same picture as 32 bits"
    lost = 10 * np.log10(1 + 10 ** ((USUAL - psnr) / 10))
    return (
        f"16 bits draw {psnr:.1f} dB from what 32 bits draw: of a picture that is {USUAL:g} dB "
        f"from the truth {lost:.2g} dB are lost"
    )


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more


def texel_bytes(channels: int, word: str) -> int:
    """Return what a pixel of a plane takes: a number alone, else packs of four."""
    numbers = 1 if channels == 1 and word == "fp32" else -(-channels // 4) * 4
    return numbers * np.dtype(STORAGE[word]).itemsize
