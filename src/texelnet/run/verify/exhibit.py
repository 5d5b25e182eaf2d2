"""Exhibit: what a court keeps to show: the worst picture, and how errors are spread."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from texelnet.picture.measure import Region, regions
from texelnet.run.verify.proof import Row

Planes = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Exhibit:
    """One picture, as the network draws it and as the package does."""

    row: Row
    wanted: Planes = field(repr=False)
    got: Planes = field(repr=False)


LARGE_ENOUGH = 1000
"""Pixels of a picture that shows more than that it is wrong."""


def _telling(row: Row) -> tuple[bool, bool, float]:
    return not row.passed, row.width * row.height >= LARGE_ENOUGH, row.largest


class Exhibits:
    """What was seen of all pictures together."""

    def __init__(self, reach: int) -> None:
        self.reach = reach
        self.worst: Exhibit | None = None
        self.spread: dict[str, Region] = {}

    def add(self, row: Row, got: Planes, wanted: Planes) -> None:
        """Look at a picture that both draw."""
        if row.error is None:
            return
        if self.worst is None or _telling(row) > _telling(self.worst.row):
            self.worst = Exhibit(row, wanted, got)
        for name, region in regions(got, wanted, self.reach, row.span).named.items():
            self.spread[name] = self.spread[name] + region if name in self.spread else region
