"""Parts whose sizes hang on the picture's: resizes, crops to the size of another value."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from tests.random_networks.draft import Draft, Sides, Value, each, need

NEAREST = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
EXACT = [Fraction(2), Fraction(1), Fraction(3), Fraction(1, 2), Fraction(3, 2), Fraction(1, 4)]
EXACT += [Fraction(3, 4), Fraction(5, 4), Fraction(4)]
THIRDS = [Fraction(1, 3), Fraction(2, 3), Fraction(4, 3)]


def _places(d: Draft) -> dict[str, object]:
    mode = d.one_of("mode", ["nearest", "linear", "cubic"])
    where = ["half_pixel", "asymmetric"] + ["pytorch_half_pixel"] * (mode != "nearest")
    more: dict[str, object] = {
        "mode": mode,
        "coordinate_transformation_mode": d.one_of("where", where),
    }
    if mode == "nearest":
        more["nearest_mode"] = d.one_of("nearest", NEAREST)
    elif mode == "cubic":
        more["cubic_coeff_a"] = d.one_of("bend", [-0.75, -0.5])
    return more


def _by(sides: Sides, scale: Fraction, avoided: set[int]) -> Sides:
    """Return the sides times a scale.

    Where as many pixels come out as went in, at a scale that is not 1, onnxruntime copies them
    and ONNX does not: such pictures are avoided.
    """
    after = each(sides, lambda n: n * scale.numerator // scale.denominator)
    for side, (n, m) in enumerate(zip(sides, after, strict=True), 1):
        if n and n == m and scale != 1:
            avoided.add(side)
    return after


def resize(d: Draft) -> None:
    """By a scale for height and one for width."""
    x, more = d.read(), _places(d)
    scales = EXACT + (THIRDS if more["mode"] != "nearest" else [])
    chosen = [Fraction(d.one_of(f"scale{i}", [str(s) for s in scales])) for i in "yx"]
    sides = [_by(s, f, a) for s, f, a in zip(x.sides, chosen, d.avoided, strict=True)]
    low = x.low if more["mode"] != "cubic" else -np.inf
    known = {"heights": sides[0], "widths": sides[1], "low": low, "span": 1.2 * x.span}
    factors = [float(f) for f in chosen]
    if d.opset >= 18 and d.chance("axes named"):
        d.add("Resize", [x.name, "", d.constant(factors)], x, axes=[2, 3], **more, **known)
    else:
        d.add("Resize", [x.name, "", d.constant([1.0, 1.0, *factors])], x, **more, **known)


def resize_by_shape(d: Draft) -> None:
    """To so many times the size of a value, by Shape arithmetic; or with corners aligned."""
    x, more, sizes = d.read(), _places(d), ""
    by = d.one_of("by", [2, 3, 1])
    corners = more["mode"] == "linear" and by == 2 and d.chance("corners")
    (sizes,) = d.node("Mul", [d.sizes_of(x), d.constant([by])])
    if corners:
        (sizes,) = d.node("Sub", [sizes, d.constant([1])])
        more["coordinate_transformation_mode"] = "align_corners"
    (shape,) = d.node("Shape", [x.name])
    (count,) = d.node("Slice", [shape, d.constant([0]), d.constant([2])])
    (dims,) = d.node("Concat", [count, sizes], axis=0)
    sides = [each(s, lambda n: n * by - corners) for s in x.sides]
    low = x.low if more["mode"] != "cubic" else -np.inf
    known = {"heights": sides[0], "widths": sides[1], "low": low, "span": 1.2 * x.span}
    d.add("Resize", [x.name, "", "", dims], x, **more, **known)


def resize_to_other(d: Draft) -> None:
    """As large as another value, whatever scale that is."""
    other = d.read("to")
    x, more = d.read(), _places(d)
    pairs = [tuple(zip(*s, strict=True)) for s in zip(x.sides, other.sides, strict=True)]
    inexact = any(a and b and (b << 8) % a for axis in pairs for a, b in axis)
    need(more["mode"] != "nearest" or not inexact)  # a rounded scale has other ties
    (shape,) = d.node("Shape", [x.name])
    (count,) = d.node("Slice", [shape, d.constant([0]), d.constant([2])])
    (dims,) = d.node("Concat", [count, d.sizes_of(other)], axis=0)
    sides = [tuple(b if a else 0 for a, b in axis) for axis in pairs]
    low = x.low if more["mode"] != "cubic" else -np.inf
    known = {"heights": sides[0], "widths": sides[1], "low": low, "span": 1.2 * x.span}
    d.add("Resize", [x.name, "", "", dims], x, **more, **known)


def crop_to_other(d: Draft) -> None:
    """The upper left part, as large as another value: how skips meet after odd sizes."""

    def larger(x: Value, v: Value) -> bool:
        pairs = [
            p
            for s in zip(x.sides, v.sides, strict=True)
            for p in zip(*s, strict=True)
            if all(p)
        ]
        return len(pairs) >= 20 and all(a >= b for a, b in pairs) and x.sides != v.sides

    other = d.read("to")
    x = d.read(fits=lambda v: larger(v, other))
    sizes = d.sizes_of(other)
    operands = [x.name, d.constant([0, 0]), sizes, d.constant([2, 3])]
    sides = [
        tuple(min(a, b) for a, b in zip(*s, strict=True))
        for s in zip(x.sides, other.sides, strict=True)
    ]
    d.add("Slice", operands, x, heights=sides[0], widths=sides[1], low=x.low)


def down_and_up(d: Draft) -> None:
    """Strides down and up again: one pixel more or fewer than before where sizes are odd."""
    x = d.read()
    by, down = d.one_of("by", [2, 2, 3]), d.one_of("down", ["Conv", "MaxPool", "AveragePool"])
    ceil = d.chance("ceil")
    known = {
        "heights": each(x.heights, lambda n: -(-n // by) if ceil else n // by),
        "widths": each(x.widths, lambda n: -(-n // by) if ceil else n // by),
    }
    if down == "Conv":
        size = (3 / (x.channels * by * by)) ** 0.5
        weights = d.weights(x.channels, x.channels, by, by, low=-size, high=size)
        pads = [0, 0, by - 1, by - 1] if ceil else [0] * 4
        y = d.add(
            "Conv", [x, weights], x, strides=[by, by], pads=pads, span=1.2 * x.span, **known
        )
    else:
        windows = {"kernel_shape": [by, by], "strides": [by, by], "ceil_mode": int(ceil)}
        y = d.add(down, [x], x, low=x.low, **windows, **known)
    sides = [each(s, lambda n: n * by) for s in y.sides]
    grown = {"heights": sides[0], "widths": sides[1], "span": 1.2 * y.span}
    if d.one_of("up", ["Resize", "ConvTranspose"]) == "Resize":
        scales = d.constant([1.0, 1.0, by, by])
        d.add(
            "Resize",
            [y.name, "", scales],
            y,
            mode=d.one_of("mode", ["nearest", "linear", "cubic"]),
            **grown,
        )
    else:
        size = (3 / y.channels) ** 0.5
        weights = d.weights(y.channels, y.channels, by, by, low=-size, high=size)
        d.add("ConvTranspose", [y, weights], y, strides=[by, by], **grown)


def corner(d: Draft) -> None:
    """The upper left part, half of it or so many pixels less, or the middle, by Shape."""
    x, kind = d.read(), d.one_of("kind", ["half", "less", "middle"])
    number = d.whole("number", 1, 3)
    left = {"half": lambda n: n // number, "less": lambda n: n - number}
    left["middle"] = lambda n: n - 2 * (n // (2 * number + 1))
    (ends,) = d.node("Div" if kind == "half" else "Sub", [d.sizes_of(x), d.constant([number])])
    starts = d.constant([0, 0])
    if kind == "middle":
        (starts,) = d.node("Div", [d.sizes_of(x), d.constant([2 * number + 1])])
        (ends,) = d.node("Sub", [d.sizes_of(x), starts])
    sides = [each(s, left[kind]) for s in x.sides]
    operands = [x.name, starts, ends, d.constant([2, 3])]
    d.add("Slice", operands, x, heights=sides[0], widths=sides[1], low=x.low)
    need(sides[0] != x.heights or number == 1)


SIZED = {
    "resize": resize,
    "resize by shape": resize_by_shape,
    "resize to other": resize_to_other,
    "crop to other": crop_to_other,
    "down and up": down_and_up,
    "corner": corner,
}
