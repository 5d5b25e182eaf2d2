"""Comparison: two sides draw one picture; how far apart, where first, and why."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from math import ceil
from time import perf_counter
from typing import Any

import numpy as np

from texelnet.errors import ShaderError, TexelnetError, UsageError
from texelnet.graph.contract import Contract
from texelnet.picture import Picture
from texelnet.picture.measure import Regions, regions
from texelnet.run.compare.depart import (
    HALF_ROUNDING,
    ROUNDING,
    PlaneError,
    plane_errors,
)
from texelnet.run.compare.explain import SECONDS, Explanation, explain
from texelnet.run.compare.scene import Scene
from texelnet.run.compare.side import Side
from texelnet.run.compare.variant import Variant
from texelnet.run.runner import Draw, Planes
from texelnet.run.upscale import upscale
from texelnet.run.verify.as_json import finite
from texelnet.run.verify.proof import BAR
from texelnet.run.verify.trials import planes_of

SMALL = (64, 96)
"""Rows and columns of the part of a picture on which causes are tried."""
BORDER = 8
"""Pixels that count as border where no network tells."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What two sides draw of a picture.

    Parameters
    ----------
    first, second
        The sides; the first is what is wanted.
    picture
        The name of the picture; empty where two finished pictures are compared.
    wanted, got
        What they draw: planes of the network's channels, colours as RGB, or colour pictures.
    reach
        How many rows and columns of the output count as border.
    bar
        The largest error that their rounding allows, in 0..1.
    apart
        How far apart they are, by region; None where sizes differ.
    planes
        How far apart the values are that both have, in order.
    departed
        The first of them that departs, its worst channel: (1, height, width), wanted and got.
    looked
        The part of the picture, around its worst pixel, on which values and causes were looked
        at, as (top, left, height, width).
    explanation
        The causes, where there is a difference and a network to try them on.
    swapped
        Whether that network is the second side's.
    """

    first: Side
    second: Side
    picture: str
    wanted: Planes
    got: Planes
    reach: int
    bar: float
    apart: Regions | None
    planes: tuple[PlaneError, ...] = ()
    departed: tuple[Planes, Planes] | None = None
    looked: tuple[int, int, int, int] | None = None
    explanation: Explanation | None = None
    swapped: bool = False
    seconds: float = 0.0

    @property
    def equal(self) -> bool:
        """Whether they draw the same, but for rounding."""
        return self.apart is not None and self.apart.largest <= self.bar

    @property
    def departure(self) -> PlaneError | None:
        """The first value that is off by more than rounding."""
        return next((plane for plane in self.planes if plane.departs), None)

    @property
    def reference(self) -> str:
        """The side whose network the causes are tried on."""
        return (self.second if self.swapped else self.first).name

    def json(self) -> dict[str, Any]:
        """Return it as JSON's values; `texelnet compare` says which."""
        sides = {"first": self.first, "second": self.second}
        apart = self.apart
        found: dict[str, Any] = {
            **{word: {"name": side.name, "what": side.what} for word, side in sides.items()},
            "picture": self.picture,
            "seconds": self.seconds,
            "verdict": "equal" if self.equal else "differs",
            "sizes": [list(planes.shape[:0:-1]) for planes in (self.wanted, self.got)],
            "bar": self.bar,
            "reach": self.reach,
            "largest": apart and apart.largest,
            "mean": apart and apart.mean,
            "psnr": apart and apart.psnr,
            "regions": apart and {name: asdict(part) for name, part in apart.named.items()},
            "worst": apart and asdict(apart.worst),
            "planes": [plane.json() for plane in self.planes],
            "departure": self.departure and self.departure.json(),
            "explanation": self.explanation and self.explanation.json(),
        }
        values: dict[str, Any] = finite(found)
        return values


def compare(
    first: Side, second: Side, picture: Picture | None, name: str, seconds: float = SECONDS
) -> Comparison:
    """Draw a picture by both sides and tell how they differ.

    Parameters
    ----------
    first
        What is wanted.
    picture, name
        What is drawn, and what it is called; None where both sides are finished.
    seconds
        How long to search for causes; 0 leaves them out.

    Raises
    ------
    UsageError
        There is no picture to draw, or a network draws what no other side can be held against.
    TexelnetError
        A side can't draw the picture.
    """
    start = perf_counter()
    if picture is None and (first.draw or second.draw):
        raise UsageError("--picture", "there is nothing to draw", "--picture FILE")
    views = _Views(first, second)
    wanted, got = views.drawn(first, picture), views.drawn(second, picture)
    reach = max(_reach(first), _reach(second)) or BORDER
    bar = max(first.bar, second.bar)
    cut = wanted.clip(*views.ends), got.clip(*views.ends)
    apart = regions(cut[1], cut[0], reach) if wanted.shape == got.shape else None
    found = Comparison(first, second, name, *cut, reach, bar, apart)
    if picture is not None and not found.equal:
        found = _explained(found, views, picture, seconds)
    return replace(found, seconds=perf_counter() - start)


class _Views:
    """How drawings of two sides are looked at: as planes, or as colour pictures."""

    def __init__(self, first: Side, second: Side) -> None:
        kinds = {_kind(side) for side in (first, second)}
        self.as_planes = len(kinds) == 1 and None not in kinds
        ends = np.array([[side.low, side.high] for side in (first, second)])
        self.ends = (float(ends[:, 0].max()), float(ends[:, 1].min()))
        if not self.as_planes:
            self.ends = (0.0, 1.0)
        self.contract = first.contract or second.contract

    def drawn(self, side: Side, picture: Picture | None) -> Planes:
        """Return what a side draws."""
        if side.finished is not None:
            return _colours(side.finished)
        assert side.draw is not None
        assert side.contract is not None
        assert picture is not None
        return self.look(side.contract, picture)(side.draw)

    def look(self, contract: Contract, picture: Picture) -> Callable[[Draw], Planes]:
        """Return what turns a Draw into a drawing of the picture, colours as RGB."""
        if not self.as_planes:
            return lambda draw: _colours(upscale(picture, contract, draw))
        planes = planes_of(picture, contract)
        turn = -1 if contract.channels == "bgr" else 1
        return lambda draw: draw(planes)[::turn]


def _kind(side: Side) -> tuple[str, ...] | None:
    """Return what planes mean; sides of another kind are compared as colour pictures."""
    if side.contract is None or side.finished is not None:
        return None
    if side.contract.channels == "luma":
        return ("luma", side.contract.matrix, side.contract.levels)
    return ("colour",)


def _colours(picture: Picture) -> Planes:
    return np.broadcast_to(picture.colour, (3, *picture.size))


def _reach(side: Side) -> int:
    """Return how many rows and columns of the output see beyond the picture."""
    from texelnet.pixel.reach import reach
    from texelnet.shader.frame import frame
    from texelnet.shader.lower import lower

    if side.network is None or side.contract is None:
        return 0
    try:
        program = frame(lower(side.network), side.contract)
        axes = reach(program, program.outputs[0])
    except (ShaderError, ValueError):  # no pixel program, or the same for every picture
        return 0
    return max(max(ceil(-a.low / a.rate), ceil((1 + a.high) / a.rate) - 1) for a in axes)


def _explained(
    found: Comparison, views: _Views, picture: Picture, seconds: float
) -> Comparison:
    """Look where the sides depart, and search the cause, on a part of the picture."""
    swapped = found.first.network is None
    known, other = (found.first, found.second)[:: -1 if swapped else 1]
    part, seen = picture, found.wanted if swapped else found.got
    looked, place = (0, 0, *picture.size), _place(picture, found)
    small = None if place is None else _part(picture, place)
    if other.draw is not None and small is not None and place is not None:
        with suppress(TexelnetError):  # a network may take pictures of one size alone
            less = [views.drawn(side, small).clip(*views.ends) for side in (known, other)]
            if less[0].shape == less[1].shape and np.abs(less[0] - less[1]).max() > found.bar:
                part, seen, looked = small, less[1], place
    planes, departed = _planes(found, part)
    found = replace(found, planes=planes, departed=departed, looked=looked, swapped=swapped)
    if known.network is None or known.contract is None or not seconds:
        return found
    look = views.look(known.contract, part)
    scene = Scene(planes_of(part, known.contract), seen, found.bar, 1.0, *views.ends, look)
    suspects = found.departure.part.layers if found.departure else ()
    return replace(found, explanation=explain(scene, Variant(known.network), suspects, seconds))


def _place(picture: Picture, found: Comparison) -> tuple[int, int, int, int] | None:
    """Return where a picture's worst pixel is: (top, left, height, width) of a small part.

    None where the picture is small already.
    """
    (height, width), apart = picture.size, found.apart
    rows, columns = min(height, SMALL[0]), min(width, SMALL[1])
    if apart is None or (rows, columns) == (height, width):
        return None
    worst, (tall, wide) = apart.worst, found.got.shape[1:]
    top = max(0, min(worst.y * height // tall - rows // 2, height - rows))
    left = max(0, min(worst.x * width // wide - columns // 2, width - columns))
    return top, left, rows, columns


def _part(picture: Picture, place: tuple[int, int, int, int]) -> Picture:
    top, left, height, width = place
    area = (..., slice(top, top + height), slice(left, left + width))
    return Picture(np.ascontiguousarray(picture.colour[area]), bits=picture.bits)


def _planes(
    found: Comparison, picture: Picture
) -> tuple[tuple[PlaneError, ...], tuple[Planes, Planes] | None]:
    """Compare the values that both sides have by name; return the first that departs, too."""
    first, second = found.first, found.second
    if first.values is None or second.values is None:
        return (), None
    wanted, got = (
        side.values(planes_of(picture, side.contract)) if side.contract else {}
        for side in (first, second)
        if side.values
    )
    shaders = [side for side in (second, first) if side.network is None]
    halves = max(first.bar, second.bar) > BAR
    parts = (shaders or [first])[0].parts
    rounding = HALF_ROUNDING if halves else ROUNDING
    errors = tuple(plane_errors(parts, got, wanted, rounding))
    departs = next((error for error in errors if error.departs), None)
    if departs is None:
        return errors, None
    name, channel = departs.part.plane, slice(departs.worst.channel, departs.worst.channel + 1)
    return errors, (wanted[name][channel], got[name][channel])
