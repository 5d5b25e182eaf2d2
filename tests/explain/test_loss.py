"""Losses are explained with a worked example, by the lines that training runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from texelnet.cli import main
from texelnet.explain import Explained, explain_loss
from texelnet.losses import LOSSES
from texelnet.losses.explained import EXPLAINED, Seen
from texelnet.page import Cells, Plot, Section, Table, Text
from texelnet.report import explanation_page, html

DATA = """name: "net"
layer { name: "data" type: "DummyData" top: "a" top: "b" top: "c" top: "d"
  dummy_data_param { shape { dim: 1 dim: 5 dim: 256 dim: 256 } SHAPES } }
layer { name: "score" type: "Convolution" bottom: "a" top: "score"
  convolution_param { num_output: 5 kernel_size: 1 } }
"""
LABELS = "shape { dim: 1 dim: 1 dim: 256 dim: 256 } " * 3
BOXES = "shape { dim: 1 dim: 5 dim: 256 dim: 256 } " * 3
SOFTMAX = """layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "b"
  top: "loss"
  loss_param { ignore_label: 255 } }"""
SMOOTH = """layer { name: "loss" type: "SmoothL1Loss" bottom: "score" bottom: "b" bottom: "c"
  bottom: "d" top: "loss" smooth_l1_loss_param { sigma: 3 } }"""


def explained(folder: Path, shapes: str, loss: str) -> Explained:
    path = folder / "train.prototxt"
    path.write_text(DATA.replace("SHAPES", shapes) + loss)
    found = explain_loss(path, "loss")
    assert found is not None
    return found


def words(section: Section) -> str:
    return " ".join(part.words for part in section.parts if isinstance(part, Text))


def test_a_pixel_has_one_label_and_no_picture_per_class(tmp_path: Path) -> None:
    told = explained(tmp_path, LABELS, SOFTMAX).told
    assert dict(told.numbers)["`b`"] == "1 x 1 x 256 x 256"
    assert dict(told.numbers)["ignored"] == "label 255"
    assert "for each of the 65,536 pixels 5 scores" in words(told.sections[0])
    assert "take the argmax over axis 1" in words(told.sections[0])


def test_the_example_of_two_by_two_pixels_is_worked_out(tmp_path: Path) -> None:
    told = explained(tmp_path, LABELS, SOFTMAX).told
    assert told.figure is not None
    cost = told.figure.parts[1]
    assert isinstance(cost, Cells)
    assert cost.rows == [["0.408", "0.240"], ["3.095", "1.099"]]
    assert "The mean of 0.408, 0.240, 3.095, 1.099 is 1.2102." in told.figure.caption


def test_the_four_normalisations_divide_by_what_they_say(tmp_path: Path) -> None:
    (table,) = (
        part
        for part in explained(tmp_path, LABELS, SOFTMAX).told.sections[1].parts
        if isinstance(part, Table)
    )
    assert [(row[0], row[2]) for row in table.rows] == [
        ("`VALID`", "3"),
        ("`FULL`", "4"),
        ("`BATCH_SIZE`", "1"),
        ("`NONE`", "1"),
    ]


def test_the_class_label_of_the_paper_is_found_in_the_weights(tmp_path: Path) -> None:
    told = explained(tmp_path, BOXES, SMOOTH).told
    assert dict(told.numbers)["sigma"] == "3: squares where |d| < 0.111"
    assert dict(told.numbers)["loss_weight"] == "0"
    titles = [section.title for section in told.sections]
    assert titles[:2] == ["Where did the class label go?", "Why is there an i in backward?"]
    said = words(told.sections[0])
    assert "the loss is 0.729167, and the paper's equation gives 0.729167" in said
    assert "0.125 where the derivative of its own loss is 0.0625" in words(told.sections[3])


@pytest.mark.parametrize("type", LOSSES)
def test_every_loss_has_a_page_with_curves_or_numbers(type: str) -> None:
    told = EXPLAINED[type](Seen("loss", (("a", (1, 2)), ("b", (1, 1)))))
    assert told.figure is not None
    for part in told.figure.parts:
        assert isinstance(part, Plot | Cells)
        if isinstance(part, Plot):
            assert all(max(line.ys) > min(line.ys) for line in part.lines)


def test_the_page_is_one_file(tmp_path: Path) -> None:
    text = html(explanation_page(explained(tmp_path, BOXES, SMOOTH)))
    assert "http" not in text.replace("http://www.w3.org", "")
    assert len(text) < 2_000_000


def test_the_command_tells_of_a_loss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.prototxt").write_text(DATA.replace("SHAPES", LABELS) + SOFTMAX)
    assert main(["explain", str(tmp_path / "t.prototxt"), "--layer", "loss"]) == 0
    assert capsys.readouterr().out.startswith("SoftmaxWithLoss `loss` of net\n")
