"""The page of a comparison."""

from __future__ import annotations

from texelnet.page import Code, Note, Page, Part, Section, Table, Text
from texelnet.report.parts import causes, histograms, planes_table, spoken
from texelnet.report.pictures import pictures
from texelnet.run.compare import Comparison


def comparison_page(found: Comparison, command: str = "") -> Page:
    """Return what two sides draw of a picture, how it differs, and why.

    Parameters
    ----------
    command
        The words that compare them again.
    """
    sections = [
        Section("Where", _where(found)),
        Section("Why", causes(found.explanation, found.reference, found.bar)),
        Section("The pictures", _pictures(found)),
        Section("Value by value", _values(found)),
        Section("How to see it again", [Code(command, "shell")] if command else []),
    ]
    return Page(
        f"{found.first.name} and {found.second.name}",
        [_verdict(found), *_sides(found)],
        [section for section in sections if section.parts],
    )


def _verdict(found: Comparison) -> Note:
    if found.apart is None:
        sizes = [f"{p.shape[2]}x{p.shape[1]}" for p in (found.wanted, found.got)]
        return Note("bad", "DIFFERS", f"one draws {sizes[0]}, the other {sizes[1]}")
    said = f"largest error {spoken(found.apart.largest)}, allowed {found.bar:.2g}"
    return Note("good", "EQUAL", said) if found.equal else Note("bad", "DIFFERS", said)


def _sides(found: Comparison) -> list[Part]:
    rows = [("wanted", found.first.name, found.first.what)]
    rows += [("drawn", found.second.name, found.second.what)]
    rows += [("picture", found.picture, "")] if found.picture else []
    return [Table("What is compared", ("side", "name", "what it is"), rows)]


def _where(found: Comparison) -> list[Part]:
    if found.apart is None:
        return []
    rows = [
        (name, spoken(region.largest), spoken(region.mean), f"{sum(region.counts):,}")
        for name, region in found.apart.named.items()
        if sum(region.counts)
    ]
    psnr = "equal" if found.apart.psnr == float("inf") else f"{found.apart.psnr:.1f} dB"
    rows.append(
        ("all", spoken(found.apart.largest), spoken(found.apart.mean), f"{found.got.size:,}")
    )
    loud = [
        i for i, region in enumerate(found.apart.named.values()) if region.largest > found.bar
    ]
    parts: list[Part] = [
        Table(
            f"Errors in 0..1; the border is {found.reach} pixels wide",
            ("where", "largest", "mean", "numbers"),
            rows,
            (1, 2, 3),
            loud if len(rows) == 6 else (),
        ),
        Text(f"PSNR {psnr}; worst pixel: {found.apart.worst}"),
    ]
    if found.departure is not None:
        plane = found.departure
        names = ", ".join(filter(None, (plane.part.file, *plane.part.layers)))
        parts.append(Text(f'departs first in {names}, "{plane.part.plane}": {plane.worst}'))
    return parts


def _pictures(found: Comparison) -> list[Part]:
    if found.apart is None:
        return []
    return [
        *pictures(found.wanted, found.got, found.apart.worst, found.bar),
        histograms(found.apart.named, found.bar),
    ]


def _values(found: Comparison) -> list[Part]:
    if not found.planes:
        return []
    caption = "Values that both sides have by the same name, relative to their range"
    return [planes_table(found.planes, caption)]
