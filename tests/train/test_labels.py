"""A label that is no class is named: where it is, what it is, what it usually means."""

from __future__ import annotations

import re

import h5py
import numpy as np
import pytest
from tests.caffe.reference import refusal
from tests.train.feeds import NET as FED
from tests.train.feeds import written

from texelnet.caffe import read_net
from texelnet.cli import main
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


ONES = np.ones((2, 1, 4, 5), np.float32)


def with_value(value, of=ONES):
    labels = of.copy()
    labels[1, 0, 2, 3] = value
    return labels


AT = "picture 1, row 2, column 3"
TOLD = [
    (255.0, "", "255 is often no class but a border: loss_param { ignore_label: 255 }"),
    (
        255.0,
        "loss_param { ignore_label: 0 }",
        "255 is often no class but a border; one value is ignored, that is 0: write it there "
        "too",
    ),
    (-1.0, "", "if it means none: loss_param { ignore_label: -1 }"),
    (76.0, "", "is an index picture read as grey? Read its palette's indices, not its colours"),
    (3.0, "", "labels begin at 1, classes at 0: subtract 1"),
    (np.nan, "", "look at what made it: labels are whole numbers"),
    (
        1.4,
        "",
        "labels are whole numbers: were they resized by interpolation? Take the nearest pixel",
    ),
]


@pytest.mark.parametrize(("value", "settings", "hint"), TOLD)
def test_a_label_that_is_no_class_is_named(value, settings, hint):
    assert told(with_value(value), NET.replace('top: "y"', f'top: "y" {settings}')) == (
        f'net.prototxt:4 (layer "loss"): label has {value:g} in {AT}; classes are 0 to 2\n'
        f"  try: {hint}"
    )


def test_labels_that_are_too_large_want_more_classes():
    labels = with_value(3, np.arange(40, dtype=np.float32).reshape(2, 1, 4, 5) % 3)
    hint = "labels go up to 3: num_output: 4 in the layer that scores"
    assert told(labels).endswith(f"in {AT}; classes are 0 to 2\n  try: {hint}")


def test_a_mask_of_0_and_255_is_recognised():
    labels = np.zeros((2, 1, 4, 5), np.float32)
    labels[:, :, 1] = 255
    assert told(labels) == (
        'net.prototxt:4 (layer "loss"): label has 255 in picture 0, row 1, column 0, and 9 '
        "more; classes are 0 to 2\n  try: a mask of 0 and 255: divide it by 255"
    )


def test_labels_that_were_divided_like_pictures_are_not_all_class_0():
    labels = with_value(2, np.zeros((2, 1, 4, 5))).astype(np.float32) / 255
    assert told(labels) == (
        f'net.prototxt:4 (layer "loss"): label has 0.00784314 in {AT}; classes are 0 to 2\n'
        "  try: labels are not divided by 255 as pictures are: 0.00784314 was 2"
    )


def test_targets_of_a_sigmoid_are_from_0_to_1():
    text = NET.replace("SoftmaxWithLoss", "SigmoidCrossEntropyLoss")
    labels = np.zeros((2, 3, 4, 5), np.float32)
    labels[1, 2, 3] = 255
    assert told(labels, text) == (
        'net.prototxt:4 (layer "loss"): label has 255 in picture 1, channel 2, row 3, column '
        "0, and 4 more; targets are 0 to 1\n  try: a mask of 0 and 255: divide it by 255"
    )


def test_a_sigmoid_wants_a_number_for_each_class():
    text = NET.replace("SoftmaxWithLoss", "SigmoidCrossEntropyLoss") % "2, 1, 4, 5"
    assert str(refusal(PrototxtError, lambda: read_net(text, training=True))) == (
        'net.prototxt:4 (layer "loss"): score is 2 x 3 x 4 x 5, label 2 x 1 x 4 x 5\n'
        "  try: 0 or 1 for each class; for one class a pixel take SoftmaxWithLoss"
    )


SHAPES = [
    ("2, 3, 4, 5", "one integer a pixel, no picture per class; take the argmax over axis 1"),
    (
        "6, 1, 4, 5",
        "one integer a pixel, no picture per class; take the argmax over each 3 pictures, axis "
        "0",
    ),
    (
        "2, 1, 2, 5",
        "both need one height and width: Crop the scores, or resize the labels to nearest",
    ),
    ("2", "one integer a pixel"),
]


@pytest.mark.parametrize(("shape", "hint"), SHAPES)
def test_labels_of_another_shape_get_the_answer_to_what_people_ask(shape, hint):
    error = refusal(PrototxtError, lambda: read_net(NET % shape, training=True))
    assert str(error) == (
        f'net.prototxt:4 (layer "loss"): label is {shape.replace(", ", " x ")}, the scores '
        f"score take 2 x 1 x 4 x 5\n  try: {hint}"
    )


def test_the_question_itself_is_answered():
    """Scores 1 x 5 x 256 x 256: must there be five label images?"""
    text = NET.replace("2, 3, 4, 5", "1, 5, 256, 256") % "5, 1, 256, 256"
    assert str(refusal(PrototxtError, lambda: read_net(text, training=True))) == (
        'net.prototxt:4 (layer "loss"): label is 5 x 1 x 256 x 256, the scores score take '
        "1 x 1 x 256 x 256\n  try: one integer a pixel, no picture per class; take the argmax "
        "over the 5 pictures, axis 0"
    )


def test_colours_are_no_labels():
    text = NET.replace("2, 3, 4, 5", "2, 21, 4, 5") % "2, 3, 4, 5"
    error = refusal(PrototxtError, lambda: read_net(text, training=True))
    hint = "one integer a pixel, no colours: of a picture with a palette read the indices"
    assert str(error).endswith(f"try: {hint}")


def test_labels_turned_on_their_side_are_doubted():
    where = 'net.prototxt:4 (layer "loss"): label is'
    assert read_net(NET % "2, 1, 5, 4", training=True).doubts == [
        f"{where} 2 x 1 x 5 x 4, the scores 2 x 3 x 4 x 5: height and width are exchanged, "
        "which the count hides: swap axes 2 and 3 of the labels"
    ]
    assert read_net(NET % "2, 2, 10", training=True).doubts == [
        f"{where} 2 x 2 x 10, the scores 2 x 3 x 4 x 5: height and width differ, which the "
        "count hides"
    ]
    assert read_net(NET % "2, 1, 4, 5", training=True).doubts == []


def test_in_training_the_picture_is_named_by_where_it_comes_from(tmp_path, capsys):
    """The label goes to the loss and to Accuracy, through a Split that nobody wrote."""
    solver = written(tmp_path, FED.replace("include { phase: TEST }", ""))
    with h5py.File(tmp_path / "rows.h5", "r+") as file:
        file["label"][13, 0, 2, 3] = 255
    assert main(["train", str(solver)]) == 2
    place = r"picture \d \(row 13 of .*/rows.h5\), row 2, column 3; classes are 0 to 1\n"
    hint = r"  try: 255 is often no class but a border: loss_param { ignore_label: 255 }\n"
    assert re.search(
        r'\(layer "loss"\): label has 255 in ' + place + hint, capsys.readouterr().err
    )
