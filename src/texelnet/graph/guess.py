"""Guess: what a network wants of a picture, by evidence.

Flat greys are run under each hypothesis: under the right one they come back. Mean, padding,
offset, matrix, levels and the base of a residual leave no trace in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from texelnet.errors import ContractError
from texelnet.graph.contract import (
    Contract,
    Floats,
    Planes,
    Shape,
    border_and_crop,
    spoken,
    what_fits,
)

Respond = Callable[[Planes], Floats]

_RANGES = ((0.0, 1.0), (0.0, 255.0), (-1.0, 1.0))
_RETURNS = ("picture", "residual")
_GREYS = (0.0, 0.25, 0.5, 0.75, 1.0)
_FITS = 0.04  # ten levels of 255: how far off a trained network may draw black and white
_ALIKE = 0.001  # a quarter of a level: nobody can tell which of two is nearer
_SAME = 4e-6  # a thousandth of a level: what rounding makes of the same picture


@dataclass(frozen=True)
class Hypothesis:
    """A contract a network may have, and how far off flat greys come back, in 0..1."""

    contract: Contract
    residual: float

    def __str__(self) -> str:
        low, high = self.contract.range
        return f"--range {low:g}..{high:g} --returns {self.contract.returns}"


@dataclass(frozen=True)
class Guess:
    """The contract that the evidence speaks for, all hypotheses, best first, and why."""

    contract: Contract
    hypotheses: tuple[Hypothesis, ...]
    reason: str


def guess_contract(
    respond: Respond,
    channels: str = "luma",
    scale: int | None = None,
    size: Shape = (64, 64),
    given: Mapping[str, Any] | None = None,
) -> Guess:
    """Guess the contract by evidence: under the right one, flat greys come back.

    `respond` runs the network on raw numbers (channels, height, width), at `size` (height,
    width). Border and crop follow from the size of its answer, scale too if left out. Each
    range is tried, the answer taken for a picture and for a residual; keys that are `given`
    are not guessed. Those that fit alike are told apart by noise: a network without biases
    draws the same picture in 0..1 and 0..255, and then either is right.

    Raises
    ------
    ContractError
        Nothing fits, or several do and draw different pictures: it lists them and asks.
    """
    known = {"channels": channels} | dict(given or {})
    start = _sized(respond, known, known.pop("scale", scale), size)
    shape = (start.planes, *(max(1, n - 2 * start.border) for n in size))
    tried = [
        replace(start, returns=returns, range=numbers)
        for returns in ([known["returns"]] if "returns" in known else _RETURNS)
        for numbers in ([known["range"]] if "range" in known else _RANGES)
    ]
    found = [Hypothesis(contract, _residual(respond, contract, shape)) for contract in tried]
    if len(found) == 1:
        reason = f"range and returns are given, flat greys come back to {found[0].residual:.3g}"
        return Guess(found[0].contract, tuple(found), reason)
    ranked = tuple(sorted(found, key=lambda h: h.residual))
    best, second = ranked[0].residual, ranked[1].residual
    table = "".join(f"\n  {h!s:34} off by {h.residual:.3g}" for h in ranked)
    if best > _FITS:
        fact = "flat greys do not come back under any range:" + table
        hint = "say what it wants, as --range 0..1 --returns picture, or in a contract file"
        raise ContractError("the network", fact, hint)
    likely = [h for h in found if h.residual <= max(3 * best, _ALIKE)]
    noise = np.random.default_rng(1).random(shape, np.float32)
    drawn = [_drawn(respond, h.contract, noise) for h in likely]
    if any(not np.abs(picture - drawn[0]).max() <= _SAME for picture in drawn):
        fact = "flat greys do not tell what it wants:" + table
        raise ContractError("the network", fact, "say " + ", or ".join(map(str, likely)))
    reason = "either is right, they draw the same picture: " + ", ".join(map(str, likely))
    if len(likely) == 1:
        reason = f"it returns flat greys to {best:.3g}, the next best to {second:.3g}"
    return Guess(likely[0].contract, ranked, reason)


def _drawn(respond: Respond, contract: Contract, planes: Planes) -> Planes:
    return contract.from_network(respond(contract.to_network(planes)), planes)


def _residual(respond: Respond, contract: Contract, shape: Shape) -> float:
    """Tell how far off flat greys come back in the middle of the picture, in 0..1."""
    worst = 0.0
    for grey in _GREYS:
        picture = _drawn(respond, contract, np.full(shape, grey, np.float32))
        rows, columns = (slice(n * 3 // 8, n * 5 // 8 + 1) for n in picture.shape[1:])
        error = np.abs(picture[:, rows, columns] - grey)
        worst = max(worst, float(np.where(np.isfinite(error), error, np.inf).max()))
    return worst


def _sized(
    respond: Respond, known: Mapping[str, Any], scale: int | None, size: Shape
) -> Contract:
    """Find scale, border and crop by the sizes of answers."""
    contract = Contract(**known)
    shape, larger = ((contract.seen, size[0] + n, size[1] + n) for n in (0, 8))
    answer = np.shape(respond(np.zeros(shape, np.float32)))
    picture_like = len(answer) == 3 and answer[0] == shape[0]
    if picture_like and scale is None:
        scale = max(1, (np.shape(respond(np.zeros(larger, np.float32)))[1] - answer[1]) // 8)
    contract = replace(contract, scale=scale or 1)
    fitting = _fitting(known, contract.scale, answer, shape) if picture_like else None
    if fitting is None:
        fact = f"it returns {spoken(answer)} for a picture of {spoken(shape)}"
        raise ContractError("the network", fact, what_fits(contract, answer, shape))
    return replace(contract, border=fitting[0], crop=fitting[1])


def _fitting(
    known: Mapping[str, Any], scale: int, answer: Shape, shape: Shape
) -> tuple[int, int] | None:
    """Return border and crop: as given, or what makes the answer fit; None if nothing does."""
    if "border" in known and "crop" in known:
        return known["border"], known["crop"]
    if "border" in known:
        inner = (shape[0], *(n - 2 * known["border"] for n in shape[1:]))
        fitting = border_and_crop(scale, answer, inner)
        return None if fitting is None or fitting[0] else (known["border"], fitting[1])
    if "crop" in known:
        cut = (answer[0], *(n - 2 * known["crop"] for n in answer[1:]))
        fitting = border_and_crop(scale, cut, shape)
        return None if fitting is None or fitting[1] else (fitting[0], known["crop"])
    return border_and_crop(scale, answer, shape)
