"""Expense: what a pass costs on a software driver, counted from its statements.

Two costs: of running it, which ranks the ways of computing a plane, and of compiling it, which
is predicted, and kept below a budget.

The numbers are milliseconds for 129,600 pixels on Mesa's llvmpipe, one core, from passes that
differ in one thing each. Clocks are for benchmarks.
A fetch is a call of a hundred instructions. A compute pass stores number by number, pixel by
pixel, behind a check each, where a fragment returns eight pixels at once.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from texelnet.shader.cost import shared_texels
from texelnet.shader.kernel import (
    Accumulate,
    Barrier,
    Combine,
    Gather,
    Kernel,
    Load,
    Loop,
    Recall,
    Share,
    Statement,
    Store,
)

FETCH = 0.23
STORE, STAGED, RETURN = 2.7, 0.8, 0.6
"""A pack, stored by a compute pass, through a buffer, or returned by a fragment."""
NUMBERS = {800: 0.0065, 30_000: 0.0105}
"""A lane times a number in the text, added, in a pass of at most so many numbers ..."""
MORE = 0.021
"""... or of more: its machine code leaves the nearest cache, and then the next."""
BUFFERED = 0.035
"""The same by a number in a buffer."""
TERM, SCALED = 0.01, 0.05
"""A pack added to a sum of packs, as it is or times a number."""
SIMPLE = 0.02
"""Any other operation on a pack."""

KEPT, RECALLED, BARRIER = 0.7, 0.4, 4.0
"""A texel written to a workgroup's memory or read from there, and all waiting for all."""

A_CALL, AN_OPERATION = 20, 4
"""What a driver compiles for a fetch or a store, and for an operation on a pack."""
SECONDS, CROWDED = 8e-5, 12_000
"""Seconds for each number of a pass, twice as long where it has so many."""
CALLED = 4e-6
"""Seconds for each pair of matrices that a pass reads: a call each, which is put in place."""
A_PIPELINE = 0.02


def expense(kernel: Kernel) -> float:
    """Return the cost of one pass for each position of its plane."""
    rows, columns = kernel.block
    phases = kernel.plane.phases[0] * kernel.plane.phases[1]
    stored = STAGED if kernel.staged else STORE if kernel.form == "compute" else RETURN * phases
    stored /= 4 if kernel.plane.channels == 1 and not kernel.staged else 1
    numbers = {id(s.matrix): s.matrix for s in kernel.body if isinstance(s, Accumulate)}
    count = sum(m.size for m in numbers.values() if isinstance(m, np.ndarray))
    number = next((price for most, price in NUMBERS.items() if count <= most), MORE)
    group = kernel.workgroup[0] * kernel.workgroup[1]
    tiles = (KEPT + FETCH) * shared_texels(kernel.body) / group
    return (_cost(kernel.body, stored, number) + tiles) / (rows * columns)


def _cost(body: Iterable[Statement], stored: float, number: float) -> float:
    total = 0.0
    for s in body:
        if isinstance(s, Loop):
            total += s.count * _cost(s.body, stored, number)
        elif isinstance(s, Load):
            total += 0 if s.presence else FETCH
        elif isinstance(s, Recall):
            total += RECALLED
        elif isinstance(s, Barrier):
            total += BARRIER
        elif isinstance(s, Store):
            total += stored
        elif isinstance(s, Accumulate):
            if isinstance(s.matrix, np.ndarray):
                total += number * int(np.count_nonzero(s.matrix))
            else:
                total += 16 * BUFFERED
        elif isinstance(s, Combine):
            total += sum(TERM if abs(factor) == 1 else SCALED for factor, _ in s.terms)
        elif not isinstance(s, Gather | Share):
            total += SIMPLE
    return total


def driver_seconds(kernels: Iterable[Kernel]) -> float:
    """Predict how long a driver compiles shaders that nobody compiled before.

    Measured on Mesa's llvmpipe, one core of 2023; passes whose weights lie in a buffer may
    share a text, and are counted all the same.
    """
    total = 0.0
    for kernel in kernels:
        size, calls = _size(kernel.body), _calls(kernel.body)
        total += A_PIPELINE + SECONDS * size * (1 + size / CROWDED) + CALLED * calls**2
    return total


def _calls(body: Iterable[Statement]) -> int:
    """Count the matrices that the text reads from a buffer."""
    total = 0
    for s in body:
        if isinstance(s, Loop):
            total += _calls(s.body)
        total += isinstance(s, Accumulate) and not isinstance(s.matrix, np.ndarray)
    return total


def _size(body: Iterable[Statement]) -> int:
    total = 0
    for s in body:
        if isinstance(s, Loop):
            total += _size(s.body)
        elif isinstance(s, Share):
            total += A_CALL * (len(s.loads) + 1)
        elif isinstance(s, Load | Store):
            total += A_CALL
        elif isinstance(s, Accumulate):
            weights = s.matrix if isinstance(s.matrix, np.ndarray) else np.ones(16)
            total += int(np.count_nonzero(weights))
        else:
            total += AN_OPERATION
    return total
