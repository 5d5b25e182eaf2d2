"""A whole network: what passes through it, and what looks as if nobody had trained it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from texelnet.caffe import read_net, to_graph
from texelnet.caffe.fillers import filled
from texelnet.explain import Whole, explain_network
from texelnet.explain.whole import judge
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.page import Chart, Figure, Note
from texelnet.report import whole_page
from texelnet.run.verify.trials import natural

NET = """name: "small"
layer { name: "in" type: "Input" top: "in"
  input_param { shape { dim: 1 dim: 1 dim: 16 dim: 16 } } }
layer { name: "a" type: "Convolution" bottom: "in" top: "a"
  convolution_param { num_output: 32 kernel_size: 3 pad: 1 weight_filler { type: "FILLER" } } }
layer { name: "bend" type: "ReLU" bottom: "a" top: "bend" }
layer { name: "b" type: "Convolution" bottom: "bend" top: "b"
  convolution_param { num_output: 32 kernel_size: 3 pad: 1 weight_filler { type: "FILLER" } } }
layer { name: "sum" type: "Eltwise" bottom: "bend" bottom: "b" top: "sum" }
layer { name: "out" type: "Convolution" bottom: "sum" top: "out"
  convolution_param { num_output: 1 kernel_size: 3 pad: 1 weight_filler { type: "FILLER" } } }
"""


def small(tmp_path: Path, filler: str, change: str = "", by: float = 0.0) -> Whole:
    """Explain a small network as a filler left it, with one array multiplied or moved."""
    path = tmp_path / "net.prototxt"
    path.write_text(NET.replace("FILLER", filler))
    net = read_net(path)
    weights = filled(net.layers, np.random.default_rng(0))
    net = net.with_weights(weights)
    if change:
        arrays = {owner: a * by for owner, a in net.weights.items()}
        kept = {
            o: arrays[o] if f"{o[0]}/{o[1]}" == change else a for o, a in net.weights.items()
        }
        object.__setattr__(net, "weights", kept)
    network = to_graph(net).wants(Contract(scale=1))
    return explain_network(network, natural(1, 16, 16), "a drawn picture")


@pytest.mark.parametrize("filler", ["xavier", "msra", "gaussian"])
def test_a_filler_leaves_its_hand(tmp_path: Path, filler: str) -> None:
    found = small(tmp_path, filler)
    assert {w.layer for w in found.suspects} == {"a", "b", "out"}


@pytest.fixture(scope="module")
def decon(network: Network) -> Whole:
    return explain_network(network, natural(1, 48, 48), "a drawn picture")


def test_trained_weights_are_not_suspected(decon: Whole) -> None:
    assert decon.suspects == []


def test_a_bilinear_filler_is_known() -> None:
    line = np.array([0.25, 0.75, 0.75, 0.25])
    kernel = np.zeros((3, 3, 4, 4), np.float32)
    kernel[range(3), range(3)] = np.outer(line, line)
    assert judge(kernel) == "a bilinear filler's, never trained"


def test_a_layer_of_zeros_is_told_first(tmp_path: Path) -> None:
    found = small(tmp_path, "xavier", "b/0", 0.0)
    assert next(p for p in found.passed if p.name == "b").empty
    note = whole_page(found, "the test").parts[1]
    assert note == Note("bad", "All zero:", "`b` makes nothing but zeros of this picture.")


def test_a_number_too_large_for_16_bits_is_told(tmp_path: Path) -> None:
    found = small(tmp_path, "xavier", "a/0", 1e6)
    assert next(p for p in found.passed if p.name == "bend").unfit == "16 bits"


def test_the_graph_is_drawn_with_the_files_names(tmp_path: Path) -> None:
    page = whole_page(small(tmp_path, "xavier"), "the test")
    figure = page.sections[0].parts[0]
    assert isinstance(figure, Figure)
    assert isinstance(chart := figure.parts[0], Chart)
    assert [stop.name for stop in chart.stops] == ["in", "a", "bend", "b", "sum", "out"]
    assert sorted(chart.arrows) == [(0, 1), (1, 2), (2, 3), (2, 4), (3, 4), (4, 5)]


def test_ranges_are_those_of_the_picture(decon: Whole) -> None:
    bend = next(p for p in decon.passed if p.name == "look_bend")
    raw = next(p for p in decon.passed if p.name == "look")
    assert raw.most == bend.most
    assert 0 < bend.negative < raw.negative < 1
