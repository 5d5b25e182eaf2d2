"""Lanes of a texel that hold no channel are zero, whatever is divided by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.ops.graphs import agree, reference
from tests.shader.graphs import PAD1, Sketch, picture

from texelnet.graph.network import Network
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.kernel import Gather
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import COMPUTE, FRAGMENT
from texelnet.shader.targets import TARGETS

WEBGPU = TARGETS["webgpu"]
Write = Callable[[Sketch], object]

# Each makes 0/0, 1/0 or log(0) of a lane that is zero: six channels leave two such lanes.
WRITES: dict[str, Write] = {
    "a mean over what exists": lambda s: s.node(
        "AveragePool", "a", "x", kernel_shape=[3, 3], **PAD1
    ),
    "a quotient of planes": lambda s: s.node("Div", "a", "x", "x"),
    "a number divided": lambda s: s.node("Div", "a", np.float32(3), "x"),
    "an inverse": lambda s: s.node("Pow", "a", "x", np.float32(-1)),
    "a logarithm": lambda s: s.node("Log", "a", "x"),
    "a power": lambda s: s.node("Pow", "a", "x", np.float32(-1.7)),
}
# Each multiplies those lanes by zero.
READS: dict[str, Write] = {
    "weights in a buffer": lambda s: s.conv("y", "a", 6, 4, 3, **PAD1),
    "a sum": lambda s: s.node("Add", "y", s.conv("b", "x", 6, 6, 1), "a"),
    "a scale": lambda s: s.node("Mul", "y", "a", s.weights(6, 1, 1)),
}
SCHEDULES = {
    "compute": COMPUTE,
    "fragment": FRAGMENT,
    "looped": replace(COMPUTE, literals=0),
    "looped, nothing fused": replace(COMPUTE, literals=0, fuse=False),
}

writes = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
reads = pytest.mark.parametrize("read", READS.values(), ids=READS)
schedules = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)


def network(write: Write, read: Write) -> Network:
    s = Sketch(6)
    write(s)
    read(s)
    return s.finish("y")


FEEDS = {"x": np.abs(picture(6)["x"]) + 0.1}


@writes
@reads
@schedules
def test_a_lane_without_a_channel_spoils_no_other(write: Write, read: Write, schedule) -> None:
    net = network(write, read)
    build = compile_network(net, WEBGPU, schedule)
    agree(evaluate_kernels(build.kernels, build.program, FEEDS), reference(net, FEEDS))


@pytest.mark.gpu
@writes
def test_a_lane_without_a_channel_spoils_no_other_on_the_gpu(write: Write) -> None:
    net = network(write, READS["weights in a buffer"])
    build = compile_network(net, WEBGPU, SCHEDULES["looped"])
    got = Session(in_memory(WEBGPU.package(build))).run(FEEDS)
    agree(got, reference(net, FEEDS))


@writes
def test_what_is_stored_has_zeros_where_no_channel_is(write: Write) -> None:
    """Other machines than these make numbers of 0/0 that spoil a sum even times zero."""
    build = compile_network(
        network(write, READS["weights in a buffer"]), WEBGPU, SCHEDULES["looped"]
    )
    gathers = [s for s in build.kernels[0].body if isinstance(s, Gather)]
    assert [s.lanes[2:] for s in gathers] == [(None, None)] * 2  # two pixels of a block
