"""Depart: the first pass of a failing package whose plane is not what the program says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from texelnet.picture import difference
from texelnet.pixel import evaluate
from texelnet.run.verify.candidate import Candidate
from texelnet.run.verify.proof import Departure
from texelnet.run.wgpu import Session

ROUNDING = 2e-5
"""What sums in another order may differ by, relative to the plane's largest number."""
Blobs = Mapping[str, NDArray[np.float32]]


def departure(
    candidate: Candidate, session: Session, inputs: Blobs, picture: str
) -> Departure | None:
    """Compare plane by plane, in the order of the passes.

    None if no single pass departs, or the package has other planes than a fresh build.
    """
    wanted = evaluate(candidate.program, inputs)
    got = session.run(inputs, keep=True)
    for entry in candidate.package.manifest["passes"]:
        name, (first, count) = entry["writes"], entry["packs"]
        if name not in wanted or wanted[name].shape != got[name].shape:
            return None
        part = slice(4 * first, 4 * (first + count))
        found = difference(got[name][part], wanted[name][part])
        if found.largest > ROUNDING * max(1.0, float(np.abs(wanted[name][part]).max())):
            layers = tuple(entry["layers"])
            worst = found.worst
            at = type(worst)(
                worst.channel + 4 * first, worst.y, worst.x, worst.got, worst.wanted
            )
            return Departure(picture, entry["file"], layers, name, at)
    return None
