"""Try every Caffe layer's example on every machine: `make trials`, into trials.json.

A machine that computes an example computes what onnxruntime does, or this stops; one that
refuses says why. The reference page of layers shows what came out. Torch is not installed
where the pages are written, so the answers are kept; a test tries them anew.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from texelnet.caffe import Net, read_net, to_graph, weights_from_arrays
from texelnet.caffe.layer import Kind
from texelnet.caffe.layers import KINDS
from texelnet.errors import TexelnetError
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.run import RUNNERS
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.target import Target
from texelnet.shader.targets import TARGETS

KEPT = Path(__file__).parent / "trials.json"
Arrays = Mapping[str, np.ndarray]
YES = ""
DOUBLED = """import caffe

class Doubled(caffe.Layer):
    def setup(self, bottom, top):
        pass
    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].shape)
    def forward(self, bottom, top):
        top[0].data[...] = 2 * bottom[0].data
    def backward(self, top, propagate_down, bottom):
        bottom[0].diff[...] = 2 * top[0].diff
"""


def trials(kind: Kind) -> dict[str, str]:
    """Return for each machine but torch an empty string, or why it refuses the example."""
    try:
        network, inputs = _graph(kind)
    except TexelnetError as error:
        return dict.fromkeys(["onnxruntime", "numpy", *TARGETS], _said(error))
    wanted = RUNNERS["onnxruntime"].blobs(network, inputs, False)
    found = {"onnxruntime": YES, "numpy": _outcome(lambda: _numpy(network, inputs, wanted))}
    for name, target in TARGETS.items():
        found[name] = _outcome(lambda target=target: _compiled(network, target, inputs, wanted))
    return found


def trained(kind: Kind) -> str:
    """Return what gets gradients in torch: parameters and bottoms, with commas between."""
    from texelnet.run.torch import compute

    with TemporaryDirectory() as folder:
        net = _read(kind, Path(folder), training=True)
        outside = {name: np.ones(net.shapes[name], np.float32) for name in net.outputs}
        found = compute(net, _inputs(net), outside)
        if _has_graph(kind):
            network, inputs = _graph(kind)
            for name, value in RUNNERS["onnxruntime"].blobs(network, inputs, False).items():
                _agree(found[f"blob/{name}"], value, f"torch, {kind.type}")
    layer = next(layer for layer in net.layers if layer.type == kind.type)
    sent = [
        re.sub(r"_[^_]+_\d+_split_\d+$", "", name)  # the name before Split copied it
        for name in layer.bottoms
        if np.any(found.get(f"diff/{name}", 0))
    ]
    learnt = [
        what
        for index, (what, _) in enumerate(kind.about.weights)
        if np.any(found.get(f"pdiff/{layer.name}/{index}", 0))
    ]
    return ", ".join(dict.fromkeys([*sent, *learnt]))


def _graph(kind: Kind) -> tuple[Network, Arrays]:
    if not _has_graph(kind):  # what a graph leaves out; the layer itself says why
        with TemporaryDirectory() as folder:
            net = _read(kind, Path(folder), training=True)
        layer = next(layer for layer in net.layers if layer.type == kind.type)
        kind.to_graph(layer, None)  # type: ignore[arg-type]
    net = _read(kind, Path())
    return to_graph(net), _inputs(net)


def _has_graph(kind: Kind) -> bool:
    from texelnet.caffe.layers import LAYERS

    return kind.type in LAYERS


def _read(kind: Kind, folder: Path, training: bool = False) -> Net:
    """Read a kind's example, with weights; files that it names are made in a folder."""
    if training:
        _feed(folder)
    text = "force_backward: true\n" + kind.about.example
    place = str(folder / "example.prototxt")
    sys.path.insert(0, str(folder))  # where a Python layer finds its class
    try:
        net = read_net(text, training=training, allow_python=training, source=place)
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("doubled", None)
    random = np.random.default_rng(5)
    numbers = {
        f"param/{layer.name}/{index}": random.uniform(0.5, 1, parameter.shape)
        for layer in net.layers
        for index, parameter in enumerate(layer.parameters)
    }
    return net.with_weights(weights_from_arrays(numbers, "trials"))


def _inputs(net: Net) -> dict[str, np.ndarray]:
    """Return numbers of -1 to 1 for data and scores, 0 or 1 for all else: labels, places."""
    random, given = np.random.default_rng(6), {}
    for name in net.inputs:
        numbers = random.uniform(-1, 1, net.shapes[name]).astype(np.float32)
        real = name in ("data", "others", "scores", "target")
        given[name] = numbers if real else np.round(np.abs(numbers))
    return given


def _feed(folder: Path) -> None:
    """Write what data layers read: pictures, rows, a database."""
    import h5py
    import lmdb
    from PIL import Image

    Image.fromarray(np.arange(144, dtype=np.uint8).reshape(6, 8, 3)).save(folder / "a.png")
    (folder / "pictures.txt").write_text("a.png 0\na.png 1\n")
    (folder / "rows.txt").write_text("rows.h5\n")
    with h5py.File(folder / "rows.h5", "w") as file:
        file["data"] = np.ones((3, 2), np.float32)
    (folder / "doubled.py").write_text(DOUBLED)
    datum = bytes([8, 1, 16, 2, 24, 2, 34, 4, 1, 2, 3, 4, 40, 1])  # 1 x 2 x 2, label 1
    with lmdb.open(str(folder / "lmdb")) as made, made.begin(write=True) as into:
        into.put(b"0", datum)


def _numpy(network: Network, inputs: Arrays, wanted: Arrays) -> None:
    found = RUNNERS["numpy"].blobs(network, inputs, False)
    for name, value in wanted.items():
        _agree(found[name], value, f"numpy, {name}")


def _compiled(network: Network, target: Target, inputs: Arrays, wanted: Arrays) -> None:
    """Write the package, and read its kernels for the first picture."""
    build = compile_network(network, target, target.usual)
    channels = build.program.planes[build.program.inputs[0]].channels
    contract = Contract(channels={1: "luma", 3: "rgb"}[channels], scale=1)
    target.package(replace(build, contract=contract))
    first = {name: value[0] for name, value in inputs.items()}
    found = evaluate_kernels(build.kernels, build.program, first)
    for name, value in wanted.items():
        _agree(found[name], value[:1], f"{target.name}, {name}")


def _agree(found: np.ndarray, wanted: np.ndarray, what: str) -> None:
    far = {"rtol": 1e-4, "atol": 1e-5, "err_msg": what}
    np.testing.assert_allclose(found.ravel(), wanted.ravel(), **far)


def _outcome(attempt: Callable[[], Any]) -> str:
    try:
        attempt()
    except TexelnetError as error:
        return _said(error)
    return YES


def _said(error: TexelnetError) -> str:
    """Return the fact, without the names that only the example has."""
    head, *lines = error.fact.splitlines()
    reasons = [re.sub(r'^\s*(\w+) "[^"]*": ', r"`\1`: ", line) for line in lines]
    return "; ".join(dict.fromkeys(reasons)) or head


def main() -> None:
    """Write trials.json."""
    found = {name: trials(kind) | {"gradients": trained(kind)} for name, kind in KINDS.items()}
    KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
