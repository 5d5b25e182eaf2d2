"""Arithmetic on sizes: what a graph computes about its own picture, at every size of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.ops.graphs import reference

from texelnet.errors import ShaderError
from texelnet.graph.builder import Builder
from texelnet.graph.network import Network
from texelnet.ops import SIZES
from texelnet.pixel import evaluate
from texelnet.shader.lower import lower

Sides = Callable[[Builder, str], str]
"""Makes a list of two sizes, rows and columns, out of the picture's own two."""

PICTURES = [(4, 6), (5, 7), (9, 2), (1, 1)]


def _n(b: Builder, *numbers: float) -> str:
    return b.constant("c", np.array(numbers, np.int64))


def _with(op: str, *numbers: int) -> Sides:
    return lambda b, sides: b.node(op, [sides, _n(b, *numbers)], op)


def _half_as_floats(rounded: str) -> Sides:
    def made(b: Builder, sides: str) -> str:
        real = b.node("Cast", [sides], "real", to=1)
        half = b.node("Mul", [real, b.constant("h", np.float32(0.5))], "half")
        whole = b.node(rounded, [half], "whole") if rounded else half
        return _one_more(b, b.node("Cast", [whole], "again", to=7))

    return made


def _one_more(b: Builder, sides: str) -> str:
    return b.node("Add", [sides, _n(b, 1)], "more")


def _thirds(b: Builder, sides: str) -> str:
    real = b.node("Cast", [sides], "real", to=1)
    third = b.node("Div", [real, b.constant("three", np.float32(3))], "third")
    back = b.node("Mul", [third, b.constant("three", np.float32(3))], "back")
    return b.node("Cast", [back], "again", to=7)


def _to_a_multiple(b: Builder, sides: str) -> str:
    """(4 - n % 4) % 4 more, as torch pads."""
    rest = b.node("Mod", [sides, _n(b, 4)], "rest")
    more = b.node("Mod", [b.node("Sub", [_n(b, 4), rest], "to"), _n(b, 4)], "more")
    return b.node("Add", [sides, more], "sum")


def _turned(b: Builder, sides: str) -> str:
    """As torch turns its pads: in pairs, backwards, transposed, in a line again."""
    four = b.node("Concat", [_n(b, 3, 5), sides], "four", axis=0)
    pairs = b.node("Reshape", [four, _n(b, -1, 2)], "pairs")
    back = b.node("Slice", [pairs, *(_n(b, n) for n in (-1, -(2**63), 0, -1))], "back")
    line = b.node("Reshape", [b.node("Transpose", [back], "t", perm=[1, 0]), _n(b, 4)], "line")
    return b.node("Slice", [line, _n(b, 0), _n(b, 3), _n(b, 0), _n(b, 2)], "ends")


def _expanded(b: Builder, sides: str) -> str:
    """As torch writes expand(-1, ...): -1 is looked for, and not found."""
    shape = b.node("Shape", [sides], "rank")
    ones = b.node("ConstantOfShape", [shape], "ones", value=_one())
    minus = b.node("Mul", [ones, b.constant("m", np.int64(-1))], "minus")
    return b.node("Where", [b.node("Equal", [sides, minus], "e"), ones, sides], "w")


def _one() -> object:
    import onnx

    return onnx.numpy_helper.from_array(np.ones(1, np.int64))


def _apart(b: Builder, sides: str) -> str:
    """Single numbers, put into lists again."""
    parts = []
    for place in (1, 0):
        one = b.node("Gather", [sides, b.constant("i", np.int64(place))], f"one{place}")
        same = b.node(
            "Squeeze", [b.node("Unsqueeze", [one, _n(b, 0)], f"u{place}")], f"s{place}"
        )
        kept = b.node(
            "Reshape", [b.node("Identity", [same], f"i{place}"), _n(b, -1)], f"r{place}"
        )
        parts.append(kept)
    return b.node("Concat", parts, "swapped", axis=0)


def _product(b: Builder, sides: str) -> str:
    row = b.node("Slice", [sides, _n(b, 0), _n(b, 1)], "row")
    three = b.node("Concat", [_n(b, 3), row], "three", axis=0)
    return b.node("Concat", [b.node("ReduceProd", [three], "p"), row], "both", axis=0)


def _quotient(b: Builder, sides: str) -> str:
    twice = b.node("Mul", [sides, _n(b, 6)], "twice")
    return b.node("Mul", [b.node("Div", [twice, sides], "ratio"), sides], "back")


MADE: list[tuple[str, Sides]] = [
    ("sums", _with("Add", 2, 3)),
    ("a difference of a negative", lambda b, s: b.node("Neg", [b.node("Neg", [s], "m")], "n")),
    ("quotients", lambda b, s: _one_more(b, _with("Div", 2, 3)(b, s))),
    ("the smaller", _with("Min", 5, 3)),
    ("the larger", _with("Max", 5, 3)),
    ("a multiple", _to_a_multiple),
    ("half, cut", _half_as_floats("")),
    ("half, down", _half_as_floats("Floor")),
    ("half, up", _half_as_floats("Ceil")),
    ("thirds and back", _thirds),
    ("turned in pairs", _turned),
    ("expanded", _expanded),
    ("apart and together", _apart),
    ("a product", _product),
    ("a ratio", _quotient),
]
made = pytest.mark.parametrize("sides", [m[1] for m in MADE], ids=[m[0] for m in MADE])


def _network(sides: Sides) -> Network:
    """A picture of ones, of the size that the graph computes."""
    b = Builder("sizes")
    b.input("x", (1, 2, "height", "width"))
    shape = b.node("Shape", ["x"], "shape")
    own = b.node("Slice", [shape, _n(b, 2), _n(b, 4)], "own")
    whole = b.node("Concat", [_n(b, 1, 2), sides(b, own)], "made", axis=0)
    b.node("Expand", [b.constant("one", np.float32(1)), whole], "y")
    b.output("y")
    return Network("sizes", b.finish(), "sizes.onnx")


@made
def test_sizes_are_computed_as_onnxruntime_does(sides: Sides) -> None:
    net = _network(sides)
    program = lower(net)
    for height, width in PICTURES:
        feeds = {"x": np.zeros((2, height, width), np.float32)}
        assert evaluate(program, feeds)["y"].shape == reference(net, feeds)["y"].shape


def test_every_operator_on_sizes_is_tried() -> None:
    tried = {n.op_type for _, sides in MADE for n in _network(sides).model.graph}
    assert set(SIZES) <= tried


def _product_of_both(b: Builder, sides: str) -> str:
    turned = b.node("Gather", [sides, _n(b, 1, 0)], "turned")
    return b.node("Mul", [sides, turned], "area")


def _by_other(b: Builder, sides: str) -> str:
    turned = b.node("Gather", [sides, _n(b, 1, 0)], "turned")
    return b.node("Div", [sides, turned], "aspect")


def _by_pi(b: Builder, sides: str) -> str:
    real = b.node("Cast", [sides], "real", to=1)
    more = b.node("Mul", [real, b.constant("pi", np.float32(np.pi))], "more")
    return b.node("Cast", [more], "again", to=7)


def _if_square(b: Builder, sides: str) -> str:
    turned = b.node("Gather", [sides, _n(b, 1, 0)], "turned")
    return b.node("Where", [b.node("Equal", [sides, turned], "e"), sides, turned], "w")


@pytest.mark.parametrize(
    ("sides", "text"),
    [
        (_product_of_both, 'Mul "": the product of two computed sizes'),
        (_by_other, 'Div "": a size divided by a computed size'),
        (_by_pi, 'Mul "": it scales sizes by a number that is no small fraction'),
        (_if_square, 'Equal "": it asks whether sizes are equal'),
    ],
)
def test_sizes_that_grow_in_no_straight_line_are_refused(sides: Sides, text: str) -> None:
    with pytest.raises(ShaderError, match="have no meaning in a pixel shader") as caught:
        lower(_network(sides))
    assert str(caught.value).splitlines()[1].startswith(f"  {text}")
