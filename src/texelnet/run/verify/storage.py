"""Storage: the planes of a package that keeps some in 16 bits, each held against its numbers.

Every plane is computed in numpy from the planes that the package drew before it, rounded as it
is stored, so that what a driver rounded otherwise in one pass is not charged to the next. A
plane of 16 bits may be off by two units (:func:`texelnet.pixel.storage.unit`), one of 32 bits
by what sums in another order make.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet.picture.measure import Worst, difference
from texelnet.pixel import Program
from texelnet.pixel.evaluate import evaluate_plane, free_sizes
from texelnet.pixel.expr import reads
from texelnet.pixel.storage import LARGEST_HALF, stored, unit
from texelnet.shader.precision import Precision, cost_of_storage

UNITS = 2.0
"""By how many units of 16 bits a plane may be off."""
ROUNDING = 2e-5
"""What sums in another order may differ by, relative to the plane's largest number."""
Blobs = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class PlaneShare:
    """How much of what is allowed a plane is off.

    Parameters
    ----------
    picture, file, layers, plane
        Which plane, of which pass, and on which picture.
    share
        Of what is allowed; infinite where numbers are not finite that should be.
    worst
        The number that is farthest off, and what it was before it was stored.
    """

    picture: str
    file: str
    layers: tuple[str, ...]
    plane: str
    share: float
    worst: Worst

    @property
    def overflows(self) -> bool:
        """Whether a number was too large for 16 bits."""
        return self.share == inf and abs(self.worst.wanted) > LARGEST_HALF

    def __str__(self) -> str:
        layers = f" ({', '.join(self.layers)})" if self.layers else ""
        return f'{self.file}{layers}, plane "{self.plane}"'


@dataclass(frozen=True)
class Storage:
    """What 16-bit storage does to pictures.

    Parameters
    ----------
    planes
        How many are kept in 16 bits.
    worst
        The first plane that is off by more than is allowed, else the one that is off most.
    psnr
        Of natural pictures against those of 32-bit storage, in dB, the worst; None if equal.
    unseen
        Planes of 16 bits that a fresh build draws otherwise, so that nothing holds them.
    """

    planes: int
    worst: PlaneShare | None
    psnr: float | None
    unseen: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """How much of what is allowed the planes are off."""
        return self.worst.share if self.worst else 0.0

    @property
    def reason(self) -> str:
        """Why it is not proved; empty if it is."""
        worst = self.worst
        if self.unseen:
            names = ", ".join(f'"{name}"' for name in self.unseen)
            return f"planes of 16 bits that a fresh build draws otherwise: {names}"
        if worst is None or worst.share <= 1:
            return ""
        if worst.overflows:
            return (
                f"fp16 overflow in {worst}: {worst.worst.wanted:.3g} in {worst.picture}, "
                f"16 bits end at {LARGEST_HALF:.0f}; calibrate with such pictures"
            )
        return f"{worst} is not what was computed for it in {worst.picture}, {worst.worst}"

    def told(self) -> list[str]:
        """Tell what was found."""
        lines = [f"on natural pictures {cost_of_storage(self.psnr)}"]
        if self.worst is not None:
            lines.append(
                f"planes: {self.planes} kept in 16 bits; off by at most {self.share:.2g} of "
                f"{UNITS:g} units of theirs, {self.worst}"
            )
        return lines

    def json(self) -> dict[str, Any]:
        """Return it as JSON's values."""
        return asdict(self) | {"units_allowed": UNITS}


def from_drawn(program: Program, got: Blobs) -> dict[str, NDArray[np.float32]]:
    """Compute every plane from those that were drawn, before it is stored.

    Planes that a package draws in another size than the program, or not at all, are left out,
    and so is what reads them.
    """
    sizes = free_sizes(program, got)
    shapes = {
        plane.name: (plane.channels, plane.height.at(sizes), plane.width.at(sizes))
        for plane in program.planes.values()
    }
    alike = {name for name, shape in shapes.items() if name in got and got[name].shape == shape}
    return {
        plane.name: evaluate_plane(program, plane, got)
        for plane in program.computed()
        if {plane.name, *(read.plane for read in reads(plane.computed))} <= alike
    }


def shares(
    program: Program, precision: Precision, passes: Sequence[Any], got: Blobs, picture: str
) -> list[PlaneShare]:
    """Hold each pass's planes against what they should be, in the order of the passes.

    Passes that write what the program does not know are left out.
    """
    exact, found = from_drawn(program, got), []
    for entry in passes:
        name, (first, count) = entry["writes"], entry["packs"]
        part, half = slice(4 * first, 4 * (first + count)), precision.of(name) == "fp16"
        if name in exact:
            share, worst = _share(got[name][part], exact[name][part], half, 4 * first)
            file, layers = entry["file"], tuple(entry["layers"])
            found.append(PlaneShare(picture, file, layers, name, share, worst))
    return found


def worst_of(found: Sequence[PlaneShare]) -> PlaneShare | None:
    """Return the first plane that is off by more than is allowed, else the one off most."""
    over = [plane for plane in found if not plane.share <= 1]
    return over[0] if over else max(found, key=lambda plane: plane.share, default=None)


def _share(
    got: NDArray[np.float32], exact: NDArray[np.float32], half: bool, first: int
) -> tuple[float, Worst]:
    wanted = stored(exact, "fp16") if half else exact
    allowed = UNITS * unit(wanted)
    if not half:
        allowed = ROUNDING * max(1.0, float(np.abs(wanted).max(initial=0)))
    error = difference(got, wanted)  # what is not finite is infinitely far off
    worst = error.worst
    before = float(exact[worst.channel, worst.y, worst.x])
    at = Worst(worst.channel + first, worst.y, worst.x, worst.got, before)
    return error.largest / allowed, at
