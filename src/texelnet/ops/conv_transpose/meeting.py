"""Which input pixels and which weights meet in an output pixel, one output pixel at a time."""

from __future__ import annotations

from itertools import product

from texelnet.ops.conv_transpose.overlap import group_of
from texelnet.ops.conv_transpose.phases import Stamp
from texelnet.page import Cells, Figure, Slider

_SIDE = 3  # pixels of the small input, at least
_MOST_SLIDES, _MOST_SQUARES = 36, 4000


def meeting(stamp: Stamp) -> Figure:
    """Return a slider over the output pixels of a small picture, row by row."""
    sides = _sides(stamp)
    kernel = stamp.kernel.shape[2:]
    squares = sides[0] * sides[1] + kernel[0] * kernel[1]
    most = max(4, min(_MOST_SLIDES, _MOST_SQUARES // squares))
    height, width = _made(stamp, sides)
    pixels = list(product(range(height), range(width)))
    pixels = pixels[:: -(-len(pixels) // most)]
    slides = [_slide(stamp, pixel, sides) for pixel in pixels]
    names = [f"row {y}, column {x}" for y, x in pixels]
    far = [abs(y - height // 2) + abs(x - width // 2) for y, x in pixels]
    start = far.index(min(far))
    return Figure(
        [Slider("output pixel", names, [s[0] for s in slides], [s[1] for s in slides], start)],
        f"An input of {sides[1]} x {sides[0]} pixels. In colour: the input pixels whose stamps "
        "lie on this output pixel, and the weights they bring.",
    )


def _sides(stamp: Stamp) -> tuple[int, int]:
    """Return a small input on which some output pixel is free of borders."""
    reach = [
        max(r.offset for r in axis) - min(r.offset for r in axis) + 1
        for axis in (stamp.rows(), stamp.columns())
    ]
    return max(_SIDE, reach[0]), max(_SIDE, reach[1])


def _made(stamp: Stamp, sides: tuple[int, int]) -> tuple[int, int]:
    """Count the output's rows and columns, pads cut on both sides."""
    kernel = stamp.kernel.shape[2:]
    zipped = zip(sides, stamp.strides, stamp.dilations, kernel, stamp.pads, strict=True)
    y, x = (max(1, (n - 1) * s + d * (k - 1) + 1 - 2 * p) for n, s, d, k, p in zipped)
    return y, x


def _meet(stamp: Stamp, axis: int, at: int, side: int) -> list[tuple[int, int]]:
    """Return the (kernel place, input pixel) that meet in output row or column `at`."""
    stride, pad, dilation = stamp.strides[axis], stamp.pads[axis], stamp.dilations[axis]
    found = []
    for k in range(stamp.kernel.shape[2 + axis]):
        i, rest = divmod(at + pad - dilation * k, stride)
        if rest == 0 and 0 <= i < side:
            found.append((k, i))
    return found


def _slide(
    stamp: Stamp, pixel: tuple[int, int], sides: tuple[int, int]
) -> tuple[list[Cells], str]:
    rows, columns = (_meet(stamp, axis, pixel[axis], sides[axis]) for axis in (0, 1))
    lit = {(i, j): group_of(stamp, k, m) for (k, i), (m, j) in product(rows, columns)}
    used = {(k, m): group_of(stamp, k, m) for (k, _), (m, _) in product(rows, columns)}
    kernel = stamp.kernel.shape[2:]
    names = {(i, j): f"{i},{j}" for i, j in product(*map(range, sides))}
    inputs = _grid(sides, lit, names)
    weights = _grid((kernel[0], kernel[1]), used, {p: f"{p[0]},{p[1]}" for p in used})
    into = stamp.kernel.shape[0] // stamp.group
    said = (
        f"{len(used)} x {into} products and one bias. Rows: "
        f"{_told(pixel[0], stamp, 0, rows)}. Columns: {_told(pixel[1], stamp, 1, columns)}."
    )
    place = f"output row {pixel[0]}, column {pixel[1]}"
    return [
        Cells(
            "input pixels",
            inputs[0],
            f"The input pixels that meet in {place}.",
            inputs[1],
            (),
            list(lit),
        ),
        Cells(
            "weights",
            weights[0],
            f"The weights that meet in {place}.",
            weights[1],
            (),
            list(used),
        ),
    ], said


def _grid(
    shape: tuple[int, int],
    groups: dict[tuple[int, int], int],
    names: dict[tuple[int, int], str],
) -> tuple[list[list[str]], list[list[int]]]:
    rows = [[names.get((y, x), "") for x in range(shape[1])] for y in range(shape[0])]
    return rows, [[groups.get((y, x), -1) for x in range(shape[1])] for y in range(shape[0])]


def _told(at: int, stamp: Stamp, axis: int, pairs: list[tuple[int, int]]) -> str:
    pad, stride, dilation = stamp.pads[axis], stamp.strides[axis], stamp.dilations[axis]
    far = "" if dilation == 1 else f"{dilation}·"
    lines = [f"{at} + {pad} = {stride}·{i} + {far}{k}" for k, i in pairs]
    return "; ".join(lines) if lines else "nothing meets here but the bias"
