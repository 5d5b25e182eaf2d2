"""Write the kernels of a program: from what a pixel is to how a pass computes it.

A plane's expression is walked once for all pixels of the block. Sums of mixes of taps, the
convolutions, are laid out pack by pack: first every texel of an input pack is fetched, then
each output pack of each pixel takes its products. Texels shared by neighbouring pixels are
fetched once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

import numpy as np

from texelnet.pixel import Plane, Program
from texelnet.pixel.expr import Axis, Border, Call, Constant, Expr, Mix, Tap, taps, walk
from texelnet.pixel.show import multiply_adds
from texelnet.shader.kernel import (
    Accumulate,
    Choose,
    Gather,
    Kernel,
    Let,
    Load,
    Loop,
    Start,
    Statement,
    Store,
    Weight,
    packs,
)
from texelnet.shader.schedule import Schedule
from texelnet.shader.steps.prove_inside import stays_inside

Pixel = tuple[int, int]


def write_kernels(program: Program, schedule: Schedule) -> list[Kernel]:
    """Return the passes of a simplified program, in order."""
    kernels: list[Kernel] = []
    for plane in program.computed():
        total, most = packs(plane.channels), schedule.packs
        buffered = multiply_adds(plane.computed) > schedule.literals
        if buffered:
            most = min(most, schedule.looped_packs)
        own = schedule.of_plane(plane.phases != (1, 1), buffered)
        for first in range(0, total, most):
            count = min(most, total - first)
            kernels.append(_kernel(plane, program, own, first, count, len(kernels)))
    return kernels


def _kernel(
    plane: Plane, program: Program, schedule: Schedule, first: int, count: int, number: int
) -> Kernel:
    writer = _Writer(plane, program, schedule)
    writer.store(range(first, first + count))
    part = count / packs(plane.channels)
    rows, columns = plane.positions
    if schedule.form == "fragment":
        rows, columns = plane.height, plane.width
    by, bx = schedule.block
    names = list(dict.fromkeys(_planes_read(writer.body)))
    return Kernel(
        name=f"pass_{number:02d}",
        plane=plane,
        reads=tuple(program.planes[n] for n in names),
        form=schedule.form,
        grid=((rows + (by - 1)) // by, (columns + (bx - 1)) // bx),
        workgroup=schedule.workgroup,
        layers=(first, count),
        body=tuple(writer.body),
        weights=np.stack(writer.weights) if writer.weights else None,
        macs=round(multiply_adds(plane.computed) * part),
        notes=plane.layers,
    )


class _Writer:
    """Writes the statements of one kernel; remembers what has a name already."""

    def __init__(self, plane: Plane, program: Program, schedule: Schedule) -> None:
        self.plane, self.program, self.schedule = plane, program, schedule
        self.body: list[Statement] = []
        self.weights: list[np.ndarray] = []
        self.vectors: dict[bytes, Weight] = {}
        rows, columns = schedule.block
        self.block: list[Pixel] = list(product(range(rows), range(columns)))
        self.buffered = multiply_adds(plane.computed) > schedule.literals
        self.known: dict[tuple[int, int, Pixel], str] = {}
        self.loads: dict[tuple[object, ...], str] = {}
        self.loops = 0
        self.count: dict[str, int] = {}
        self.alive: list[Expr] = []  # kept, so that ids stay their own
        self.checks = self._checks()

    def name(self, stem: str) -> str:
        n = self.count.get(stem, 0)
        self.count[stem] = n + 1
        return f"{stem}{n}"

    # Where things are -----------------------------------------------------------------

    def axes(self, y: Axis, x: Axis, pixel: Pixel) -> tuple[Axis, Axis]:
        """Return a position's axes in terms of the invocation, for one pixel of its block."""
        rows, columns = self.schedule.block
        sy, sx = self.plane.phases if self.schedule.form == "fragment" else (1, 1)
        down = Axis.of(rows, pixel[0], sy)
        right = Axis.of(columns, pixel[1], sx)
        at = y.after(down), x.after(right)
        assert at[0] is not None
        assert at[1] is not None
        return at[0], at[1]

    def _checks(self) -> dict[tuple[object, ...], tuple[bool, bool]]:
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

    # What the kernel writes -----------------------------------------------------------

    def store(self, layers: range) -> None:
        """Compute and store these packs of the plane, for every pixel and phase."""
        channels, (sy, sx) = self.plane.channels, self.plane.phases
        if (sy, sx) == (1, 1):
            self.need(self.plane.computed, set(layers))
            for pixel, (index, pack) in product(self.block, enumerate(layers)):
                y, x = self.axes(Axis(), Axis(), pixel)
                self.body.append(Store(index, y, x, self._stored(pack, pixel)))
            return
        lanes = [
            [p * channels + c for c in range(4 * k, min(4 * k + 4, channels))]
            for k in layers
            for p in range(sy * sx)
        ]
        self.need(self.plane.computed, {lane // 4 for part in lanes for lane in part})
        for pixel, index in product(self.block, range(len(layers))):
            options = lanes[index * sy * sx : (index + 1) * sy * sx]
            self._store_phases(pixel, index, [self._gather(o, pixel) for o in options])

    def _stored(self, pack: int, pixel: Pixel) -> str:
        """Return a pack to store; lanes without a channel are zero, whatever 0/0 is."""
        channels, expr = self.plane.channels, self.plane.computed
        lanes = list(range(4 * pack, min(4 * pack + 4, channels)))
        calls = {e.function for e in walk(expr) if isinstance(e, Call)}
        if channels == 1 or not calls & {"div", "log", "pow"}:
            return self.got(expr, pack, pixel)
        return self._gather(lanes, pixel)

    def _store_phases(self, pixel: Pixel, layer: int, options: list[str]) -> None:
        sy, sx = self.plane.phases
        if self.schedule.form == "fragment":
            chosen = self.name("phase")
            self.body.append(Choose(chosen, (sy, sx), tuple(options)))
            self.body.append(Store(layer, Axis(), Axis(), chosen))
            return
        (rows, columns), (down, right) = self.schedule.block, pixel
        for phase, option in enumerate(options):
            y = Axis.of(sy * rows, offset=sy * down + phase // sx)
            x = Axis.of(sx * columns, offset=sx * right + phase % sx)
            self.body.append(Store(layer, y, x, option))

    def _gather(self, lanes: list[int], pixel: Pixel) -> str:
        expr = self.plane.computed
        if len(lanes) == 4 and lanes[0] % 4 == 0 and lanes[3] == lanes[0] + 3:
            return self.got(expr, lanes[0] // 4, pixel)
        to = self.name("lanes")
        found = [(self.got(expr, lane // 4, pixel), lane % 4) for lane in lanes]
        self.body.append(Gather(to, (*found, *[None] * (4 - len(found)))))
        return to

    def lanes(self, values: np.ndarray, pack: int) -> np.ndarray | Weight:
        """Return a pack of constants, from the buffer if the weights are there.

        Passes that differ only in their numbers then share one text.
        """
        part = _lanes(values, pack)
        if not self.buffered or len(set(values.tolist())) == 1:
            return part
        key = part.tobytes()
        if key not in self.vectors:
            self.vectors[key] = Weight(len(self.weights))
            self.weights.append(np.outer(part, [1, 0, 0, 0]).astype(np.float32))
        return self.vectors[key]

    # Values ---------------------------------------------------------------------------

    def got(self, expr: Expr, pack: int, pixel: Pixel) -> str:
        return self.known[id(expr), pack, pixel]

    def need(self, expr: Expr, wanted: set[int]) -> None:
        """Make sure that these packs of an expression have names, for every pixel."""
        first = self.block[0]
        missing = sorted(p for p in wanted if (id(expr), p, first) not in self.known)
        if not missing:
            return
        self.alive.append(expr)
        if isinstance(expr, Tap):
            for pack, pixel in product(missing, self.block):
                self.known[id(expr), pack, pixel] = self.load(expr, pack, pixel, self.body)
        elif isinstance(expr, Constant):
            for pack in missing:
                to = self.name("constant")
                self.body.append(Let(to, "constant", (self.lanes(expr.value, pack),)))
                for pixel in self.block:
                    self.known[id(expr), pack, pixel] = to
        elif isinstance(expr, Mix):
            self._sum(expr, (expr,), missing)
        elif expr.function == "sum":
            self._sum(expr, expr.arguments, missing)
        else:
            self._call(expr, missing)

    def load(self, tap: Tap, pack: int | None, pixel: Pixel, body: list[Statement]) -> str:
        place = self._place(tap, pixel)
        key = (self.loops if body is not self.body else 0, pack, *place)
        if key not in self.loads:
            to = self.loads[key] = self.name("texel")
            y, x = self.axes(tap.y, tap.x, pixel)
            rule, outside = self._rule(tap), self.checks[place]
            body.append(Load(to, tap.plane, pack, y, x, rule, outside, tap.presence))
        return self.loads[key]

    def _call(self, expr: Call, missing: list[int]) -> None:
        for argument in expr.arguments:
            if not isinstance(argument, Constant):
                self.need(argument, set(missing))
        for pixel, pack in product(self.block, missing):
            arguments = tuple(
                self.lanes(a.value, pack)
                if isinstance(a, Constant)
                else self.got(a, pack, pixel)
                for a in expr.arguments
            )
            to = self.name(expr.function)
            self.body.append(Let(to, expr.function, arguments))
            self.known[id(expr), pack, pixel] = to

    def _sum(self, expr: Expr, terms: tuple[Expr, ...], missing: list[int]) -> None:
        """Sum constants, plain values and mixes: the heart of a convolution."""
        start = np.zeros(expr.channels, np.float32)
        for term in terms:
            if isinstance(term, Constant):
                start = start + term.value
        plain = [t for t in terms if not isinstance(t, Constant | Mix)]
        mixes = [t for t in terms if isinstance(t, Mix)]
        for term in plain:
            self.need(term, set(missing))
        if not mixes:
            self._plain_sum(expr, start, plain, missing)
            return
        self._ready(mixes, missing)
        sums: dict[tuple[int, Pixel], str] = {}
        for pack, pixel in product(missing, self.block):
            sums[pack, pixel] = self.name("sum")
            self.known[id(expr), pack, pixel] = sums[pack, pixel]
            self.body.append(Start(sums[pack, pixel], self.lanes(start, pack)))
        for term in plain:
            for pack, pixel in product(missing, self.block):
                source = self.got(term, pack, pixel)
                self.body.append(Accumulate(sums[pack, pixel], np.eye(4), source))
        for group in _by_source(mixes):
            read = group[0].source
            loops = self.buffered and isinstance(read, Tap) and read.channels > 4
            (self._looped if loops else self._unrolled)(group, missing, sums)

    def _plain_sum(
        self, expr: Expr, start: np.ndarray, plain: Sequence[Expr], missing: list[int]
    ) -> None:
        for pack, pixel in product(missing, self.block):
            words: list[str | np.ndarray | Weight] = [self.got(t, pack, pixel) for t in plain]
            if np.any(start):
                words.append(self.lanes(start, pack))
            to = self.known[id(expr), pack, pixel] = self.name("sum")
            self.body.append(Let(to, "sum", tuple(words)))

    def _ready(self, mixes: list[Mix], missing: list[int]) -> None:
        """Compute what mixes read, where it is no tap."""
        for mix in mixes:
            if not isinstance(mix.source, Tap):
                used = [
                    i
                    for i in range(packs(mix.source.channels))
                    if any(np.any(_block(mix.matrix, p, i)) for p in missing)
                ]
                self.need(mix.source, set(used))

    def _unrolled(
        self, group: list[Mix], missing: list[int], sums: dict[tuple[int, Pixel], str]
    ) -> None:
        for inner in range(packs(group[0].source.channels)):
            blocks = {
                (m, p): _block(mix.matrix, p, inner)
                for m, mix in enumerate(group)
                for p in missing
            }
            used = [m for m in range(len(group)) if any(np.any(blocks[m, p]) for p in missing)]
            sources = {}
            for m, pixel in product(used, self.block):
                source = group[m].source
                sources[m, pixel] = (
                    self.load(source, inner, pixel, self.body)
                    if isinstance(source, Tap)
                    else self.got(source, inner, pixel)
                )
            for pack, m, pixel in product(missing, used, self.block):
                if np.any(blocks[m, pack]):
                    to = sums[pack, pixel]
                    self.body.append(Accumulate(to, blocks[m, pack], sources[m, pixel]))

    def _looped(
        self, group: list[Mix], missing: list[int], sums: dict[tuple[int, Pixel], str]
    ) -> None:
        """Read the weights from the buffer: matrices in the order the loop takes them."""
        count, first = packs(group[0].source.channels), len(self.weights)
        step = len(missing) * len(group)
        for inner in range(count):
            for pack, mix in product(missing, group):
                block = _block(mix.matrix, pack, inner)
                self.weights.append(np.pad(block, ((0, 0), (0, 4 - block.shape[1]))))
        body: list[Statement] = []
        self.loops += 1
        sources = {}
        for (m, mix), pixel in product(enumerate(group), self.block):
            assert isinstance(mix.source, Tap)
            sources[m, pixel] = self.load(mix.source, None, pixel, body)
        for (p, pack), m in product(enumerate(missing), range(len(group))):
            weight = Weight(first + p * len(group) + m, step)
            for pixel in self.block:
                body.append(Accumulate(sums[pack, pixel], weight, sources[m, pixel]))
        self.body.append(Loop(count, tuple(body)))


def _planes_read(body: Iterable[Statement]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, Load):
            yield statement.plane
        elif isinstance(statement, Loop):
            yield from _planes_read(statement.body)


def _by_source(mixes: list[Mix]) -> list[list[Mix]]:
    """Group mixes of taps of the same plane; other mixes stay alone."""
    groups: dict[object, list[Mix]] = {}
    for mix in mixes:
        tap = mix.source
        plain = isinstance(tap, Tap) and not tap.presence
        key = tap.plane if isinstance(tap, Tap) and plain else id(tap)
        groups.setdefault(key, []).append(mix)
    return list(groups.values())


def _lanes(values: np.ndarray, pack: int) -> np.ndarray:
    lanes = np.zeros(4, np.float32)
    part = values[4 * pack : 4 * pack + 4]
    lanes[: len(part)] = part
    return lanes


def _block(matrix: np.ndarray, row: int, column: int) -> np.ndarray:
    """Return the (4, lanes) block between two packs; lanes that hold no channel are cut."""
    part = matrix[4 * row : 4 * row + 4, 4 * column : 4 * column + 4]
    return np.pad(part, ((0, 4 - part.shape[0]), (0, 0))).astype(np.float32)
