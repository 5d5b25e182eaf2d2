"""Split reads: for hosts that bind few textures, where each pack is one.

A sum of more packs than a pass may read is made in several planes: each adds its share to the
one before. What a sum is made of is put in the order of the packs it reads, so that each is
read once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from texelnet.pixel import Plane, Program
from texelnet.pixel.expr import (
    Call,
    Constant,
    Expr,
    Mix,
    Tap,
    add,
    operands,
    rebuild,
    taps,
    walk,
)
from texelnet.shader.kernel import packs
from texelnet.shader.schedule import Schedule

Packs = frozenset[tuple[str, int]]


def split_reads(program: Program, schedule: Schedule) -> Program:
    """Return the program in which no sum reads more packs than a pass may."""
    planes: list[Plane] = []
    for plane in program.planes.values():
        names = (f"{plane.name}.part{number}" for number in count())
        planes += [plane] if plane.expr is None else _parts(plane, names, schedule.reads)
    return program.with_planes(planes)


def _parts(plane: Plane, names: Iterator[str], most: int) -> list[Plane]:
    """Return the planes that a plane is made in, itself the last."""
    divided = _divided(plane, names, most)
    if divided is None:
        return [plane]
    return [part for share in divided for part in _parts(share, names, most)]


def _divided(plane: Plane, names: Iterator[str], most: int) -> tuple[Plane, Plane] | None:
    """Return a plane with the first share of a sum, and the plane that adds the rest."""
    if len(_packs(plane.computed)) <= most:
        return None
    for value in reversed(list(walk(plane.computed))):  # a sum before what it adds up
        terms = sorted(_terms(value), key=lambda term: (term.plain, sorted(term.reads)))
        fit = _fitting(terms, most)
        if fit == len(terms) or (fit == 1 and terms[0].plain):
            continue
        first, rest = (_sum(part) for part in (terms[:fit], terms[fit:]))
        name = next(names)
        part = Plane(name, value.channels, *plane.positions, first, (1, 1), plane.layers)
        new = add(Tap(name, value.channels), rest)

        def put(e: Expr, old: Expr = value, new: Expr = new) -> Expr:
            return new if e is old else e

        return part, replace(plane, expr=rebuild(plane.computed, put))
    return None


@dataclass(frozen=True, eq=False)
class _Term:
    """A term of a sum, or the share of it that reads one pack."""

    expr: Expr
    reads: Packs

    @property
    def plain(self) -> bool:
        """Whether each pack of it reads but one."""
        return isinstance(self.expr, Tap | Constant)


def _fitting(terms: list[_Term], most: int) -> int:
    """Return how many terms a pass can read, at least one."""
    read: Packs = frozenset()
    for number, term in enumerate(terms):
        read |= term.reads
        if number and len(read) > most:
            return number
    return len(terms)


def _terms(value: Expr) -> Iterator[_Term]:
    """Return what a sum adds up, a mix of a tap pack by pack."""
    sums = isinstance(value, Call) and value.function == "sum"
    for term in operands(value) if sums else (value,):
        if isinstance(term, Mix) and isinstance(term.source, Tap):
            for pack in range(packs(term.source.channels)):
                share = np.zeros_like(term.matrix)
                columns = slice(4 * pack, 4 * pack + 4)
                share[:, columns] = term.matrix[:, columns]
                if np.any(share):
                    reads = frozenset([(term.source.plane, pack)])
                    yield _Term(Mix(share, term.source), reads)
        elif isinstance(term, Tap):
            yield _Term(term, frozenset([(term.plane, -1)]))
        elif sums or isinstance(term, Mix):
            yield _Term(term, _packs(term))


def _packs(expr: Expr) -> Packs:
    read = {tap.plane: tap.channels for tap in taps(expr) if not tap.presence}
    return frozenset((name, pack) for name, n in read.items() for pack in range(packs(n)))


def _sum(terms: list[_Term]) -> Expr:
    """Add terms up; shares of one mix are one again."""
    mixes: dict[int, Mix] = {}
    others: list[Expr] = []
    for term in terms:
        expr = term.expr
        if isinstance(expr, Mix) and isinstance(expr.source, Tap):
            before = mixes.get(id(expr.source))
            matrix = expr.matrix if before is None else before.matrix + expr.matrix
            mixes[id(expr.source)] = Mix(matrix, expr.source)
        else:
            others.append(expr)
    return add(*mixes.values(), *others)
