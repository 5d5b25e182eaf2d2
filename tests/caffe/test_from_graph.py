"""A graph said as a Caffe network gives the graph's numbers, or is refused with a reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.caffe.reference import HERE, SHARED, Golden, golden
from tests.caffe.test_goldens import _covered
from tests.graph.onnx_models import FREE, W, constant, model, node, unet, weights, written
from tests.ops.graphs import CASES, NAMES, agree, network, reference

from texelnet.caffe import read_net, to_graph
from texelnet.caffe.from_graph import FROM_GRAPH, Said, said
from texelnet.errors import NetworkError
from texelnet.graph.network import Network
from texelnet.graph.onnx_file import read_onnx
from texelnet.graph.serialise import to_bytes
from texelnet.ops import Case, Op
from texelnet.run.onnxruntime import Reference

OWN = sorted(path.stem for path in HERE.glob("*.npz"))
UNSAID = {
    "pool_max_mask_top": "ONNX counts places through the whole batch, Caffe within a channel",
    "slice_axis0": "a batch that is cut has no shape that ONNX infers",
    "crop_axis0": "a batch that is cut has no shape that ONNX infers",
    "bn_batchstats_in_test": "a mean over the batch: no layer but BatchNorm in training has it",
}
SAID_OF_CASES = 297
"""How many of the operators' cases Caffe has words for; the others are refused."""


def spoken(network: Network, sizes=None) -> Said:
    return said(network, FROM_GRAPH, sizes or {})


def back(words: Said) -> Network:
    return to_graph(read_net(words.prototxt, words.weights))


def assert_comes_back(folder: Path, case: Golden) -> None:
    """prototxt -> ONNX file -> prototxt gives the numbers of the first graph."""
    net = case.net()
    first = to_graph(net)
    path = folder / "net.onnx"
    path.write_bytes(to_bytes(first.model))
    sizes = {b: s[2:] for b, s in net.shapes.items() if b in net.inputs and len(s) == 4}
    second, fed = back(spoken(read_onnx(path), sizes)), case.part("in/")
    wanted, found = Reference(first, threads=1).run(fed), Reference(second, threads=1).run(fed)
    assert wanted.keys() == found.keys()
    for name, values in wanted.items():
        assert values.shape == found[name].shape
        largest = np.abs(values[np.isfinite(values)]).max(initial=0)
        np.testing.assert_allclose(found[name], values, rtol=1e-4, atol=1e-5 * largest)


@pytest.mark.parametrize("name", [name for name in OWN if name not in UNSAID])
def test_a_network_comes_back_from_onnx(tmp_path, name):
    assert_comes_back(tmp_path, golden(HERE / f"{name}.npz"))


@pytest.mark.parametrize("name", [name for name in _covered() if name not in UNSAID])
def test_every_network_comes_back_from_onnx(tmp_path, name):
    assert_comes_back(tmp_path, golden(SHARED / "goldens" / f"{name}.npz"))


@pytest.mark.skipif(not SHARED.exists(), reason="there is no ../shared")
@pytest.mark.parametrize("name", UNSAID)
def test_what_does_not_come_back_is_refused(tmp_path, name):
    with pytest.raises(NetworkError, match="Caffe has no words for"):
        assert_comes_back(tmp_path, golden(SHARED / "goldens" / f"{name}.npz"))


def said_case(op: Op, case: Case) -> Said | None:
    net, feeds = network(op, case)
    size = next(iter(feeds.values())).shape[1:]
    try:
        return spoken(net, {"": size})
    except NetworkError as error:
        if not error.fact.startswith("Caffe has no words for"):
            raise
        return None


@pytest.mark.parametrize(("op", "case"), CASES, ids=NAMES)
def test_an_operator_said_in_layers_agrees_with_onnxruntime(op: Op, case: Case):
    words = said_case(op, case)
    if words is None:
        return
    net, feeds = network(op, case)
    found = Reference(back(words), threads=1).run({k: v[None] for k, v in feeds.items()})
    planes = {name: v[0] if v.ndim == 4 else v for name, v in found.items()}
    agree(planes, reference(net, feeds), 3e-5)


def test_as_many_cases_are_said_as_before():
    assert sum(said_case(op, case) is not None for op, case in CASES) >= SAID_OF_CASES


def types(words: Said) -> list[str]:
    return [layer.type for layer in read_net(words.prototxt, words.weights).layers]


def read(folder, *words, **more):
    return read_onnx(written(folder, model(*words, **more)))


def test_a_pad_of_zeros_belongs_to_the_convolution_behind_it(tmp_path):
    nodes = [
        node("Pad", ["x", "pads"], ["p"]),
        node("Conv", ["p", "w"], ["y"], "c"),
    ]
    amounts = constant("pads", np.int64([0, 0, 1, 1, 0, 0, 1, 1]))
    words = spoken(read(tmp_path, nodes, [amounts, W], shape=FREE))
    assert types(words) == ["Input", "Convolution"]
    assert "pad: 1" in words.prototxt


def test_a_picture_is_enlarged_as_onnx_enlarges_it_borders_included(tmp_path):
    nodes = [node("Resize", ["x", "", "scales"], ["y"], mode="linear")]
    net = read(tmp_path, nodes, [constant("scales", np.float32([1, 1, 2, 3]))], shape=FREE)
    other, x = back(spoken(net)), np.random.default_rng(0).random((1, 3, 7, 5), np.float32)
    one, two = (Reference(n).run({"x": x})["y"] for n in (net, other))
    np.testing.assert_allclose(one, two, atol=1e-6)


def test_an_output_that_is_read_on_keeps_its_name(tmp_path):
    proto = model([node("Conv", ["x", "w"], ["a"]), node("Relu", ["a"], ["y"])], [W])
    proto.graph.output.append(type(proto.graph.output[0])(name="a"))
    proto.graph.output[-1].type.tensor_type.elem_type = 1
    words = spoken(read_onnx(written(tmp_path, proto)))
    assert sorted(read_net(words.prototxt, words.weights).outputs) == ["a", "y"]


def test_a_u_net_is_said_layer_by_layer(tmp_path):
    words = spoken(read_onnx(written(tmp_path, unet(shape=FREE))))
    plain = [type for type in types(words) if type != "Split"]
    assert plain == [
        *("Input", "Convolution", "ReLU", "Convolution", "ReLU", "Deconvolution"),
        *("Concat", "Convolution", "Eltwise"),
    ]


def test_a_change_in_place_comes_back_as_one():
    net = golden(HERE / "bn_scale_relu_inplace_test.npz").net()
    words = spoken(to_graph(net))
    last = read_net(words.prototxt, words.weights).layers[-1]
    assert (last.type, last.bottoms, last.tops) == ("ReLU", last.tops, net.layers[-1].tops)


def test_factor_and_addend_of_a_batch_norm_come_back_as_one_scale():
    words = spoken(to_graph(golden(HERE / "bn_scale_relu_inplace_test.npz").net()))
    assert types(words)[-3:] == ["Scale", "Scale", "ReLU"]


def test_all_that_cant_be_said_is_told_at_once(tmp_path):
    nodes = [
        node("Transpose", ["x"], ["t"], "turn", perm=[0, 1, 3, 2]),
        node("Erf", ["t"], ["e"], "bell"),
        node("Pad", ["e", "pads"], ["y"], "rim", mode="edge"),
    ]
    amounts = constant("pads", np.int64([0, 0, 1, 1, 0, 0, 1, 1]))
    with pytest.raises(NetworkError) as error:
        spoken(read(tmp_path, nodes, [amounts], shape=FREE))
    assert str(error.value) == (
        f"{tmp_path / 'net.onnx'}: Caffe has no words for 3 nodes\n"
        "  Transpose \"turn\": Caffe's axes keep their order (Permute is SSD's)\n"
        '  Erf "bell": Caffe has no layer for it\n'
        '  Pad "rim": Caffe pads with zeros, not by mode edge\n'
        "  try: keep it as ONNX, or export it without them"
    )


def test_what_nobody_needs_is_not_asked_for_words(tmp_path):
    nodes = [
        node("Split", ["x"], ["a", "b"], axis=1, num_outputs=2),
        node("Conv", ["a", "w"], ["y"]),
    ]
    proto = model(nodes, [weights("w", 2, 2, 3, 3)], shape=("n", 4, "h", "w"))
    words = spoken(read_onnx(written(tmp_path, proto)))
    assert read_net(words.prototxt, words.weights).outputs == ("y",)
    assert 'type: "Silence"' in words.prototxt


def test_settings_that_make_no_sense_are_refused():
    net, _ = network("Resize", Case("odd", ((3, 4, 4), None, np.float32([1, 1, 2, 2]))))
    wrong = {"Resize": lambda node, draft: {}["half_pixels"]}
    with pytest.raises(NetworkError, match="not as ONNX has them"):
        said(net, wrong, {})
