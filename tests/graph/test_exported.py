"""Files as PyTorch 2.13 exports them, by both of its exporters: what they taught us, kept.

The modules are small, remarks were taken out of the files, and `group_normalization` was
written by hand: no exporter uses that operator yet. Each is read, lowered, run, and compared
with onnxruntime on the file itself.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from tests.ops.graphs import Planes, agree

from texelnet.graph.onnx_file import read_onnx
from texelnet.pixel import evaluate
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.lower import lower
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import HYBRID
from texelnet.shader.targets import TARGETS

HERE = Path(__file__).parent / "exported"
NAMES = sorted(path.stem for path in HERE.glob("*.onnx"))
SIZES = [(16, 24), (13, 19), (6, 7)]

exported = pytest.mark.parametrize("name", NAMES)


def _wanted(path: Path, feeds: Planes) -> Planes:
    """What onnxruntime computes of the file; planes without their channels have one."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    answers = session.run(names, {n: v[None] for n, v in feeds.items()})
    planes = {n: a[0].astype(np.float32) for n, a in zip(names, answers, strict=True)}
    return {n: p if p.ndim == 3 else p[None] for n, p in planes.items()}


def _feeds(channels: int, height: int, width: int) -> Planes:
    numbers = np.random.default_rng(1).random((channels, height, width), np.float32)
    return {"x": numbers}


@exported
def test_an_exported_file_means_what_onnxruntime_computes(name: str) -> None:
    path = HERE / f"{name}.onnx"
    network = read_onnx(path)
    program = lower(network)
    assert network.pins == ()
    for size in SIZES:
        feeds = _feeds(program.planes["x"].channels, *size)
        agree(evaluate(program, feeds), _wanted(path, feeds))


@pytest.mark.gpu
@exported
def test_the_shader_of_an_exported_file_computes_it(name: str) -> None:
    path, target = HERE / f"{name}.onnx", TARGETS["webgpu"]
    build = compile_network(read_onnx(path), target, HYBRID)
    session = Session(in_memory(target.package(build)))
    feeds = _feeds(build.program.planes["x"].channels, 13, 19)
    agree(session.run(feeds), _wanted(path, feeds))


def test_exported_files_are_tiny() -> None:
    sizes = {name: (HERE / f"{name}.onnx").stat().st_size for name in NAMES}
    assert len(sizes) >= 10
    assert max(sizes.values()) < 4096
