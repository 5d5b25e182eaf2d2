"""Parts that the pages of proofs and of comparisons share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from texelnet.page import Bars, Figure, Note, Part, Table, Text
from texelnet.picture.measure import EDGES, Region
from texelnet.run.compare import Explanation
from texelnet.run.compare.depart import PlaneError

MOST = 400
"""Rows of a table; more would not be read."""


def spoken(number: float) -> str:
    """Write an error."""
    return "not a number" if not math.isfinite(number) else f"{number:.1e}" if number else "0"


def histograms(regions: Mapping[str, Region], bar: float) -> Figure:
    """Return a histogram of errors for the inside and each border."""
    mark = 1 + float(np.interp(np.log10(bar), np.log10(EDGES), range(len(EDGES))))
    parts = [
        _bars(name, region, mark, bar) for name, region in regions.items() if sum(region.counts)
    ]
    return Figure(
        parts,
        "How many numbers are how far off: errors by half decades, heights by the logarithm of "
        f"their count. The line is the bar, {bar:.2g}; on its right lies what fails.",
    )


def _bars(name: str, region: Region, mark: float, bar: float) -> Bars:
    heights = [math.log10(1 + count) for count in region.counts]
    most = max(heights)
    names = ["", *(_decade(edge) if i % 4 == 0 else "" for i, edge in enumerate(EDGES))]
    said = [f"{count:,} {_between(index)}" for index, count in enumerate(region.counts)]
    alt = (
        f"Histogram of errors, {name}: {sum(region.counts):,} numbers, the largest error "
        f"{spoken(region.largest)}, the bar {bar:.2g}."
    )
    title = name if name == "inside" else f"{name} border"
    return Bars(title, names, [h / most for h in heights], said, alt, mark, f"bar {bar:.2g}")


def _decade(edge: float) -> str:
    """Write a power of ten."""
    power = str(round(math.log10(edge)))
    return "10" + power.translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _between(index: int) -> str:
    if index == 0:
        return f"below {EDGES[0]:.0e}"
    if index == len(EDGES):
        return f"above {EDGES[-1]:.0e}"
    return f"from {EDGES[index - 1]:.1e} to {EDGES[index]:.1e}"


def planes_table(planes: Sequence[PlaneError], caption: str) -> Table:
    """Return what each pass is off, relative to its plane's range."""
    rows = [
        (
            plane.part.plane + _channels(plane),
            ", ".join(plane.part.layers),
            plane.part.file,
            spoken(plane.largest / plane.span),
            f"{plane.span:.3g}",
            f"{plane.bar:.1e}",
            "departs" if plane.departs else "ok",
        )
        for plane in planes[:MOST]
    ]
    loud = [index for index, plane in enumerate(planes[:MOST]) if plane.departs]
    head = ("plane", "layers", "file", "largest error", "range", "bar", "")
    if not any(row[2] for row in rows):
        head, rows = (*head[:2], *head[3:]), [(*row[:2], *row[3:]) for row in rows]  # type: ignore[assignment,misc]
    return Table(caption, head, rows, range(len(head) - 4, len(head) - 1), loud)


def _channels(plane: PlaneError) -> str:
    first, count = plane.part.first, plane.part.count
    return f", channels {first} to {first + count - 1}" if first else ""


def causes(found: Explanation | None, reference: str, bar: float) -> list[Part]:
    """Tell the causes that were confirmed, or what was tried."""
    if found is None:
        return []
    tested = f"{found.tried} hypotheses tested in {found.seconds:.1f} s"
    if not found.complete:
        tested += ", until the time was up"
    if not found.confirmed:
        parts: list[Part] = [
            Text(f"No cause that is known here explains the difference: {tested}.")
        ]
        if found.nearest is not None:
            said = f"{found.nearest}. The mean error falls from {spoken(found.start.mean)} to "
            parts.append(Note("note", "A part of it:", said + spoken(found.nearest.left.mean)))
        return parts
    parts = []
    for finding, layers in found.told_apart()[:6]:
        title = "Cause:" if not parts else "Or as well:"
        hints = " ".join(dict.fromkeys(f"Try: {m.cause.hint}." for m in finding.mistakes))
        as_well = f" It may lie in {' or '.join(layers[:4])} as well." if layers else ""
        parts.append(Note("note" if parts else "bad", title, f"{finding}.{as_well} {hints}"))
    left = found.confirmed[0].left.largest
    parts.append(
        Text(
            f"Confirmed by a test: {reference} was changed by exactly that and drawn again. "
            f"Then the largest error is {spoken(left)}, before it was "
            f"{spoken(found.start.largest)}, allowed is {bar:.2g}. {tested.capitalize()}."
        )
    )
    return parts
