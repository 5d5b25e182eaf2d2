"""Accumulate: what each edge adds to the running sums of the pixels that it crosses.

A piece of an edge inside one pixel, of signed height d and its middle a share f from the
pixel's left side, adds d (1 - f) to this pixel and d f to the next: the running sum then holds
the area right of the edge. What is left of a box counts as at its left side; what is right of
it goes to the spare column behind each row, so that every row of a closed shape sums to zero.

It is written twice, in numpy and as a plain loop that numba compiles; the numbers are the same
to the last bit, because both do the same in the same order.
"""

from __future__ import annotations

from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BATCH = 1 << 20
"""Pieces that are computed at a time."""


def vectorised(flat: Floats, edges: Floats, owner: Ints, boxes: Ints, begins: Ints) -> None:
    """Add edges to running sums.

    Parameters
    ----------
    flat
        The sums of all boxes, one behind the other, each row with a spare column behind it, and
        one more at the end; changed in place.
    edges
        (n, 4): from x, y to x, y.
    owner
        (n,): whose edge it is.
    boxes
        (shapes, 4): left, top, right, bottom in pixels.
    begins
        (shapes,): where the sums of each begin.
    """
    box = boxes[owner]
    steps = np.abs(edges[:, 2:] - edges[:, :2])
    most = np.minimum(steps, box[:, 2:] - box[:, :2] + 2).sum(1) + 4
    batch = (np.cumsum(most) // BATCH).astype(np.int64)
    for part in np.split(np.arange(len(edges)), np.flatnonzero(np.diff(batch)) + 1):
        _add(flat, edges[part], box[part], begins[owner[part]])


def _add(flat: Floats, edges: Floats, boxes: Ints, begins: Ints) -> None:
    """Cut edges at rows, those pieces at columns, and add them."""
    x0, y0, x1, y1 = edges.T
    up = y1 < y0
    sign = np.where(up, -1.0, 1.0)
    low_x, high_x = np.where(up, x1, x0), np.where(up, x0, x1)
    low_y, high_y = np.where(up, y1, y0), np.where(up, y0, y1)
    first = np.maximum(low_y, boxes[:, 1])
    last = np.minimum(high_y, boxes[:, 3])
    row = np.floor(first).astype(np.int64)
    rows = np.where(last > first, np.ceil(last).astype(np.int64) - row, 0)
    of, row = _spread(rows, row)
    top, bottom = np.maximum(first[of], row), np.minimum(last[of], row + 1)
    tall, wide = (high_y - low_y)[of], (high_x - low_x)[of]
    one = low_x[of] + (top - low_y[of]) / tall * wide
    two = low_x[of] + (bottom - low_y[of]) / tall * wide
    left, right = np.minimum(one, two), np.maximum(one, two)
    height = sign[of] * (bottom - top)
    near, far = boxes[of, 0], boxes[of, 2]
    start = np.clip(np.floor(left).astype(np.int64), near - 1, far)
    stop = np.clip(np.ceil(right).astype(np.int64), start + 1, far + 1)
    place = begins[of] + (row - boxes[of, 1]) * (far - near + 1) - near
    piece, column = _spread(stop - start, start)
    near, far, left, right = near[piece], far[piece], left[piece], right[piece]
    a = np.where(column == start[piece], left, column)
    b = np.where(column == stop[piece] - 1, right, column + 1)
    width = right - left
    with np.errstate(invalid="ignore"):
        share = np.where(width > 0, (b - a) / width, 1.0) * height[piece]
    inside = (column >= near) & (column < far)
    middle = np.where(inside, (a + b) / 2 - column, 0.0)
    at = place[piece] + np.maximum(column, near)
    np.add.at(flat, np.stack([at, at + 1], -1).ravel(), _two(share, middle))


def _two(share: Floats, middle: Floats) -> Floats:
    return np.stack([share * (1 - middle), share * middle], -1).ravel()


def _spread(counts: Ints, first: Ints) -> tuple[Ints, Ints]:
    """Return whose each of so many pieces is, and first, first + 1, ... within each."""
    of = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    return of, first[of] + within


def plain(flat: Floats, edges: Floats, owner: Ints, boxes: Ints, begins: Ints) -> None:
    """Do what :func:`vectorised` does, edge by edge, for numba to compile."""
    for n in range(len(edges)):
        own = owner[n]
        near, highest, far, lowest = (  # one by one: a row would be an object of its own
            boxes[own, 0],
            boxes[own, 1],
            boxes[own, 2],
            boxes[own, 3],
        )
        low_x, low_y, high_x, high_y = edges[n, 0], edges[n, 1], edges[n, 2], edges[n, 3]
        sign = 1.0
        if high_y < low_y:
            low_x, low_y, high_x, high_y = high_x, high_y, low_x, low_y
            sign = -1.0
        first, last = max(low_y, float(highest)), min(high_y, float(lowest))
        if not last > first:
            continue
        tall, wide = high_y - low_y, high_x - low_x
        begin, across = begins[own] - near, far - near + 1
        two = low_x + (first - low_y) / tall * wide
        for row in range(floor(first), ceil(last)):
            top, bottom = max(first, float(row)), min(last, float(row + 1))
            one, two = two, low_x + (bottom - low_y) / tall * wide
            left, right = min(one, two), max(one, two)
            height = sign * (bottom - top)
            start = min(max(floor(left), near - 1), far)
            stop = min(max(ceil(right), start + 1), far + 1)
            place = begin + (row - highest) * across
            width = right - left
            for column in range(start, stop):
                a = left if column == start else float(column)
                b = right if column == stop - 1 else float(column + 1)
                share = (b - a) / width * height if width > 0 else height
                middle = (a + b) / 2 - column if near <= column < far else 0.0
                at = place + max(column, near)
                flat[at] += share * (1 - middle)
                flat[at + 1] += share * middle


def edges_plain(cubics: Floats, counts: Ints, firsts: Ints, owner: Ints) -> tuple[Floats, Ints]:
    """Return the chords of closed contours, and whose each is, for numba to compile.

    Parameters
    ----------
    counts
        How many chords each cubic becomes.
    firsts
        The first cubic of each contour, and one past the last.
    """
    edges, whose = np.empty((counts.sum(), 4)), np.empty(counts.sum(), np.int64)
    n = 0
    for contour in range(len(firsts) - 1):
        begin = n
        for i in range(firsts[contour], firsts[contour + 1]):
            for axis in range(2):
                p0, p1, p2, p3 = (
                    cubics[i, 0, axis],
                    cubics[i, 1, axis],
                    cubics[i, 2, axis],
                    cubics[i, 3, axis],
                )
                a, b, c = p3 - 3 * p2 + 3 * p1 - p0, 3 * (p0 - 2 * p1 + p2), 3 * (p1 - p0)
                for k in range(counts[i]):
                    t = k / counts[i]
                    edges[n + k, axis] = ((a * t + b) * t + c) * t + p0
            whose[n : n + counts[i]] = owner[i]
            n += counts[i]
        for k in range(begin, n):
            after = k + 1 if k + 1 < n else begin
            edges[k, 2], edges[k, 3] = edges[after, 0], edges[after, 1]
    return edges, whose


def settled(flat: Floats) -> None:
    """Turn what was added into coverage, in place: the running sum, its size, at most 1."""
    np.cumsum(flat, out=flat)
    np.abs(flat, out=flat)
    np.minimum(flat, 1.0, out=flat)


def settled_plain(flat: Floats) -> None:
    """Do what :func:`settled` does in one go, for numba to compile."""
    total = 0.0
    for n in range(len(flat)):
        total += flat[n]
        flat[n] = min(abs(total), 1.0)


LOOPS = (edges_plain, plain, settled_plain)
"""What numba compiles: in place of chords told as edges, `vectorised` and `settled`."""
