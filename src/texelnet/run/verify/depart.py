"""Depart: every pass of a package held against what the program says it draws.

Each plane is computed in numpy from the planes that the package itself drew before it, so that
what one pass does wrong is not charged to the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet.pixel.storage import stored, unit
from texelnet.run.compare.depart import PlaneError, part_of, plane_errors
from texelnet.run.verify.candidate import Candidate
from texelnet.run.verify.proof import Departure
from texelnet.run.verify.storage import UNITS, from_drawn

Blobs = Mapping[str, NDArray[np.float32]]


def inspected(candidate: Candidate, got: Blobs) -> list[PlaneError]:
    """Return what each pass is off, in their order, from all planes that it drew.

    Passes that write or read what a fresh build does not know are left out.
    """
    kept, exact = candidate.precision, from_drawn(candidate.program, got)
    wanted = {name: stored(values, kept.of(name)) for name, values in exact.items()}
    found = plane_errors(map(part_of, candidate.package.manifest["passes"]), got, wanted)
    return [
        replace(error, bar=UNITS * unit(wanted[error.part.plane]) / error.span)
        if kept.of(error.part.plane) == "fp16"
        else error
        for error in found
    ]


def departure(
    planes: Sequence[PlaneError], passes: Sequence[Any], picture: str
) -> Departure | None:
    """Return the first pass that departs.

    None if no single pass does, or the package has other passes than a fresh build.
    """
    if len(planes) < len(passes):
        return None
    first = next((plane for plane in planes if plane.departs), None)
    if first is None:
        return None
    part = first.part
    return Departure(picture, part.file, part.layers, part.plane, first.worst)
