"""Merge mixes: fold matrices into each other where that costs nothing.

A scale after a convolution, a choice of channels before it, the division by 255 that a
contract asks for: all are mixes with at most one number a row, and multiply into the
convolution's own weights. Products are made in double precision and rounded once, when the
shader is written.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from texelnet.pixel import Program
from texelnet.pixel.expr import (
    Call,
    Constant,
    Expr,
    Mix,
    Tap,
    add,
    operands,
    walk,
    with_operands,
)
from texelnet.shader.schedule import Schedule


def merge_mixes(program: Program, schedule: Schedule) -> Program:
    """Return the program with its mixes merged as far as that adds no multiplication."""
    return program.with_planes(
        p if p.expr is None else replace(p, expr=_merged(p.expr))
        for p in program.planes.values()
    )


def _merged(expr: Expr) -> Expr:
    """Return an expression with its mixes merged; what several parts use stays one."""
    users = Counter(id(o) for e in walk(expr) for o in operands(e))
    new: dict[int, Expr] = {}
    used: set[int] = set()
    for e in walk(expr):
        made = with_operands(e, [new[id(o)] for o in operands(e)])
        if isinstance(made, Mix):
            made = _mix(made.matrix, made.source, id(made.source) in used)
        elif isinstance(made, Call) and made.function == "sum":
            made = _sum(made)
        new[id(e)] = made
        if users[id(e)] > 1:
            used.add(id(made))
    return new[id(expr)]


def _count(matrix: np.ndarray) -> int:
    return int(np.count_nonzero(matrix))


def _mix(matrix: np.ndarray, source: Expr, used: bool = False) -> Expr:
    """Return the mix; a source that is ``used`` elsewhere is computed all the same."""
    rows, columns = matrix.shape
    if rows == columns and np.array_equal(matrix, np.eye(rows)):
        return source
    if isinstance(source, Constant):
        return Constant((matrix @ source.value.astype(np.float64)).astype(np.float32))
    if isinstance(source, Mix):
        product = matrix.astype(np.float64) @ source.matrix.astype(np.float64)
        if _count(product) <= max(_count(matrix), 0 if used else _count(source.matrix)):
            return _mix(product, source.source)
    if isinstance(source, Call) and source.function == "sum":
        terms = [_mix(matrix, term) for term in source.arguments]
        before = _count(matrix) + (0 if used else sum(map(_work, source.arguments)))
        if sum(map(_work, terms)) <= before:
            return _sum(Call("sum", tuple(terms)))
    return Mix(matrix, source)


def _work(term: Expr) -> int:
    """Count the multiplications a term of a sum makes itself."""
    return _count(term.matrix) if isinstance(term, Mix) else 0


def _sum(expr: Call) -> Expr:
    """Flatten a sum, add up its constants, and join mixes of the same tap."""
    flat = add(*expr.arguments)
    if not isinstance(flat, Call) or flat.function != "sum":
        return flat
    total = np.zeros(flat.channels, np.float64)
    terms: list[Expr] = []
    mixes: dict[tuple[object, ...], int] = {}
    for term in flat.arguments:
        if isinstance(term, Constant):
            total += term.value
        elif isinstance(term, Mix) and isinstance(term.source, Tap):
            tap = term.source
            key = (tap.plane, tap.y, tap.x, tap.border, tap.presence)
            if key in mixes:
                first = terms[mixes[key]]
                assert isinstance(first, Mix)
                terms[mixes[key]] = Mix(first.matrix + term.matrix, first.source)
            else:
                mixes[key] = len(terms)
                terms.append(term)
        else:
            terms.append(term)
    if np.any(total) or not terms:
        terms.insert(0, Constant(total.astype(np.float32)))
    return terms[0] if len(terms) == 1 else Call("sum", tuple(terms))
