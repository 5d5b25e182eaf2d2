"""Pictures through a network: colour stays on its edges, alpha and depth are kept."""

import numpy as np
import pytest

from texelnet.errors import NetworkError
from texelnet.graph.contract import Contract
from texelnet.picture import Picture, split
from texelnet.run.upscale import upscale

rng = np.random.default_rng(3)


def repeat(planes, shift=0):
    """Nearest neighbour x2, its grid moved right and down by whole output pixels."""
    larger = planes.repeat(2, 1).repeat(2, 2)
    rows, columns = (np.clip(np.arange(n) + shift, 0, n - 1) for n in larger.shape[1:])
    return larger[:, rows][:, :, columns]


def edge(plane):
    """Where a step lies: how many pixels of its first value there are, fractions counted."""
    return float(((plane[-1] - plane) / (plane[-1] - plane[0])).sum())


def colours(left=(0.8, 0.2, 0.1), right=(0.1, 0.3, 0.9), width=16, at=7):
    row = np.where(np.arange(width) < at, np.array(left)[:, None], np.array(right)[:, None])
    return np.broadcast_to(row[:, None, :], (3, 16, width)).astype(np.float32)


@pytest.mark.parametrize("shift", [0, 1, -1])
@pytest.mark.parametrize("axis", ["columns", "rows"])
def test_edges_of_colour_stay_on_edges_of_luma(shift, axis):
    picture = colours() if axis == "columns" else colours().transpose(0, 2, 1)
    contract = Contract(offset=shift)
    drawn = upscale(Picture(picture), contract, lambda planes: repeat(planes, shift)).colour
    drawn = drawn if axis == "columns" else drawn.transpose(0, 2, 1)
    luma, chroma = split(drawn)
    assert edge(luma[0, 16]) == pytest.approx(14 - shift, abs=1e-3)
    assert [edge(plane[16]) for plane in chroma] == pytest.approx([14 - shift] * 2, abs=0.02)


@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
@pytest.mark.parametrize("levels", ["limited", "full"])
def test_flat_colours_come_back(matrix, levels):
    picture = colours((0.8, 0.2, 0.1), (0.8, 0.2, 0.1))
    drawn = upscale(Picture(picture), Contract(matrix=matrix, levels=levels), repeat)
    np.testing.assert_allclose(drawn.colour, picture.repeat(2, 1).repeat(2, 2), atol=1e-6)


@pytest.mark.parametrize("levels", ["limited", "full"])
def test_grey_stays_grey_and_exact(levels):
    picture = rng.random((1, 5, 6), np.float32)
    drawn = upscale(Picture(picture), Contract(levels=levels), repeat)
    assert drawn.colour.shape == (1, 10, 12)
    np.testing.assert_allclose(drawn.colour, repeat(picture), atol=1e-6)


@pytest.mark.parametrize("channels", ["rgb", "bgr"])
def test_the_network_sees_the_channels_in_its_order(channels):
    seen = []

    def draw(planes):
        seen.append(planes)
        return repeat(planes)

    picture = rng.random((3, 4, 5), np.float32)
    drawn = upscale(Picture(picture), Contract(channels=channels), draw)
    np.testing.assert_array_equal(seen[0], picture if channels == "rgb" else picture[::-1])
    np.testing.assert_array_equal(drawn.colour, repeat(picture))


def test_a_colour_network_sees_grey_thrice_and_its_answer_is_grey():
    picture = rng.random((1, 4, 5), np.float32)
    drawn = upscale(Picture(picture), Contract(channels="rgb"), repeat)
    np.testing.assert_allclose(drawn.colour, repeat(picture), atol=1e-7)


@pytest.mark.parametrize("bits", [8, 16])
def test_alpha_depth_and_profile_are_kept(bits):
    alpha = np.zeros((6, 6), np.float32)
    alpha[:, 3:] = 1
    before = Picture(rng.random((3, 6, 6), np.float32), alpha, bits, b"profile")
    after = upscale(before, Contract(), repeat)
    assert (after.bits, after.icc) == (bits, b"profile")
    assert edge(after.alpha[5]) == pytest.approx(6, abs=0.1)
    assert (after.alpha.min(), after.alpha.max()) == (0, 1)


def test_times_applies_the_network_again_to_what_it_drew():
    picture = Picture(rng.random((3, 4, 5), np.float32), rng.random((4, 5), np.float32))
    once = upscale(picture, Contract(), repeat)
    twice = upscale(picture, Contract(), repeat, times=2)
    assert twice.size == (16, 20)
    np.testing.assert_array_equal(twice.colour, upscale(once, Contract(), repeat).colour)


def test_what_overshoots_is_clipped():
    drawn = upscale(Picture(colours()), Contract(channels="rgb"), lambda p: 3 * repeat(p) - 1)
    assert (drawn.colour.min(), drawn.colour.max()) == (0, 1)


def test_an_answer_of_another_size_is_told():
    with pytest.raises(NetworkError) as error:
        upscale(Picture(colours()), Contract(scale=3), repeat)
    assert str(error.value) == (
        "the network: a picture of 16x16 becomes 32x32, not 48x48 as scale 3 says\n"
        "  try: a picture whose sides are whole in the network's strides, or another scale"
    )


def test_numbers_that_are_not_finite_are_told():
    with pytest.raises(NetworkError) as error:
        upscale(Picture(colours()), Contract(), lambda p: repeat(p) * np.float32("nan"))
    assert str(error.value) == (
        "the network: it draws numbers that are not finite\n"
        "  try: check its weights, and the contract's range"
    )
