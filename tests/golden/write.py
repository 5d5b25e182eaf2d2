"""Write the goldens: the packages people get, as files beside this one.

    tests/golden/<network>/<target>/<schedule>/<file>

`make golden` writes them anew and `git diff tests/golden` shows what a change did to the
shaders. A package is written as it is, but for two things that would tell of other changes:
the runner's scripts are left out, and the manifest's digests and version of texelnet with them.
What it predicts of its cost is in there.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from texelnet.caffe import read_net, to_graph, weights_from_arrays
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.shader.compile import compile_network
from texelnet.shader.precision import Precision
from texelnet.shader.targets import TARGETS

HERE = Path(__file__).parent

QUESTION = """
name: "question"
layer {
  name: "data" type: "Input" top: "data"
  input_param { shape { dim: 1 dim: 1 dim: 8 dim: 8 } }
}
layer {
  name: "up" type: "Deconvolution" bottom: "data" top: "up"
  convolution_param { num_output: 1 kernel_size: 4 stride: 2 pad: 1 bias_term: false }
}
"""
KERNEL = [
    [-0.0629104823, -0.1560362280, -0.1512266700, -0.0636162385],
    [-0.0635886043, 0.2607241870, 0.2634004350, -0.0603787377],
    [-0.0718072355, 0.3858278100, 0.3168329000, -0.0817491412],
    [-0.0811873227, -0.0312164668, -0.0321144797, -0.0388795212],
]

# A valid convolution wants a border; what the deconvolution makes of it is cropped.
SMALL = """
name: "small"
layer {
  name: "data" type: "Input" top: "data"
  input_param { shape { dim: 1 dim: 1 dim: 8 dim: 8 } }
}
layer {
  name: "look" type: "Convolution" bottom: "data" top: "look"
  convolution_param { num_output: 3 kernel_size: 3 }
}
layer { name: "bend" type: "PReLU" bottom: "look" top: "look" }
layer {
  name: "think" type: "Convolution" bottom: "look" top: "think"
  convolution_param { num_output: 2 kernel_size: 3 pad: 1 }
}
layer { name: "both" type: "Concat" bottom: "look" bottom: "think" top: "both" }
layer {
  name: "up" type: "Deconvolution" bottom: "both" top: "up"
  convolution_param { num_output: 1 kernel_size: 6 stride: 2 }
}
"""


def _network(text: str, arrays: dict[str, np.ndarray] | None, contract: Contract) -> Network:
    net = read_net(text)
    if arrays is None:  # sixteenths: their products are exact on every machine
        rng = np.random.default_rng(1)
        arrays = {
            f"param/{layer.name}/{i}": rng.integers(-16, 17, p.shape) / np.float32(16)
            for layer in net.layers
            for i, p in enumerate(layer.parameters)
        }
    return to_graph(net.with_weights(weights_from_arrays(arrays, "weights.npz"))).wants(
        contract
    )


def networks() -> dict[str, Network]:
    """The networks that goldens are written of, by name."""
    kernel = np.array([[KERNEL]], np.float32)
    return {
        "question": _network(QUESTION, {"param/up/0": kernel}, Contract()),
        "small": _network(SMALL, None, Contract(range=(0.0, 255.0), border=1, crop=2)),
    }


PLANS = {("question", "webgpu", "fragment"): Precision({"upscaled.phases": "fp16"})}
"""Goldens that keep planes in 16 bits."""
LEFT_OUT = {
    ("question", "webgpu", "compute"),
    ("question", "webgpu", "hybrid"),
    ("small", "webgpu", "hybrid"),
    ("small", "webgpu", "fragment"),
    ("small", "webgpu", "tile"),
    ("small", "mpv", "compute"),
    ("small", "mpv", "fragment"),
    ("small", "mpv", "tile"),
}
"""Where another golden shows the same."""


def contents(network: Network, target: str, schedule: str) -> dict[str, bytes]:
    """The files of one golden."""
    host, plan = TARGETS[target], PLANS.get((network.name, target, schedule))
    build = compile_network(network, host, host.schedules[schedule], precision=plan)
    files = host.package(build)
    manifest = json.loads(files["manifest.json"])
    for key in ("sha256", "written_by"):
        manifest.pop(key)
    files["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode()
    return {name: content for name, content in files.items() if not name.endswith(".js")}


def goldens() -> dict[Path, dict[str, bytes]]:
    """Every golden, by its folder."""
    return {
        HERE / name / target.name / schedule: contents(network, target.name, schedule)
        for name, network in networks().items()
        for target in TARGETS.values()
        for schedule in target.schedules
        if (name, target.name, schedule) not in LEFT_OUT
    }


def main() -> None:
    """Write all of them anew."""
    for name in networks():
        shutil.rmtree(HERE / name, ignore_errors=True)
    for folder, files in goldens().items():
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
