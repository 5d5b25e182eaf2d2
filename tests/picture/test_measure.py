"""PSNR and the error by border."""

import numpy as np
import pytest

from texelnet.errors import PictureError
from texelnet.picture import difference, psnr

BLACK = np.zeros((2, 8, 10), np.float32)


def spoiled(*spots):
    picture = BLACK.copy()
    for channel, y, x, value in spots:
        picture[channel, y, x] = value
    return picture


def test_a_tenth_everywhere_is_twenty_decibel():
    assert psnr(BLACK + 0.1, BLACK) == pytest.approx(20)
    assert psnr(BLACK + 25.5, BLACK, peak=255) == pytest.approx(20)


def test_equal_pictures_are_infinitely_good():
    assert psnr(BLACK, BLACK) == float("inf")


def test_what_is_shaved_does_not_count():
    assert psnr(spoiled((0, 1, 5, 1)), BLACK, shave=2) == float("inf")


def test_each_border_has_its_own_error():
    got = spoiled(
        (0, 0, 5, 0.1), (0, 7, 5, 0.2), (1, 4, 1, -0.3), (1, 4, 8, 0.4), (0, 4, 5, 0.5)
    )
    found = difference(got, BLACK, reach=2)
    borders = (found.top, found.bottom, found.left, found.right, found.inside, found.largest)
    assert borders == pytest.approx((0.1, 0.2, 0.3, 0.4, 0.5, 0.5))


def test_the_worst_pixel_is_named():
    found = difference(spoiled((1, 4, 8, 0.25)), BLACK)
    assert str(found.worst) == "channel 1, row 4, column 8: 0.25 instead of 0"


def test_a_corner_counts_for_both_borders():
    found = difference(spoiled((0, 0, 9, 1)), BLACK, reach=1)
    assert (found.top, found.right, found.left, found.inside) == (1, 1, 0, 0)


def test_a_small_picture_is_all_border():
    found = difference(BLACK + 1, BLACK, reach=100)
    assert (found.top, found.bottom, found.left, found.right, found.inside) == (1, 1, 1, 1, 0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_a_number_is_infinitely_far_off(value):
    broken = spoiled((0, 4, 5, value))
    assert difference(broken, BLACK).largest == float("inf")
    assert difference(broken, broken).largest == float("inf")


def test_pictures_of_two_sizes_are_refused():
    with pytest.raises(PictureError) as error:
        difference(BLACK, BLACK[:, 1:])
    assert str(error.value) == "two pictures: one is (2, 8, 10), the other (2, 7, 10)"


def test_nothing_left_of_a_picture_is_refused():
    with pytest.raises(PictureError) as error:
        psnr(BLACK, BLACK, shave=4)
    assert str(error.value) == "psnr: nothing of 10x8 is left without 4 pixels at each border"
