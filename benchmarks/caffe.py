"""How fast Caffe networks run and train: texelnet beside torch and OpenCV's dnn.

Forward, on one thread: FSRCNN(56,12,4) (Dong et al., 2016) of 540x960, and a residual network
that doubles 270x480 in colour. All have the same weights, written as a .caffemodel that OpenCV
reads, and their answers are compared. Training: steps of a small FCN, four pictures of 256x256,
taken by `texelnet train`'s own loop and by a plain torch program, data made beforehand.

Rounds take turns, so that whatever else the machine does meets all alike; the middle is told.

    make bench-caffe        prints the tables and writes benchmarks/caffe.md
"""

from __future__ import annotations

import os

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # before torch: waiting threads leave the cores

import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import torch
from torch.nn import functional

from texelnet.caffe import Net, read_net, to_graph
from texelnet.caffe.fillers import filled
from texelnet.caffe.snapshot import write_caffemodel
from texelnet.caffe.solver import read_solver
from texelnet.run.onnxruntime import Reference
from texelnet.train.loop import Training

PAGE = Path(__file__).with_suffix(".md")
ROUNDS, STEPS = 7, 25
AIM = 0.9
"""Steps a second over those of the plain program, to be reached."""
MOMENTUM, DECAY, RATE = 0.9, 0.0005, 0.01
SOLVER = f"""net: "fcn.prototxt" base_lr: {RATE} lr_policy: "fixed" momentum: {MOMENTUM}
weight_decay: {DECAY} random_seed: 1"""

Times = tuple[float, float]
Model = Callable[[Any], Any]


# Networks: the prototxt, and the same in plain torch --------------------------------------


def _layer(name: str, kind: str, bottoms: str, settings: str = "", top: str = "") -> str:
    reads = " ".join(f'bottom: "{one}"' for one in bottoms.split())
    head = f'layer {{ name: "{name}" type: "{kind}" {reads} top: "{top or name}"'
    return f"{head} {settings} }}"


def _conv(name: str, bottom: str, out: int, kernel: int, kind: str = "Convolution") -> str:
    sizes = f"num_output: {out} kernel_size: {kernel} pad: {kernel // 2}"
    if kind == "Deconvolution":
        sizes = f"num_output: {out} {_UP[kernel]}"
    fillers = 'weight_filler { type: "msra" } bias_filler { type: "constant" value: 0.01 }'
    return _layer(name, kind, bottom, f"convolution_param {{ {sizes} {fillers} }}")


_UP = {
    9: "kernel_size: 9 stride: 2 pad: 4",
    4: "kernel_size: 4 stride: 2 pad: 1",
    8: "kernel_size: 8 stride: 4 pad: 2",
}


def _input(shape: tuple[int, ...]) -> str:
    dims = " ".join(f"dim: {size}" for size in shape)
    return f'input: "data" input_shape {{ {dims} }}'


def fsrcnn(shape: tuple[int, ...]) -> str:
    """Return FSRCNN with d = 56, s = 12, m = 4."""
    sizes = [("look", 56, 5), ("shrink", 12, 1), *((f"map{i}", 12, 3) for i in range(1, 5))]
    words, blob = [_input(shape)], "data"
    for name, out, kernel in [*sizes, ("expand", 56, 1)]:
        words += [
            _conv(name, blob, out, kernel),
            _layer(f"{name}_slope", "PReLU", name, top=name),
        ]
        blob = name
    return "\n".join([*words, _conv("large", blob, 1, 9, "Deconvolution")])


def _fsrcnn_torch(net: Net) -> Model:
    weights = _tensors(net)

    def run(x: Any) -> Any:
        for name in ("look", "shrink", "map1", "map2", "map3", "map4", "expand"):
            kernel, bias = weights[name]
            x = functional.conv2d(x, kernel, bias, padding=kernel.shape[2] // 2)
            x = functional.prelu(x, weights[f"{name}_slope"][0])
        return functional.conv_transpose2d(x, *weights["large"], stride=2, padding=4)

    return run


BLOCKS = 4


def residual(shape: tuple[int, ...]) -> str:
    """Return a network of residual blocks that doubles a picture."""
    words = [_input(shape), _conv("first", "data", 32, 3)]
    blob = "first"
    for block in range(1, BLOCKS + 1):
        words += [
            _conv(f"a{block}", blob, 32, 3),
            _layer(f"relu{block}", "ReLU", f"a{block}", top=f"a{block}"),
            _conv(f"b{block}", f"a{block}", 32, 3),
            _layer(f"sum{block}", "Eltwise", f"{blob} b{block}"),
        ]
        blob = f"sum{block}"
    return "\n".join([*words, _conv("large", blob, 3, 4, "Deconvolution")])


def _residual_torch(net: Net) -> Model:
    weights = _tensors(net)

    def run(x: Any) -> Any:
        x = functional.conv2d(x, *weights["first"], padding=1)
        for block in range(1, BLOCKS + 1):
            y = functional.conv2d(x, *weights[f"a{block}"], padding=1)
            x = x + functional.conv2d(functional.relu(y), *weights[f"b{block}"], padding=1)
        return functional.conv_transpose2d(x, *weights["large"], stride=2, padding=1)

    return run


def _tensors(net: Net) -> dict[str, list[Any]]:
    return {
        layer.name: [torch.from_numpy(np.array(values)) for values in net.numbers(layer)]
        for layer in net.layers
    }


CLASSES = 5


def fcn() -> str:
    """Return a small FCN with its data and its loss."""
    data = """layer { name: "data" type: "DummyData" top: "data" top: "label"
      dummy_data_param { shape { dim: [4, 3, 256, 256] } shape { dim: [4, 1, 256, 256] }
        data_filler { value: 0.5 } data_filler { value: 1 } } }"""
    words, blob = [data], "data"
    for number, out in enumerate((16, 32, 64), 1):
        name = f"conv{number}"
        words += [_conv(name, blob, out, 3), _layer(f"relu{number}", "ReLU", name, top=name)]
        blob = name
        if number < 3:
            pooling = "pooling_param { pool: MAX kernel_size: 2 stride: 2 }"
            words.append(_layer(f"pool{number}", "Pooling", name, pooling))
            blob = f"pool{number}"
    words.append(_conv("score", blob, CLASSES, 1))
    words.append(_conv("large", "score", CLASSES, 8, "Deconvolution"))
    return "\n".join([*words, _layer("loss", "SoftmaxWithLoss", "large label")])


class _Plain:
    """The FCN and its training as one would write them in torch."""

    def __init__(self, net: Net) -> None:
        self.weights = _tensors(net)
        every = [value.requires_grad_() for pair in self.weights.values() for value in pair]
        self.optimizer = torch.optim.SGD(
            every, lr=RATE, momentum=MOMENTUM, weight_decay=DECAY, foreach=False
        )
        self.data = torch.full((4, 3, 256, 256), 0.5)
        self.label = torch.full((4, 256, 256), 1, dtype=torch.long)

    def step(self) -> float:
        x, of = self.data, self.weights
        for number in (1, 2, 3):
            x = functional.relu(functional.conv2d(x, *of[f"conv{number}"], padding=1))
            x = functional.max_pool2d(x, 2) if number < 3 else x
        x = functional.conv2d(x, *of["score"])
        x = functional.conv_transpose2d(x, *of["large"], stride=4, padding=2)
        loss = functional.cross_entropy(x, self.label)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())


# Measuring --------------------------------------------------------------------------------


def _in_turn(runs: dict[str, Callable[[], Any]], rounds: int = ROUNDS) -> dict[str, Times]:
    """Return the middle processor and wall time of each, in milliseconds."""
    times: dict[str, list[Times]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(rounds):
        for name, run in runs.items():
            cpu, wall = time.process_time(), time.perf_counter()
            run()
            passed = time.process_time() - cpu, time.perf_counter() - wall
            times[name].append((passed[0] * 1e3, passed[1] * 1e3))
    return {name: tuple(np.median(np.array(t), axis=0)) for name, t in times.items()}


def _filled(prototxt: str, phase: str = "TEST") -> Net:
    net = read_net(prototxt, phase=phase, training=phase == "TRAIN")
    return net.with_weights(filled(net.layers, np.random.default_rng(0)))


def _opencv(prototxt: str, net: Net, folder: Path) -> Any:
    (folder / "net.prototxt").write_text(prototxt)
    write_caffemodel(folder / "net.caffemodel", net)
    return cv2.dnn.readNetFromCaffe(
        str(folder / "net.prototxt"), str(folder / "net.caffemodel")
    )


def forward(name: str, prototxt: str, plain: Callable[[Net], Model]) -> list[str]:
    """Measure a network's forward pass; return the table's rows."""
    net = _filled(prototxt)
    blob = np.random.default_rng(1).random(net.shapes["data"], np.float32)
    model, tensor = plain(net), torch.from_numpy(blob)
    with tempfile.TemporaryDirectory() as folder:
        theirs = _opencv(prototxt, net, Path(folder))
    reference = Reference(to_graph(net), threads=1)

    def in_torch() -> Any:
        with torch.no_grad():
            return model(tensor).numpy()

    def in_opencv() -> Any:
        theirs.setInput(blob)
        return theirs.forward()

    runs = {
        "texelnet (onnxruntime)": lambda: reference.run({"data": blob})["large"],
        "torch": in_torch,
        "OpenCV dnn": in_opencv,
    }
    wanted = runs["torch"]()
    off = {key: np.abs(run() - wanted).max() / np.ptp(wanted) for key, run in runs.items()}
    found = _in_turn(runs)
    base = next(iter(found.values()))
    return [
        f"| {name} | {key} | {cpu:.0f} | {wall:.0f} | {cpu / base[0]:.2f} | {off[key]:.0e} |"
        for key, (cpu, wall) in found.items()
    ]


def training() -> list[str]:
    """Measure steps of training; return the table's rows."""
    net = _filled(fcn(), "TRAIN")
    ours, plain = Training(torch, read_solver(SOLVER), net), _Plain(net)
    losses = [(ours.step().loss, plain.step()) for _ in range(3)]
    assert np.allclose(*zip(*losses, strict=True), rtol=1e-4), losses

    found = _in_turn({"torch, plain": plain.step, "texelnet train": ours.step}, STEPS)
    base = found["torch, plain"]
    return [
        f"| {key} | {1e3 / cpu:.2f} | {1e3 / wall:.2f} | {base[0] / cpu:.2f} |"
        for key, (cpu, wall) in found.items()
    ]


def main() -> None:
    """Measure, print the tables and write them down."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    lines = [
        f"# Caffe networks, measured on one thread; the middle of {ROUNDS} turns",
        "",
        f"onnxruntime {onnxruntime.__version__}, torch {torch.__version__}, OpenCV "
        f"{cv2.__version__}, Python {platform.python_version()}, {platform.machine()}; waiting",
        "threads are passive. `make bench-caffe` writes this page.",
        "",
        "| forward | runner | CPU ms | wall ms | CPU over texelnet's | off |",
        "|---|---|---|---|---|---|",
        *forward("FSRCNN(56,12,4), 540x960", fsrcnn((1, 1, 540, 960)), _fsrcnn_torch),
        *forward("residual x2, 3x270x480", residual((1, 3, 270, 480)), _residual_torch),
        "",
        f"Training a small FCN, 4x3x256x256, SGD; to be reached: {AIM:g} of plain torch.",
        "",
        "| training | steps a CPU second | steps a second | of plain torch |",
        "|---|---|---|---|",
        *training(),
    ]
    print("\n".join(lines))
    PAGE.write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
