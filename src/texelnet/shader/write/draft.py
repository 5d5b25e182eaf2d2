"""Draft: one kernel while it is written. It knows where texels lie and what has a name."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from texelnet.pixel import Plane, Program
from texelnet.pixel.expr import Axis, Border, Fold, Mix, Part, Place, Stretch, Tap, taps
from texelnet.pixel.show import multiply_adds
from texelnet.shader.kernel import Load, Past, Statement, Sweep, Weight
from texelnet.shader.schedule import Schedule
from texelnet.shader.steps.prove_inside import stays_inside
from texelnet.shader.write.blocks import lanes_of
from texelnet.shader.write.winograd import Tile, tile_of

Pixel = tuple[int, int]
Sums = dict[tuple[int, Pixel], str]
"""The running sum of each pack and pixel."""


class Draft:
    """Statements and weights so far, and the names of what was read."""

    def __init__(self, plane: Plane, program: Program, schedule: Schedule) -> None:
        self.plane, self.program, self.schedule = plane, program, schedule
        self.body: list[Statement] = []
        self.weights: list[np.ndarray] = []
        rows, columns = schedule.block
        self.block: list[Pixel] = list(product(range(rows), range(columns)))
        many = multiply_adds(plane.computed) > schedule.literals
        self.buffered = many and not schedule.winograd
        self.loops = 0
        self.turned: dict[tuple[object, ...], dict[tuple[int, int], str]] = {}
        self._tiles: dict[tuple[int, ...], Tile | None] = {}
        self._vectors: dict[bytes, Weight] = {}
        self._loads: dict[tuple[object, ...], str] = {}
        self._count: dict[str, int] = {}
        self._checks = self._all_checks()

    def name(self, stem: str) -> str:
        """Return a name that nothing has."""
        n = self._count.get(stem, 0)
        self._count[stem] = n + 1
        return f"{stem}{n}"

    def tile(self, mixes: Sequence[Mix]) -> Tile | None:
        """Return the window that these mixes make, if squares of it are computed together."""
        key = tuple(map(id, mixes))
        if key not in self._tiles:
            self._tiles[key] = tile_of(mixes, self.schedule.side, self.schedule.widest)
        return self._tiles[key]

    def constants(self, values: np.ndarray, pack: int) -> np.ndarray | Weight:
        """Return a pack of constants, from the buffer if the weights are there.

        Passes that differ only in their numbers then share one text.
        """
        part = lanes_of(values, pack)
        if not self.buffered or len(set(values.tolist())) == 1:
            return part
        key = part.tobytes()
        if key not in self._vectors:
            self._vectors[key] = Weight(len(self.weights))
            self.weights.append(np.outer(part, [1, 0, 0, 0]).astype(np.float32))
        return self._vectors[key]

    def load(self, tap: Tap, pack: int | None, pixel: Pixel, body: list[Statement]) -> str:
        """Return the name of a texel, read once; in a loop's body the pack is the loop's."""
        place = self._place(tap, pixel)
        key = (self.loops if body is not self.body else 0, pack, *place)
        if key not in self._loads:
            to = self._loads[key] = self.name("texel")
            y, x = self.axes(tap.y, tap.x, pixel)
            rule, outside = self._rule(tap), self._checks[place]
            body.append(Load(to, tap.plane, pack, y, x, rule, outside, tap.presence))
        return self._loads[key]

    def fetch(self, corner: Tap, pack: int, place: Pixel) -> str:
        """Return the name of a texel so far below and right of a tap, maybe outside."""
        y, x = self.axes(corner.y, corner.x, place)
        key = (0, pack, corner.plane, y, x, corner.border, False)
        if key not in self._loads:
            to = self._loads[key] = self.name("texel")
            self.body.append(Load(to, corner.plane, pack, y, x, corner.border, (True, True)))
        return self._loads[key]

    def sweep(self, fold: Fold, pack: int) -> str:
        """Return the name of a pack of a fold; its pixels are computed one by one."""
        assert len(self.block) == 1, f"{self.plane.name} is folded in blocks"
        to = self.name(fold.function)
        sides = self.own(self.block[0])
        at = sides[1 - fold.axis]
        self.body.append(Sweep(to, fold.function, fold.plane, pack, fold.axis, at))
        return to

    def past(self, part: Part, pixel: Pixel) -> str:
        """Return the name of how far a place lies between two pixels."""
        place = self.axes(part.place, part.place, pixel)[part.axis]
        key = (place, part.axis)
        if key not in self._loads:
            assert isinstance(place, Stretch), f"{self.plane.name} is stretched in phases"
            self._loads[key] = self.name("part")
            self.body.append(Past(self._loads[key], place, part.axis))
        return self._loads[key]

    def own(self, pixel: Pixel) -> tuple[Axis, Axis]:
        """Return where a pixel of the block is computed, in terms of the invocation."""
        rows, columns = self.schedule.block
        sy, sx = self.plane.phases if self.schedule.form == "fragment" else (1, 1)
        return Axis.of(rows, pixel[0], sy), Axis.of(columns, pixel[1], sx)

    def axes(self, y: Place, x: Place, pixel: Pixel) -> tuple[Place, Place]:
        """Return a position's axes in terms of the invocation, for one pixel of its block."""
        down, right = self.own(pixel)
        at = y.after(down), x.after(right)
        assert at[0] is not None
        assert at[1] is not None
        return at[0], at[1]

    def _all_checks(self) -> dict[tuple[object, ...], tuple[bool, bool]]:
        """Tell for each place read on which axes it may leave its plane.

        Pixels of a block share texels: one checks if any of its readers has to.
        """
        checks: dict[tuple[object, ...], tuple[bool, bool]] = {}
        rows, columns = self.plane.positions
        for tap in taps(self.plane.computed):
            source = self.program.planes[tap.plane]
            down = not stays_inside(tap.y, rows, source.height)
            right = not stays_inside(tap.x, columns, source.width)
            if tap.border.kind == "inside" and not tap.presence:
                down = right = False
            for pixel in self.block:
                key = self._place(tap, pixel)
                before = checks.get(key, (False, False))
                checks[key] = before[0] or down, before[1] or right
        return checks

    def _place(self, tap: Tap, pixel: Pixel) -> tuple[object, ...]:
        """Return what makes two reads the same: where, and under which border rule."""
        return (tap.plane, *self.axes(tap.y, tap.x, pixel), self._rule(tap), tap.presence)

    def _rule(self, tap: Tap) -> Border:
        """Return a tap's border rule; one proved inside may use its neighbours' rule."""
        if tap.border.kind != "inside":
            return tap.border
        rules = {t.border for t in taps(self.plane.computed) if t.plane == tap.plane}
        others = rules - {tap.border}
        return others.pop() if len(others) == 1 else tap.border
