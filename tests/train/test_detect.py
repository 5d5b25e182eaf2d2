"""A detector that learnt normalised boxes is handed on as one that answers boxes."""

from __future__ import annotations

import numpy as np
import pytest
from tests.caffe.reference import refusal

from texelnet.caffe import read_net, weights_from_arrays
from texelnet.errors import NetworkError
from texelnet.losses.boxes import FIXED, measured
from texelnet.train.detect import answering_boxes

HEAD = """
layer { name: "roi" type: "Input" top: "roi" input_param { shape { dim: [3, 2] } } }
layer { name: "bbox_pred" type: "InnerProduct" bottom: "roi" top: "bbox_pred"
  inner_product_param { num_output: %d } }
"""


def head(outputs=12):
    arrays = {
        "param/bbox_pred/0": np.ones((outputs, 2)),
        "param/bbox_pred/1": np.arange(outputs),
    }
    return read_net(HEAD % outputs, weights_from_arrays(arrays, "head"))


def test_weights_take_the_deviation_and_the_bias_the_mean_too():
    """Class 1 of two rois: means 2, 0, 6, 0.5 and deviations 1, 1, 2, 0.5."""
    rows = [[1, 1, 0, 4, 0], [1, 3, 0, 8, 1], [2, 9, 9, 9, 9]]
    net = answering_boxes(head(), "bbox_pred", measured(rows, 3))
    weights, bias = net.numbers(net.layers[1])
    assert weights[:, 0].tolist() == [1, 1, 1, 1, 1, 1, 2, 0.5, 1, 1, 1, 1]
    assert bias.tolist() == [0, 1, 2, 3, 6, 5, 18, 4, 17, 18, 19, 20]
    assert head().numbers(net.layers[1])[1].tolist() == list(range(12))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: answering_boxes(head(), "bbox_prd", FIXED),
            'net.prototxt: there is no layer "bbox_prd" with weights and bias\n'
            "  try: bbox_pred",
        ),
        (
            lambda: answering_boxes(head(10), "bbox_pred", FIXED),
            "undone: 10 rows of weights and 10 biases\n  try: 4 of both for each class",
        ),
    ],
)
def test_a_layer_that_answers_no_boxes_is_refused(make, message):
    assert str(refusal(NetworkError, make)) == message
