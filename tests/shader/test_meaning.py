"""The compiler keeps the meaning of any small network, step by step, down to the GPU."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.ops.graphs import Planes, agree, reference
from tests.ops.strategies import examples, schedules
from tests.shader.strategies import networks

from texelnet.graph.network import Network
from texelnet.pixel import Program, check, evaluate
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.lower import lower
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import Schedule
from texelnet.shader.steps import STEPS
from texelnet.shader.targets import TARGETS

WEBGPU = TARGETS["webgpu"]
Drawn = tuple[Network, Planes]


def outputs(program: Program, feeds: Planes) -> Planes:
    values = evaluate(program, feeds)
    return {name: values[name] for name in program.outputs}


@examples(1)
@given(networks())
def test_a_lowered_network_means_what_onnxruntime_computes(drawn: Drawn) -> None:
    net, feeds = drawn
    agree(outputs(lower(net), feeds), reference(net, feeds))


@examples(1)
@given(networks(), schedules())
def test_every_step_keeps_the_meaning(drawn: Drawn, schedule: Schedule) -> None:
    net, feeds = drawn
    program = lower(net)
    before = outputs(program, feeds)
    for step in STEPS:
        program = step(program, schedule)
        check(program)
        agree(outputs(program, feeds), before)


@examples(1)
@given(networks(), schedules())
def test_a_step_done_twice_keeps_the_meaning(drawn: Drawn, schedule: Schedule) -> None:
    """Steps may come in any order and number: none counts on the one before."""
    net, feeds = drawn
    program = lower(net)
    before = outputs(program, feeds)
    for step in (*reversed(STEPS), *STEPS):
        program = step(program, schedule)
    agree(outputs(program, feeds), before)


@examples(1)
@given(networks(), schedules())
def test_every_schedule_computes_the_program(drawn: Drawn, schedule: Schedule) -> None:
    net, feeds = drawn
    build = compile_network(net, WEBGPU, schedule)
    got = evaluate_kernels(build.kernels, build.program, feeds)
    agree(got, outputs(lower(net), feeds))


@examples(1)
@given(networks(), schedules())
def test_what_fusing_leaves_reads_less(drawn: Drawn, schedule: Schedule) -> None:
    """Fusing never leaves more planes than there were, and never renames an output."""
    net, _ = drawn
    build = compile_network(net, WEBGPU, schedule)
    planes = [p for p in build.program.planes if not p.endswith(".phases")]
    assert set(planes) <= set(lower(net).planes)
    assert list(build.program.outputs) == [str(v.name) for v in net.model.graph.outputs]


@pytest.mark.gpu
@examples(0.25)
@given(networks(), schedules())
def test_the_gpu_draws_what_onnxruntime_computes(drawn: Drawn, schedule: Schedule) -> None:
    net, feeds = drawn
    package = in_memory(WEBGPU.package(compile_network(net, WEBGPU, schedule)))
    agree(Session(package).run(feeds), reference(net, feeds), 5e-5)
