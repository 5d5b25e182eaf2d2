"""Five small networks with random weights: what a proof has to tell right from wrong."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from texelnet.caffe import read_net, to_graph, weights_from_arrays
from texelnet.graph.contract import Contract, write_contract
from texelnet.graph.network import Network


def convolution(
    name: str, bottom: str, outputs: int, words: str, kind: str = "Convolution"
) -> str:
    return (
        f'layer {{ name: "{name}" type: "{kind}" bottom: "{bottom}" top: "{name}"'
        f" convolution_param {{ num_output: {outputs} {words} }} }}"
    )


def bend(bottom: str, kind: str = "PReLU", words: str = "") -> str:
    return (
        f'layer {{ name: "{bottom}_bend" type: "{kind}" bottom: "{bottom}" top: "{bottom}"'
        f" {words} }}"
    )


def text(name: str, channels: int, *layers: str) -> str:
    shape = f"dim: 1 dim: {channels} dim: 20 dim: 24"
    words = f'name: "data" type: "Input" top: "data" input_param {{ shape {{ {shape} }} }}'
    start = f"layer {{ {words} }}"
    return "\n".join([f'name: "{name}"', start, *layers])


STAMP = text(
    "stamp",
    1,
    convolution("look", "data", 8, "kernel_size: 5 pad: 2"),
    bend("look"),
    convolution("think", "look", 8, "kernel_size: 3 pad: 1"),
    bend("think"),
    convolution("widen", "think", 12, "kernel_size: 1"),
    bend("widen"),
    convolution("large", "widen", 1, "kernel_size: 4 stride: 2 pad: 1", "Deconvolution"),
)
VALID = text(
    "valid",
    3,
    convolution("first", "data", 8, "kernel_size: 3"),
    bend("first", "ReLU", "relu_param { negative_slope: 0.1 }"),
    convolution("second", "first", 8, "kernel_size: 3"),
    bend("second", "ReLU", "relu_param { negative_slope: 0.1 }"),
    convolution("large", "second", 3, "kernel_size: 4 stride: 2 pad: 1", "Deconvolution"),
)
BYTES = text(
    "bytes",
    3,
    convolution("first", "data", 8, "kernel_size: 3 pad: 1"),
    bend("first", "ReLU"),
    convolution("second", "first", 8, "kernel_size: 3 pad: 1"),
    bend("second", "TanH"),
    convolution("third", "second", 3, "kernel_size: 3 pad: 1"),
)
LOUD = text(
    "loud",
    1,
    convolution("first", "data", 4, "kernel_size: 3 pad: 1"),
    bend("first", "ReLU"),
    convolution("second", "first", 4, "kernel_size: 3 pad: 1"),
    convolution("third", "second", 1, "kernel_size: 3 pad: 1"),
)
CONTRACTS = {
    "loud": Contract(scale=1),
    "modest": Contract(),
    "stamp": Contract(),
    "valid": Contract(channels="rgb", border=3, crop=2),
    "bytes": Contract(channels="bgr", range=(0.0, 255.0), mean=(104.0, 117.0, 123.0), scale=1),
}
TEXTS = {"stamp": STAMP, "valid": VALID, "bytes": BYTES, "loud": LOUD}
TEXTS["modest"] = STAMP.replace('"stamp"', '"modest"')


@cache
def arrays(name: str, seed: int = 0) -> dict[str, np.ndarray]:
    """Return random weights: signals of about the input's size, biases that matter."""
    net, rng = read_net(TEXTS[name], source=f"{name}.prototxt"), np.random.default_rng(seed)
    found = {}
    for layer in net.layers:
        for index, parameter in enumerate(layer.parameters):
            shape = parameter.shape
            taps = (
                int(np.prod(shape)) // shape[0] if layer.type == "Convolution" else shape[0] * 4
            )
            spread = np.sqrt(2 / taps) if len(shape) == 4 else 0.2
            found[f"param/{layer.name}/{index}"] = rng.normal(0, spread, shape)
    if name == "bytes":
        found["param/first/0"] *= 0.02
        found["param/third/0"] *= 60
        found["param/third/1"] += 128
    if name == "modest":  # its picture stays in 0..1
        found["param/large/0"] *= 0.1
        found["param/large/1"] = np.array([0.5])
    if name == "loud":  # its middle is beyond what 16 bits hold
        found["param/second/0"] *= 2e5
        found["param/third/0"] /= 2e5
    return found


@cache
def network(name: str, seed: int = 0) -> Network:
    """Return one of the networks."""
    net = read_net(TEXTS[name], source=f"{name}.prototxt")
    weights = weights_from_arrays(arrays(name, seed), f"{name}.npz")
    return to_graph(net.with_weights(weights)).wants(CONTRACTS[name])


def save(name: str, folder: Path) -> Path:
    """Write one as people have them: prototxt, weights and contract of one name."""
    (folder / f"{name}.prototxt").write_text(TEXTS[name])
    np.savez(folder / f"{name}.npz", **arrays(name))
    (folder / f"{name}.toml").write_text(write_contract(CONTRACTS[name]))
    return folder / f"{name}.prototxt"
