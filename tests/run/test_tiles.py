"""Tiles: cut anywhere, they draw what the whole picture would."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.run.networks import SQUEEZE, conv, deconv, layer, network

from texelnet.errors import DeviceError, NetworkError
from texelnet.graph.contract import Contract
from texelnet.pixel import evaluate
from texelnet.run.gpu import compiled, draws
from texelnet.run.sizes import Sizes
from texelnet.run.tiles import Lie, spans, tiled
from texelnet.shader.compile import simplify
from texelnet.shader.frame import frame
from texelnet.shader.lower import lower
from texelnet.shader.schedule import COMPUTE

UP = "stride: 2 pad: 1"
VALID = conv("x", "a", 3, 4) + conv("a", "b", 3, 3) + deconv("b", "y", 4, 1, UP)
POOL = layer("p", "Pooling", "a", "p", "pooling_param { pool: MAX kernel_size: 3 stride: 2 }")
NETWORKS = {
    "padded": (conv("x", "a", 5, 4, "pad: 2") + deconv("a", "y", 4, 1, UP), Contract()),
    "down by 4, up by 8": (
        conv("x", "a", 3, 4, "pad: 1 stride: 2")
        + conv("a", "b", 4, 4, "pad: 1 stride: 2")
        + deconv("b", "c", 2, 4, "stride: 4")
        + deconv("c", "y", 4, 1, UP),
        Contract(),
    ),
    "deconvolution 9x9": (deconv("x", "y", 9, 1, "stride: 2 pad: 4"), Contract()),
    "deconvolution 9x9 by 3": (deconv("x", "y", 9, 1, "stride: 3 pad: 3"), Contract(scale=3)),
    "down by 3, up by 2": (
        conv("x", "a", 3, 4, "pad: 1 stride: 3") + deconv("a", "y", 2, 1),
        Contract(),
    ),
    "border and crop": (VALID, Contract(border=3, crop=2)),
    "border mirrored, range and mean": (
        VALID,
        Contract(border=3, crop=2, padding="reflect", range=(0, 255), mean=(100,)),
    ),
    "residual off the grid": (
        conv("x", "a", 3, 4, "pad: 1") + deconv("a", "y", 4, 1, UP),
        Contract(returns="residual", offset=0.25),
    ),
    "pooled": (
        conv("x", "a", 3, 4, "pad: 1")
        + POOL
        + deconv("p", "c", 4, 4, UP)
        + deconv("c", "y", 4, 1, UP),
        Contract(),
    ),
}
SIZES = [(37, 53), (64, 48), (50, 41)]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_tiles_draw_what_the_whole_picture_would(name, size):
    layers, contract = NETWORKS[name]
    program = simplify(frame(lower(network(layers)), contract), COMPUTE)
    sizes = Sizes.of_program(program, "up.prototxt")
    drawn = []

    def draw(picture):
        drawn.append(picture.shape[1:])
        return evaluate(program, {program.inputs[0]: picture})[program.outputs[0]]

    picture = np.random.default_rng(1).random((1, *size), np.float32)
    whole = draw(picture)
    pieces = tiled(draw, sizes.axes, sizes.answer_at, lambda h, w: max(h, w) <= 30)
    np.testing.assert_allclose(pieces(picture), whole, atol=1e-6)
    assert len(drawn) > 4, "it was not tiled"


@pytest.mark.gpu
def test_a_graphics_card_draws_tiles_as_it_draws_the_whole():
    package = compiled(network(*NETWORKS["border and crop"]))
    picture = np.random.default_rng(1).random((1, 57, 71), np.float32)
    whole = draws(package)(picture)
    np.testing.assert_allclose(draws(package, most_side=60)(picture), whole, atol=1e-6)
    np.testing.assert_allclose(draws(package, most_bytes=100_000)(picture), whole, atol=1e-6)


fractions = st.sampled_from([Fraction(n) for n in ("1/3", "1/2", "1", "3/2", "2", "3")])


@given(rate=fractions, reach=st.tuples(st.integers(0, 9), st.integers(0, 9)),
       length=st.integers(1, 80), parts=st.integers(1, 9), times=st.integers(1, 3))  # fmt: skip
def test_parts_keep_each_output_once_and_read_all_it_needs(rate, reach, length, parts, times):
    lie = Lie(rate, Fraction(-reach[0]), Fraction(reach[1]), rate.numerator * times)
    size = max(1, int(length * rate))
    kept = []
    for span in spans(lie, size, length, parts):
        kept += range(*span.keep)
        assert span.read[0] % lie.align == 0
        assert span.read[0] / rate + span.skip == span.keep[0]
        for o in range(*span.keep):
            needed = {int(n) for n in (rate * o + lie.low, rate * o + lie.high)}
            inside = {n for n in needed if 0 <= n < size}
            assert all(span.read[0] <= n < span.read[1] for n in inside)
    assert kept == list(range(length))


def test_a_reach_that_fits_no_tile_is_told():
    lie = Lie(Fraction(1), Fraction(-40), Fraction(40), 1)
    draw = tiled(lambda p: p, (lie, lie), lambda h, w: (h, w), lambda h, w: max(h, w) <= 50)
    with pytest.raises(DeviceError) as error:
        draw(np.zeros((1, 200, 200), np.float32))
    assert str(error.value) == (
        "tiles: the smallest tile, 81x81 pixels, does not fit on the device\n"
        "  try: --on onnxruntime"
    )


def squeezed(fits):
    """What draws, a part at a time, a network that measures the whole picture."""
    program = simplify(frame(lower(network(SQUEEZE)), Contract()), COMPUTE)
    sizes = Sizes.of_program(program, "up.prototxt")

    def draw(picture):
        return evaluate(program, {program.inputs[0]: picture})[program.outputs[0]]

    return tiled(draw, sizes.axes, sizes.answer_at, fits)


def test_a_network_that_measures_the_whole_picture_draws_it_at_once():
    assert squeezed(lambda h, w: True)(np.zeros((1, 9, 12), np.float32)).shape == (1, 18, 24)
    with pytest.raises(DeviceError) as error:
        squeezed(lambda h, w: w < 10)(np.zeros((1, 9, 12), np.float32))
    assert str(error.value) == (
        "tiles: a picture of 12x9 does not fit on the device, and can't be drawn by tiles: "
        "the network measures the whole picture, a tile is a part of it\n"
        "  try: a smaller picture, or --on onnxruntime"
    )


def test_what_is_measured_along_rows_is_cut_into_columns_only():
    lie = Lie(Fraction(1), Fraction(-1), Fraction(1), 1)
    drawn = []

    def draw(picture):
        drawn.append(picture.shape[1:])
        return picture - picture.mean(1, keepdims=True)

    picture = np.random.default_rng(1).random((1, 40, 40), np.float32)
    pieces = tiled(draw, (None, lie), lambda h, w: (h, w), lambda h, w: h * w <= 500)
    np.testing.assert_allclose(pieces(picture), draw(picture), atol=1e-6)
    assert {rows for rows, _ in drawn} == {40}


SKIP = conv("x", "a", 2, 1, "stride: 2") + deconv("a", "b", 2, 1)
SKIP += layer("sum", "Eltwise", "x b", "s") + deconv("s", "y", 2, 1)


def checked(layers, height, width):
    program = frame(lower(network(layers)), Contract())
    Sizes.of_program(program, "up.prototxt").check(height, width)


def test_blobs_that_would_not_fit_together_are_told():
    checked(SKIP, 36, 36)
    with pytest.raises(NetworkError) as error:
        checked(SKIP, 36, 37)
    assert str(error.value) == (
        'up.prototxt (layer "sum"): '
        "a picture of 37x36 gives blobs of 37 and 36 pixels to join\n"
        "  try: a picture whose sides are whole in all strides"
    )


def test_a_picture_of_which_nothing_is_left_is_told():
    with pytest.raises(NetworkError) as error:
        checked(VALID, 4, 9)
    assert str(error.value) == (
        'up.prototxt (layer "b"): nothing is left of a picture of 9x4\n  try: a larger picture'
    )
