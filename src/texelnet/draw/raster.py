"""Raster: how much of each pixel a shape covers, exactly.

A path is flattened, and each edge cut where it crosses a row or a column of pixels
(``accumulate``); the running sum along a row is then the signed area that the shape covers in
each pixel, with nothing sampled. As every row of a closed shape sums to zero, many shapes lie
one behind the other in one array and share one running sum.

Contours wind: what is wound around twice is covered once, a hole runs the other way round, so
filling is "non-zero" as in SVG. Where edges of *overlapping* contours of one path meet in one
pixel, their shares are added and cut at 1; shapes that are to cover each other are items of a
scene. An open contour encloses nothing.

See Levien, "Inside the fastest font renderer in the world", 2016, and Catmull, "A
hidden-surface algorithm with anti-aliasing", 1978, for the idea.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from texelnet.draw.accumulate import LOOPS, Floats, Ints, settled, vectorised
from texelnet.draw.compiled import compiled
from texelnet.draw.path import Contour, Path, chord_counts, chords
from texelnet.errors import DrawError

Shape = Contour | Path

TOLERANCE = 0.01
"""How far a chord may be from its curve, in pixels."""
LAST_BITS = 1e-9
"""More than what sums leave of nothing: no last bits shall tell what an edge that halves a
pixel is labelled."""
MOST_PIXELS = 100_000_000
MOST_COORDINATE = 1e9
_BATCH = 1 << 22
"""Pixels of patches that are computed at a time."""
_COMPILED_FROM = 500
"""Cubics from which on the compiled loop repays its loading."""


@dataclass(frozen=True, eq=False)
class Patch:
    """What one shape covers of a picture.

    Parameters
    ----------
    top, left
        Where the first pixel of the patch lies.
    coverage
        (height, width) in 0..1; around it the shape covers nothing.
    """

    top: int
    left: int
    coverage: Floats

    @property
    def mostly(self) -> NDArray[np.bool_]:
        """Which pixels it covers by more than half; a half is none, whatever its last bits."""
        return np.asarray(self.coverage > 0.5 + LAST_BITS)

    @property
    def place(self) -> tuple[slice, slice]:
        """Which rows and columns of the picture it is."""
        height, width = self.coverage.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def coverage(shape: Shape, width: int, height: int, tolerance: float = TOLERANCE) -> Floats:
    """Return (height, width): how much of each pixel a shape covers, 0..1.

    Parameters
    ----------
    shape
        In pixels; pixel (0, 0) is the square from (0, 0) to (1, 1).
    tolerance
        How far a chord may be from its curve.

    Raises
    ------
    DrawError
        As of :func:`patches`.
    """
    (patch,) = patches([shape], width, height, tolerance)
    found = np.zeros((height, width))
    found[patch.place] = patch.coverage
    return found


def patches(
    shapes: Sequence[Shape],
    width: int,
    height: int,
    tolerance: float = TOLERANCE,
    compile: bool = True,
) -> Iterator[Patch]:
    """Give what each shape covers of a picture, in order.

    Parameters
    ----------
    shapes, width, height, tolerance
        As of :func:`coverage`.
    compile
        Whether numba, where it is installed, may compile the loop; the numbers are the same.

    Raises
    ------
    DrawError
        The picture has no pixels or more than 100 million; a shape is farther away than 1e9.
    """
    check_size(width, height)
    contours = [_closed(shape) for shape in shapes]
    owners = [number for number, some in enumerate(contours) for _ in some]
    cubics = [contour.cubics for some in contours for contour in some]
    lengths = np.array([len(some) for some in cubics], np.int64)
    joined = np.concatenate([np.zeros((0, 4, 2)), *cubics])
    of = np.repeat(np.array(owners, np.int64), lengths)
    boxes = _boxes(joined, of, len(shapes), width, height)
    with_numba = compile and len(joined) >= _COMPILED_FROM
    chord, add, settle = (with_numba and compiled(*LOOPS)) or (_edges, vectorised, settled)
    firsts = np.append(np.cumsum(lengths) - lengths, len(joined))
    edges, owner = chord(joined, chord_counts(joined, tolerance), firsts, of)
    begins = np.searchsorted(owner, np.arange(len(shapes) + 1))
    for first, last in _groups(boxes):
        some = slice(begins[first], begins[last])
        flat, starts = _sums(boxes[first:last])
        add(flat, edges[some], owner[some] - first, boxes[first:last], starts)
        settle(flat)
        yield from _cut(flat, boxes[first:last], starts)


def check_size(width: int, height: int) -> None:
    """Refuse pictures without pixels, and gigantic ones."""
    if width < 1 or height < 1:
        raise DrawError("a picture", f"{width}x{height} has no pixels")
    if width * height > MOST_PIXELS:
        fact = f"{width}x{height} pixels; at most {MOST_PIXELS // 10**6} million are drawn"
        raise DrawError("a picture", fact, "a lower resolution")


def _closed(shape: Shape) -> list[Contour]:
    contours = shape.contours if isinstance(shape, Path) else (shape,)
    return [contour for contour in contours if contour.closed]


def _edges(cubics: Floats, counts: Ints, firsts: Ints, owner: Ints) -> tuple[Floats, Ints]:
    """Return (n, 4), the chords of closed contours from x, y to x, y, and whose each is."""
    if not len(cubics):
        return np.zeros((0, 4)), np.zeros(0, np.int64)
    starts, which = chords(cubics, counts)
    edges = np.empty((len(starts), 4))
    edges[:, :2], edges[:-1, 2:] = starts, starts[1:]
    begins = np.searchsorted(which, firsts)
    edges[begins[1:] - 1, 2:] = starts[begins[:-1]]
    return edges, owner[which]


def _boxes(cubics: Floats, owner: Ints, count: int, width: int, height: int) -> Ints:
    """Return (count, 4): left, top, right, bottom of each shape's pixels in the picture."""
    boxes = np.zeros((count, 4), np.int64)
    owners, firsts = np.unique(owner, return_index=True)
    if len(owners):
        hulls = [reduce(pick, cubics.transpose(1, 0, 2)) for pick in (np.minimum, np.maximum)]
        low = np.floor(np.minimum.reduceat(hulls[0], firsts))
        high = np.ceil(np.maximum.reduceat(hulls[1], firsts))
        if not max(-low.min(), high.max()) <= MOST_COORDINATE:
            raise DrawError("a shape", f"it is farther than {MOST_COORDINATE:g} pixels away")
        boxes[owners] = np.clip(np.hstack([low, high]), 0, [width, height, width, height])
    return boxes


def _groups(boxes: Ints) -> Iterator[tuple[int, int]]:
    """Give runs of shapes whose boxes hold a batch of pixels together."""
    sizes = (boxes[:, 2] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 1])
    first = total = 0
    for number, size in enumerate(sizes.tolist()):
        if total and total + size > _BATCH:
            yield first, number
            first, total = number, 0
        total += size
    yield first, len(boxes)


def _sums(boxes: Ints) -> tuple[Floats, Ints]:
    """Return zeros for all boxes, each row with one more, and where each box begins."""
    sizes = (boxes[:, 2] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 1])
    return np.zeros(int(sizes.sum()) + 1), np.cumsum(sizes) - sizes


def _cut(flat: Floats, boxes: Ints, starts: Ints) -> Iterator[Patch]:
    """Give each box its part."""
    for (left, top, right, bottom), start in zip(boxes.tolist(), starts.tolist(), strict=True):
        wide, high = right - left + 1, bottom - top
        yield Patch(top, left, flat[start : start + wide * high].reshape(high, wide)[:, :-1])
