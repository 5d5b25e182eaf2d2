"""Fuse planes: compute a plane inside its reader instead of storing it.

Two cases. A plane that is read once, pixel for pixel, is computed by its reader in
registers (an activation after a convolution, a 1x1 convolution, a crop; an enlarged picture
beside the details that are added to it). A plane that only moves or scales channels is *free*:
its readers read through it at every tap (padding, concatenation, a division by 255). A plane of
one pixel that is read at every pixel is computed once, in a pass of its own.

The border belongs to the value read. Reading through a free plane under a border rule is
allowed only where the rule gives the same value: mirrored and repeated pixels always, zeros
only if the plane makes zero of zero (a subtracted mean does not).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from texelnet.pixel import Plane, Program
from texelnet.pixel.expr import (
    HERE,
    INSIDE,
    Axis,
    Border,
    Call,
    Constant,
    Expr,
    Fold,
    Mix,
    Tap,
    add,
    folds,
    reads,
    rebuild,
    taps,
)
from texelnet.pixel.show import multiply_adds
from texelnet.shader.phases import lift, shift
from texelnet.shader.schedule import Schedule
from texelnet.shader.steps.drop_unread import drop_unread
from texelnet.shader.steps.merge_mixes import merge_mixes
from texelnet.shader.steps.share_reads import share_reads

MOST_LAYERS = 64
"""Layers that one plane may come to hold, so that no expression grows without bound."""


def fuse_planes(program: Program, schedule: Schedule) -> Program:
    """Return the program with as few planes as fusing can leave."""
    if not schedule.fuse:
        return program
    program = drop_unread(program, schedule)
    while True:
        fuser = _Fuser(program, schedule)
        fused = [fuser.fuse(name) for name in program.planes]
        if not any(fused):
            return program
        program = merge_mixes(program.with_planes(fuser.planes.values()), schedule)
        program = share_reads(program, schedule)


class _Fuser:
    """The planes of a program as they are fused, and how often each is read."""

    def __init__(self, program: Program, schedule: Schedule) -> None:
        self.program, self.schedule = program, schedule
        self.planes = dict(program.planes)
        self.reads = {name: len(found) for name, found in program.readers().items()}

    def fuse(self, name: str) -> bool:
        """Fuse one source into this plane, if any can be, and tell whether it was."""
        new = self._fused(self.planes[name]) if name in self.planes else None
        if new is not None:
            self._put(new)
        return new is not None

    def _fused(self, plane: Plane) -> Plane | None:
        """Return the plane with one of its sources fused into it, if any can be."""
        found = [] if plane.expr is None else taps(plane.expr)
        counted = _counted(plane, self.planes)
        if counted is not None:
            return counted
        for tap in found:
            source = self.planes[tap.plane]
            if source.expr is None or source.name in self.program.outputs:
                continue
            if len(source.layers) + len(plane.layers) > MOST_LAYERS:
                continue
            mine = [t for t in found if t.plane == source.name]
            if any(t.presence for t in mine) or any(
                fold.plane == source.name for fold in folds(plane.computed)
            ):
                continue
            new = _through(self.program, plane, source, mine)
            if new is None and (self.reads[source.name] == 1 or _counts(source)):
                new = _inside(plane, source, tap, self._beside(found, tap), self.schedule)
            if new is not None:
                layers = dict.fromkeys((*source.layers, *new.layers))
                return replace(new, layers=tuple(layers))
        return None

    def _beside(self, found: list[Tap], tap: Tap) -> dict[int, Plane]:
        """Return the planes that are read once beside one that is to be fused, by tap."""
        near = ((t, self.planes[t.plane]) for t in found if t is not tap)
        return {
            id(t): p
            for t, p in near
            if p.expr is not None
            and self.reads[p.name] == 1
            and p.name not in self.program.outputs
            and not t.presence
            and not folds(p.computed)
        }

    def _put(self, new: Plane) -> None:
        """Put a plane in the place of its old self; drop what nobody reads any more."""
        old = self.planes[new.name]
        self.planes[new.name] = new
        for read in reads(new.computed):
            self.reads[read.plane] += 1
        self._forget(old)

    def _forget(self, old: Plane) -> None:
        lost = [old]
        while lost:
            for name in [read.plane for read in reads(lost.pop().computed)]:
                self.reads[name] -= 1
                source = self.planes.get(name)
                kept = {*self.program.outputs, *self.program.inputs}
                if source is not None and not self.reads[name] and name not in kept:
                    lost.append(self.planes.pop(name))


def _counts(source: Plane) -> bool:
    """Tell whether a plane is a number that counts rows and columns, and reads no pixel."""
    found = reads(source.computed)
    return bool(found) and all(isinstance(r, Fold) and r.function == "count" for r in found)


def _counted(plane: Plane, planes: Mapping[str, Plane]) -> Plane | None:
    """Count another plane of the same size, so that what is counted need not be drawn."""
    new: dict[int, Expr] = {}
    for fold in folds(plane.computed) if plane.expr is not None else ():
        source = planes[fold.plane]
        read = [] if source.expr is None else taps(source.expr)
        same = [t.plane for t in read if planes[t.plane].same_size(source)]
        if fold.function == "count" and same:
            new[id(fold)] = replace(fold, plane=same[0])
    return _replaced(plane, new) if new else None


def _inside(
    plane: Plane, source: Plane, tap: Tap, beside: Mapping[int, Plane], schedule: Schedule
) -> Plane | None:
    """Compute a plane that is read once, at a place inside it, where it is read."""
    if tap.border != INSIDE or tap.y.r != 1 or tap.x.r != 1 or not (tap.y.p and tap.x.p):
        return None
    whole = bool(folds(source.computed))  # each of its pixels reads a row or a column
    if whole and not plane.same_size(source):
        return None
    if not _fits(plane, multiply_adds(plane.computed), source, schedule):
        return None
    if source.phases == (1, 1):
        moved = shift(source.computed, tap.y, tap.x)
        return None if moved is None else _replaced(plane, {id(tap): moved})
    return _into_phases(plane, source, tap, beside, schedule)


def _fits(plane: Plane, work: int, source: Plane, schedule: Schedule) -> bool:
    """Tell whether a plane of so much work may come to do a source's work too."""
    more = multiply_adds(source.computed)
    most = schedule if schedule.form == "fragment" else schedule.as_compute()
    wide = -(-plane.computed.channels // 4) > most.packs
    heavy = more > 4 * source.channels or (folds(source.computed) and not _counts(source))
    return not (work and heavy and (wide or work + more > schedule.literals))


def _into_phases(
    plane: Plane, source: Plane, tap: Tap, beside: Mapping[int, Plane], schedule: Schedule
) -> Plane | None:
    """Compute a pixel for pixel (or cropped) reader of a phased plane in its phases.

    What it reads beside that, in the same phases and only here, is computed there too: an
    enlarged picture to which details are added need not be drawn by itself.
    """
    moved = _at_low_resolution(plane, source, tap)
    if moved is None:
        return None
    known, layers = {id(tap): moved}, list(plane.layers)
    work = multiply_adds(plane.computed) + multiply_adds(moved)
    for other in taps(plane.computed):
        near = beside.get(id(other))
        if near is None or near.phases != source.phases:
            continue
        moved = _at_low_resolution(plane, near, other)
        if moved is not None and _fits(plane, work, near, schedule):
            known[id(other)] = moved
            work += multiply_adds(moved)
            layers = [*near.layers, *layers]
    lifted = lift(plane.computed, source.phases, known)
    if lifted is None:
        return None
    return replace(plane, expr=lifted, phases=source.phases, layers=tuple(layers))


def _at_low_resolution(plane: Plane, source: Plane, tap: Tap) -> Expr | None:
    """Return all phases of a source where a plane without phases reads a pixel of it."""
    by = (tap.y.offset, tap.x.offset)
    moves = [o % s for o, s in zip(by, source.phases, strict=True)]
    if plane.phases != (1, 1) or tap.border != INSIDE or any(moves):
        return None
    if any((axis.p, axis.r) != (1, 1) for axis in (tap.y, tap.x)):
        return None
    low = [Axis.of(offset=o // s) for o, s in zip(by, source.phases, strict=True)]
    return shift(source.computed, *low)


def _replaced(plane: Plane, new: dict[int, Expr]) -> Plane:
    return replace(plane, expr=rebuild(plane.computed, lambda e: new.get(id(e), e)))


def _through(program: Program, plane: Plane, source: Plane, mine: list[Tap]) -> Plane | None:
    """Read through a free plane at every tap of it, or not at all."""
    terms = _free(source)
    if terms is None:
        return None
    new: dict[int, Expr] = {}
    for tap in mine:
        parts = [_seen(program, source, term, tap) for term in terms]
        if any(part is None for part in parts):
            return None
        new[id(tap)] = add(*(p for p in parts if p is not None))
    return _replaced(plane, new)


def _free(source: Plane) -> list[Expr] | None:
    """Return the terms of a plane whose channels are each at most one scaled channel."""
    expr = source.computed
    is_sum = isinstance(expr, Call) and expr.function == "sum"
    terms = list(expr.arguments) if isinstance(expr, Call) and is_sum else [expr]
    used = np.zeros(expr.channels, int)
    for term in terms:
        if isinstance(term, Mix) and isinstance(term.source, Tap) and not term.source.presence:
            used += np.count_nonzero(term.matrix, axis=1)
        elif isinstance(term, Tap) and not term.presence:
            used += 1
        elif not isinstance(term, Constant):
            return None
    return terms if source.phases == (1, 1) and np.all(used <= 1) else None


def _seen(program: Program, source: Plane, term: Expr, tap: Tap) -> Expr | None:
    """Return what one term of a free plane is where ``tap`` reads it."""
    if isinstance(term, Constant):
        return term if tap.border.kind != "constant" else None
    if isinstance(term, Mix):
        assert isinstance(term.source, Tap)
        inner = _seen(program, source, term.source, tap)
        return None if inner is None else Mix(term.matrix, inner)
    assert isinstance(term, Tap)
    border = _border(program, source, term, tap)
    y, x = term.y.after(tap.y), term.x.after(tap.x)
    if border is None or y is None or x is None:
        return None
    return replace(term, y=y, x=x, border=border)


def _border(program: Program, source: Plane, term: Tap, tap: Tap) -> Border | None:
    if tap.border == INSIDE:
        return term.border
    same = program.planes[term.plane].same_size(source)
    if not same or (term.y, term.x, term.border) != (HERE, HERE, INSIDE):
        return None
    return tap.border if tap.border.kind != "constant" or tap.border.value == 0 else None
