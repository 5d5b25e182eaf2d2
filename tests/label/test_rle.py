"""Run lengths: what is written comes back, as COCO's own tools write it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from texelnet.errors import PictureError
from texelnet.label import Mask

MASKS = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=12))


@given(MASKS, st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
def test_a_part_comes_back_in_its_place(
    part: np.ndarray, top: int, left: int, below: int, right: int
) -> None:
    rows, columns = part.shape
    whole = np.pad(part, ((top, below), (left, right)))
    mask = Mask.of(part, top, left, rows + top + below, columns + left + right)
    np.testing.assert_array_equal(mask.pixels, whole)
    assert mask == Mask.of(whole, 0, 0, *whole.shape)
    assert mask.area == whole.sum()
    x, y, wide, high = mask.box
    assert whole[y : y + high, x : x + wide].sum() == whole.sum()
    if whole.any():
        inside = whole[y : y + high, x : x + wide]
        assert inside.any(0)[[0, -1]].all()
        assert (inside.any(1)[[0, -1]].all()) or high == whole.shape[0]
    else:
        assert mask.box == (0, 0, 0, 0)


def squares(height: int, width: int, *boxes: tuple[slice, slice]) -> np.ndarray:
    found = np.zeros((height, width), bool)
    for box in boxes:
        found[box] ^= True
    return found


@pytest.mark.parametrize(
    ("mask", "counts"),
    [
        (squares(5, 6, np.s_[1:4, 2:5]), ";320004"),
        (squares(2, 2), "4"),
        (squares(2, 2, np.s_[:, :]), "04"),
        (
            squares(300, 9, np.s_[17:290, 3:8], np.s_[100:120, 4:5]),
            "el0a8k0RJIg27W30000k8",
        ),
    ],
)
def test_the_text_is_that_of_cocos_own_tools(mask: np.ndarray, counts: str) -> None:
    """As pycocotools 2.0 encodes them."""
    assert Mask.of(mask, 0, 0, *mask.shape).counts == counts


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (Mask(2, 2, "3"), "a mask: its run lengths are not those of 4 pixels"),
        (Mask(2, 2, "N"), "a mask: its run lengths are not those of 4 pixels"),
        (Mask(2, 2, "4P"), "a mask: its run lengths end within a number"),
        (Mask(2, 2, "4\n"), 'a mask: "\n" is in no text of run lengths'),
        (Mask(2, 2, "o" * 99), 'a mask: "o" is in no text of run lengths'),
        (
            Mask(10**6, 10**6, "4"),
            "a mask: it has 1,000,000,000,000 pixels; at most 100,000,000 are read",
        ),
    ],
)
def test_what_is_no_mask_is_told(mask: Mask, message: str) -> None:
    with pytest.raises(PictureError) as caught:
        mask.pixels  # noqa: B018
    assert str(caught.value) == message
