"""Calibrate: measure on sample pictures which planes can be kept in 16 bits, and choose.

The program is read in numpy on pieces of each picture, at most nine of 96 x 96, spread
evenly and its corners among them, so time and memory are bounded; and on the natural picture of
every proof. A plane fits if its largest number, times a margin for the pictures that were not
sampled, is a finite fp16 number.

Where the file may choose, a plane between passes is kept in 16 bits if it fits, has channels
enough to fill a texel, and the picture loses little: those whose rounding is felt most stay in
32 bits until the picture is near enough. Where the host keeps 16 bits whatever the file says,
planes that do not fit, or are so small that their digits would be lost, are divided by a power
of two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import ceil, floor, isfinite, log2
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import ContractError, NetworkError, ShaderError
from texelnet.graph.network import Network
from texelnet.picture import psnr, read_picture
from texelnet.pixel import Program, evaluate
from texelnet.pixel.evaluate import evaluate_plane
from texelnet.pixel.reach import alignment
from texelnet.pixel.storage import LARGEST_HALF, stored
from texelnet.run.sizes import Sizes
from texelnet.run.verify.trials import USUAL, natural, planes_of
from texelnet.shader.compile import compile_network, simplify
from texelnet.shader.precision import Measured, Precision
from texelnet.shader.schedule import Schedule
from texelnet.shader.targets import Target

Planes = NDArray[np.float32]
MARGIN = 4.0
"""How many times larger than measured a number may be and still fit."""
LEAST = 66.0
"""What a picture must be as near as, in dB: 0.011 dB of one that the network draws at 40 dB."""
LARGEST = 0.3 / 255
"""And no pixel farther off: half of what a proof allows."""
TINY = 2.0**-6
"""Numbers that are all smaller lose digits in 16 bits where they are smallest."""
SIDE, PIECES = 96, 3
"""A picture's pieces: their side, and how many on each axis."""
TRIED, ALONE = 8, 3
"""Pieces of all pictures that a plan is tried on, and each plane by itself."""


def calibrate(
    network: Network,
    target: Target,
    schedule: Schedule,
    pictures: Sequence[Path],
    least: float = LEAST,
    watch: Callable[[str], None] | None = None,
) -> Precision:
    """Return how planes are to be kept, and what was measured.

    Parameters
    ----------
    network
        With a contract, which tells how it sees pictures.
    target, schedule
        What the plan is for: planes differ with both.
    pictures
        Files.
    least
        How near a picture must be to one of 32-bit storage, as PSNR in dB.
    watch
        Called with the name of each picture before it is measured.

    Raises
    ------
    ContractError
        The network has no contract.
    PictureError
        A file is no picture.
    NetworkError
        A picture's size can't be drawn, or a plane's numbers are not finite.
    ShaderError
        The host keeps 16 bits, and what is drawn does not fit.
    """
    if network.contract is None:
        fact = "without a contract nothing says how the network sees a picture"
        raise ContractError(network.source, fact, "write one, or leave --calibrate out")
    program = compile_network(network, target, schedule).program
    seen, ranges = target.sees(network.contract), _Ranges(program, network.source)
    sizes = Sizes.of_program(program, network.source)
    tried = _usual(program, sizes)
    for piece in tried:
        ranges.measure(piece, "the natural picture")
    for number, path in enumerate(pictures):
        if watch:
            watch(path.name)
        picture = planes_of(read_picture(path), seen)
        sizes.check(*picture.shape[1:])
        parts = pieces(picture, program, SIDE, PIECES)
        for piece in parts:
            ranges.measure(piece, path.name)
        share = TRIED * (number + 1) // len(pictures) - TRIED * number // len(pictures)
        tried += parts[len(parts) // 2 :][:share]
    if watch:
        watch("16 bits")
    names = tuple(path.name for path in pictures)
    measured = Measured(names, ranges.rounded(), MARGIN, None)
    if "fp32" in target.keeps:
        return _chosen(program, measured, tried, least)
    return _divided(program, measured, tried, schedule, network.source, target.name)


def _usual(program: Program, sizes: Sizes) -> list[Planes]:
    """Return the natural picture of a proof, if the network takes its size."""
    (source,) = program.inputs
    plane = program.planes[source]
    height, width = plane.height.fixed or USUAL[1], plane.width.fixed or USUAL[0]
    try:
        sizes.check(height, width)
    except NetworkError:
        return []
    return [natural(plane.channels, height, width)]


def pieces(picture: Planes, program: Program, side: int, count: int) -> list[Planes]:
    """Return parts of a picture, at most count x count, each as large as the program takes."""
    (source,), steps = program.inputs, alignment(program)
    plane = program.planes[source]
    cuts = []
    for size, step, fixed in zip(
        picture.shape[1:], steps, (plane.height.fixed, plane.width.fixed), strict=True
    ):
        whole = size if fixed is not None or size <= side else max(side // step, 1) * step
        last = max(0, size - whole)
        parts = min(count, ceil(size / whole))
        starts = [last * i // (parts - 1) for i in range(parts)] if parts > 1 else [last // 2]
        aligned = dict.fromkeys(start // step * step for start in starts)
        cuts.append([slice(a, size if a + step > last else a + whole) for a in aligned])
    return [np.ascontiguousarray(picture[:, rows, columns]) for rows, columns in product(*cuts)]


class _Ranges:
    """The smallest and largest numbers of each plane that is computed."""

    def __init__(self, program: Program, source: str) -> None:
        self.program, self.source = program, source
        self.ends: dict[str, tuple[float, float]] = {}

    def measure(self, piece: Planes, picture: str) -> None:
        for name, values in _evaluated(self.program, piece).items():
            low, high = float(values.min()), float(values.max())
            if not (isfinite(low) and isfinite(high)):
                fact = f"its numbers are not finite on {picture}"
                hint = "look at the weights, and at the range of the contract"
                raise NetworkError(f'{self.source} (plane "{name}")', fact, hint)
            if name not in self.program.inputs:
                before = self.ends.get(name, (low, high))
                self.ends[name] = (min(low, before[0]), max(high, before[1]))

    def rounded(self) -> dict[str, tuple[float, float]]:
        """Return them in as many digits as a reader wants."""
        return {
            name: (float(f"{low:.4g}"), float(f"{high:.4g}"))
            for name, (low, high) in self.ends.items()
        }


def _evaluated(program: Program, piece: Planes) -> dict[str, np.ndarray]:
    return evaluate(program, dict.fromkeys(program.inputs, piece))


# Where the file may choose --------------------------------------------------------------------


def _chosen(
    program: Program, measured: Measured, tried: Sequence[Planes], least: float
) -> Precision:
    exact = [_evaluated(program, piece) for piece in tried]
    felt = {
        plane.name: max(_felt(program, plane.name, values, least) for values in exact[:ALONE])
        for plane in program.computed()
        if plane.channels > 1
        and plane.name not in program.outputs
        and measured.fits(plane.name)
    }
    halves = sorted(felt, key=lambda name: felt[name])
    while halves:
        storage = dict.fromkeys(halves, "fp16")
        near, off = _apart(program, storage, exact)
        if near >= least and off <= LARGEST:
            kept = {name: storage[name] for name in program.planes if name in storage}
            return Precision(kept, {}, replace(measured, psnr=_finite(near)))
        halves.pop()
    return Precision({}, {}, measured)


def _felt(program: Program, name: str, exact: dict[str, np.ndarray], least: float) -> float:
    """Return how much of what is allowed one plane's rounding takes, by power or by amount."""
    values, later = exact | {name: stored(exact[name], "fp16")}, False
    for plane in program.computed():
        if later:
            values[plane.name] = evaluate_plane(program, plane, values)
        later = later or plane.name == name
    near, off = _distance(program, values, exact)
    return float(max(10 ** ((least - near) / 10), (off / LARGEST) ** 2))


def _apart(
    program: Program, storage: dict[str, str], exact: Sequence[dict[str, np.ndarray]]
) -> tuple[float, float]:
    """Return how near pictures are to those of 32-bit storage: worst PSNR, largest error."""
    pairs = [(evaluate(program, values, storage), values) for values in exact]
    found = [_distance(program, *pair) for pair in pairs]
    return min(near for near, _ in found), max(off for _, off in found)


def _distance(
    program: Program, got: Mapping[str, np.ndarray], wanted: Mapping[str, np.ndarray]
) -> tuple[float, float]:
    (output,) = program.outputs
    span = max(1.0, float(np.ptp(wanted[output])))
    near = psnr(got[output], wanted[output], peak=span)
    return near, float(np.abs(got[output] - wanted[output]).max()) / span


def _finite(decibels: float) -> float | None:
    return round(decibels, 2) if isfinite(decibels) else None


# Where the host keeps 16 bits -----------------------------------------------------------------


def _divided(
    program: Program,
    measured: Measured,
    tried: Sequence[Planes],
    schedule: Schedule,
    source: str,
    host: str,
) -> Precision:
    scales = {}
    for plane in program.computed():
        largest = measured.largest(plane.name)
        if plane.name in program.outputs:
            if not measured.fits(plane.name):
                where, fact = f'{source} (plane "{plane.name}")', f"it reaches {largest:.3g}; "
                fact += f"{host} keeps 16-bit floats, which end at {LARGEST_HALF:.0f}"
                raise ShaderError(where, fact, "a contract that says what the network returns")
        elif not measured.fits(plane.name):
            scales[plane.name] = ceil(log2(largest * measured.margin / LARGEST_HALF))
        elif 0 < largest < TINY:
            scales[plane.name] = floor(log2(largest))
    plan = Precision({p.name: "fp16" for p in program.computed()}, scales, measured)
    divided = simplify(program, schedule, precision=plan)
    exact = [_evaluated(program, piece) for piece in tried]
    near, _ = _apart(divided, dict(plan.storage), exact)
    return replace(plan, measured=replace(measured, psnr=_finite(near)))
