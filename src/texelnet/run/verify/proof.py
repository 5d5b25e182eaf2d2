"""Proof: what a verification found, as a value, as text and as JSON."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from texelnet.picture.measure import Difference, Region, Worst
from texelnet.run.verify.storage import Storage

if TYPE_CHECKING:
    from texelnet.run.compare.depart import PlaneError
    from texelnet.run.compare.explain import Explanation
    from texelnet.run.verify.exhibit import Exhibit

BAR = 1e-4
"""The largest error allowed, relative to the output's range, with 32-bit storage."""
HALF_BAR = 0.6 / 255
"""The same where the host keeps its textures in 16 bits."""
SHIFT = 0.125
"""How much the witness is shifted."""
ROUNDING = 1e-5
"""How far the witness may be off its shift, relative to the output's range."""
HALF_ROUNDING = 2**-9
"""The same in 16 bits: the last digits of both builds between 1/2 and 1, up and down."""
BORDERS = ("top", "bottom", "left", "right")


@dataclass(frozen=True)
class Row:
    """One picture drawn by the package and by the network.

    Parameters
    ----------
    picture
        What it shows; with several outputs, which.
    width, height
        Of the picture that was given.
    span
        The range of the output, to which errors are relative: 1 of a picture in 0..1.
    error
        In the output's numbers; None if there is nothing to compare.
    inside
        Whether any pixel lies farther than the reach from all borders.
    psnr
        In dB, peak = span; infinite for equal pictures.
    refused
        Why the network itself can't draw a picture of this size.
    problem
        Why the package's answer can't be compared at all.
    bar
        The largest error allowed, relative to the output's range; infinite where it is told
        and not judged.
    """

    picture: str
    width: int
    height: int
    span: float = 1.0
    error: Difference | None = None
    inside: bool = False
    psnr: float = math.nan
    refused: str = ""
    problem: str = ""
    bar: float = BAR

    @property
    def largest(self) -> float:
        """The largest error, relative to the output's range."""
        return math.inf if self.error is None else self.error.largest / self.span

    @property
    def passed(self) -> bool:
        """Whether the package drew what the network draws, or the network draws nothing."""
        return bool(self.refused) or self.largest <= min(self.bar, sys.float_info.max)

    @property
    def size(self) -> str:
        """Width and height as people say them."""
        return f"{self.width}x{self.height}"

    def cells(self) -> list[str]:
        """The row of the table; see :meth:`Proof.heads`."""
        start = [self.picture, self.size]
        if self.error is None:
            return [*start, *["-"] * 6, "refused" if self.refused else "FAILS"]
        of = {name: getattr(self.error, name) for name in ("inside", *BORDERS)}
        errors = [f"{error / self.span:.1e}" for error in of.values()]
        errors[0] = errors[0] if self.inside else "-"
        psnr = "equal" if self.psnr == math.inf else f"{self.psnr:.1f}"
        return [*start, *errors, psnr, "ok" if self.passed else "FAILS"]


@dataclass(frozen=True)
class Witness:
    """How far the difference of two builds is from the shift that sets them apart."""

    picture: str
    size: str
    off: float
    worst: Worst


@dataclass(frozen=True)
class Departure:
    """The first pass whose plane is not what the program says."""

    picture: str
    file: str
    layers: tuple[str, ...]
    plane: str
    worst: Worst

    def __str__(self) -> str:
        layers = f" ({', '.join(self.layers)})" if self.layers else ""
        return f'{self.file}{layers}, plane "{self.plane}", {self.worst}'


@dataclass(frozen=True)
class Proof:
    """What was compared, with what, and what came out.

    Parameters
    ----------
    network, source, target, place
        The network, its file, the host, and where the package lies.
    schedule, passes
        How it is computed.
    adapter, versions
        What it was run on.
    reach
        How many rows and columns of the output count as border.
    changed
        Files that are not what the manifest says was written.
    edited
        Whether they were changed on purpose.
    notes
        What the package's origin gives to think about; no reason to fail.
    rows
        One a picture and output.
    outside
        A picture drawn while reads outside of textures return huge numbers, compared with the
        same picture drawn as it is.
    witness
        One a size.
    departure
        Where a failing package begins to differ, if that can be told.
    bar
        The largest error allowed, relative to the output's range.
    storage
        What 16-bit planes do, where the package has some: planes are held against their own
        numbers then, and of the rows only those of natural pictures have a bar.
    inspected, planes
        A picture, and what each pass is off in drawing it.
    explanation
        Why a failing package differs: causes that were tested.
    exhibit, spread
        The picture that is farthest off; the errors of all pictures, by region, relative to
        the output's range.
    """

    network: str
    source: str
    target: str
    place: str
    schedule: dict[str, Any]
    passes: int
    adapter: str
    versions: dict[str, str]
    reach: int | None
    changed: tuple[str, ...]
    edited: bool
    notes: tuple[str, ...]
    rows: tuple[Row, ...]
    outside: tuple[Row, ...]
    witness: tuple[Witness, ...]
    departure: Departure | None
    seconds: float
    bar: float = BAR
    storage: Storage | None = None
    inspected: str = ""
    planes: tuple[PlaneError, ...] = ()
    explanation: Explanation | None = None
    exhibit: Exhibit | None = None
    spread: Mapping[str, Region] = field(default_factory=dict)

    @property
    def compared(self) -> list[Row]:
        """The rows of pictures that the network can draw."""
        return [row for row in self.rows if not row.refused]

    @property
    def largest(self) -> float:
        """The largest error, relative to the output's range; infinite if there is none."""
        return max((row.largest for row in self.compared), default=math.inf)

    @property
    def worst(self) -> Row | None:
        """The row with the largest error."""
        return max(self.compared, key=lambda row: row.largest, default=None)

    @property
    def allowed(self) -> float:
        """How far the witness may be off; what was edited on purpose may round otherwise."""
        if self.bar != BAR:
            return HALF_ROUNDING
        return BAR if self.edited else ROUNDING

    @property
    def equal(self) -> bool:
        """Whether the package draws what the network computes."""
        return not self.reasons

    @property
    def reasons(self) -> list[str]:
        """Why it is not proved; empty if it is."""
        found = []
        if not self.edited:
            found += [
                f"{name} was changed after it was written (sha256)" for name in self.changed
            ]
        failed, compared = [r for r in self.compared if not r.passed], len(self.compared)
        if failed:
            found.append(
                f"{len(failed)} of {_count(compared)} off by more than {self.bar:.2g} of the "
                f"output's range, the worst by {max(row.largest for row in failed):.2g}"
            )
        if self.storage and self.storage.reason:
            found.append(self.storage.reason)
        if not compared:
            found.append("the network can draw none of the pictures, so nothing was compared")
        if any(not row.passed for row in self.outside):
            found.append(
                "it depends on what the driver returns for reads outside of a texture: by "
                f"{max(row.largest for row in self.outside):.2g} of the output's range"
            )
        off = max((w.off for w in self.witness), default=math.inf)
        if compared and not failed and not off <= self.allowed:
            found.append(
                f"the witness, a build shifted by {SHIFT:g}, does not differ by that: off "
                f"by {off:.3g}, so what was read back is not what the passes drew"
            )
        return found

    @property
    def verdict(self) -> str:
        """Equal or differs."""
        return "equal" if self.equal else "differs"

    def head(self) -> list[str]:
        """What was verified, where and with what."""
        schedule = self.schedule["form"]
        border = "no border: every pixel sees the whole picture"
        if self.reach is not None:
            border = f"border: {self.reach} pixels"
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return [
            f"{self.network} for {self.target}, {schedule} schedule, {self.passes} passes: "
            f"{self.place}",
            f"drawn by {self.adapter}, in {self.seconds:.1f} s",
            versions,
            f"errors are relative to the output's range; {border}",
        ]

    def tail(self) -> list[str]:
        """What the table leaves open, and the verdict at the end."""
        lines = [f"note: {note}" for note in self.notes]
        for row in self.compared:
            lines += [f"{row.picture} {row.size}: {row.problem}"] if row.problem else []
        refused: dict[tuple[str, str], list[str]] = {}
        for row in self.rows:
            if row.refused:
                refused.setdefault((row.size, row.refused), []).append(row.picture)
        lines += [f"refused: {size} ({', '.join(p)}): {s}" for (size, s), p in refused.items()]
        if self.worst is not None and self.worst.error is not None:
            worst = self.worst
            lines.append(f"worst pixel: {worst.picture} {worst.size}, {self.worst.error.worst}")
        if self.witness:
            off, sizes = (
                max(w.off for w in self.witness),
                ", ".join(dict.fromkeys(w.size for w in self.witness)),
            )
            lines.append(f"witness: shifted by {SHIFT:g}, off by at most {off:.1e} at {sizes}")
        if self.outside:
            off = max(row.largest for row in self.outside)
            lines.append(f"outside: with other texels beyond the textures, off by {off:.1e}")
        lines += self.storage.told() if self.storage else []
        if self.edited and self.changed:
            lines.append(f"edited on purpose: {', '.join(self.changed)}")
        if self.departure is not None:
            lines.append(f"departs first in {self.departure} ({self.departure.picture})")
        if self.explanation is not None:
            lines += self.explanation.told()
        return [*lines, *self._verdict()]

    def _verdict(self) -> list[str]:
        if self.equal:
            judged = [row.largest for row in self.compared if row.bar == self.bar]
            largest = max(judged, default=0.0)
            told = f"largest error {largest:.1e}, allowed {self.bar:.2g}"
            if self.storage:
                told = f"planes keep what they should; natural pictures: {told}"
            return [f"EQUAL: {_count(len(self.compared))}, {told}"]
        return [f"DIFFERS: {reason}" for reason in self.reasons]

    def text(self) -> str:
        """Return it as plain text, the table in columns."""
        return "\n".join(
            [*self.head(), "", *table([self.heads(), *self.cells()]), "", *self.tail(), ""]
        )

    def heads(self) -> list[str]:
        """The head of the table."""
        return [*("picture", "size", "inside", *BORDERS, "PSNR"), ""]

    def cells(self) -> list[list[str]]:
        """The rows of the table, a picture in each."""
        return [row.cells() for row in self.rows]

    def json(self) -> dict[str, Any]:
        """Return it as JSON's values; :mod:`texelnet.run.verify.as_json` says which."""
        from texelnet.run.verify.as_json import as_json  # which knows what a proof is

        return as_json(self)


def _count(pictures: int) -> str:
    return f"{pictures} picture{'s' if pictures != 1 else ''}"


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay cells out in columns, words to the left and numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i in (0, len(widths) - 1) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
