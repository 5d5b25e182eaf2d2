"""texelnet convert: Caffe to ONNX and back, old prototxts, weights in every form."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import onnx
import pytest
from tests.caffe.reference import SHARED
from tests.graph.onnx_models import FREE, espcn, model, node, srvgg, unet, written

from texelnet.caffe import read_net, read_weights
from texelnet.caffe.wire import Wire
from texelnet.cli import main
from texelnet.run import alike

FILES = SHARED / "goldens" / "files"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="there is no ../shared")
OLD = """
name: "old"
input: "x"  # as it was before 2015
input_dim: [1, 3, 8, 8]
layers { name: "c" type: CONVOLUTION bottom: "x" top: "y" blobs_lr: 1 blobs_lr: 2
  convolution_param { num_output: 2 kernel_size: 3 } }
layers { name: "r" type: RELU bottom: "y" top: "y" }
"""
WEIGHTS = {"param/c/0": np.full((2, 3, 3, 3), 0.25), "param/c/1": np.float32([1, -2])}


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "old.prototxt"
    path.write_text(OLD)
    np.savez(tmp_path / "old.npz", **WEIGHTS)
    return path


def done(capsys, *words):
    assert main(["convert", *map(str, words)]) == 0
    return capsys.readouterr().out


def refused(capsys, *words):
    assert main(["convert", *map(str, words)]) == 2
    return capsys.readouterr().err


def outputs(folder, path):
    """What `texelnet run` computes on a picture."""
    x = np.random.default_rng(0).random((1, 3, 12, 10), np.float32)
    np.savez(folder / "in.npz", **{"in/x": x})
    words = ["--inputs", folder / "in.npz", "--outputs", folder / "out.npz"]
    assert main(["run", str(path), *map(str, words)]) == 0
    with np.load(folder / "out.npz") as archive:
        return {name: archive[name] for name in archive.files}


def test_caffe_becomes_an_onnx_file_with_its_names(capsys, tmp_path, old):
    told = done(capsys, old, tmp_path / "new.onnx")
    assert told == (
        f"{tmp_path / 'new.onnx'}: opset 18, 2 nodes; "
        "run beside each other, 0.0e+00 of the largest number apart at most\n"
    )
    proto = onnx.load(tmp_path / "new.onnx")
    onnx.checker.check_model(proto, full_check=True)
    assert [n.name for n in proto.graph.node] == ["c", "r"]
    assert [o.name for o in proto.graph.output] == ["y"]
    sizes = proto.graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_param or d.dim_value for d in sizes] == ["batch", 3, "height", "width"]
    caffe, other = outputs(tmp_path, old), outputs(tmp_path, tmp_path / "new.onnx")
    np.testing.assert_array_equal(caffe["blob/y"], other["blob/y"])


@pytest.mark.parametrize("proto", [unet, espcn, srvgg], ids=["unet", "espcn", "srvgg"])
def test_onnx_becomes_a_prototxt_and_a_caffemodel(capsys, tmp_path, proto):
    path = written(tmp_path, proto(shape=FREE))
    told = done(capsys, path, tmp_path / "new.prototxt", "--size", "20x16")
    assert told.startswith(f"{tmp_path / 'new.prototxt'}, new.caffemodel: ")
    net = read_net(tmp_path / "new.prototxt", tmp_path / "new.caffemodel")
    assert net.shapes["x"] == (1, 3, 16, 20)
    caffe, other = outputs(tmp_path, tmp_path / "new.prototxt"), outputs(tmp_path, path)
    np.testing.assert_allclose(caffe["blob/y"], other["blob/y"], atol=1e-5)


def test_a_shipped_network_goes_there_and_back_with_its_contract(capsys, tmp_path):
    done(capsys, "decon-x2", tmp_path / "a.onnx")
    told = done(capsys, tmp_path / "a.onnx", tmp_path / "b.prototxt")
    assert "0.0e+00 of the largest number" in told
    assert (tmp_path / "b.toml").read_text() == (tmp_path / "a.toml").read_text()
    net = read_net(tmp_path / "b.prototxt", tmp_path / "b.caffemodel")
    first = read_weights(tmp_path / "b.caffemodel")
    assert {layer.name for layer in net.layers if layer.parameters} == set(first.blobs)


@needs_shared
def test_upconv7_goes_there_and_back(capsys, tmp_path):
    folder = SHARED / "models" / "upconv7"
    weights = folder / "upconv7_x2.caffemodel"
    done(capsys, folder / "net.prototxt", tmp_path / "a.onnx", "--weights", weights)
    done(capsys, tmp_path / "a.onnx", tmp_path / "b.prototxt")
    ours, theirs = (read_weights(p) for p in (tmp_path / "b.caffemodel", weights))
    for name in ours.blobs:
        for index, blob in ours.blobs[name].items():
            np.testing.assert_array_equal(blob.values, theirs.blobs[name][index].values)


def test_an_old_prototxt_is_brought_up_to_date(capsys, tmp_path, old):
    done(capsys, old, tmp_path / "new.prototxt")
    text = (tmp_path / "new.prototxt").read_text()
    assert "layers" not in text
    assert 'type: "Input"' in text
    net = read_net(tmp_path / "new.prototxt", tmp_path / "old.npz")
    assert [layer.type for layer in net.layers] == ["Input", "Convolution", "ReLU"]


def test_weights_go_through_every_form(capsys, tmp_path, old):
    done(capsys, old, tmp_path / "a.caffemodel")
    forms = ["a.caffemodel", "b.h5", "c.caffemodel", "d.npz"]
    for one, other in pairwise(forms):
        done(capsys, tmp_path / one, tmp_path / other)
    with np.load(tmp_path / "d.npz") as archive:
        assert set(archive.files) == set(WEIGHTS)
        for name, values in WEIGHTS.items():
            np.testing.assert_array_equal(archive[name], values)


def layers(path):
    """The fields of each layer of a caffemodel, its phase left out: (number, bytes)."""
    content = path.read_bytes()
    wire = Wire(content, str(path))
    found = {}
    for layer in wire.fields(wire.whole()):
        if layer.number == 100:
            fields = list(wire.fields(layer.span))
            name = wire.text(next(f.span for f in fields if f.number == 1))
            told = [(f.number, f.value, content[f.span.start : f.span.end]) for f in fields]
            found[name] = [field for field in told if field[0] != 10]
    return found


@needs_shared
def test_a_caffemodel_is_encoded_as_caffes_own(capsys, tmp_path):
    model, net = FILES / "tiny_iter_3.caffemodel", FILES / "tiny_net.prototxt"
    done(capsys, net, tmp_path / "own.caffemodel", "--weights", model)
    done(capsys, net, tmp_path / "a.onnx", "--weights", model)
    done(capsys, tmp_path / "a.onnx", tmp_path / "back.prototxt")
    theirs, ours = layers(model), layers(tmp_path / "own.caffemodel")
    assert len(ours) >= 6
    for name, fields in ours.items():
        if name in theirs and not name.endswith("split"):
            assert fields == theirs[name], name
    for name, fields in layers(tmp_path / "back.caffemodel").items():
        blobs = [field for field in fields if field[0] == 7]
        same = [field for field in theirs.get(name, fields) if field[0] == 7]
        assert name == "bn" or blobs == same, name  # a BatchNorm comes back as a Scale


def test_what_differs_is_not_written(capsys, tmp_path, old, monkeypatch):
    monkeypatch.setattr(alike, "ALLOWED", -1.0)
    assert refused(capsys, old, tmp_path / "new.onnx") == (
        f"{old}: the converted network differs by 0.0e+00 of the largest number\n"
        "  try: nothing was written; -1 is allowed\n"
    )
    assert not (tmp_path / "new.onnx").exists()


def test_words_that_do_not_fit(capsys, tmp_path, old):
    path = written(tmp_path, model([node("Erf", ["x"], ["y"], "e")], shape=FREE))
    assert refused(capsys, path, tmp_path / "new.prototxt") == (
        f"{path}: Caffe has no words for one node\n"
        '  Erf "e": Caffe has no layer for it\n'
        "  try: keep it as ONNX, or export it without them\n"
    )
    assert not (tmp_path / "new.prototxt").exists()
    assert refused(capsys, path, tmp_path / "other.onnx") == (
        f"{tmp_path / 'other.onnx'}: .onnx can't become .onnx\n"
        "  try: see `texelnet convert --help` for what can\n"
    )
    assert refused(capsys, path, tmp_path / "new.prototxt", "--weights", "w.npz") == (
        "--weights: net.onnx holds its weights itself\n  try: leave it out\n"
    )
    assert refused(capsys, old, tmp_path / "new.onnx", "--size", "8x8") == (
        "--size: only a prototxt that is made of an ONNX file gets a size\n"
        "  try: leave it out\n"
    )
    assert refused(capsys, path, tmp_path / "new.prototxt", "--size", "z=8x8") == (
        '--size: there is no input "z"\n  try: x\n'
    )
    assert refused(capsys, tmp_path / "gone.h5", tmp_path / "a.npz") == (
        f"{tmp_path / 'gone.h5'}: no such file\n"
        "  try: .prototxt, .onnx, .caffemodel, .h5 or .npz\n"
    )
    assert refused(capsys, old, tmp_path / "none" / "a.onnx") == (
        f"{tmp_path / 'none' / 'a.onnx'}: there is no such folder\n"
        "  try: a folder that is there\n"
    )
