"""Touching: which circles of many overlap, by a grid whose cells list who is in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from texelnet.draw.compiled import compiled
from texelnet.draw.path import Floats

Ints = NDArray[np.int64]


def absorbers(place: Floats, radius: Floats, touch: float, compile: bool = True) -> Ints:
    """Return (n,): into which circle each goes: the largest of those that hang together.

    Each goes to the largest circle that it touches, if that is larger than itself, and with
    that to where that goes.

    Parameters
    ----------
    place, radius
        (n, 2) and (n,).
    touch
        Circles touch when nearer than this share of their radii together.
    """
    count = len(radius)
    if count < 2:
        return np.arange(count)
    by_rank = np.argsort(radius, kind="stable")
    rank = np.empty(count, np.int64)
    rank[by_rank] = np.arange(count)
    best = rank.copy()
    low = place.min(0)
    span = np.maximum(np.ptp(place, axis=0), 1e-9)
    cell = max(float(np.sqrt(span.prod() / count)), float(span.max()) / 4000)
    columns, rows = (int(size / cell) + 1 for size in span)
    at = ((place - low) / cell).astype(np.int64)
    key = at[:, 1] * columns + at[:, 0]
    starts = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=columns * rows))])
    order = np.argsort(key)
    reach = 2 * touch * radius[:, None]  # who is touched is no larger
    first = np.maximum(((place - reach - low) / cell).astype(np.int64), 0)
    last = np.minimum(((place + reach - low) / cell).astype(np.int64), (columns - 1, rows - 1))
    (look,) = (compile and compiled(plain)) or (vectorised,)
    look(place, radius, touch, rank, best, first, last, starts, order, columns)
    root = by_rank[best]
    while True:
        further = root[root]
        if (further == root).all():
            return root
        root = further


def vectorised(
    place: Floats,
    radius: Floats,
    touch: float,
    rank: Ints,
    best: Ints,
    first: Ints,
    last: Ints,
    starts: Ints,
    order: Ints,
    columns: int,
) -> None:
    """Raise `best` of each circle to the largest rank that touches it."""
    who, row = _spread(first[:, 1], last[:, 1] + 1)
    begin = starts[row * columns + first[who, 0]]
    end = starts[row * columns + last[who, 0] + 1]
    which, other = _spread(begin, end)
    one, two = who[which], order[other]
    smaller = rank[two] < rank[one]
    one, two = one[smaller], two[smaller]
    gap = place[one] - place[two]
    near = (gap * gap).sum(1) < (touch * (radius[one] + radius[two])) ** 2
    np.maximum.at(best, two[near], rank[one[near]])


def _spread(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return begin, begin + 1, ... before end of each, and whose each is."""
    counts = end - begin
    of = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    return of, begin[of] + within


def plain(
    place: Floats,
    radius: Floats,
    touch: float,
    rank: Ints,
    best: Ints,
    first: Ints,
    last: Ints,
    starts: Ints,
    order: Ints,
    columns: int,
) -> None:
    """Do what :func:`vectorised` does, circle by circle, for numba to compile."""
    for one in range(len(radius)):
        for row in range(first[one, 1], last[one, 1] + 1):
            begin = starts[row * columns + first[one, 0]]
            end = starts[row * columns + last[one, 0] + 1]
            for at in range(begin, end):
                two = order[at]
                if rank[two] >= rank[one]:
                    continue
                x = place[one, 0] - place[two, 0]
                y = place[one, 1] - place[two, 1]
                if x * x + y * y < (touch * (radius[one] + radius[two])) ** 2:
                    best[two] = max(best[two], rank[one])
