"""Small Caffe networks with random weights, as text, as files and as graphs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from texelnet.caffe import read_net, to_graph, weights_from_arrays
from texelnet.graph.contract import Contract, write_contract
from texelnet.graph.network import Network

Arrays = dict[str, np.ndarray]


def layer(name: str, kind: str, bottom: str, top: str, settings: str = "") -> str:
    bottoms = " ".join(f'bottom: "{b}"' for b in bottom.split())
    return f'layer {{ name: "{name}" type: "{kind}" {bottoms} top: "{top}" {settings} }}\n'


def conv(bottom: str, top: str, kernel: int, outputs: int, more: str = "") -> str:
    settings = f"convolution_param {{ num_output: {outputs} kernel_size: {kernel} {more} }}"
    return layer(top, "Convolution", bottom, top, settings)


def deconv(bottom: str, top: str, kernel: int, outputs: int, more: str = "stride: 2") -> str:
    return conv(bottom, top, kernel, outputs, more).replace("Convolution", "Deconvolution")


def prototxt(layers: str, channels: int = 1, side: int = 32) -> str:
    shape = f"shape {{ dim: 1 dim: {channels} dim: {side} dim: {side} }}"
    data = f'layer {{ name: "x" type: "Input" top: "x" input_param {{ {shape} }} }}\n'
    return f'name: "small"\n{data}{layers}'


def weights(text: str, seed: int = 0) -> Arrays:
    rng = np.random.default_rng(seed)
    return {
        f"param/{one.name}/{i}": rng.uniform(-0.3, 0.3, p.shape).astype(np.float32)
        for one in read_net(text).layers
        for i, p in enumerate(one.parameters)
    }


def network(layers: str, contract: Contract | None = None, channels: int = 1) -> Network:
    text = prototxt(layers, channels)
    net = read_net(text, weights_from_arrays(weights(text), "weights.npz"))
    return to_graph(net).wants(contract)


UP = deconv("x", "y", 4, 1, "stride: 2 pad: 1")

# Squeeze and excite: a mean of the picture, two linear layers, and the picture times them.
SQUEEZE = (
    conv("x", "a", 3, 6, "pad: 1")
    + layer("g", "Pooling", "a", "g", "pooling_param { pool: AVE global_pooling: true }")
    + layer("fc1", "InnerProduct", "g", "f", "inner_product_param { num_output: 3 }")
    + layer("bend", "ReLU", "f", "f")
    + layer("fc2", "InnerProduct", "f", "e", "inner_product_param { num_output: 6 }")
    + layer("gate", "Sigmoid", "e", "e")
    + layer("s", "Axpy", "e a a", "s")
    + deconv("s", "y", 4, 1, "stride: 2 pad: 1")
)

# A deconvolution that repeats each pixel, as nearest neighbour does.
REPEAT = deconv("x", "y", 2, 1)
REPEATING = {
    "param/y/0": np.ones((1, 1, 2, 2), np.float32),
    "param/y/1": np.zeros(1, np.float32),
}


def files(
    folder: Path,
    layers: str,
    arrays: Arrays | None = None,
    contract: Contract | None = None,
    channels: int = 1,
) -> Path:
    """Write up.prototxt, up.npz and up.toml; return the prototxt."""
    text = prototxt(layers, channels)
    path = folder / "up.prototxt"
    path.write_text(text)
    arrays = weights(text) if arrays is None else arrays
    if arrays:
        np.savez(folder / "up.npz", **arrays)
    if contract is not None:
        (folder / "up.toml").write_text(write_contract(contract))
    return path
