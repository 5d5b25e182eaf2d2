"""Planes share a texture where their lives do not overlap, and draw the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from tests.ops.graphs import Planes, agree, reference
from tests.ops.strategies import examples, schedules
from tests.shader.graphs import PAD1, Sketch, picture
from tests.shader.strategies import networks

from texelnet.graph.network import Network
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.package import in_memory
from texelnet.shader.precision import Precision
from texelnet.shader.schedule import COMPUTE, Schedule
from texelnet.shader.targets import TARGETS

WEBGPU = TARGETS["webgpu"]


def chain(skip: bool) -> Network:
    """Five convolutions in a row; with a skip the first is read by the last."""
    s = Sketch(5)
    value = "x"
    for number in range(4):
        value = s.prelu(f"p{number}", s.conv(f"c{number}", value, 5, 5, 3, **PAD1), 5)
    if skip:
        value = s.node("Add", "sum", value, "p0")
    return s.finish(s.conv("y", value, 5, 5, 3, **PAD1))


def textures(network: Network, precision: Precision | None = None) -> dict[str, str]:
    return dict(compile_network(network, WEBGPU, COMPUTE, precision=precision).textures)


def test_a_chain_takes_two_textures_in_turn() -> None:
    assert textures(chain(False)) == {
        "x": "x",
        "p0": "p0",
        "p1": "p1",
        "p2": "p0",
        "p3": "p1",
        "y": "y",
    }


def test_what_is_read_late_keeps_its_texture() -> None:
    found = textures(chain(True))
    assert [name for name, texture in found.items() if texture == "p0"] == ["p0"]


def test_a_plane_of_sixteen_bits_lies_in_no_other_s_texture() -> None:
    found = textures(chain(False), Precision({"p0": "fp16"}))
    assert [name for name, texture in found.items() if texture == "p0"] == ["p0"]


def test_a_host_that_makes_its_own_textures_is_told_of_none() -> None:
    assert not TARGETS["mpv"].reuses


@examples(1)
@given(networks(), schedules())
def test_no_pass_writes_over_what_is_still_read(
    drawn: tuple[Network, Planes], schedule: Schedule
) -> None:
    build = compile_network(drawn[0], WEBGPU, schedule)
    holds: dict[str, str] = {}
    for kernel in build.kernels:
        for plane in kernel.reads:
            held = holds.get(build.textures[plane.name], plane.name)
            assert held == plane.name, f"{kernel.name} reads {held} for {plane.name}"
        holds[build.textures[kernel.plane.name]] = kernel.plane.name
    assert all(holds.get(name, name) == name for name in build.program.outputs)


@pytest.mark.gpu
def test_shared_textures_draw_the_same_and_every_plane_can_be_kept() -> None:
    net, feeds = chain(True), picture(5)
    schedule = replace(COMPUTE, winograd=0)
    session = Session(in_memory(WEBGPU.package(compile_network(net, WEBGPU, schedule))))
    wanted = reference(net, feeds)
    agree(session.run(feeds), wanted, 1e-4)
    kept = session.run(feeds, keep=True)
    agree(kept, wanted, 1e-4)
    assert not np.array_equal(kept["p1"], kept["p2"])
    agree(session.run(feeds), wanted, 1e-4)
