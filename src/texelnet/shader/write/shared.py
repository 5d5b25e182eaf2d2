"""Shared: what neighbours read, read once by their workgroup.

Invocations of a workgroup read overlapping windows. The tile that covers all of them, the
group's pixels and the window's halo, is first read into the workgroup's memory, each texel
once, under the plane's own border rule; after a barrier windows are read from there. A barrier
wants all invocations of a group: nothing here returns early, what lies beyond the plane is
left out when it is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from texelnet.pixel.expr import Axis, Border
from texelnet.shader.kernel import TEXEL, Barrier, Load, Loop, Recall, Share, Statement

WORTH = 2
"""Texels read alone for one of the tile, at least: a 1x1 window gains nothing."""


def share(
    body: Sequence[Statement], workgroup: tuple[int, int], most: int
) -> tuple[Statement, ...]:
    """Return statements that read tiles where that is worth it, and fits ``most`` bytes.

    Packs that do not fit are read as before.
    """
    scopes = [tuple(body), *(s.body for s in body if isinstance(s, Loop))]
    tiles = [(n, tile) for n, scope in enumerate(scopes) for tile in _tiles(scope, workgroup)]
    names = (f"tile{n}" for n in range(1 << 20))
    chosen: list[tuple[int, _Tile]] = []
    for number, tile in sorted(tiles, key=lambda pair: -pair[1].reads):
        fitting = tile.fitting(most)
        if fitting.loads and fitting.reads >= WORTH:
            most -= fitting.bytes
            chosen.append((number, fitting))
    written = [
        _written(scope, [tile for n, tile in chosen if n == number], names, number > 0)
        for number, scope in enumerate(scopes)
    ]
    loops = iter(written[1:])
    return tuple(replace(s, body=next(loops)) if isinstance(s, Loop) else s for s in written[0])


@dataclass
class _Tile:
    """Loads of one plane under one border rule that move alike from pixel to pixel."""

    workgroup: tuple[int, int]
    loads: dict[int | None, list[Load]] = field(default_factory=dict)  # by pack

    @property
    def sides(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The first place and how many there are, of rows and of columns."""
        columns, rows = self.workgroup
        places = [_places(load) for pack in self.loads.values() for load in pack]
        return _side([y for y, _ in places], rows), _side([x for _, x in places], columns)

    @property
    def texels(self) -> int:
        """Texels of each pack."""
        (_, rows), (_, columns) = self.sides
        return rows * columns

    @property
    def reads(self) -> float:
        """How many texels are read alone for one of the tile."""
        alone = sum(map(len, self.loads.values())) * self.workgroup[0] * self.workgroup[1]
        return alone / (self.texels * len(self.loads)) if self.loads else 0.0

    @property
    def bytes(self) -> int:
        """What it takes of the workgroup's memory."""
        return self.texels * len(self.loads) * TEXEL

    def fitting(self, most: int) -> _Tile:
        """Return it with as many packs as so many bytes hold."""
        count = max(most, 0) // (self.texels * TEXEL)
        return replace(self, loads=dict(list(self.loads.items())[:count]))

    def share(self, names: Iterator[str]) -> tuple[Share, dict[str, Recall]]:
        """Return what reads it, and what stands for each load, by its name."""
        (top, rows), (left, columns) = self.sides
        every = [load for pack in self.loads.values() for load in pack]
        down, right = (any(load.outside[axis] for load in every) for axis in (0, 1))
        reads: list[Load] = []
        recalled: dict[str, Recall] = {}
        for pack in self.loads.values():
            name = next(names)
            reads.append(replace(pack[0], to=name, y=Axis(), x=Axis(), outside=(down, right)))
            for load in pack:
                y, x = _places(load)
                y, x = replace(y, offset=y.offset - top), replace(x, offset=x.offset - left)
                recalled[load.to] = Recall(load.to, name, y, x)
        y, x = _places(every[0])
        y, x = replace(y, q=0, offset=top), replace(x, q=0, offset=left)
        return Share(tuple(reads), y, x, (rows, columns)), recalled


def _places(load: Load) -> tuple[Axis, Axis]:
    assert isinstance(load.y, Axis)
    assert isinstance(load.x, Axis)
    return load.y, load.x


def _side(axes: Sequence[Axis], count: int) -> tuple[int, int]:
    """Return the first place that so many invocations in a row read, and how many there are."""
    first = min(axis.offset for axis in axes)
    last = max((axis.p * (count - 1) + axis.q) // axis.r + axis.offset for axis in axes)
    return first, last - first + 1


def _tiles(body: Sequence[Statement], workgroup: tuple[int, int]) -> list[_Tile]:
    """Return the tiles that a body's loads make."""
    tiles: dict[tuple[str, Border, tuple[int, ...]], _Tile] = {}
    for s in body:
        if isinstance(s, Load) and not s.presence:
            moves = _moves(s, workgroup)
            if moves:
                tile = tiles.setdefault((s.plane, s.border, moves), _Tile(workgroup))
                tile.loads.setdefault(s.layer, []).append(s)
    return list(tiles.values())


def _moves(load: Load, workgroup: tuple[int, int]) -> tuple[int, ...]:
    """Return how a place moves with the invocation; nothing if groups differ in that.

    Places that hang on sizes do, and those that lie between whole steps of a group.
    """
    found: list[int] = []
    for axis, count in zip((load.y, load.x), reversed(workgroup), strict=True):
        if not isinstance(axis, Axis) or not axis.p or axis.p * count % axis.r:
            return ()
        found += (axis.p, axis.r)
    return tuple(found)


def _written(
    body: Sequence[Statement], tiles: Sequence[_Tile], names: Iterator[str], again: bool
) -> tuple[Statement, ...]:
    """Return a body that begins with its tiles; one that is done again waits before, too."""
    if not tiles:
        return tuple(body)
    shares: list[Share] = []
    recalled: dict[str, Recall] = {}
    for tile in tiles:
        read, instead = tile.share(names)
        shares.append(read)
        recalled |= instead
    rest = (recalled.get(s.to, s) if isinstance(s, Load) else s for s in body)
    return (*([Barrier()] if again else []), *shares, Barrier(), *rest)
