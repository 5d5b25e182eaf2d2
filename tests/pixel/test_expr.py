"""Expressions: axes that compose, sums that flatten, parts that are shared."""

from __future__ import annotations

from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texelnet.pixel import Plane, Program, check, evaluate, show, size
from texelnet.pixel.evaluate import read, unphase
from texelnet.pixel.expr import (
    EDGE,
    FOLDS,
    HERE,
    REFLECT,
    ZERO,
    Axis,
    Call,
    Constant,
    Fold,
    Mix,
    Tap,
    add,
    constant,
    pick,
    rebuild,
    scaled,
    stack,
    walk,
)

O = np.arange(60)  # noqa: E741
small = st.integers(-9, 9)
axes = st.builds(Axis.of, st.integers(0, 6), small, st.integers(1, 6), small)
whole = st.builds(Axis.of, st.integers(0, 6), st.just(0), st.just(1), small)


@given(st.integers(0, 12), st.integers(-30, 30), st.integers(1, 12), small)
def test_an_axis_is_in_lowest_terms(p: int, q: int, r: int, offset: int) -> None:
    """And reads where it was written to read; its remainder is never negative."""
    axis = Axis.of(p, q, r, offset)
    assert gcd(axis.p, axis.r) == 1
    assert 0 <= axis.q < axis.r
    np.testing.assert_array_equal(axis.at(O), (p * O + q) // r + offset)


@given(axes, axes)
def test_an_axis_after_another_reads_where_both_lead(outer: Axis, inner: Axis) -> None:
    both = outer.after(inner)
    if both is not None:
        np.testing.assert_array_equal(both.at(O), outer.at(inner.at(O)))


@given(axes, whole)
def test_an_axis_composes_with_every_whole_step(outer: Axis, inner: Axis) -> None:
    assert outer.after(inner) is not None


@given(axes)
def test_reading_here_changes_no_axis(axis: Axis) -> None:
    assert axis.after(HERE) == axis
    assert HERE.after(axis) == axis


@pytest.mark.parametrize(
    ("border", "mode"),
    [(ZERO, {"mode": "constant"}), (EDGE, {"mode": "edge"}), (REFLECT, {"mode": "reflect"})],
    ids=["zero", "edge", "reflect"],
)
@given(st.integers(4, 7), st.integers(4, 7))
def test_a_border_rule_reads_what_numpy_pads(
    border, mode: dict, rows: int, columns: int
) -> None:
    values = np.arange(2 * rows * columns, dtype=np.float32).reshape(2, rows, columns) + 1
    got = read(values, np.arange(-3, rows + 3), np.arange(-3, columns + 3), border)
    np.testing.assert_array_equal(got, np.pad(values, ((0, 0), (3, 3), (3, 3)), **mode))


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_phases_lie_beside_each_other(sy: int, sx: int, lanes: int) -> None:
    """Phase (py, px) of position (i, j) is output pixel (sy*i + py, sx*j + px)."""
    phased = np.random.default_rng(0).random((sy * sx * lanes, 4, 5))
    laid = unphase(phased, (sy, sx))
    for p in range(sy * sx):
        part = laid[:, p // sx :: sy, p % sx :: sx]
        np.testing.assert_array_equal(part, phased[p * lanes : (p + 1) * lanes])


def test_a_sum_of_sums_is_one_sum() -> None:
    a, b, c = (constant(n, 2) for n in (1.0, 2.0, 3.0))
    assert add(a, add(b, c)).arguments == (a, b, c)
    assert add(a) is a


def test_a_stack_holds_every_channel_in_order() -> None:
    first, second = Tap("x", 2), Tap("y", 3)
    planes = {
        "x": Plane("x", 2, size("h"), size("w")),
        "y": Plane("y", 3, size("h"), size("w")),
        "z": Plane("z", 4, size("h"), size("w"), pick(stack(first, second), [4, 0, 3, 1])),
    }
    program = Program(planes, ("x", "y"), ("z",))
    check(program)
    rng = np.random.default_rng(0)
    feeds = {"x": rng.random((2, 3, 3)), "y": rng.random((3, 3, 3))}
    joined = np.concatenate([feeds["x"], feeds["y"]]).astype(np.float32)
    np.testing.assert_array_equal(evaluate(program, feeds)["z"], joined[[4, 0, 3, 1]])


def test_a_shared_part_is_met_once_and_rebuilt_once() -> None:
    shared = Tap("x", 1)
    expr = Call("mul", (shared, Mix(np.eye(1), shared)))
    assert sum(part is shared for part in walk(expr)) == 1
    changed = rebuild(expr, lambda e: Tap("y", 1) if isinstance(e, Tap) else e)
    assert changed.arguments[0] is changed.arguments[1].source
    assert rebuild(expr, lambda e: e) is expr


X = Plane("x", 2, size("h"), size("w"))


@pytest.mark.parametrize(
    ("expr", "sentence"),
    [
        (Tap("z", 2), "y reads z, which comes later or never"),
        (Tap("x", 3), "y reads 3 of 2 channels"),
        (Mix(np.ones((2, 3)), Tap("x", 2)), "y: a mix of 3 reads 2 channels"),
        (Call("hum", (Tap("x", 2),)), "y calls hum"),
        (Fold("mean", "x", 2, 0), "y is folded, yet longer than a pixel"),
        (add(Tap("x", 2), constant(1.0, 1)), "y: sum of {1, 2} channels"),
        (Constant(np.zeros(3, np.float32)), "y: 3 is not 2"),
    ],
)
def test_a_program_that_is_not_well_formed_is_told_so(expr, sentence: str) -> None:
    program = Program({"x": X, "y": Plane("y", 2, X.height, X.width, expr)}, ("x",), ("y",))
    with pytest.raises(AssertionError) as told:
        check(program)
    assert str(told.value) == sentence


@pytest.mark.parametrize(
    ("fold", "width", "sentence"),
    [
        (Fold("median", "x", 2, 0), X.width, "y folds by median"),
        (Fold("mean", "z", 2, 0), X.width, "y reads z, which comes later or never"),
        (Fold("mean", "x", 3, 0), X.width, "y reads 3 of 2 channels"),
        (Fold("mean", "x", 2, 0), size(1), "y is not as long as x"),
    ],
)
def test_a_fold_that_is_not_well_formed_is_told_so(fold: Fold, width, sentence: str) -> None:
    y = Plane("y", fold.channels, size(1), width, fold)
    with pytest.raises(AssertionError) as told:
        check(Program({"x": X, "y": y}, ("x",), ("y",)))
    assert str(told.value) == sentence


FIRST, SECOND = np.arange(6), np.arange(6, 12)  # what the channels hold


@pytest.mark.parametrize("function", [f for f in FOLDS if f != "count"])
def test_rows_and_then_columns_are_folded(function: str) -> None:
    rows = Plane("rows", 2, size(1), X.width, Fold(function, "x", 2, 0))
    y = Plane("y", 2, size(1), size(1), Fold(function, "rows", 2, 1))
    program = Program({"x": X, "rows": rows, "y": y}, ("x",), ("y",))
    check(program)
    got = evaluate(program, {"x": np.stack([FIRST, SECOND]).reshape(2, 2, 3)})["y"]
    made = FOLDS[function]
    np.testing.assert_array_equal(got.reshape(-1), [made(FIRST), made(SECOND)])
    assert f"rows: 2 x 1 x w = x[{function} of all rows]" in show(program)


def test_an_output_nobody_computes_is_told() -> None:
    with pytest.raises(AssertionError, match=r"no plane for \['y'\]"):
        check(Program({"x": X}, ("x",), ("y",)))


@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 4, 6)])
def test_inputs_that_do_not_fit_are_refused(shape: tuple[int, ...]) -> None:
    x = Plane("x", 2, size("h"), size(5))
    y = Plane("y", 2, x.height, x.width, scaled(Tap("x", 2), 2.0))
    program = Program({"x": x, "y": y}, ("x",), ("y",))
    wanted = (2, 4, 5)
    with pytest.raises(ValueError, match=r"x is \(\d, 4, \d\), not \(2, 4, 5\)"):
        evaluate(program, {"x": np.zeros(shape)})
    assert evaluate(program, {"x": np.zeros(wanted)})["y"].shape == wanted
