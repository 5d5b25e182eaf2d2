"""A deconvolution's kernel is shared out among its phases; flat pictures tell how evenly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texelnet.ops import OPS, Case, Node
from texelnet.ops.conv_transpose import Stamp, checkerboard_index
from texelnet.ops.conv_transpose.explain import stamp_of
from texelnet.ops.conv_transpose.overlap import by_group, sums_table, uneven
from texelnet.page import Note
from texelnet.pixel import Plane, Program, evaluate, size

ASKED = np.array(
    [
        [-0.0629104823, -0.1560362280, -0.1512266700, -0.0636162385],
        [-0.0635886043, 0.2607241870, 0.2634004350, -0.0603787377],
        [-0.0718072355, 0.3858278100, 0.3168329000, -0.0817491412],
        [-0.0811873227, -0.0312164668, -0.0321144797, -0.0388795212],
    ]
)


def one(kernel: np.ndarray, stride: int, pad: int) -> Stamp:
    return Stamp(kernel[None, None], np.zeros(1), (stride, stride), (pad, pad))


def test_the_four_sums_of_the_kernel_that_was_asked_about() -> None:
    table = sums_table(one(ASKED, 2, 1))
    assert [(row[0], row[3]) for row in table.rows] == [
        ("yellow (0, 0)", "0.0309"),
        ("pink (0, 1)", "0.0844"),
        ("grey (1, 0)", "0.0865"),
        ("white (1, 1)", "0.1302"),
    ]


@pytest.mark.parametrize(("kernel", "stride"), [(3, 2), (5, 2), (4, 3)])
def test_a_kernel_that_the_stride_does_not_divide_is_marked(kernel: int, stride: int) -> None:
    parts = uneven(one(np.ones((kernel, kernel)), stride, 0))
    notes = [part for part in parts if isinstance(part, Note)]
    assert [note.title for note in notes] == ["Uneven overlap:"] * 2
    assert f"{kernel} is no multiple of {stride}" in notes[0].words


@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3))
def test_the_groups_sums_add_up_to_the_kernel(
    kernel: int, stride: int, pad: int, dilation: int
) -> None:
    weights = np.random.default_rng(kernel).standard_normal((3, 2, kernel, kernel))
    stamp = Stamp(weights, np.zeros(2), (stride,) * 2, (pad,) * 2, (dilation,) * 2)
    np.testing.assert_allclose(by_group(stamp).sum(0), weights.sum((2, 3)).T, atol=1e-9)


FIXED = [case for case in OPS["ConvTranspose"].cases if "auto_pad" not in case.attributes]


@pytest.mark.parametrize("case", FIXED, ids=lambda case: case.name)
def test_flat_responses_are_what_the_layer_makes_of_a_flat_picture(case: Case) -> None:
    channels = case.operands[0][0]
    flat = np.linspace(-1, 1, channels, dtype=np.float32)
    plane = Plane("x", channels, size(24), size(24))
    node = Node("ConvTranspose", "d", (plane, *case.operands[1:]), ("y",), case.attributes)
    program = Program({"x": plane, "y": OPS["ConvTranspose"].lower(node)[0]}, ("x",), ("y",))
    made = evaluate(program, {"x": np.broadcast_to(flat[:, None, None], (channels, 24, 24))})[
        "y"
    ]
    stamp = stamp_of(node)
    (sy, sx), middle = stamp.strides, 12
    inner = made[:, middle * sy : middle * sy + sy, middle * sx : middle * sx + sx]
    wanted = stamp.flat(flat[None])[0].reshape(sy, sx, -1).transpose(2, 0, 1)
    np.testing.assert_allclose(inner, wanted, rtol=1e-5, atol=1e-5)


def test_the_index_is_the_distance_of_the_phases_in_grey_levels() -> None:
    responses = np.array([[[0.5], [0.5], [0.5], [0.49]]])
    assert checkerboard_index(responses, 1 / 255)[0] == pytest.approx(2.55)
