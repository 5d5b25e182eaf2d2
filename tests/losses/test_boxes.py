"""Fast R-CNN's box targets: where the label went, what divides, how normalising is undone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.caffe.reference import golden, refusal

from texelnet.errors import NetworkError
from texelnet.losses.boxes import FIXED, by_anchor, by_class, measured
from texelnet.losses.worked import ROWS, work_out

GOLDENS = Path(__file__).parents[1] / "train" / "goldens"
ROIS = [[0, 0, 0, 0, 0], [1, 0.5, -0.25, 2, 0], [2, 1, 1, -0.5, 0.25]]


def test_a_roi_fills_the_four_columns_of_its_class():
    spread = by_class(ROIS, 3)
    assert spread.targets.tolist() == [
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0.5, -0.25, 2, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, -0.5, 0.25],
    ]
    assert spread.inside.tolist() == [
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
    ]
    assert by_class(ROIS, 3, inside=(0.5, 0, 2, 1)).outside[1, 4:8].tolist() == [1, 0, 1, 1]


def test_the_bottoms_that_caffe_was_given_are_spread_out_so():
    """The recorded targets, gathered into a class and four numbers, come out as they were."""
    arrays = golden(GOLDENS / "smoothl1_bbox84_sigma3.npz").arrays
    weights, targets = arrays["in/w_in"].reshape(-1, 21, 4), arrays["in/target"]
    kinds = weights[:, :, 0].argmax(1)
    boxes = targets.reshape(-1, 21, 4)[range(len(kinds)), kinds]
    spread = by_class(np.column_stack([kinds, boxes * (kinds > 0)[:, None]]), 21)
    for mine, name in zip(spread.bottoms, ("target", "w_in", "w_out"), strict=True):
        np.testing.assert_array_equal(mine.astype(np.float32), arrays[f"in/{name}"])


def test_anchors_are_laid_over_the_picture_and_share_one():
    """Two anchors at 1 x 2 places: one positive, two negative, one not looked at."""
    spread = by_anchor([[1, 1, 2, 3, 4], [0] * 5, [-1, 5, 6, 7, 8], [0] * 5], 2, 1, 2)
    assert spread.targets.shape == (1, 8, 1, 2)
    assert spread.targets[0, :, 0].T.tolist() == [
        [1, 2, 3, 4, 0, 0, 0, 0],
        [5, 6, 7, 8] + [0] * 4,
    ]
    assert spread.inside[0, :, 0].T.tolist() == [[1] * 4 + [0] * 4, [0] * 8]
    assert (spread.outside[0, :, 0].T * 3).tolist() == [[1] * 8, [0] * 4 + [1] * 4]


@pytest.mark.parametrize("classes", [3, 21])
def test_the_worked_example_is_what_a_hand_finds(classes):
    """Roi 1: 0, 0.75, -1.5 and 0.5 apart. Roi 2: -0.5, -0.5, 1 and 0.25. Three rois."""
    worked, by_hand = (
        work_out(classes),
        (0.28125 + 1 + 0.125 + 0.125 + 0.125 + 0.5 + 0.03125) / 3,
    )
    assert worked.prediction.shape == (3, 4 * classes)
    assert worked.loss == pytest.approx(by_hand)
    assert worked.paper == pytest.approx(by_hand)
    assert worked.rpn == pytest.approx(by_hand)
    pulled = 0.125 * (12 * classes - 8) / 3
    assert worked.unweighted == pytest.approx(by_hand + pulled)
    first, second = worked.backward
    np.testing.assert_allclose(first[1, 4:8] * 3, [0, 0.75, -1, 0.5])
    np.testing.assert_allclose(first[2, 8:12] * 3, [-0.5, -0.5, 1, 0.25])
    assert np.count_nonzero(first) == 7
    np.testing.assert_array_equal(second, -first)


def test_the_early_layer_sends_twice_the_slope_where_the_weight_is_a_half():
    sent, true = work_out().early
    assert sent == pytest.approx(0.375 / 3)
    assert true == pytest.approx(sent / 2)


@given(st.lists(st.sampled_from([0, 1, 2]), min_size=1, max_size=9), st.booleans())
def test_a_layer_whose_normalising_is_undone_answers_boxes(kinds, fixed):
    """A layer that answers the normalised targets exactly answers the boxes themselves."""
    random = np.random.default_rng(len(kinds))
    rows = np.column_stack([kinds, random.normal(size=(len(kinds), 4))])
    normalisation = FIXED if fixed else measured(rows, 3)
    weights, bias = random.normal(size=(12, 5)), random.normal(size=12)
    inputs = random.normal(size=5)
    boxes, addends = normalisation.undone(weights, bias)
    answered = np.column_stack([range(3), (weights @ inputs + bias).reshape(3, 4)])
    drawn = np.column_stack([range(3), (boxes @ inputs + addends).reshape(3, 4)])
    np.testing.assert_allclose(normalisation.applied(drawn)[1:], answered[1:])


def test_measured_targets_have_mean_0_and_deviation_1():
    rows = np.array([[2, 1, 0, 4, 0], [2, 3, 0, 8, 1], [1, 9, 9, 9, 9], [0] * 5])
    normalisation = measured(rows, 3)
    assert normalisation.means.tolist() == [[0] * 4, [9] * 4, [2, 0, 6, 0.5]]
    assert normalisation.stds.tolist() == [[1] * 4, [1] * 4, [1, 1, 2, 0.5]]
    assert normalisation.applied(rows)[:2, 1:].tolist() == [[-1, 0, -1, -1], [1, 0, 1, 1]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: by_class([[21, 0, 0, 0, 0]], 21),
            "the targets: roi 0 has class 21, there are 21\n  try: 0 (background) to 20",
        ),
        (
            lambda: by_class(np.zeros((2, 4)), 21),
            "the targets: they are (2, 4), not (rois, 5)\n"
            "  try: class, tx, ty, tw, th for each roi",
        ),
        (
            lambda: by_anchor(ROWS, 2, 1, 2),
            "by_anchor: the rows are (3, 5), 2 anchors at 1 x 2 places take (4, 5)",
        ),
        (
            lambda: FIXED.undone(np.zeros((8, 2)), np.zeros(6)),
            "undone: 8 rows of weights and 6 biases\n  try: 4 of both for each class",
        ),
        (
            lambda: measured(ROWS, 3).undone(np.zeros((84, 2)), np.zeros(84)),
            "normalisation: there are numbers for 3 classes, not for 21\n"
            "  try: the classes it was measured on",
        ),
    ],
)
def test_what_does_not_fit_is_told(make, message):
    assert str(refusal(NetworkError, make)) == message
