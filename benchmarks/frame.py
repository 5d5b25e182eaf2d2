"""How long a frame takes: the shader on wgpu beside onnxruntime, in one run.

A frame is numpy in, numpy out: 480x270 luma to 960x540, upload and readback included, making
the pipelines apart. Both take turns, so that whatever else the machine does meets both; the
middle of 30 rounds is told, and the ratio of the processor time that the process used.

The network has FSRCNN's shape (Dong et al., "Accelerating the Super-Resolution Convolutional
Neural Network", 2016): d=16, s=8, m=4, a 9x9 deconvolution; its weights are random.

    make bench        prints the table and writes benchmarks/frame.md
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from texelnet.graph.builder import Builder
from texelnet.graph.network import Network
from texelnet.run.onnxruntime import Reference
from texelnet.run.wgpu import Session, adapter_name
from texelnet.shader.compile import compile_network
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import SCHEDULES
from texelnet.shader.targets import TARGETS

ROUNDS = 30
SIZE = (270, 480)


def fsrcnn(d: int = 16, s: int = 8, m: int = 4) -> Network:
    """Return an FSRCNN-shaped network with random weights."""
    builder, rng = Builder("fsrcnn"), np.random.default_rng(0)

    def weights(*shape: int) -> np.ndarray:
        return rng.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape).astype(np.float32)

    def convolution(source: str, name: str, inputs: int, outputs: int, kernel: int) -> str:
        kernels = builder.constant(f"{name}.kernel", weights(outputs, inputs, kernel, kernel))
        bias = builder.constant(f"{name}.bias", weights(outputs))
        pads = [kernel // 2] * 4
        value = builder.node("Conv", [source, kernels, bias], f"{name}.sum", name, pads=pads)
        slope = builder.constant(f"{name}.slope", np.abs(weights(outputs, 1, 1)))
        return builder.node("PRelu", [value, slope], name, f"{name}_prelu")

    value = convolution(builder.input("luma", ("batch", 1, "height", "width")), "look", 1, d, 5)
    value = convolution(value, "shrink", d, s, 1)
    for number in range(m):
        value = convolution(value, f"map{number + 1}", s, s, 3)
    value = convolution(value, "expand", s, d, 1)
    kernels, bias = (
        builder.constant("kernel", weights(d, 1, 9, 9)),
        builder.constant("bias", [0.0]),
    )
    builder.node(
        "ConvTranspose",
        [value, kernels, bias],
        "large",
        "large",
        strides=[2, 2],
        pads=[4] * 4,
        output_padding=[1, 1],
    )
    builder.output("large")
    return Network("fsrcnn", builder.finish(), "benchmarks/frame.py")


def clocks(frame: Callable[[], object]) -> tuple[float, float]:
    """Return the processor time and the wall time of one frame, in milliseconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    frame()
    return (time.process_time() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3


def cold(form: str) -> float:
    """Return the seconds from a network to its first frame, no driver cache, a new process."""
    script = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import frame; "
    script += f"frame.first({form!r})"
    environment = os.environ | {"MESA_SHADER_CACHE_DISABLE": "true"}
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(run.stdout)


def first(form: str) -> None:
    """Print the seconds that compiling, making the pipelines and a first frame take."""
    network, picture = fsrcnn(), np.zeros((1, *SIZE), np.float32)
    adapter_name()
    start = time.perf_counter()
    session(network, form).run({"luma": picture})
    print(time.perf_counter() - start)


def session(network: Network, form: str) -> Session:
    """Return the network's package ready to run."""
    target = TARGETS["webgpu"]
    return Session(in_memory(target.package(compile_network(network, target, SCHEDULES[form]))))


def main() -> None:
    """Measure, print the table and write it down."""
    network = fsrcnn()
    picture = np.random.default_rng(1).random((1, *SIZE), np.float32)
    reference = Reference(network, threads=1)
    runs = {"onnxruntime, 1 thread": lambda: reference.run({"luma": picture[None]})["large"][0]}
    for form in TARGETS["webgpu"].schedules:
        ready = session(network, form)
        runs[f"wgpu, {form}"] = lambda ready=ready: ready.run({"luma": picture})["large"]
    wanted = next(iter(runs.values()))()
    errors = {
        name: np.max(np.abs(run() - wanted)) / np.ptp(wanted) for name, run in runs.items()
    }
    times = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            times[name].append(clocks(run))
    middle = {name: np.median(np.array(t), axis=0) for name, t in times.items()}
    base = middle["onnxruntime, 1 thread"][0]
    colds = {f"wgpu, {form}": f"{cold(form):.2f} s" for form in TARGETS["webgpu"].schedules}
    rows = [
        f"| {name} | {cpu:.1f} | {wall:.1f} | {cpu / base:.2f} | {errors[name]:.0e} "
        f"| {colds.get(name, '')} |"
        for name, (cpu, wall) in middle.items()
    ]
    text = "\n".join(
        [
            f"FSRCNN-shaped network, {SIZE[1]}x{SIZE[0]} to {2 * SIZE[1]}x{2 * SIZE[0]}, "
            f"median of {ROUNDS} alternating rounds.",
            f"{adapter_name()}; Python {platform.python_version()}.",
            "",
            "| runner | CPU ms | wall ms | CPU against onnxruntime | error | cold start |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
    print(text)
    (Path(__file__).parent / "frame.md").write_text(text)


if __name__ == "__main__":
    main()
