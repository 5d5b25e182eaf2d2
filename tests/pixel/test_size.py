"""Sizes: however they simplify, they stay what plain arithmetic says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from texelnet.pixel import Size, covers, size
from texelnet.pixel.size import extreme, tree_at

Plain = Callable[[dict[str, int]], int]
NAMES = ("height", "width")


@dataclass
class Both:
    """A size, and the same said in plain Python."""

    size: Size
    plain: Plain
    text: str

    def __repr__(self) -> str:
        return self.text


def combined(a: Both, b: Both, n: int, how: str) -> Both:
    if how == "+":
        return Both(a.size + b.size, lambda s: a.plain(s) + b.plain(s), f"({a} + {b})")
    if how == "-":
        return Both(a.size - b.size, lambda s: a.plain(s) - b.plain(s), f"({a} - {b})")
    if how == "*":
        return Both(a.size * n, lambda s: a.plain(s) * n, f"({a} * {n})")
    if how == "//":
        by = abs(n) + 1
        return Both(a.size // by, lambda s: a.plain(s) // by, f"({a} // {by})")
    if how == "shift":
        return Both(a.size + n, lambda s: a.plain(s) + n, f"({a} + {n})")
    pick = min if how == "min" else max
    return Both(
        extreme(how, a.size, b.size),
        lambda s: pick(a.plain(s), b.plain(s)),
        f"{how}({a}, {b})",
    )


def named(name: str) -> Both:
    return Both(size(name), lambda s: s[name], name)


def number(n: int) -> Both:
    return Both(size(n), lambda s: n, str(n))


leaves = st.sampled_from(NAMES).map(named) | st.integers(-9, 9).map(number)
HOWS = st.sampled_from(["+", "-", "*", "//", "shift", "min", "max"])
expressions = st.recursive(
    leaves,
    lambda some: st.builds(combined, some, some, st.integers(-6, 6), HOWS),
    max_leaves=8,
)
frees = st.fixed_dictionaries({name: st.integers(1, 4000) for name in NAMES})


@given(expressions, frees)
def test_a_simplified_size_is_what_plain_arithmetic_says(both: Both, free: dict) -> None:
    assert both.size.at(free) == both.plain(free)


@given(expressions, frees)
def test_a_size_survives_its_tree(both: Both, free: dict) -> None:
    """The tree is what a manifest holds: JSON, read by whoever runs the package."""
    assert tree_at(json.loads(json.dumps(both.size.tree())), free) == both.plain(free)


@given(expressions, frees)
def test_the_text_of_a_size_is_python(both: Both, free: dict) -> None:
    assert eval(both.size.text(), {}, free | {"min": min, "max": max}) == both.plain(free)


@given(expressions, expressions, expressions, frees)
def test_replacing_free_sizes_is_computing_with_the_replaced(
    both: Both, height: Both, width: Both, free: dict
) -> None:
    """By sizes that are 1 or more, as free sizes are."""
    inner = {"height": height.plain(free), "width": width.plain(free)}
    assume(min(inner.values()) >= 1)
    replaced = both.size.when({"height": height.size, "width": width.size})
    assert replaced.at(free) == both.plain(inner)


@given(expressions, expressions, frees)
def test_what_covers_is_never_smaller(a: Both, b: Both, free: dict) -> None:
    least = extreme("min", a.size, b.size)
    assert covers(a.size, least)
    assert covers(b.size, least)
    if covers(a.size, b.size):
        assert a.plain(free) >= b.plain(free)


@given(expressions)
def test_a_size_less_itself_is_nothing(both: Both) -> None:
    assert (both.size - both.size).fixed == 0


H = size("height")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ((H * 2) // 2, "height"),
        ((H * 4 + 6) // 2, "2*height + 3"),
        ((H * 4 + 6) // 4, "height + 1"),
        ((H * 2 + 1) // 4, "((height)//2)"),
        (((H + 1) // 2 + 1) // 2, "((height + 3)//4)"),
        ((H - 1) // 2 + 1, "((height + 1)//2)"),
        (H + 3 - H, "3"),
        (extreme("min", H * 2 + 1, H * 2), "2*height"),
        (extreme("max", H, size("width")), "max(height, width)"),
        (extreme("min", H, ((H + 1) // 2) * 2), "height"),
        (extreme("min", (H + 1) // 2, ((H + 3) // 4) * 2), "((height + 1)//2)"),
        (extreme("max", H, (H // 2) * 2), "height"),
        (extreme("max", H + 8, size(0)), "height + 8"),
        (extreme("min", H - H // 7, H), "height - 1*((height)//7)"),
        (extreme("min", (H + 1) // 2, H), "((height + 1)//2)"),
        (H * -1 + 5, "-1*height + 5"),
    ],
    ids=str,
)
def test_sizes_simplify(written: Size, shown: str) -> None:
    assert written.text() == shown


def test_stride_two_down_and_two_up_again_gives_even_sizes() -> None:
    """2, 2, 4, 4, 6, 6: what no single affine formula says."""
    down_and_up = ((H + 1) // 2) * 2
    assert [down_and_up.at({"height": n}) for n in range(1, 7)] == [2, 2, 4, 4, 6, 6]
