"""Planes of 16 bits, judged as a proof judges them: each from those that were drawn before it.

A proof's own arithmetic (:mod:`texelnet.run.verify.storage`) says how far a plane is off. A
random network has jumps, and a number may lie on one: numbers that move by a quarter of what is
allowed while the planes they are made of tremble in their last digits are left out, then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from tests.random_networks.reference import TREMBLE, TREMBLES
from tests.random_networks.trial import Planes, Size, Verdict

from texelnet.pixel import Program
from texelnet.pixel.evaluate import evaluate_plane
from texelnet.pixel.expr import reads
from texelnet.pixel.storage import stored, unit
from texelnet.run.verify.storage import UNITS, shares
from texelnet.shader.precision import Precision


def halves(program: Program) -> Precision:
    """Return the plan that keeps all planes in 16 bits."""
    return Precision(dict.fromkeys((p.name for p in program.computed()), "fp16"))


def judge_planes(
    program: Program,
    passes: Sequence[Any],
    got: Planes,
    told: tuple[Verdict, str, Size],
) -> bool:
    """Hold each plane against its numbers; tell whether all of them fit 16 bits."""
    verdict, candidate, size = told
    tally = verdict.by[candidate]
    found = shares(program, halves(program), passes, got, "noise")
    if any(share.overflows for share in found):
        tally.beyond += 1
        return False
    known = {share.plane for share in found}
    unknown = [p.name for p in program.computed() if p.name not in known]
    for name in unknown:
        verdict.found("draws another size", candidate, size, f'plane "{name}"')
    for share in found:
        off = share.share
        if off > 1:
            off = _steady_share(program, share.plane, got)
        tally.error = max(tally.error, off)
        if not off <= 1:
            verdict.found("differs", candidate, size, f"{share}, {share.worst}")
    tally.judged += 1
    return True


def _steady_share(program: Program, name: str, got: Planes) -> float:
    """Return how much of what is allowed the numbers of a plane are off that are no jump's."""
    plane, rng = program.planes[name], np.random.default_rng(99)
    exact = evaluate_plane(program, plane, got)
    wanted = stored(exact, "fp16")
    allowed = UNITS * unit(wanted)
    moved = np.zeros(exact.shape)
    read = {tap.plane for tap in reads(plane.computed)}
    for _ in range(TREMBLES):
        shaken = {n: _shaken(v, rng) if n in read else v for n, v in got.items()}
        moved = np.maximum(moved, np.abs(evaluate_plane(program, plane, shaken) - exact))
    error = np.abs(got[name].astype(np.float64) - wanted)
    error = np.where(np.isfinite(error), error, np.inf)
    return float(error[moved <= allowed / 4].max(initial=0.0) / allowed)


def _shaken(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    far = TREMBLE * max(1.0, float(np.abs(values).max(initial=0.0)))
    return (values + rng.uniform(-far, far, values.shape)).astype(np.float32)
