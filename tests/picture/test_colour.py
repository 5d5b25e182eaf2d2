"""Luma and chroma: known colours, and the way there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from texelnet.errors import PictureError
from texelnet.picture import join, split
from texelnet.picture.colour import matlab_luma, swap

matrices = st.sampled_from(["bt601", "bt709"])
levels = st.sampled_from(["limited", "full"])
colours = hnp.arrays(np.float32, (3, 4, 5), elements=st.floats(0, 1, width=32))


def pixel(*rgb):
    return np.array(rgb, np.float32)[:, None, None]


# 255 times luma, Cb, Cr as the recommendations' own tables and MATLAB's rgb2ycbcr give them
KNOWN = [
    ("bt601", "limited", (1, 1, 1), (235, 128, 128)),
    ("bt601", "limited", (0, 0, 0), (16, 128, 128)),
    ("bt601", "limited", (1, 0, 0), (81.481, 90.203, 240)),
    ("bt709", "limited", (0, 1, 0), (172.6288, 41.6642, 26.2697)),
    ("bt601", "full", (0, 0, 1), (29.07, 255.5, 107.2653)),
    ("bt709", "full", (0.5, 0.5, 0.5), (127.5, 128, 128)),
]


@pytest.mark.parametrize(("matrix", "level", "rgb", "wanted"), KNOWN)
def test_known_colours_have_their_known_luma_and_chroma(matrix, level, rgb, wanted):
    planes = np.concatenate(split(pixel(*rgb), matrix, level))
    np.testing.assert_allclose(planes.ravel() * 255, wanted, atol=1e-3)


@given(rgb=colours, matrix=matrices, level=levels)
def test_joining_gives_back_what_was_split(rgb, matrix, level):
    np.testing.assert_allclose(join(*split(rgb, matrix, level), matrix, level), rgb, atol=1e-6)


@given(rgb=hnp.arrays(np.uint8, (3, 4, 5)), matrix=matrices, level=levels)
def test_eight_bit_colours_come_back_to_the_level(rgb, matrix, level):
    back = join(*split((rgb / 255).astype(np.float32), matrix, level), matrix, level)
    np.testing.assert_array_equal(np.floor(back * 255 + 0.5), rgb)


@given(rgb=hnp.arrays(np.uint8, (3, 4, 5)))
def test_the_luma_of_papers_is_rounded_to_eight_bit(rgb):
    exact = 16 + np.tensordot([65.481, 128.553, 24.966], rgb / 255, 1)
    luma = matlab_luma((rgb / 255).astype(np.float32))[0] * 255
    assert np.abs(luma - exact).max() <= 0.5001
    np.testing.assert_allclose(luma, luma.round(), atol=1e-4)


def test_swapping_twice_changes_nothing():
    assert swap(swap(pixel(1, 2, 3))).ravel().tolist() == [1, 2, 3]


def test_an_unknown_matrix_is_refused():
    with pytest.raises(PictureError) as error:
        split(pixel(1, 1, 1), "bt2020")
    wanted = 'colour: there is no matrix "bt2020"\n  try: bt601 or bt709'
    assert str(error.value) == wanted
