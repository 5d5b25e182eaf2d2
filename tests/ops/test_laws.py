"""Laws of convolution, deconvolution and pooling, over shapes and attributes at random."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ops.graphs import agree, network, reference
from tests.ops.strategies import (
    convolutions,
    deconvolutions,
    examples,
    pools,
    resizes,
    schedules,
)

from texelnet.ops import Case
from texelnet.ops.conv_transpose import phases
from texelnet.pixel import evaluate
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.lower import lower
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import Schedule
from texelnet.shader.targets import TARGETS

WEBGPU = TARGETS["webgpu"]
windows = {
    "kernel": st.integers(1, 12),
    "stride": st.integers(1, 8),
    "pad": st.integers(0, 12),
    "dilation": st.integers(1, 4),
}
nodes = st.one_of(
    convolutions().map(lambda case: ("Conv", case)),
    deconvolutions().map(lambda case: ("ConvTranspose", case)),
    pools(),
    resizes(),
)


@given(**windows)
def test_phases_share_out_the_kernel(kernel: int, stride: int, pad: int, dilation: int) -> None:
    """Each k reaches exactly one phase, and reads the pixel that would have stamped there."""
    for k, (phase, offset) in enumerate(phases(kernel, stride, pad, dilation)):
        assert 0 <= phase < stride
        for q in range(
            -3, 4
        ):  # output o = stride*q + phase receives k from input i = q + offset
            assert stride * q + phase + pad == stride * (q + offset) + dilation * k


@given(**windows)
def test_phases_are_even_where_the_stride_divides_the_kernel(
    kernel: int, stride: int, pad: int, dilation: int
) -> None:
    """An undilated kernel of n*stride gives n weights to every phase, so no phase is darker."""
    shares = Counter(reach.phase for reach in phases(kernel * stride, stride, pad))
    assert shares == dict.fromkeys(range(stride), kernel)
    assert (
        sum(Counter(r.phase for r in phases(kernel, stride, pad, dilation)).values()) == kernel
    )


@given(nodes)
def test_any_node_means_what_onnxruntime_computes(node: tuple[str, Case]) -> None:
    net, feeds = network(*node)
    agree(evaluate(lower(net), feeds), reference(net, feeds))


@given(nodes, schedules())
def test_any_schedule_computes_what_onnxruntime_does(
    node: tuple[str, Case], schedule: Schedule
) -> None:
    net, feeds = network(*node)
    build = compile_network(net, WEBGPU, schedule)
    agree(evaluate_kernels(build.kernels, build.program, feeds), reference(net, feeds))


@pytest.mark.gpu
@examples(0.25)
@given(nodes, schedules())
def test_any_shader_draws_what_onnxruntime_computes(
    node: tuple[str, Case], schedule: Schedule
) -> None:
    net, feeds = network(*node)
    package = in_memory(WEBGPU.package(compile_network(net, WEBGPU, schedule)))
    agree(Session(package).run(feeds), reference(net, feeds))
