"""Runners: the same picture, whichever machine draws it."""

import numpy as np
import pytest
from tests.run.networks import UP, conv, deconv, layer, network

from texelnet.errors import NetworkError
from texelnet.graph.contract import Contract
from texelnet.run import RUNNERS, auto, gpu
from texelnet.run.onnxruntime import ONNXRUNTIME

RUNNER = [
    pytest.param(runner, id=name, marks=[pytest.mark.gpu] if name == "wgpu" else [])
    for name, runner in RUNNERS.items()
    if name != "ffmpeg"  # it rounds to 16 bits and takes no blobs: tests/mpv compares it
]
BEND = layer("bend", "PReLU", "a", "a")
NETWORKS = {
    "luma": (conv("x", "a", 3, 6, "pad: 1") + BEND + deconv("a", "y", 4, 1, "stride: 2 pad: 1"),
             Contract(), 1),
    "0..255, mean, zero padding": (UP, Contract(range=(0, 255), mean=(104,)), 1),
    "border, crop, colour": (
        conv("x", "a", 3, 6) + BEND + deconv("a", "y", 4, 3, "stride: 2 pad: 1"),
        Contract(channels="bgr", range=(-1, 1), border=2, crop=2), 3),
    "residual": (UP, Contract(returns="residual", base="bilinear", offset=0.5), 1),
}  # fmt: skip


@pytest.mark.parametrize("runner", RUNNER)
@pytest.mark.parametrize("name", NETWORKS)
def test_runners_draw_the_same_picture(runner, name):
    layers, contract, channels = NETWORKS[name]
    small = network(layers, contract, channels)
    wanted, draw = ONNXRUNTIME.planes(small), runner.planes(small)
    for size in ((13, 18), (7, 5), (13, 18)):
        picture = np.random.default_rng(1).random((channels, *size), np.float32)
        np.testing.assert_allclose(draw(picture), wanted(picture), atol=1e-5)


@pytest.mark.parametrize("runner", RUNNER)
def test_runners_return_the_same_blobs(runner):
    small = network(conv("x", "a", 3, 5) + deconv("a", "y", 2, 2))
    batch = {"x": np.random.default_rng(1).normal(size=(3, 1, 9, 8)).astype(np.float32)}
    wanted = ONNXRUNTIME.blobs(small, batch, True)
    outputs, every = runner.blobs(small, batch, False), runner.blobs(small, batch, True)
    assert (set(outputs), set(every) - {"x"}) == ({"y"}, {"a", "y"})
    np.testing.assert_allclose(outputs["y"], wanted["y"], atol=1e-5)
    np.testing.assert_allclose(every["a"], wanted["a"], atol=1e-5)


@pytest.mark.parametrize("runner", RUNNER)
def test_runners_say_what_computes(runner):
    assert runner.adapter().split()[0] in (runner.name, "llvmpipe") or runner.name == "wgpu"
    assert runner.summary.endswith(".")


@pytest.mark.parametrize("runner", [r for r in RUNNER if r.id != "onnxruntime"])
def test_a_batch_that_is_no_batch_is_told(runner):
    small = network(UP)
    with pytest.raises(NetworkError) as error:
        runner.blobs(small, {"x": np.zeros((4, 5), np.float32)}, False)
    assert str(error.value) == (
        'net.prototxt: the input "x" is of shape (4, 5)\n'
        "  try: (batch, channels, height, width)"
    )


def test_without_a_driver_auto_is_onnxruntime_and_says_why(monkeypatch):
    monkeypatch.setattr("texelnet.run.missing", lambda: "no graphics driver found")
    assert auto() == (ONNXRUNTIME, "no graphics driver found")


@pytest.mark.gpu
def test_with_a_driver_auto_is_wgpu():
    assert gpu.missing() == ""
    assert auto()[0].name == "wgpu"
