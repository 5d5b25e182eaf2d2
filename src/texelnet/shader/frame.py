"""Frame: the contract in pixel words, around a network's program.

The shader sees pictures in 0..1, whatever numbers the network was trained on. The frame
turns the picture into those numbers, puts the border around it that the network needs, and
turns its answer back: cut, divided by the range, added to a base upscaler. Everything linear
is folded into the first and last weights by the compiler; a subtracted mean in front of a
zero-padded convolution stays a plane of its own, because its border is zero and the border
of a folded mean would not be.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from texelnet.errors import ContractError
from texelnet.graph.contract import Contract
from texelnet.picture.colour import luma_weights
from texelnet.picture.resample import KERNELS, contributions
from texelnet.pixel import Demand, Plane, Program, check, size
from texelnet.pixel.expr import (
    EDGE,
    INSIDE,
    REFLECT,
    ZERO,
    Axis,
    Constant,
    Expr,
    Fold,
    Mix,
    Part,
    Stretch,
    Tap,
    add,
    rebuild,
    scaled,
)
from texelnet.pixel.program import unsure

PICTURE, ANSWER = "picture", "upscaled"
PADDINGS = {"zero": ZERO, "edge": EDGE, "reflect": REFLECT}


def frame(program: Program, contract: Contract, shift: float = 0.0) -> Program:
    """Return the program from a picture in 0..1 to a picture in 0..1.

    Parameters
    ----------
    program
        A network of one input and one output.
    contract
        What the network wants and returns.
    shift
        Added to every pixel of the answer: the witness of a proof is a build shifted by 1/8.

    Raises
    ------
    ContractError
        If the network's input or output has other channels than the contract, or several.
    """
    source, answer = _ends(program, contract)
    names = _fresh(program)
    around = 2 * contract.border  # a pinned size counts the border, a free one does not
    height, width = (
        s if s.fixed is None else s - around for s in (source.height, source.width)
    )
    picture = Plane(names[PICTURE], contract.planes, height, width)
    numbers, padded = _before(picture, contract)
    network = _read_from(program, source, padded)
    after = _after(answer, picture, contract, shift, names[ANSWER])
    planes = [picture, numbers, padded, *network, *after]
    framed = Program({p.name: p for p in planes}, (picture.name,), (after[-1].name,))
    grown = {str(s): s + around for s in (source.height, source.width)}
    demands = (
        replace(d, first=d.first.when(grown), second=d.second.when(grown))
        for d in program.demands
    )
    framed = replace(framed, demands=unsure((*demands, *_mirrored(picture, contract))))
    check(framed)
    return framed


def _mirrored(picture: Plane, contract: Contract) -> list[Demand]:
    """Demand that a mirrored border finds its pixels."""
    if contract.padding != "reflect" or not contract.border:
        return []
    border = size(contract.border)
    return [
        Demand(border, side, "[input] padding", "below")
        for side in (picture.height, picture.width)
    ]


def _ends(program: Program, contract: Contract) -> tuple[Plane, Plane]:
    if len(program.inputs) != 1 or len(program.outputs) != 1:
        raise ContractError(
            "contract",
            f"the network has {len(program.inputs)} inputs and {len(program.outputs)} outputs; "
            "a picture network has one of each",
            "cut the network, or use `texelnet run` for its own blobs",
        )
    ends = program.planes[program.inputs[0]], program.planes[program.outputs[0]]
    for plane, what in zip(ends, ("takes", "returns"), strict=True):
        if plane.channels != contract.seen:
            raise ContractError(
                "contract [input] channels",
                f'"{contract.channels}" means {contract.seen} channels, '
                f'the network {what} {plane.channels} ("{plane.name}")',
                "luma is 1 channel, rgb and bgr are 3",
            )
    return ends


def _fresh(program: Program) -> dict[str, str]:
    names = {}
    for stem in (PICTURE, ANSWER):
        name = stem
        while name in program.planes:
            name += "_"
        names[stem] = name
    return names


def _before(picture: Plane, contract: Contract) -> tuple[Plane, Plane]:
    """The picture in the network's numbers, and with the border it needs."""
    channels, around = contract.seen, 2 * contract.border
    start = contract.range[0] - np.broadcast_to(np.array(contract.mean), (channels,))
    expr: Expr = scaled(Tap(picture.name, channels), contract.span)
    if channels < picture.channels:
        weights, black = luma_weights(contract.matrix, contract.levels)
        expr = Mix(contract.span * weights[None], Tap(picture.name, picture.channels))
        start = start + contract.span * black
    if np.any(start):
        expr = add(expr, Constant(start.astype(np.float32)))
    numbers = replace(picture, name=f"{picture.name}.numbers", channels=channels, expr=expr)
    back = Axis.of(offset=-contract.border)
    border = PADDINGS[contract.padding] if contract.border else INSIDE
    padded = replace(
        picture,
        name=f"{picture.name}.padded",
        channels=channels,
        expr=Tap(numbers.name, channels, back, back, border),
        height=picture.height + around,
        width=picture.width + around,
    )
    return numbers, padded


def _read_from(program: Program, source: Plane, padded: Plane) -> list[Plane]:
    """Return the network's planes, reading the padded picture, their sizes grown with it."""
    around = {
        str(size): new
        for size, new in ((source.height, padded.height), (source.width, padded.width))
        if size.fixed is None
    }

    def renamed(expr: Expr) -> Expr:
        if isinstance(expr, Part):
            return replace(expr, place=expr.place.when(around))
        if isinstance(expr, Tap):
            y, x = (p.when(around) if isinstance(p, Stretch) else p for p in (expr.y, expr.x))
            expr = replace(expr, y=y, x=x)
        if isinstance(expr, Tap | Fold) and expr.plane == source.name:
            return replace(expr, plane=padded.name)
        return expr

    return [
        replace(
            plane,
            height=plane.height.when(around),
            width=plane.width.when(around),
            expr=rebuild(plane.computed, renamed),
        )
        for plane in program.computed()
    ]


def _after(
    answer: Plane, picture: Plane, contract: Contract, shift: float, name: str
) -> list[Plane]:
    around = 2 * contract.border
    grown = {
        str(size): size + around
        for size in (picture.height, picture.width)
        if size.fixed is None
    }
    cut = Axis.of(offset=contract.crop)
    height = answer.height.when(grown) - 2 * contract.crop
    width = answer.width.when(grown) - 2 * contract.crop
    inner = Tap(answer.name, answer.channels, cut, cut)
    cropped = Plane(f"{name}.cropped", answer.channels, height, width, inner)
    expr: Expr = scaled(Tap(cropped.name, cropped.channels), 1.0 / contract.span)
    start = 0.0 if contract.returns == "residual" else -contract.range[0] / contract.span
    planes = [cropped]
    coloured = contract.seen < contract.planes
    base = replace(
        cropped,
        name=f"{name}.base",
        channels=picture.channels,
        expr=_base(picture, contract),
        phases=(contract.scale, contract.scale),
        layers=("base upscaler",),
    )
    if contract.returns == "residual" or coloured:
        planes.append(base)
    if coloured:
        expr, start = _coloured(cropped, base, contract, start)
    elif contract.returns == "residual":
        expr = add(expr, Tap(base.name, base.channels))
    if start + shift:
        expr = add(expr, Constant(np.full(contract.planes, start + shift, np.float32)))
    last = replace(cropped, name=name, channels=contract.planes, expr=expr, layers=())
    return [*planes, last]


def _coloured(luma: Plane, base: Plane, contract: Contract, start: float) -> tuple[Expr, float]:
    """Return the base upscaler's picture with its luma replaced, and what is to be added."""
    weights, black = luma_weights(contract.matrix, contract.levels)
    white = float(weights.sum())
    drawn = Mix(np.full((3, 1), 1 / contract.span / white), Tap(luma.name, 1))
    if contract.returns == "residual":
        return add(drawn, Tap(base.name, 3)), 0.0
    chroma = Mix(np.eye(3) - weights / white, Tap(base.name, 3))
    return add(drawn, chroma), (start - black) / white


def _base(picture: Plane, contract: Contract) -> Expr:
    """The base upscaler, phase by phase: resample with the border rule "edge"."""
    scale, channels = contract.scale, picture.channels
    far = 1000  # phases repeat: look at some that lie far from the border
    taps, weights = contributions(
        2 * far, scale * (far + 1), scale, KERNELS[contract.base], contract.offset, False
    )
    phases = [
        list(zip(taps[scale * far + r] - far, weights[scale * far + r], strict=True))
        for r in range(scale)
    ]
    mixes: dict[tuple[int, int], np.ndarray] = {}
    for (py, down), (px, right) in product(enumerate(phases), enumerate(phases)):
        for (y, a), (x, b) in product(down, right):
            lanes = scale * scale * channels
            matrix = mixes.setdefault((int(y), int(x)), np.zeros((lanes, channels)))
            first = (py * scale + px) * channels
            matrix[first : first + channels] += a * b * np.eye(channels)
    terms = [
        Mix(m, Tap(picture.name, channels, Axis.of(offset=y), Axis.of(offset=x), EDGE))
        for (y, x), m in sorted(mixes.items())
        if np.any(m)
    ]
    return add(*terms)
