"""Reach: what brute force finds, one input pixel changed at a time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ops.strategies import examples
from tests.shader.graphs import PAD1, Sketch
from tests.shader.strategies import networks

from texelnet.errors import NetworkError
from texelnet.graph.network import Network
from texelnet.pixel import Program, evaluate
from texelnet.pixel.evaluate import free_sizes
from texelnet.pixel.expr import taps
from texelnet.pixel.reach import Reach, alignment, depends
from texelnet.pixel.reach import reach as reach_of
from texelnet.run.sizes import check_claims, claims_of_program
from texelnet.shader.compile import simplify
from texelnet.shader.lower import lower
from texelnet.shader.schedule import COMPUTE, FRAGMENT


def reaches(program: Program) -> dict[str, tuple[Reach, Reach]]:
    """The reach of every plane that depends on an input."""
    return {name: reach_of(program, name) for name in depends(program)}


SIDE = 36  # long enough to be far from every border


def conv(kernel: int, pad: int, stride: int = 1, dilation: int = 1) -> Network:
    s = Sketch()
    more = {"strides": [stride] * 2, "dilations": [dilation] * 2}
    s.conv("y", "x", 1, 2, kernel, pads=[pad] * 4, **more)
    return s.finish("y")


def deconv(kernel: int, stride: int, pad: int) -> Network:
    s = Sketch()
    s.deconv("y", "x", 1, 1, kernel, strides=[stride] * 2, pads=[pad] * 4)
    return s.finish("y")


def fsrcnn(kernel: int, pad: int) -> Network:
    s = Sketch()
    s.conv("a", "x", 1, 3, 5, pads=[2] * 4)
    s.conv("b", "a", 3, 3, 3, **PAD1)
    s.deconv("y", "b", 3, 1, kernel, strides=[2, 2], pads=[pad] * 4)
    return s.finish("y")


def hourglass() -> Network:
    s = Sketch()
    s.conv("a", "x", 1, 2, 3, strides=[2, 2], **PAD1)
    s.conv("b", "a", 2, 2, 3, **PAD1)
    s.deconv("c", "b", 2, 1, 4, strides=[2, 2], **PAD1)
    s.node("Add", "y", "c", "x")
    return s.finish("y")


def cropped() -> Network:
    s = Sketch()
    s.deconv("a", "x", 1, 1, 4, strides=[2, 2], pads=[1] * 4)
    s.crop("y", "a", (3, 3), (2**31 - 1,) * 2)
    return s.finish("y")


# network, receptive field, offset of the output grid in output pixels
KNOWN = {
    "3x3": (conv(3, 1), 3, 0),
    "5x5 valid": (conv(5, 0), 5, 2),
    "3x3 dilated by 2": (conv(3, 2, dilation=2), 5, 0),
    "3x3 stride 2 pad 1": (conv(3, 1, stride=2), 3, Fraction(-1, 4)),
    "4x4 stride 2 pad 1": (conv(4, 1, stride=2), 4, 0),
    "deconvolution 4x4 stride 2 pad 1": (deconv(4, 2, 1), 2, 0),
    "deconvolution 2x2 stride 2": (deconv(2, 2, 0), 1, 0),
    "deconvolution 9x9 stride 2 pad 4": (deconv(9, 2, 4), 5, Fraction(1, 2)),
    "deconvolution 9x9 stride 3 pad 3": (deconv(9, 3, 3), 3, 0),
    "deconvolution 6x6 stride 2 pad 2": (deconv(6, 2, 2), 3, 0),
    "a small FSRCNN, 4x4": (fsrcnn(4, 1), 8, 0),
    "a small FSRCNN, 9x9": (fsrcnn(9, 4), 11, Fraction(1, 2)),
    "down and up": (hourglass(), None, None),
    "a crop by odd pixels": (cropped(), 2, 3),
}
known = pytest.mark.parametrize(("network", "field", "offset"), KNOWN.values(), ids=KNOWN)


def seen(program: Program) -> dict[int, list[int]]:
    """For each output row far from the border, the input rows that change it."""
    name, rng = program.outputs[0], np.random.default_rng(0)
    channels = program.planes["x"].channels
    flat = rng.random((channels, SIDE, 7)).astype(np.float32)
    start, found = evaluate(program, {"x": flat})[name], {}
    for row in range(SIDE):
        changed = flat.copy()
        changed[:, row] += 1
        moved = np.any(evaluate(program, {"x": changed})[name] != start, axis=(0, 2))
        for o in np.flatnonzero(moved):
            found.setdefault(int(o), []).append(row)
    return found


def far(found: dict[int, list[int]], reach: Reach) -> dict[int, list[int]]:
    """The output rows whose whole reach lies inside the picture."""
    return {
        o: rows
        for o, rows in found.items()
        if reach.rate * o + reach.low >= 0 and reach.rate * o + reach.high < SIDE
    }


@known
def test_reach_is_what_changes_an_output_pixel(network: Network, field, offset) -> None:
    program = lower(network)
    reach, _ = reaches(program)["y"]
    found = far(seen(program), reach)
    assert len(found) > 10
    assert min(rows[0] - reach.rate * o for o, rows in found.items()) == reach.low
    assert max(rows[-1] - reach.rate * o for o, rows in found.items()) == reach.high
    assert max(rows[-1] - rows[0] + 1 for rows in found.values()) == reach.field


@known
def test_receptive_field_and_grid_of_known_networks(network: Network, field, offset) -> None:
    reach, across = reaches(lower(network))["y"]
    assert reach == across
    assert field in (None, reach.field)
    assert offset in (None, reach.offset)


@known
def test_the_compiler_changes_no_reach(network: Network, field, offset) -> None:
    program = lower(network)
    assert reaches(simplify(program, COMPUTE))["y"] == reaches(program)["y"]


@known
def test_a_shuffle_of_phases_reaches_as_far_or_a_pixel_further(
    network: Network, field, offset
) -> None:
    """What a single phase reads is not told through the plane that holds them all."""
    program = lower(network)
    (exact, _), (wider, _) = (reaches(p)["y"] for p in (program, simplify(program, FRAGMENT)))
    planes = simplify(program, FRAGMENT).computed()
    most = 2 if any(p.phases != (1, 1) for p in planes) else 0
    assert exact.low - most <= wider.low <= exact.low
    assert exact.high <= wider.high <= exact.high + most
    assert wider.rate == exact.rate


@known
def test_a_tile_that_begins_at_the_alignment_computes_what_the_whole_does(
    network: Network, field, offset
) -> None:
    program = lower(network)
    reach, _ = reaches(program)["y"]
    step, _ = alignment(program)
    whole = np.random.default_rng(1).random((1, SIDE, 7)).astype(np.float32)
    first = step * (6 // step)
    tile = evaluate(program, {"x": whole[:, first:]})["y"]
    full = evaluate(program, {"x": whole})["y"]
    moved = int(first / reach.rate)
    margin = int(-reach.low / reach.rate) + 1 + moved
    np.testing.assert_allclose(tile[:, margin - moved :], full[:, margin:], atol=1e-6)


def test_a_network_of_zeros_sees_nothing() -> None:
    s = Sketch()
    s.node("Conv", "y", "x", np.zeros((2, 1, 3, 3), np.float32), **PAD1)
    reach, _ = reaches(lower(s.finish("y")))["y"]
    assert (reach.field, reach.low, reach.high, reach.offset) == (0, 0, 0, 0)


def gated(axes: tuple[int, ...] = (2, 3)) -> Network:
    """Squeeze and excite, between two convolutions."""
    s = Sketch()
    s.conv("a", "x", 1, 2, 3, **PAD1)
    s.node("ReduceMean", "pooled", "a", list(axes))
    s.conv("excited", "pooled", 2, 2, 1)
    s.node("Mul", "scaled", "a", "excited")
    s.conv("y", "scaled", 2, 1, 3, **PAD1)
    return s.finish("y")


@pytest.mark.parametrize("schedule", [None, COMPUTE, FRAGMENT])
@pytest.mark.parametrize(("axes", "whole"), [((2, 3), (1, 1)), ((2,), (1, 0)), ((3,), (0, 1))])
def test_a_fold_sees_the_whole_picture(axes, whole, schedule) -> None:
    """And so does who reads it; the grid, and what is seen beside it, are told all the same."""
    program = lower(gated(axes))
    program = simplify(program, schedule) if schedule else program
    rows, columns = reaches(program)["y"]
    assert (rows.whole, columns.whole) == whole
    assert (rows.rate, rows.low, rows.high, rows.field, rows.offset) == (1, -2, 2, 5, 0)
    assert alignment(program) == (1, 1)


def test_one_pixel_of_a_whole_picture_lies_nowhere() -> None:
    s = Sketch()
    s.node("GlobalAveragePool", "y", "x")
    rows, columns = reaches(lower(s.finish("y")))["y"]
    assert rows == columns
    assert (rows.whole, rows.rate, rows.scale, rows.offset) == (True, 0, 0, 0)


@examples(0.5)
@given(networks(), st.integers(0, 9))
def test_nothing_beyond_its_reach_changes_a_pixel(drawn, seed: int) -> None:
    """Sound on any network; what reads the border's pixels again is the one exception."""
    network, _ = drawn
    program = lower(network)
    found = [tap for plane in program.computed() for tap in taps(plane.computed)]
    if any(tap.border.kind in ("edge", "reflect") for tap in found):
        return
    name = program.outputs[0]
    found = reaches(program)
    if name not in found:
        return
    reach, _ = found[name]
    if reach.whole:
        return
    rng = np.random.default_rng(seed)
    flat = rng.random((program.planes["x"].channels, SIDE, 9)).astype(np.float32)
    try:
        check_claims(claims_of_program(program), free_sizes(program, {"x": flat}), "it", "")
    except NetworkError:
        return
    row = int(rng.integers(SIDE))
    changed = flat.copy()
    changed[:, row] += 1
    before, after = (evaluate(program, {"x": x})[name] for x in (flat, changed))
    for o in np.flatnonzero(np.any(before != after, axis=(0, 2))):
        assert reach.rate * o + reach.low <= row <= reach.rate * o + reach.high
