"""A label that is no class is named: where it is, what it is, what it usually means."""

from __future__ import annotations

import numpy as np
import pytest
from tests.caffe.reference import refusal

from texelnet.caffe import read_net
from texelnet.errors import NetworkError, PrototxtError
from texelnet.train import Interpreted

torch = pytest.importorskip("torch")
NET = """
layer { name: "s" type: "Input" top: "score" input_param { shape { dim: [2, 3, 4, 5] } } }
layer { name: "l" type: "Input" top: "label" input_param { shape { dim: [%s] } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "y" }
"""


def told(labels, text=NET):
    net = read_net(text % ", ".join(map(str, labels.shape)), training=True)
    given = {"score": torch.zeros(2, 3, 4, 5), "label": torch.tensor(labels)}
    return str(refusal(NetworkError, lambda: Interpreted(torch, net).forward(given)))


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (255.0, "255 is often no class but a border: loss_param { ignore_label: 255 }"),
        (-1.0, "loss_param { ignore_label: -1 } if it means none"),
        (76.0, "is an index picture read as grey? Read its palette's indices, not its colours"),
    ],
)
def test_a_label_that_is_no_class_is_named(value, hint):
    labels = np.ones((2, 1, 4, 5), np.float32)
    labels[1, 0, 2, 3] = value
    assert told(labels) == (
        f'net.prototxt:4 (layer "loss"): label has {value:g} in picture 1, row 2, column 3; '
        f"classes are 0 to 2\n  try: {hint}"
    )


def test_a_mask_of_0_and_255_is_recognised():
    labels = np.zeros((2, 1, 4, 5), np.float32)
    labels[:, :, 1] = 255
    assert told(labels).endswith("try: a mask of 0 and 255: divide it by 255")


def test_a_picture_for_each_class_gets_the_answer_people_ask_for():
    text = NET % "2, 3, 4, 5"
    error = refusal(PrototxtError, lambda: read_net(text, training=True))
    assert str(error) == (
        'net.prototxt:4 (layer "loss"): label is 2 x 3 x 4 x 5, the scores score take '
        "2 x 1 x 4 x 5\n  try: one whole number for each entry: the class, not a picture for "
        "each class; take the argmax over the classes' axis"
    )


def test_labels_turned_on_their_side_are_doubted():
    assert read_net(NET % "2, 1, 5, 4", training=True).doubts == [
        'net.prototxt:4 (layer "loss"): label is 2 x 1 x 5 x 4, the scores 2 x 3 x 4 x 5: '
        "height and width are exchanged, which only the count hides"
    ]
    assert read_net(NET % "2, 1, 4, 5", training=True).doubts == []
