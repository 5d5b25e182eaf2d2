"""Layers of forks, Axpy and CropCenter, and which of equal entries ArgMax takes."""

from __future__ import annotations

import numpy as np
import pytest
from tests.caffe.reference import every_blob, refusal

from texelnet.caffe import read_net, to_graph
from texelnet.errors import PrototxtError

RNG = np.random.default_rng(5)
X, Y = (RNG.normal(size=(1, 3, 6, 5)).astype(np.float32) for _ in range(2))


def picture(name: str, shape: str) -> str:
    sizes = " ".join(f"dim: {number}" for number in shape.split())
    return f'input: "{name}" input_shape {{ {sizes} }}\n'


def layer(kind: str, bottoms: str, settings: str = "") -> str:
    reads = " ".join(f'bottom: "{name}"' for name in bottoms.split())
    return f'layer {{ name: "op" type: "{kind}" {reads} top: "out" {settings} }}'


@pytest.mark.parametrize("shape", ["1 3", "1 3 1 1"])
def test_axpy_is_a_x_plus_y(shape: str) -> None:
    a = RNG.normal(size=[int(n) for n in shape.split()]).astype(np.float32)
    text = picture("a", shape) + picture("x", "1 3 6 5") + picture("y", "1 3 6 5")
    graph = to_graph(read_net(text + layer("Axpy", "a x y")))
    got = every_blob(graph, {"a": a, "x": X, "y": Y})["out"]
    np.testing.assert_allclose(got, a.reshape(1, 3, 1, 1) * X + Y, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("sizes", "wanted"),
    [
        ("0 0 2 1", X[:, :, 2:-2, 1:-1]),
        ("0 1 0 0", X[:, 1:-1]),
        ("0 0 0 0", X),
    ],
)
def test_crop_center_cuts_both_ends(sizes: str, wanted: np.ndarray) -> None:
    settings = " ".join(f"crop_size: {n}" for n in sizes.split())
    op = layer("CropCenter", "x", f"crop_center_param {{ {settings} }}")
    graph = to_graph(read_net(picture("x", "1 3 6 5") + op))
    np.testing.assert_array_equal(every_blob(graph, {"x": X})["out"], wanted)


def test_of_equal_entries_the_last_is_the_largest() -> None:
    op = layer("ArgMax", "x", "argmax_param { axis: 1 }")
    graph = to_graph(read_net(picture("x", "1 3 6 5") + op))
    got = every_blob(graph, {"x": np.ones_like(X)})["out"]
    np.testing.assert_array_equal(got, np.full((1, 1, 6, 5), 2))


def test_of_equal_entries_the_last_come_first() -> None:
    """Places and entries of a whole picture, as Caffe sorts pairs of both."""
    op = layer("ArgMax", "x", "argmax_param { top_k: 4 out_max_val: true }")
    graph = to_graph(read_net(picture("x", "1 6") + op))
    entries = np.array([[7, 9, 7, 8, 9, 7]], np.float32)
    got = every_blob(graph, {"x": entries})["out"]
    np.testing.assert_array_equal(got, [[[4, 1, 3, 5], [9, 9, 8, 7]]])


BAD = [
    ("CropCenter", "x", "crop_center_param { crop_size: 1 }", "crop_size is written 1 times"),
    (
        "CropCenter",
        "x",
        "crop_center_param { crop_size: [0, 0, 3, 0] }",
        "axis 2 has 6, crop_size 3 leaves nothing of it",
    ),
    ("ArgMax", "x", "argmax_param { axis: 1 top_k: 4 }", "top_k is 4, there are 3"),
    ("ArgMax", "x", "argmax_param { axis: 4 }", "axis 4 does not exist"),
    ("Softmax", "x", "softmax_param { axis: 4 }", "axis 4 does not exist"),
    ("Axpy", "x x x", "", " is 1 x 3 x 6 x 5: Axpy takes 1 x 3 x 1 x 1 there"),
]


@pytest.mark.parametrize(("kind", "bottoms", "settings", "fact"), BAD)
def test_what_can_not_be_says_why(kind: str, bottoms: str, settings: str, fact: str) -> None:
    text = picture("x", "1 3 6 5") + layer(kind, bottoms, settings)
    error = refusal(PrototxtError, lambda: read_net(text))
    assert error is not None
    assert fact in error.fact
