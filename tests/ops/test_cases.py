"""Every operator, every case: numpy, kernels and the GPU agree with onnxruntime."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.ops.graphs import CASES, NAMES, agree, network, reference

from texelnet.ops import Case, Op
from texelnet.pixel import evaluate
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.lower import lower
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import COMPUTE, FRAGMENT, HYBRID, Schedule
from texelnet.shader.targets import TARGETS

LOOPED = replace(
    COMPUTE, literals=40, block=(2, 3), workgroup=(8, 8), staged=True, shared=9_000
)
SPLIT = replace(FRAGMENT, packs=1, literals=40)
SCHEDULES = [HYBRID, COMPUTE, FRAGMENT, LOOPED, SPLIT]
IDS = ["hybrid", "compute", "fragment", "looped and shared", "split"]

cases = pytest.mark.parametrize(("op", "case"), CASES, ids=NAMES)
schedules = pytest.mark.parametrize("schedule", SCHEDULES, ids=IDS)


@cases
def test_a_lowered_program_agrees_with_onnxruntime(op: Op, case: Case) -> None:
    net, feeds = network(op, case)
    agree(evaluate(lower(net), feeds), reference(net, feeds))


@schedules
@cases
def test_kernels_agree_with_onnxruntime(op: Op, case: Case, schedule: Schedule) -> None:
    net, feeds = network(op, case)
    build = compile_network(net, TARGETS["webgpu"], schedule)
    agree(evaluate_kernels(build.kernels, build.program, feeds), reference(net, feeds))


@pytest.mark.gpu
@schedules
@cases
def test_the_shader_agrees_with_onnxruntime(op: Op, case: Case, schedule: Schedule) -> None:
    net, feeds = network(op, case)
    target = TARGETS["webgpu"]
    package = in_memory(target.package(compile_network(net, target, schedule)))
    agree(Session(package).run(feeds), reference(net, feeds))
