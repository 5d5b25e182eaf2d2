"""Schedule: how a program is computed, as a value that can be printed and compared.

A program says what a pixel is. The schedule says fragment or compute, how many pixels one
invocation makes, how many packs (4 channels in a texel) one pass may write, and when weights
move from literals in the text to a buffer.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

FORMS = ("hybrid", "compute", "fragment")
HARD = 1 << 20
"""Literals a plane, and seconds of a driver, that no network reaches."""
MOST_PACKS = 8
"""Packs a compute pass writes at once."""
SHARED = 16_384
"""Bytes of memory that every host gives a workgroup: WebGPU's and Vulkan's least."""


@dataclass(frozen=True)
class Schedule:
    """How the passes of a program are laid out.

    Parameters
    ----------
    form
        "compute" (invocations store where they like), "fragment" (each pixel returns its own
        value) or "hybrid": whichever is cheaper for a plane, but compute for what stores
        several pixels at once (phases) or has its weights in a buffer.
    block
        Pixels one invocation computes: (rows, columns). A fragment computes one.
    workgroup
        Invocations side by side: (columns, rows).
    packs
        Packs one pass may write; wider planes take several passes. In a hybrid they are those
        of a fragment, and a compute pass writes all.
    literals
        Weights a plane may hold as literals. Above it they lie in a buffer (for hosts, a
        texture) and a loop reads them: slower to run, but passes of one shape share one short
        shader. Winograd's products are made for one pixel of a block each, so there may be
        four times as many.
    looped_packs
        Packs one pass may write when it reads its weights from a buffer.
    reads
        Packs one pass may read; a sum of more is made in several planes.
    fuse
        Whether planes are merged into their readers. Without it every value is a plane.
    winograd
        Pixels on a side that a compute pass makes together of a 3x3 window, in fewer
        products: 2, or up to 4 and of 5x5 windows too, as far as that is cheaper
        (:mod:`texelnet.shader.write.winograd`). 0: one by one.
    seconds
        What a driver may take to compile all passes, predicted
        (:func:`texelnet.shader.expense.driver_seconds`). Planes that come to be written when
        that is spent have their weights in a buffer, or as literals, whichever compiles faster.
    spare
        What a driver may take for the sake of speed alone: while all passes are predicted to
        stay below so many seconds, planes come to be made in squares of 4, those first that
        gain most a second. Planes that read one pack are tried in blocks of 2x2, too.
    staged
        Whether a compute pass stores its packs in buffers, which the host then copies into the
        plane's texture: on a software driver a quarter of the time. Of a plane of one channel a
        pack is four pixels beside each other; where a block has no four it is stored at once.
    shared
        Bytes of its memory that a workgroup may take. Before anything else it reads there the
        tile that its invocations read between them, where that is less than half of what each
        would read for itself (:mod:`texelnet.shader.write.shared`). 0: each for itself.
    """

    form: str = "compute"
    block: tuple[int, int] = (1, 2)
    workgroup: tuple[int, int] = (32, 2)
    packs: int = MOST_PACKS
    literals: int = 5_000
    looped_packs: int = 2
    reads: int = 1 << 30
    fuse: bool = True
    winograd: int = 0
    seconds: int = 30
    spare: int = 0
    staged: bool = False
    shared: int = 0

    @property
    def side(self) -> int:
        """Pixels on a side of the squares that a block consists of; 0: it is no squares."""
        return min(self.winograd, *self.block)

    @property
    def widest(self) -> int:
        """The widest window that squares are made of."""
        return 5 if self.winograd > 2 else 3

    def hard(self) -> Schedule:
        """Return it with the budget lifted: whatever is fast, however long it compiles."""
        side = 4 if self.winograd else 0
        return replace(self, winograd=side, literals=HARD, seconds=HARD)

    def as_fragment(self) -> Schedule:
        """Return it for a plane whose pixels return their own value."""
        return replace(self, form="fragment", block=(1, 1), workgroup=(1, 1), winograd=0)

    def as_compute(self, side: int = 0) -> Schedule:
        """Return it for a plane that is stored, by squares of so many pixels if any."""
        fits = not side or (min(self.block) >= side and not any(n % side for n in self.block))
        block = self.block if fits else (side, side)
        packs = MOST_PACKS if self.form == "hybrid" else self.packs
        winograd = self.winograd if side else 0
        return replace(self, form="compute", block=block, winograd=winograd, packs=packs)

    def as_row(self, high: bool, wide: bool) -> Schedule:
        """Return it for a plane one pixel high, or one pixel wide, or both.

        Fragments are drawn in squares and a block holds several pixels, most of which would
        lie outside of such a plane: it is computed in a row or a column of single pixels.
        """
        count = self.workgroup[0] * self.workgroup[1]
        side = (1 if wide else count, 1 if high or not wide else count)
        return replace(
            self,
            form="compute",
            block=(1, 1),
            workgroup=side,
            packs=MOST_PACKS,
            winograd=0,
            staged=False,
            shared=0,
        )

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


COMPUTE = Schedule(winograd=2)
FRAGMENT = Schedule(form="fragment", block=(1, 1), workgroup=(1, 1), packs=2)
HYBRID = Schedule(form="hybrid", packs=2, winograd=2, staged=True)
TILE = Schedule(workgroup=(8, 8), shared=SHARED)
SCHEDULES = {"hybrid": HYBRID, "compute": COMPUTE, "fragment": FRAGMENT, "tile": TILE}
"""The schedules of hosts that have all of it; a target lists its own."""
