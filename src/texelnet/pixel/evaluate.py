"""The slow, plain reading of a pixel program: numpy, whole planes at once.

No claim about a network needs a GPU to be tested, because every program can be read here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from texelnet.pixel.expr import (
    FOLDS,
    FUNCTIONS,
    Border,
    Call,
    Constant,
    Expr,
    Fold,
    Mix,
    Part,
    walk,
)
from texelnet.pixel.program import Plane, Program
from texelnet.pixel.storage import Storage, storage_of, stored


def evaluate(
    program: Program, inputs: Mapping[str, np.ndarray], storage: Storage = "fp32"
) -> dict[str, np.ndarray]:
    """Compute every plane.

    Parameters
    ----------
    program
        A checked program.
    inputs
        (channels, height, width) float32 for each input.
    storage
        How planes are kept, "fp32" or "fp16": a word for all that are computed, or a word a
        plane, inputs among them. What is read, and what is returned, is what was stored.

    Returns
    -------
    dict
        (channels, height, width) float32 for each plane, by name.
    """
    values = given(program, inputs, storage)
    for plane in program.computed():
        values[plane.name] = evaluate_plane(program, plane, values, storage)
    return values


def evaluate_plane(
    program: Program, plane: Plane, values: Mapping[str, np.ndarray], storage: Storage = "fp32"
) -> np.ndarray:
    """Compute one plane from those it reads, as they are: a machine's own, say."""
    with np.errstate(all="ignore"):
        drawn = _plane(plane, values, free_sizes(program, values))
    return stored(drawn, storage_of(plane.name, True, storage))


def given(
    program: Program, inputs: Mapping[str, np.ndarray], storage: Storage
) -> dict[str, np.ndarray]:
    """Return the inputs as they are stored."""
    arrays = {name: np.asarray(inputs[name], np.float32) for name in program.inputs}
    return {n: stored(a, storage_of(n, False, storage)) for n, a in arrays.items()}


def free_sizes(program: Program, inputs: Mapping[str, np.ndarray]) -> dict[str, int]:
    """Return the number of each free size, read off the inputs' shapes.

    Raises
    ------
    ValueError
        If an input has another fixed size or number of channels than the program says.
    """
    sizes: dict[str, int] = {}
    for name in program.inputs:
        plane, (channels, *dims) = program.planes[name], inputs[name].shape
        for wanted, got in zip((plane.height, plane.width), dims, strict=True):
            if wanted.fixed is None:
                sizes[str(wanted)] = got
        at = [s.at(sizes) for s in (plane.height, plane.width)]
        if channels != plane.channels or at != list(dims):
            raise ValueError(f"{name} is {inputs[name].shape}, not {plane.channels, *at}")
    return sizes


def _plane(
    plane: Plane, values: Mapping[str, np.ndarray], sizes: Mapping[str, int]
) -> np.ndarray:
    height, width = plane.height.at(sizes), plane.width.at(sizes)
    rows, columns = (p.at(sizes) for p in plane.positions)
    memo: dict[int, np.ndarray] = {}
    for expr in walk(plane.computed):
        memo[id(expr)] = _expr(expr, memo, values, sizes, (rows, columns))
    answer = np.broadcast_to(
        memo[id(plane.computed)], (plane.computed.channels, rows, columns)
    ).astype(np.float32)
    return unphase(answer, plane.phases)[:, :height, :width]


def unphase(phased: np.ndarray, phases: tuple[int, int]) -> np.ndarray:
    """Lay phases out as pixels: (sy*sx*c, h, w) -> (c, sy*h, sx*w)."""
    (sy, sx), (lanes, h, w) = phases, phased.shape
    split = phased.reshape(sy, sx, lanes // (sy * sx), h, w)
    return split.transpose(2, 3, 0, 4, 1).reshape(-1, h * sy, w * sx)


def _expr(
    expr: Expr,
    memo: Mapping[int, np.ndarray],
    values: Mapping[str, np.ndarray],
    sizes: Mapping[str, int],
    positions: tuple[int, int],
) -> np.ndarray:
    if isinstance(expr, Constant):
        return expr.value[:, None, None]
    if isinstance(expr, Mix):
        matrix = expr.matrix.astype(np.float32)
        source = memo[id(expr.source)]
        mixed: np.ndarray = np.einsum("oc,chw->ohw", matrix, source, optimize=True)
        return mixed
    if isinstance(expr, Call):
        called: np.ndarray = FUNCTIONS[expr.function](*(memo[id(a)] for a in expr.arguments))
        return called
    if isinstance(expr, Fold):
        return fold(expr, values[expr.plane])
    rows, columns = positions
    if isinstance(expr, Part):
        past = expr.place.past(np.arange(positions[expr.axis]), sizes)
        return past.reshape((1, -1, 1) if expr.axis == 0 else (1, 1, -1))
    y, x = expr.y.at(np.arange(rows), sizes), expr.x.at(np.arange(columns), sizes)
    return read(values[expr.plane], y, x, expr.border, expr.presence)


def fold(expr: Fold, values: np.ndarray) -> np.ndarray:
    """Return all rows or columns of a plane made one: (c, 1, w) or (c, h, 1)."""
    made: np.ndarray = FOLDS[expr.function](values, axis=1 + expr.axis, keepdims=True)
    return made


def read(
    values: np.ndarray, y: np.ndarray, x: np.ndarray, border: Border, presence: bool = False
) -> np.ndarray:
    """Read a plane at rows y and columns x under a border rule: (c, len(y), len(x))."""
    _, height, width = values.shape
    inside: np.ndarray = ((y >= 0) & (y < height))[:, None] & ((x >= 0) & (x < width))[None, :]
    if presence:
        return inside[None].astype(np.float32)
    if border.kind == "reflect":
        y, x = _mirrored(y, height), _mirrored(x, width)
    got: np.ndarray = values[
        :, np.clip(y, 0, height - 1)[:, None], np.clip(x, 0, width - 1)[None, :]
    ]
    if border.kind == "constant":
        got = np.where(inside[None], got, np.float32(border.value))
    return got


def _mirrored(position: np.ndarray, count: int) -> np.ndarray:
    last = count - 1
    mirrored: np.ndarray = last - np.abs(last - np.abs(position) % max(2 * last, 1))
    return mirrored
