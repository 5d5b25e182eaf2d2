"""Mutants of pixel programs: a network's own program, broken in one place, read in numpy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from texelnet.graph.network import Network
from texelnet.pixel import Program, check, evaluate
from texelnet.pixel.expr import (
    EDGE,
    ZERO,
    Axis,
    Constant,
    Expr,
    Mix,
    Tap,
    pick,
    rebuild,
    scaled,
)
from texelnet.run.runner import Planes
from texelnet.shader.frame import frame
from texelnet.shader.lower import lower

Edit = Callable[[Program], Program]


@dataclass(frozen=True)
class ProgramMutant:
    """What is broken, in which plane; and the cause and layer that must be named."""

    name: str
    network: str
    edit: Edit
    cause: str
    layer: str = ""
    storage: str = "fp32"


def of_plane(plane: str, change: Callable[[Expr], Expr]) -> Edit:
    """Change every part of one plane's expression."""

    def edit(program: Program) -> Program:
        old = program.planes[plane]
        new = replace(old, expr=rebuild(old.computed, change))
        return program.with_planes([*(program.planes | {plane: new}).values()])

    return edit


def replicated(expr: Expr) -> Expr:
    zero = isinstance(expr, Tap) and expr.border == ZERO
    return replace(expr, border=EDGE) if zero else expr


def unbiased(expr: Expr) -> Expr:
    return Constant(expr.value * 0) if isinstance(expr, Constant) else expr


def turned(expr: Expr) -> Expr:
    """Rows for columns in every read."""
    return replace(expr, y=expr.x, x=expr.y) if isinstance(expr, Tap) else expr


def mirrored(expr: Expr) -> Expr:
    if not isinstance(expr, Tap):
        return expr
    y, x = (Axis.of(offset=-axis.offset) for axis in (expr.y, expr.x))
    return replace(expr, y=y, x=x)


def tiles_turned(expr: Expr) -> Expr:
    """Every matrix of four by four by rows instead of columns."""
    if not isinstance(expr, Mix):
        return expr
    outputs, inputs = expr.matrix.shape
    wide = np.zeros((-(-outputs // 4) * 4, -(-inputs // 4) * 4))
    wide[:outputs, :inputs] = expr.matrix
    for y in range(0, len(wide), 4):
        for x in range(0, wide.shape[1], 4):
            wide[y : y + 4, x : x + 4] = wide[y : y + 4, x : x + 4].T.copy()
    return Mix(wide[:outputs, :inputs], expr.source)


def whole(plane: str, change: Callable[[Expr, Program], Expr]) -> Edit:
    """Change one plane's expression as a whole."""

    def edit(program: Program) -> Program:
        old = program.planes[plane]
        new = replace(old, expr=change(old.computed, program))
        return program.with_planes([*(program.planes | {plane: new}).values()])

    return edit


def phases_turned(expr: Expr, program: Program) -> Expr:
    """Of the four pixels that a position draws, the second and the third exchanged."""
    count = expr.channels // 4
    lanes = np.arange(expr.channels).reshape(2, 2, count).swapaxes(0, 1)
    return pick(expr, lanes.reshape(-1).tolist())


def blue_first(expr: Expr) -> Expr:
    return pick(expr, [2, 1, 0]) if isinstance(expr, Tap) else expr


MUTANTS = (
    ProgramMutant(
        "replicated", "stamp", of_plane("think@think", replicated), "border repeated", "think"
    ),
    ProgramMutant(
        "no bias", "stamp", of_plane("think@think", unbiased), "dropped bias", "think"
    ),
    ProgramMutant(
        "turned", "stamp", of_plane("look@look", turned), "transposed kernel", "look"
    ),
    ProgramMutant(
        "mirrored", "stamp", of_plane("think@think", mirrored), "flipped kernel", "think"
    ),
    ProgramMutant(
        "by rows",
        "stamp",
        of_plane("widen@widen", tiles_turned),
        "transposed matrices",
        "widen",
    ),
    ProgramMutant(
        "phases", "stamp", whole("large", phases_turned), "pixel shuffle x for y", "large"
    ),
    ProgramMutant("blue first", "bytes", of_plane("picture.numbers", blue_first), "BGR in"),
    ProgramMutant("blue last", "bytes", of_plane("upscaled", blue_first), "BGR out"),
    ProgramMutant(
        "no range",
        "bytes",
        whole("picture.numbers", lambda expr, program: Tap("picture", 3)),
        "range not applied to the input",
    ),
    ProgramMutant(
        "no range back",
        "bytes",
        whole("upscaled", lambda expr, program: scaled(expr, 255.0)),
        "range not applied to the output",
    ),
    ProgramMutant(
        "nothing",
        "stamp",
        whole("think", lambda expr, program: scaled(expr, 0.0)),
        "pass that writes nothing",
        "think_bend",
    ),
    ProgramMutant(
        "overflow", "loud", lambda program: program, "fp16 overflow", "second", "fp16"
    ),
)


def program_of(network: Network, mutant: ProgramMutant) -> Program:
    """Return the network's framed program, broken."""
    assert network.contract is not None
    program = mutant.edit(frame(lower(network), network.contract))
    check(program)
    return program


def draw(program: Program, picture: Planes, storage: str = "fp32") -> Planes:
    """Read a program in numpy."""
    (source,), (name,) = program.inputs, program.outputs
    return evaluate(program, {source: picture}, storage)[name]
