"""Resampling: equal to a slow, plain formula, and true to a few laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texelnet.errors import PictureError
from texelnet.picture import psnr, read_picture, resample
from texelnet.picture.colour import matlab_luma
from texelnet.picture.resample import KERNELS

kernels = st.sampled_from(list(KERNELS))
borders = st.sampled_from(["edge", "symmetric"])
scales = st.sampled_from([0.25, 0.5, 2 / 3, 1, 1.5, 2, 3, 4])
rng = np.random.default_rng(7)


def weight(kernel, x):
    x = abs(x)
    if kernel == "bilinear":
        return max(1 - x, 0)
    if kernel == "lanczos3":
        if x >= 3:
            return 0
        return (
            1
            if x == 0
            else 3 * math.sin(math.pi * x) * math.sin(math.pi * x / 3) / (math.pi * x) ** 2
        )
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x <= 2 else 0


def beyond(i, n, border):
    """The index that stands for one beyond the border."""
    while not 0 <= i < n and border == "symmetric":
        i = -1 - i if i < 0 else 2 * n - 1 - i
    return min(max(i, 0), n - 1)


def slow(row, scale, kernel, border, offset=0.0):
    """One row, one output pixel after the other."""
    answer, wide = [], min(scale, 1)
    for o in range(math.ceil(len(row) * scale)):
        place = (o + 0.5 + offset) / scale - 0.5
        around = range(math.floor(place - 4 / wide), math.ceil(place + 4 / wide) + 1)
        weights = [weight(kernel, (place - i) * wide) for i in around]
        pixels = [row[beyond(i, len(row), border)] for i in around]
        answer.append(sum(w * p for w, p in zip(weights, pixels, strict=True)) / sum(weights))
    return answer


@pytest.mark.parametrize("border", ["edge", "symmetric"])
@pytest.mark.parametrize("kernel", ["bilinear", "bicubic", "lanczos3"])
@pytest.mark.parametrize("scale", [0.5, 2, 3, 0.4])
@pytest.mark.parametrize("offset", [0, 0.5, -1.25])
def test_rows_equal_the_slow_formula(scale, kernel, border, offset):
    row = rng.random(11)
    fast = resample(np.tile(row, (1, 1, 1)), scale, kernel, border=border, offset=offset)
    np.testing.assert_allclose(fast[0, 0], slow(row, scale, kernel, border, offset), atol=1e-6)


def test_matlab_doubles_an_edge_like_this():
    """imresize([0 0 0 1 1 1], 2, 'bicubic'): the values between are 26/128 and 102/128."""
    row = np.tile([0.0, 0, 0, 1, 1, 1], (1, 6, 1))
    wanted = np.array([0, 0, 0, -3, -9, 26, 102, 137, 131, 128, 128, 128]) / 128
    np.testing.assert_allclose(resample(row, 2)[0, 5], wanted, atol=1e-7)


@given(kernel=kernels, border=borders, scale=scales, offset=st.floats(-2, 2))
def test_a_constant_stays_constant(kernel, border, scale, offset):
    grey = np.full((2, 5, 7), 0.3, np.float32)
    answer = resample(grey, scale, kernel, border=border, offset=offset)
    np.testing.assert_allclose(answer, 0.3, rtol=1e-6)


@given(kernel=st.sampled_from(["nearest", "bilinear", "bicubic"]), shift=st.integers(-3, 3))
def test_an_offset_moves_the_grid_right_and_down(kernel, shift):
    picture = rng.random((1, 8, 8)).astype(np.float32)
    plain, moved = resample(picture, 2, kernel), resample(picture, 2, kernel, offset=shift)
    o = np.arange(4, 12)
    np.testing.assert_allclose(
        moved[:, o][:, :, o], plain[:, o + shift][:, :, o + shift], atol=1e-6
    )


@given(kernel=kernels)
def test_a_scale_of_one_changes_nothing(kernel):
    picture = rng.random((3, 4, 5)).astype(np.float32)
    np.testing.assert_array_equal(resample(picture, 1, kernel), picture)


def test_nearest_repeats_pixels_and_picks_them_again():
    picture = rng.random((1, 3, 5)).astype(np.float32)
    double = resample(picture, 2, "nearest")
    np.testing.assert_array_equal(double, picture.repeat(2, 1).repeat(2, 2))
    np.testing.assert_array_equal(resample(double, 0.5, "nearest"), picture)


def test_odd_sizes_are_rounded_up_unless_said():
    picture = np.zeros((1, 5, 3), np.float32)
    assert resample(picture, 0.5).shape == (1, 3, 2)
    assert resample(picture, 0.5, size=(2, 1)).shape == (1, 2, 1)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kernel": "sinc"}, f'there is no kernel "sinc"\n  try: one of {", ".join(KERNELS)}'),
        ({"border": "wrap"}, 'there is no border rule "wrap"\n  try: one of edge, symmetric'),
        ({"scale": 0}, "a scale of 0 draws nothing\n  try: 2 makes it larger"),
        ({"planes": np.zeros((1, 0, 4))}, "a picture of (1, 0, 4) has no pixels"),
    ],
)  # fmt: skip
def test_what_can_not_be_drawn_is_told(wrong, told):
    with pytest.raises(PictureError) as error:
        resample(**({"planes": np.zeros((1, 2, 2)), "scale": 2} | wrong))
    assert str(error.value) == f"resample: {told}"


def test_bicubic_on_set14_has_the_psnr_that_papers_print(shared):
    found = [bicubic_psnr(path) for path in sorted((shared / "pictures/set14").glob("*.png"))]
    assert np.mean(found) == pytest.approx(30.3, abs=0.1)


def bicubic_psnr(path):
    colour = read_picture(path).colour
    truth = matlab_luma(colour if len(colour) == 3 else colour.repeat(3, 0))
    truth = truth[:, : truth.shape[1] // 2 * 2, : truth.shape[2] // 2 * 2]
    small = np.floor(resample(truth, 0.5) * 255 + 0.5).clip(0, 255) / 255
    large = np.floor(resample(small, 2) * 255 + 0.5).clip(0, 255) / 255
    return psnr(large, truth, shave=2)
