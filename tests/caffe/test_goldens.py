"""What onnxruntime computes from our graphs is what Caffe computed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.caffe.reference import HERE, SHARED, assert_same, every_blob, golden

from texelnet.caffe import LAYERS, read_net, read_weights, to_graph

needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="there is no ../shared")
OWN = sorted(path.stem for path in HERE.glob("*.npz"))
GROUPS = {
    *("Convolution", "Deconvolution", "Pooling", "Activation", "Eltwise", "Concat", "Slice"),
    *("Crop", "Split", "Scale", "Bias", "BatchNorm", "Reshape", "Flatten", "Net", "Legacy"),
    *("Shape", "WeightSharing", "LossWeight", "Softmax", "ArgMax", "LRN", "MVN", "Tile"),
    *("Reduction", "Embed", "InnerProduct"),
}
LEFT_OUT = {
    "pool_max_very_negative": "an input of -inf: Caffe's maximum starts from -FLT_MAX",
}


def _covered() -> list[str]:
    """The recorded cases whose layers we have all of, in the TEST phase."""
    if not SHARED.exists():
        return []
    cases = json.loads((SHARED / "goldens" / "index.json").read_text())["cases"]
    return [
        case["name"]
        for case in cases
        if case["phase"] == "TEST"
        and case["group"] in GROUPS
        and set(case["layer_types"]) <= {*LAYERS, "Silence"}
        and case["name"] not in LEFT_OUT
    ]


@pytest.mark.parametrize("name", OWN)
def test_a_golden_of_our_own_comes_out_as_in_caffe(name):
    assert_same(golden(HERE / f"{name}.npz"))


@needs_shared
@pytest.mark.parametrize("name", _covered())
def test_a_shared_golden_comes_out_as_in_caffe(name):
    assert_same(golden(SHARED / "goldens" / f"{name}.npz"))


@needs_shared
def test_most_shared_goldens_of_these_layers_are_covered():
    assert len(_covered()) >= 180


@needs_shared
def test_upconv7_gives_the_blobs_that_caffe_gave():
    folder = SHARED / "models" / "upconv7"
    net = read_net(folder / "net.prototxt", folder / "upconv7_x2.caffemodel")
    with np.load(folder / "golden.npz") as recorded:
        computed = every_blob(to_graph(net), {"input": recorded["in/input"]})
        for name in ("conv1", "conv6", "conv7"):
            np.testing.assert_allclose(computed[name], recorded[f"blob/{name}"], atol=1e-4)


@needs_shared
@pytest.mark.parametrize(
    "file",
    [
        *("tiny_iter_3", "tiny_legacy_4d_dims", "tiny_double_data", "tiny_extra_layer"),
        *("tiny_names_and_blobs_only", "tiny_v1_layers"),
    ],
)
def test_every_encoding_of_a_caffemodel_gives_the_same_weights(file):
    folder = SHARED / "goldens"
    case = golden(folder / "files_snapshot.npz")
    weights = read_weights(folder / "files" / f"{file}.caffemodel")
    net = read_net(folder / "files" / "tiny_net.prototxt", weights)
    assert net.dropped == ("target (Input)", "loss (EuclideanLoss)")
    assert net.unused_weights == (("not_in_net",) if file == "tiny_extra_layer" else ())
    for key, values in case.part("param/").items():
        layer, index = key.split("/")
        np.testing.assert_array_equal(net.weights[layer, int(index)], values)
    computed = every_blob(to_graph(net), case.part("in/"))
    np.testing.assert_allclose(computed["up"], case.arrays["blob/up"], rtol=1e-4, atol=1e-5)


@needs_shared
def test_phases_levels_and_stages_keep_the_layers_that_caffe_keeps():
    case = golden(SHARED / "goldens" / "phases_levels_stages.npz")
    for combination in case.meta["combos"]:
        asked = {key: combination[key] for key in ("phase", "level", "stages")}
        net = read_net(case.prototxt, **asked)
        assert [layer.name for layer in net.layers] == combination["layers"], asked


@needs_shared
@pytest.mark.parametrize("name", _covered())
def test_layers_and_blobs_have_the_names_that_caffe_gives_them(name):
    case = golden(SHARED / "goldens" / f"{name}.npz")
    net = case.net()
    ours = [(layer.name, layer.type, layer.bottoms, layer.tops) for layer in net.layers]
    theirs = [
        (layer["name"], layer["type"], tuple(layer["bottoms"]), tuple(layer["tops"]))
        for layer in case.meta["layers"]
        if f"{layer['name']} ({layer['type']})" not in net.dropped
    ]
    assert ours == theirs
