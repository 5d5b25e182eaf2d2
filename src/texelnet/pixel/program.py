"""Program: planes in the order they are computed, each with what one of its pixels is.

A **plane** is what a value is on the GPU: channels x height x width. A **phased** plane
computes several output pixels from one low-resolution position (deconvolution, depth to
space): with phases (sy, sx) its expression is written at position (i, j) and has
sy*sx*channels channels, phase by phase; phase (py, px) is output pixel (sy*i+py, sx*j+px).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from texelnet.pixel.expr import FOLDS, FUNCTIONS, Call, Expr, Fold, Mix, Read, Tap, reads, walk
from texelnet.pixel.size import Size, least


@dataclass(frozen=True)
class Plane:
    """One plane: its name in the graph, its size, and what one pixel of it is.

    ``expr`` is None for an input. ``layers`` names the layers it computes, for readers.
    """

    name: str
    channels: int
    height: Size
    width: Size
    expr: Expr | None = None
    phases: tuple[int, int] = (1, 1)
    layers: tuple[str, ...] = ()

    @property
    def computed(self) -> Expr:
        """The expression of a plane that is no input."""
        assert self.expr is not None, f"{self.name} is an input"
        return self.expr

    @property
    def positions(self) -> tuple[Size, Size]:
        """How many positions its expression is computed at: the size, by the phases."""
        sy, sx = self.phases
        return (self.height + (sy - 1)) // sy, (self.width + (sx - 1)) // sx

    @property
    def thin(self) -> tuple[bool, bool]:
        """Whether it is known to be one pixel high, and one pixel wide."""
        return self.height.fixed == 1, self.width.fixed == 1

    def same_size(self, other: Plane) -> bool:
        """Tell whether two planes have the same size at every size of the input."""
        return self.height == other.height and self.width == other.width


@dataclass(frozen=True)
class Demand:
    """What must hold of two sizes for the network to run at all.

    ``equal``: they are joined pixel for pixel; ``below``: the first is less than the second
    (0 below a height: something is left; a reflection's pad below it: there are such pixels).
    """

    first: Size
    second: Size
    where: str = ""
    kind: str = "equal"


def unsure(demands: Iterable[Demand]) -> tuple[Demand, ...]:
    """Return the demands that do not hold at every size, each once."""
    kept: dict[tuple[Size, Size, str], Demand] = {}
    for d in demands:
        sure = d.first == d.second if d.kind == "equal" else least(d.second - d.first) > 0
        if not sure:
            kept.setdefault((d.first, d.second, d.kind), d)
    return tuple(kept.values())


@dataclass(frozen=True)
class Program:
    """Planes in order; inputs have no expression; outputs are named."""

    planes: dict[str, Plane]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    demands: tuple[Demand, ...] = ()

    def with_planes(self, planes: Iterable[Plane]) -> Program:
        """Return the program with other planes."""
        return replace(self, planes={p.name: p for p in planes})

    def computed(self) -> list[Plane]:
        """Return the planes that are computed, in order."""
        return [p for p in self.planes.values() if p.expr is not None]

    def readers(self) -> dict[str, list[Read]]:
        """Return, for each plane, the distinct taps and folds that read it."""
        found: dict[str, list[Read]] = {name: [] for name in self.planes}
        for plane in self.computed():
            for read in reads(plane.computed):
                found[read.plane].append(read)
        return found


def check(program: Program) -> None:
    """Raise AssertionError with a sentence if the program is not well formed."""
    known: set[str] = set()
    for name, plane in program.planes.items():
        assert name == plane.name, f"plane {plane.name} is listed as {name}"
        if plane.expr is None:
            assert name in program.inputs, f"{name} has no expression and is no input"
        else:
            for expr in walk(plane.expr):
                _check_expr(expr, program, known, name)
            lanes = plane.channels * plane.phases[0] * plane.phases[1]
            assert plane.expr.channels == lanes, f"{name}: {plane.expr.channels} is not {lanes}"
        known.add(name)
    missing = [n for n in (*program.inputs, *program.outputs) if n not in known]
    assert not missing, f"no plane for {missing}"


def _check_expr(expr: Expr, program: Program, known: set[str], name: str) -> None:
    if isinstance(expr, Tap | Fold):
        assert expr.plane in known, f"{name} reads {expr.plane}, which comes later or never"
        asks = expr.function == "count" if isinstance(expr, Fold) else expr.presence
        wanted = 1 if asks else program.planes[expr.plane].channels
        assert expr.channels == wanted, f"{name} reads {expr.channels} of {wanted} channels"
        if isinstance(expr, Fold):
            _check_fold(expr, program.planes[name], program.planes[expr.plane])
    elif isinstance(expr, Mix):
        columns, channels = expr.matrix.shape[1], expr.source.channels
        assert columns == channels, f"{name}: a mix of {columns} reads {channels} channels"
    elif isinstance(expr, Call):
        assert expr.function in FUNCTIONS, f"{name} calls {expr.function}"
        counts = {a.channels for a in expr.arguments}
        assert len(counts) == 1, f"{name}: {expr.function} of {counts} channels"


def _check_fold(fold: Fold, plane: Plane, source: Plane) -> None:
    assert fold.function in FOLDS, f"{plane.name} folds by {fold.function}"
    if fold.function == "count":
        return
    mine, its = (plane.height, plane.width), (source.height, source.width)
    across = 1 - fold.axis
    assert mine[fold.axis].fixed == 1, f"{plane.name} is folded, yet longer than a pixel"
    assert mine[across] == its[across], f"{plane.name} is not as long as {source.name}"
    assert plane.phases == (1, 1), f"{plane.name} is folded in phases"
