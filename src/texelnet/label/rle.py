"""Run lengths: a mask of a picture as COCO writes it, exact to the pixel and short.

Pixels are counted column by column from the upper left corner: so many that are not, so many
that are, and so on. As text, each count but the first three is told by its difference from the
one two before, in 5 bits a character.

See Lin et al., "Microsoft COCO", 2014; the COCO API, "mask".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import PictureError

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
MOST_PIXELS = 100_000_000
_FROM, _MORE, _SIGN = 48, 32, 16


@dataclass(frozen=True)
class Mask:
    """Which pixels of a picture.

    Parameters
    ----------
    height, width
        Of the picture.
    counts
        COCO's text.
    """

    height: int
    width: int
    counts: str

    @classmethod
    def of(cls, part: Bools, top: int, left: int, height: int, width: int) -> Mask:
        """Return the mask of a picture that is a part's, and empty around it.

        Parameters
        ----------
        part
            (rows, columns), within the picture.
        top, left
            Where its first pixel lies.
        height, width
            Of the picture.
        """
        rows, columns = part.shape
        steps = np.zeros((columns, rows + 1), np.int8)
        steps[:, :-1] = part.T
        steps[:, 1:] -= part.T.astype(np.int8)
        column, row = np.nonzero(steps)
        # a run that ends a column and one that begins the next change nothing where they meet
        at, count = np.unique((left + column) * height + top + row, return_counts=True)
        runs = np.diff([0, *at[count == 1].tolist(), height * width]).tolist()
        if len(runs) > 1 and runs[-1] == 0:
            runs.pop()
        return cls(height, width, "".join(_written(runs)))

    @property
    def changes(self) -> Ints:
        """Where pixels differ from the one before, column by column.

        Raises
        ------
        PictureError
            If the counts are no text of COCO's, or of a picture of another size.
        """
        return np.cumsum(self._runs(), dtype=np.int64)

    @property
    def pixels(self) -> Bools:
        """(height, width): the mask itself; raises as :attr:`changes` does."""
        at = self.changes
        steps = np.zeros(self.height * self.width + 1, np.int8)
        np.add.at(steps, at, 1)
        inside = np.cumsum(steps[:-1], dtype=np.int64) % 2 == 1
        return np.asarray(inside.reshape(self.width, self.height).T)

    @property
    def area(self) -> int:
        """How many pixels; raises as :attr:`changes` does."""
        return sum(self._runs()[1::2])

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width and height; zeros if it is empty. Raises as :attr:`changes` does."""
        at = self.changes
        begins = at[:-1:2]
        lasts = np.append(at, self.height * self.width)[1 : 2 * len(begins) : 2] - 1
        full = begins <= lasts
        begins, lasts = begins[full], lasts[full]
        if not len(begins):
            return 0, 0, 0, 0
        left, right = int(begins.min() // self.height), int(lasts.max() // self.height)
        if (begins // self.height < lasts // self.height).any():  # round the lower edge
            return left, 0, right - left + 1, self.height
        top, bottom = int((begins % self.height).min()), int((lasts % self.height).max())
        return left, top, right - left + 1, bottom - top + 1

    def _runs(self) -> list[int]:
        total = self.height * self.width
        if min(self.height, self.width) < 0 or total > MOST_PIXELS:
            fact = f"it has {total:,} pixels; at most {MOST_PIXELS:,} are read"
            raise PictureError("a mask", fact)
        runs = _read(self.counts)
        if min(runs, default=0) < 0 or sum(runs) != total:
            raise PictureError("a mask", f"its run lengths are not those of {total:,} pixels")
        return runs


def _written(runs: Iterable[int]) -> Iterable[str]:
    before: list[int] = []
    for number, run in enumerate(runs):
        value = run - before[-2] if number > 2 else run
        before = [*before[-1:], run]
        while True:
            bits = value & 31
            value >>= 5
            done = value == (-1 if bits & _SIGN else 0)
            yield chr(_FROM + bits + (0 if done else _MORE))
            if done:
                break


def _read(counts: str) -> list[int]:
    runs: list[int] = []
    value = shift = 0
    for character in counts:
        bits = ord(character) - _FROM
        if not 0 <= bits < 64 or shift > 40:
            raise PictureError("a mask", f'"{character}" is in no text of run lengths')
        value |= (bits & 31) << shift
        shift += 5
        if bits & _MORE:
            continue
        value -= (1 << shift) if bits & _SIGN else 0
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    if shift:
        raise PictureError("a mask", "its run lengths end within a number")
    return runs
