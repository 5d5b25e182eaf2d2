"""What goes wrong while a layer runs is told with its place."""

import numpy as np
import pytest
from tests.caffe.reference import refusal

from texelnet.caffe import read_net
from texelnet.errors import NetworkError
from texelnet.train import Interpreted

torch = pytest.importorskip("torch")
REGIONS = """
layer { name: "a" type: "Input" top: "a" input_param { shape { dim: [1, 2, 4, 4] } } }
layer { name: "r" type: "Input" top: "r" input_param { shape { dim: [1, 5] } } }
layer { name: "op" type: "ROIPooling" bottom: "a" bottom: "r" top: "x"
  roi_pooling_param { pooled_h: 2 pooled_w: 2 } }
"""
ROWS = """
layer { name: "ids" type: "Input" top: "ids" input_param { shape { dim: 2 } } }
layer { name: "op" type: "Embed" bottom: "ids" top: "x"
  embed_param { num_output: 2 input_dim: 3 bias_term: false } }
"""


def test_a_region_of_no_picture_is_refused():
    network = Interpreted(torch, read_net(REGIONS, training=True))
    given = {"a": torch.zeros(1, 2, 4, 4), "r": torch.tensor([[3.0, 0, 0, 3, 3]])}
    error = refusal(NetworkError, lambda: network.forward(given))
    assert str(error) == (
        'net.prototxt:4 (layer "op"): region 0 is of picture 3, the batch has 1\n'
        "  try: a region is (picture, x1, y1, x2, y2); pictures count from 0"
    )


def test_a_missing_input_is_named():
    network = Interpreted(torch, read_net(REGIONS, training=True))
    error = refusal(NetworkError, lambda: network.forward({"a": torch.zeros(1, 2, 4, 4)}))
    assert str(error) == 'net.prototxt:3 (layer "r"): the input "r" is missing'


def test_a_row_that_is_not_there_is_refused():
    from texelnet.caffe import weights_from_arrays

    arrays = weights_from_arrays({"param/op/0": np.ones((3, 2))}, "arrays")
    network = Interpreted(torch, read_net(ROWS, arrays, training=True))
    error = refusal(NetworkError, lambda: network.forward({"ids": torch.tensor([1.0, 7.0])}))
    assert str(error) == (
        'net.prototxt:3 (layer "op"): 7 is no index into 3 entries\n'
        "  try: whole numbers from 0 to 2"
    )


SPLIT = """
layer { name: "in" type: "Input" top: "a" input_param { shape { dim: [1, 3] } } }
layer { name: "sigmoid" type: "Sigmoid" bottom: "a" top: "b" }
layer { name: "tanh" type: "TanH" bottom: "b" top: "c" }
layer { name: "relu" type: "ReLU" bottom: "c" top: "c" }
layer { name: "exp" type: "Exp" bottom: "b" top: "d" }
"""


def test_blobs_that_are_read_are_let_go_if_nobody_keeps_them():
    network, given = Interpreted(torch, read_net(SPLIT, training=True)), {"a": torch.ones(1, 3)}
    whole, outputs = network.forward(given), network.forward(given, keep=False)
    assert set(outputs.last) == {"c", "d"}
    for name, value in outputs.last.items():
        torch.testing.assert_close(value, whole.last[name])
    assert outputs.pictures == whole.pictures == 1


POOLS = ["kernel_size: 2 stride: 2", "kernel_size: 3 stride: 2"]
POOLS += ["kernel_size: 3 stride: 2 pad: 1"]


@pytest.mark.parametrize("settings", POOLS)
def test_a_pool_with_a_mask_and_one_without_give_the_same(settings):
    """One looks for places in a padded copy, the other makes none."""
    shape = "input_param { shape { dim: [2, 3, 8, 9] } }"
    text = f'layer {{ name: "in" type: "Input" top: "a" {shape} }}'
    for tops in ('top: "p"', 'top: "q" top: "m"'):
        pool = f'type: "Pooling" bottom: "a" {tops} pooling_param {{ {settings} }}'
        text += f"layer {{ name: '{tops[6]}' {pool} }}"
    picture = torch.randn(2, 3, 8, 9)
    made = Interpreted(torch, read_net(text, training=True)).forward({"a": picture})
    torch.testing.assert_close(made.last["p"], made.last["q"])
