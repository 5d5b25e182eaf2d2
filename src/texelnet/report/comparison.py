"""The page of a comparison: what differs first, where, by how much, and why."""

from __future__ import annotations

from texelnet.graph.edit import Site, sites
from texelnet.graph.network import Network
from texelnet.page import Chart, Code, Figure, Note, Page, Part, Section, Stop, Table, Text
from texelnet.report.parts import causes, histograms, planes_table, spoken
from texelnet.report.pictures import pictures
from texelnet.run.compare import Comparison
from texelnet.run.compare.depart import PlaneError

BEFORE, AFTER = 6, 24
"""Nodes of a large network that are drawn around the one that departs."""

LARGE = 2
"""How large a pixel of a part of the picture is shown."""


def comparison_page(found: Comparison, command: str = "") -> Page:
    """Return what two sides draw of a picture, how it differs, and why.

    Parameters
    ----------
    command
        The words that compare them again.
    """
    sections = [
        Section("Why", [*causes(found.explanation, found.reference, found.bar), *_hint(found)]),
        Section("What differs first", _first(found)),
        Section("Where in the picture", [*_where(found), *_pictures(found)]),
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


def _network(found: Comparison) -> Network | None:
    """Return the network that causes were tried on."""
    return (found.second if found.swapped else found.first).network


def _suspect(found: Comparison) -> str:
    """Return the layer at which to look: the confirmed cause's, or the first that departs."""
    confirmed = found.explanation.confirmed if found.explanation else ()
    layers = [
        layer for finding in confirmed[:1] for m in finding.mistakes for layer in m.layers
    ]
    layers += found.departure.part.layers if found.departure else ()
    return layers[0] if layers else ""


def _hint(found: Comparison) -> list[Part]:
    network, layer = _network(found), _suspect(found)
    if network is None or layer not in {site.layer for site in sites(network)}:
        return []
    name = found.reference.partition("@")[0]
    return [
        Text(f"What `{layer}` does, and its own traps:"),
        Code(f"texelnet explain {name} --layer {layer} -o {layer}.html", "shell"),
    ]


def _first(found: Comparison) -> list[Part]:
    """Tell the first value that is off, draw it, and mark it in the graph."""
    parts: list[Part] = []
    plane = found.departure
    if plane is not None:
        names = ", ".join(filter(None, (plane.part.file, *plane.part.layers)))
        share = plane.largest / plane.span
        parts.append(
            Text(
                f'Departs first in {names}, "{plane.part.plane}": off by {spoken(share)} of '
                f"its range, {plane.span:.3g}; rounding may make {plane.bar:.1e}. "
                f"{_looked(found)}The worst is {plane.worst}."
            )
        )
    if plane is not None and found.departed is not None:
        wanted, got = (values / plane.span for values in found.departed)
        (drawn, *_) = pictures(wanted, got, plane.worst, plane.bar, LARGE)
        assert isinstance(drawn, Figure)
        channel = f"Channel {plane.worst.channel} of it, divided by its range. "
        parts.append(Figure(drawn.parts, channel + drawn.caption))
    return [*parts, *_chart(found)]


def _looked(found: Comparison) -> str:
    """Tell which part of the picture was looked at, if not all of it."""
    if found.looked is None or not found.picture:
        return ""
    top, left, height, width = found.looked
    rows, columns = f"{top} to {top + height - 1}", f"{left} to {left + width - 1}"
    return f"Looked at were rows {rows} and columns {columns} of what both are given. "


def _chart(found: Comparison) -> list[Part]:
    """Draw the graph, with what each value is off and the first that departs marked."""
    network = _network(found)
    if network is None or found.equal:
        return []
    known = {plane.part.plane: plane for plane in found.planes}
    nodes = [site for site in sites(network) if site.picture]
    first = found.departure.part.plane if found.departure else ""
    loud = [n for n, site in enumerate(nodes) if site.output == first]
    loud = loud or [n for n, site in enumerate(nodes) if site.layer == _suspect(found)]
    if not loud:
        return []
    start, end = max(0, loud[0] - BEFORE), loud[0] + AFTER
    shown = nodes[start:end]
    place = {site.output: index for index, site in enumerate(shown)}
    stops = [
        Stop(site.layer, _words(site, known.get(site.output)), start + index in loud)
        for index, site in enumerate(shown)
    ]
    arrows = [
        (place[name], index)
        for index, site in enumerate(shown)
        for name in dict.fromkeys(site.inputs)
        if name in place
    ]
    alt = f"The graph of {network.name}; `{stops[loud[0] - start].name}` is marked."
    some = f", {len(shown)} of {len(nodes)} nodes" if len(shown) < len(nodes) else ""
    what = "the first value that departs" if first else "where the cause lies"
    said = f"{network.name}{some}; marked is {what}. Errors are relative to a value's range."
    return [Figure([Chart(stops, arrows, alt)], said)]


def _words(site: Site, plane: PlaneError | None) -> str:
    if plane is None:
        return site.op
    off = plane.largest / plane.span
    return f"{site.op}, {'off by ' + spoken(off) if plane.departs else 'as wanted'}"


def _where(found: Comparison) -> list[Part]:
    if found.apart is None:
        return []
    named = {n: region for n, region in found.apart.named.items() if sum(region.counts)}
    rows = [
        (name, spoken(region.largest), spoken(region.mean), f"{sum(region.counts):,}")
        for name, region in named.items()
    ]
    psnr = "equal" if found.apart.psnr == float("inf") else f"{found.apart.psnr:.1f} dB"
    rows.append(
        ("all", spoken(found.apart.largest), spoken(found.apart.mean), f"{found.got.size:,}")
    )
    off = [name for name, region in named.items() if not region.largest <= found.bar]
    loud = [index for index, name in enumerate(named) if name in off]
    parts: list[Part] = [
        Table(
            f"Errors in 0..1; the border is {found.reach} pixels wide",
            ("where", "largest", "mean", "numbers"),
            rows,
            (1, 2, 3),
            loud,
        ),
        Text(f"{_told(off, [*named])}PSNR {psnr}; worst pixel: {found.apart.worst}"),
    ]
    return parts


def _told(off: list[str], regions: list[str]) -> str:
    """Tell in which regions a picture differs."""
    if not off:
        return ""
    if len(off) == len(regions):
        return "It differs everywhere. "
    if off == ["inside"]:
        return "It differs inside, and at no border. "
    borders = [name for name in off if name != "inside"]
    within = "inside and " if "inside" in off else "only "
    return f"It differs {within}at the border: {', '.join(borders)}. "


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
