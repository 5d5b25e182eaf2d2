"""Schedule: how a program is computed, as a value that can be printed and compared.

A program says what a pixel is. The schedule says fragment or compute, how many pixels one
invocation makes, how many packs (4 channels in a texel) one pass may write, and when weights
move from literals in the text to a buffer.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Schedule:
    """How the passes of a program are laid out.

    Parameters
    ----------
    form
        "compute" (invocations store where they like), "fragment" (each pixel returns its own
        value) or "hybrid": fragments, but compute for what stores several pixels at once
        (phases) or profits from a block of them (weights in a buffer).
    block
        Pixels one invocation computes: (rows, columns). A fragment computes one.
    workgroup
        Invocations side by side: (columns, rows).
    packs
        Packs one pass may write; wider planes take several passes.
    literals
        Weights a plane may hold as literals. Above it they lie in a buffer and a loop reads
        them: slower to run, but passes of one shape share one short shader.
    looped_packs
        Packs one pass may write when it reads its weights from a buffer.
    reads
        Packs one pass may read; a sum of more is made in several planes.
    fuse
        Whether planes are merged into their readers. Without it every value is a plane.
    """

    form: str = "compute"
    block: tuple[int, int] = (1, 2)
    workgroup: tuple[int, int] = (8, 8)
    packs: int = 8
    literals: int = 5_000
    looped_packs: int = 2
    reads: int = 1 << 30
    fuse: bool = True

    def of_plane(self, phased: bool, buffered: bool, thin: tuple[bool, bool]) -> Schedule:
        """Return how one plane is computed: a hybrid chooses compute or fragment for each.

        ``thin`` tells whether the plane is one pixel high, and one pixel wide. Fragments are
        drawn in squares and a block holds several pixels, most of which would lie outside of
        such a plane: it is computed in a row or a column of single pixels where that can be.
        """
        if self.form == "fragment":
            return self
        if any(thin):
            (high, wide), count = thin, self.workgroup[0] * self.workgroup[1]
            side = (1 if wide else count, 1 if high or not wide else count)
            return replace(self, form="compute", block=(1, 1), workgroup=side)
        if self.form != "hybrid":
            return self
        if phased or buffered:
            return replace(self, form="compute")
        return replace(self, form="fragment", block=(1, 1), workgroup=(1, 1))

    def json(self) -> dict[str, Any]:
        """Return it as JSON's values."""
        return asdict(self)

    @staticmethod
    def of(values: dict[str, Any]) -> Schedule:
        """Return the schedule that :meth:`json` wrote down."""
        pairs: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in values.items()
        }
        return Schedule(**pairs)


COMPUTE = Schedule()
FRAGMENT = Schedule(form="fragment", block=(1, 1), workgroup=(1, 1), packs=2)
HYBRID = Schedule(form="hybrid", block=(1, 2), packs=2)
SCHEDULES = {"hybrid": HYBRID, "compute": COMPUTE, "fragment": FRAGMENT}
"""The schedules of hosts that have all of it; a target lists its own."""
