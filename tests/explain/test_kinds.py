"""Every kind of layer has a page: a sentence, its numbers, a figure, its traps."""

from __future__ import annotations

import numpy as np
import onnx_ir as ir
import pytest

from texelnet.caffe import read_net, to_graph, weights_from_arrays
from texelnet.explain import Explained, explain_layer
from texelnet.graph.network import Network
from texelnet.ops import OPS, Facts, Node
from texelnet.ops.explained import EXPLAINED
from texelnet.ops.explained.curves import CURVED
from texelnet.page import Cells, Image, Plot, Table
from texelnet.pixel import Plane, size
from texelnet.report import explanation_page
from texelnet.report.terminal import text

NET = """name: "kinds"
layer { name: "in" type: "Input" top: "in"
  input_param { shape { dim: 1 dim: 3 dim: 33 dim: 33 } } }
layer { name: "conv" type: "Convolution" bottom: "in" top: "conv"
  convolution_param { num_output: 8 kernel_size: 5 stride: 2 pad: 2 } }
layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "bn" }
layer { name: "prelu" type: "PReLU" bottom: "bn" top: "prelu" }
layer { name: "pool" type: "Pooling" bottom: "prelu" top: "pool"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "narrow" type: "Convolution" bottom: "pool" top: "narrow"
  convolution_param { num_output: 2 kernel_size: 1 bias_term: false } }
"""


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Network:
    path = tmp_path_factory.mktemp("kinds") / "net.prototxt"
    path.write_text(NET)
    net, rng = read_net(path), np.random.default_rng(0)
    arrays = {
        f"param/{layer.name}/{i}": np.abs(rng.standard_normal(p.shape)).astype(np.float32) + 0.1
        for layer in net.layers
        for i, p in enumerate(layer.parameters)
    }
    return to_graph(net.with_weights(weights_from_arrays(arrays, "test")))


def told(network: Network, layer: str, kind: str) -> Explained:
    return explain_layer(network, layer, None, kind)


def test_a_convolution_tells_what_it_costs_and_sees(kinds: Network) -> None:
    numbers = dict(told(kinds, "conv", "Convolution").told.numbers)
    assert numbers["an output pixel"] == "25 x 3 = 75 products a channel"
    assert numbers["sees"] == "5 x 5 pixels of what the network is given"
    assert dict(told(kinds, "narrow", "Convolution").told.numbers)["sees"].startswith("7 x 7")


def test_kernels_are_pictures(kinds: Network) -> None:
    figure = told(kinds, "conv", "Convolution").told.figure
    assert figure is not None
    (image,) = (part for part in figure.parts if isinstance(part, Image))
    assert (image.height, image.width) == (17, 17)  # 3 x 3 tiles of 5 x 5, gaps between


def test_a_pooling_keeps_the_window_that_is_not_full(kinds: Network) -> None:
    found = told(kinds, "pool", "Pooling").told
    assert dict(found.numbers)["picture"] == "32 x 32 to 16 x 16"
    (table,) = (p for p in found.sections[0].parts if isinstance(p, Table))
    assert ("7", "3", "4") in table.rows
    assert found.figure is not None
    (cells,) = (part for part in found.figure.parts if isinstance(part, Cells))
    assert cells.groups[-1] == [-1] * 6 + [0, 1]


def test_batch_norm_is_a_factor_and_an_addend(kinds: Network) -> None:
    found = told(kinds, "bn", "BatchNorm")
    (table,) = (p for p in found.told.sections[0].parts if isinstance(p, Table))
    entered, left = found.facts.entered, found.facts.left
    assert entered is not None
    assert left is not None
    a, c = (np.array([float(row[i]) for row in table.rows])[:, None, None] for i in (1, 2))
    np.testing.assert_allclose(a * entered + c, left, rtol=1e-2, atol=1e-2)


def test_an_activation_is_drawn_over_what_enters(kinds: Network) -> None:
    figure = told(kinds, "prelu", "PReLU").told.figure
    assert figure is not None
    (plot,) = (part for part in figure.parts if isinstance(part, Plot))
    channels = [line for line in plot.lines if line.name.startswith("channel")]
    assert len(channels) == 6
    assert all(line.ys[-1] == pytest.approx(line.xs[-1]) for line in channels)


@pytest.mark.parametrize("type", CURVED)
def test_every_activation_has_its_curve(type: str) -> None:
    case = OPS[type].cases[0]
    planes = [
        Plane("x", o[0], size(o[1]), size(o[2])) if isinstance(o, tuple) else np.asarray(o)
        for o in case.operands
    ]
    found = EXPLAINED[type](Node(type, "a", tuple(planes), ("y",), case.attributes), Facts())
    assert found is not None
    assert found.figure is not None
    (plot,) = (part for part in found.figure.parts if isinstance(part, Plot))
    assert len(plot.lines) >= 2
    assert np.isfinite(plot.lines[0].ys).any()


def test_squares_have_letters_where_there_are_no_colours(kinds: Network) -> None:
    shown = text(explanation_page(told(kinds, "pool", "Pooling")))
    assert "  0a 1a 2  3  4  5  6" in shown
    assert "a in the window, b outside the picture" in shown


@pytest.mark.parametrize(
    ("node", "shape", "sentence"),
    [
        ("Conv", (1, 2, 9), OPS["Conv"].summary),
        ("Det", (1, 1, 3, 3), "An operator that is not known here."),
    ],
)
def test_what_no_figure_draws_is_told_in_a_sentence(
    node: str, shape: tuple[int, ...], sentence: str
) -> None:
    inputs = [ir.Value(name="x", shape=ir.Shape(shape), type=ir.TensorType(ir.DataType.FLOAT))]
    kernel = ir.tensor(np.ones((2, 2, 3), np.float32), name="w")
    weights = [ir.Value(name="w", const_value=kernel)] if node == "Conv" else []
    made = ir.Node("", node, [*inputs, *weights], name="layer", num_outputs=1)
    made.outputs[0].name, made.outputs[0].type = "y", ir.TensorType(ir.DataType.FLOAT)
    graph = ir.Graph(
        inputs, made.outputs, nodes=[made], initializers=weights, opset_imports={"": 18}
    )
    network = Network("odd", ir.Model(graph, ir_version=9), "odd.onnx")
    assert told(network, "layer", "").told.sentence == sentence
