"""Tiles: what a workgroup reads once for all, and that it changes no number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.ops.graphs import agree, reference
from tests.shader.graphs import PAD1, Sketch, picture
from tests.shader.test_winograd import NETS

from texelnet.graph.network import Network
from texelnet.run.verify.poison import poisoned
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.cost import cost
from texelnet.shader.dialects.wgsl import module
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.kernel import Barrier, Kernel, Load, Loop, Recall, Share, shares
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import TILE, Schedule
from texelnet.shader.targets import TARGETS

WEBGPU = TARGETS["webgpu"]
TILED = {
    "one by one": TILE,
    "squares": replace(TILE, winograd=2),
    "little memory": replace(TILE, workgroup=(4, 2), block=(2, 2), shared=2_000),
    "looped": replace(TILE, literals=0),
}
every = pytest.mark.parametrize("name", NETS)


@every
@pytest.mark.parametrize("schedule", TILED.values(), ids=TILED)
def test_tiles_change_no_number(name: str, schedule: Schedule) -> None:
    net, feeds = NETS[name], picture(12)
    build = compile_network(net, WEBGPU, schedule)
    assert any(kernel.memory for kernel in build.kernels)
    got = evaluate_kernels(build.kernels, build.program, feeds)
    agree(got, reference(net, feeds), 1e-4)


@pytest.mark.gpu
@pytest.mark.parametrize(
    ("name", "how"),
    [("zero", "one by one"), ("edge", "looped"), ("reflect", "squares"), ("inside", "looped")],
)
def test_tiles_count_on_nothing_outside(name: str, how: str) -> None:
    """A picture of some workgroups, the last of which reach beyond it."""
    net, feeds = NETS[name], picture(12, 13, 37)
    package = in_memory(WEBGPU.package(compile_network(net, WEBGPU, TILED[how])))
    agree(Session(poisoned(package)).run(feeds), reference(net, feeds), 1e-4)


def conv(channels: int, kernel: int = 3, **attributes) -> Network:
    s = Sketch(channels)
    s.conv("y", "x", channels, 4, kernel, **attributes)
    return s.finish("y")


def first(network: Network, schedule: Schedule = TILE) -> Kernel:
    return compile_network(network, WEBGPU, schedule).kernels[0]


def tiles(network: Network, schedule: Schedule = TILE) -> list[tuple[int, int]]:
    """Texels that groups of 8x8 invocations, two pixels each, read together, pack by pack."""
    return list(first(network, schedule).memory.values())


WINDOWS = {
    "3x3": (conv(4, 3, **PAD1), [(10, 18)]),
    "5x5 of two packs": (conv(8, 5), [(12, 20)] * 2),
    "5x5, every second pixel": (conv(4, 5, strides=[2, 2]), [(19, 35)]),
    "3x3, every second pixel": (conv(4, 3, strides=[2, 2]), []),
    "1x1": (conv(4, 1), []),
    "2x2 side by side": (conv(4, 2, strides=[2, 2]), []),
}


@pytest.mark.parametrize(("network", "wanted"), WINDOWS.values(), ids=WINDOWS)
def test_a_tile_is_the_group_s_pixels_and_the_halo_where_that_is_less(network, wanted) -> None:
    assert tiles(network) == wanted


def test_the_texels_of_tiles_are_counted_once_a_group() -> None:
    build = compile_network(WINDOWS["3x3"][0], WEBGPU, TILE)
    assert cost(build.program, build.kernels)["texels_read"] == round(180 / 128, 3)


def test_packs_that_do_not_fit_are_read_alone() -> None:
    """32 channels are 8 packs, and 16 KiB hold five of 180 texels."""
    kernel = first(conv(32, 3, **PAD1), replace(TILE, literals=20_000))
    assert (len(kernel.memory), kernel.shared) == (5, 5 * 180 * 16)
    assert {s.layer for s in kernel.body if isinstance(s, Load)} == {5, 6, 7}
    assert not tiles(conv(4, 3, **PAD1), replace(TILE, shared=180 * 16 - 1))


def enlarged(by: float) -> Network:
    """A picture made larger, of which a fold of 3x3 maxima reads the nearest pixels."""
    s = Sketch(4)
    larger = s.node(
        "Resize", "l", "x", "", np.array([1, 1, by, by], np.float32), mode="nearest"
    )
    s.node("MaxPool", "y", larger, kernel_shape=[3, 3], **PAD1)
    return s.finish("y")


def test_groups_that_begin_between_two_pixels_read_alone() -> None:
    """Three pixels of a row read the same one: groups of 8 do not all begin with the first."""
    single = replace(TILE, block=(1, 1))
    assert tiles(enlarged(2), single)
    assert not tiles(enlarged(3), single)
    assert tiles(enlarged(3), replace(single, workgroup=(6, 6)))


def test_places_that_hang_on_sizes_are_read_alone() -> None:
    s = Sketch(4)
    corners = {"coordinate_transformation_mode": "align_corners", "mode": "linear"}
    s.node("Resize", "y", "x", "", np.array([1, 1, 2, 2], np.float32), **corners)
    assert not tiles(s.finish("y"))


def test_a_loop_s_tile_is_waited_for_before_and_after() -> None:
    """Who is still reading the last pack's texels must not find the next one's."""
    (loop,) = (s for s in first(conv(8), TILED["looped"]).body if isinstance(s, Loop))
    kinds = [type(s) for s in loop.body]
    assert kinds[:4] == [Barrier, Share, Barrier, Recall]
    assert [read.layer for share in shares(loop.body) for read in share.loads] == [None]


def test_a_tile_too_small_is_noticed() -> None:
    build = compile_network(conv(4), WEBGPU, TILE)
    (kernel,) = build.kernels
    small = tuple(
        replace(s, shape=(s.shape[0], s.shape[1] - 1)) if isinstance(s, Share) else s
        for s in kernel.body
    )
    with pytest.raises(AssertionError, match="lies outside its tile"):
        evaluate_kernels([replace(kernel, body=small)], build.program, picture(4, 13, 37))


def test_a_module_waits_between_writing_and_reading_its_memory() -> None:
    text = module(first(conv(4, 3, **PAD1)))
    written, waited, read = (
        text.index(word) for word in ("tile0[i] = ", "workgroupBarrier();", " = tile0[at0];")
    )
    assert written < waited < read
    assert "var<workgroup> tile0: array<vec4f, 180>;" in text
    assert "for (var i = index; i < 180; i += 64) {" in text
