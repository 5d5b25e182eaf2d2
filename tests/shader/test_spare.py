"""Larger blocks and squares, as far as a driver has seconds to spare."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.ops.graphs import agree, reference
from tests.shader.graphs import PAD1, Sketch, picture

from texelnet.graph.network import Network
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.expense import driver_seconds, expense
from texelnet.shader.schedule import COMPUTE, FRAGMENT, HARD
from texelnet.shader.targets import TARGETS

WEBGPU = TARGETS["webgpu"]


def network() -> Network:
    """One channel to 8, three 3x3s of 8."""
    s = Sketch(1)
    s.conv("a", "x", 1, 8, 3, **PAD1)
    s.prelu("b", s.conv("b0", "a", 8, 8, 3, **PAD1), 8)
    s.prelu("c", s.conv("c0", "b", 8, 8, 3, **PAD1), 8)
    s.conv("y", "c", 8, 8, 3, **PAD1)
    return s.finish("y")


def squares(spare: int) -> int:
    """Count the planes that are made in squares of 4; what a driver has to spare is kept."""
    kernels = compile_network(network(), WEBGPU, replace(COMPUTE, spare=spare)).kernels
    least = driver_seconds(compile_network(network(), WEBGPU, COMPUTE).kernels)
    assert driver_seconds(kernels) <= max(spare, least)
    return sum(kernel.block == (4, 4) for kernel in kernels)


def test_planes_come_to_be_squares_of_4_while_the_driver_has_seconds_to_spare() -> None:
    counts = [squares(spare) for spare in (0, 1, 2, HARD)]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 3)
    assert 0 < counts[2] < 3


@pytest.mark.parametrize("schedule", [FRAGMENT, replace(COMPUTE, winograd=0)])
def test_what_knows_no_squares_gets_none(schedule) -> None:
    build = compile_network(network(), WEBGPU, replace(schedule, spare=HARD))
    assert all(kernel.block != (4, 4) for kernel in build.kernels)


def test_passes_are_numbered_in_their_order() -> None:
    build = compile_network(network(), WEBGPU, replace(COMPUTE, packs=1, spare=HARD))
    assert [k.name for k in build.kernels] == [f"pass_{n:02d}" for n in range(8)]


def test_a_plane_that_reads_one_pack_shares_its_texels_in_blocks_of_2x2() -> None:
    sharing = replace(COMPUTE, spare=1)
    first, *_ = compile_network(network(), WEBGPU, sharing).kernels
    assert first.block == (2, 2)
    first, *_ = compile_network(network(), WEBGPU, COMPUTE).kernels
    assert first.block == COMPUTE.block
    s = Sketch(1)
    s.conv("y", "x", 1, 4, 1)
    (alone,) = compile_network(s.finish("y"), WEBGPU, sharing).kernels
    assert alone.block == COMPUTE.block, "there is nothing to share"


def test_what_is_hastened_is_cheaper_and_the_same() -> None:
    usual, fast = (
        compile_network(network(), WEBGPU, replace(COMPUTE, spare=spare)) for spare in (0, 4)
    )
    assert sum(map(expense, fast.kernels)) < sum(map(expense, usual.kernels))
    given = picture(1)
    got = evaluate_kernels(fast.kernels, fast.program, given)
    agree(got, reference(network(), given))
