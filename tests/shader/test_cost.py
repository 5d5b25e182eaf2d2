"""Cost: counted exactly, per output pixel, on networks small enough to count by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.shader.graphs import PAD1, UP, Sketch

from texelnet.graph.network import Network
from texelnet.shader.compile import compile_network
from texelnet.shader.cost import cost
from texelnet.shader.expense import driver_seconds
from texelnet.shader.kernel import Kernel
from texelnet.shader.schedule import COMPUTE, FRAGMENT, Schedule
from texelnet.shader.targets import TARGETS


def upscaler() -> Network:
    """1 -> 4 by 3x3 with a bend, 4 -> 1 by a 4x4 deconvolution, stride 2."""
    s = Sketch()
    s.prelu("b", s.conv("a", "x", 1, 4, 3, **PAD1), 4)
    s.deconv("y", "b", 4, 1, 4, **UP)
    return s.finish("y")


def counted(network: Network, schedule: Schedule) -> dict[str, float]:
    build = compile_network(network, TARGETS["webgpu"], schedule)
    return cost(build.program, build.kernels)


ONE = replace(COMPUTE, block=(1, 1), winograd=0)
# 36 products a low-resolution pixel and 64 in the phases, four output pixels of each.
MACS = {"multiply_adds": (36 + 64) / 4}
# The picture at a quarter of the pixels, four bytes each; four channels; the answer.
HELD = {"texture_bytes": 4 / 4 + 16 / 4 + 4}

COUNTS = {
    # 9 + 9 texels for four output pixels; one store and four
    "one pixel": (ONE, {"passes": 2, "texels_read": 18 / 4, "texels_written": 5 / 4} | HELD),
    # two neighbours share: 3 rows of 4 texels for two low-resolution pixels
    "two pixels": (
        replace(COMPUTE, winograd=0),
        {"passes": 2, "texels_read": (12 + 12) / 8, "texels_written": 5 / 4} | HELD,
    ),
    # the four phases are a window of 3x3: 4 rows of 4 texels for four low-resolution pixels
    "squares": (
        COMPUTE,
        {"passes": 2, "texels_read": 12 / 8 + 16 / 16, "texels_written": 5 / 4} | HELD,
    ),
    # the phases are a plane of their own, and a third pass reads one texel a pixel
    "fragments": (
        FRAGMENT,
        {
            "passes": 3,
            "texels_read": 18 / 4 + 1,
            "texels_written": (1 + 1) / 4 + 1,
            "texture_bytes": HELD["texture_bytes"] + 16 / 4,
        },
    ),
}


@pytest.mark.parametrize(("schedule", "wanted"), COUNTS.values(), ids=COUNTS)
def test_the_cost_of_a_known_network_is_exact(schedule: Schedule, wanted: dict) -> None:
    assert counted(upscaler(), schedule) == wanted | MACS


def test_looped_weights_cost_the_same_products() -> None:
    looped = counted(upscaler(), replace(ONE, literals=0))
    assert looped == counted(upscaler(), ONE)


def test_a_wide_plane_reads_its_sources_once_a_pass() -> None:
    """Sixteen channels are four packs; two packs a pass read the picture twice."""
    s = Sketch()
    s.conv("y", "x", 1, 16, 3, **PAD1)
    network = s.finish("y")
    assert counted(network, ONE)["texels_read"] == 9
    assert counted(network, replace(ONE, packs=2))["texels_read"] == 18
    for schedule in (ONE, replace(ONE, packs=2)):
        assert counted(network, schedule)["multiply_adds"] == 16 * 9


def test_a_fold_reads_every_texel_once() -> None:
    """One for the mean, one for the product; what is read of a row is nothing beside."""
    s = Sketch()
    s.node("Mul", "y", "x", s.node("GlobalAveragePool", "pooled", "x"))
    found = counted(s.finish("y"), FRAGMENT)
    assert (found["passes"], found["texels_read"], found["texels_written"]) == (3, 3, 1)


def test_the_manifest_predicts_what_was_counted() -> None:
    import json

    target = TARGETS["webgpu"]
    build = compile_network(upscaler(), target, COMPUTE)
    files = target.package(build)
    predicted = json.loads(files["manifest.json"])["predicted"]
    source = sum(len(v) for k, v in files.items() if k.endswith(".wgsl"))
    seconds = round(driver_seconds(build.kernels), 1)
    others = {"source_bytes": source, "driver_seconds": seconds}
    assert predicted == cost(build.program, build.kernels) | others


def test_a_driver_is_predicted_to_take_longer_for_more_numbers() -> None:
    """Four times the products in a pass take it more than four times as long."""
    seconds = []
    for channels in (16, 32):
        s = Sketch(channels)
        s.conv("y", "x", channels, channels, 3, **PAD1)
        build = compile_network(s.finish("y"), TARGETS["webgpu"], COMPUTE)
        seconds.append(driver_seconds(build.kernels))
    assert 0.5 < 4 * seconds[0] < seconds[1] < 10


def windowed(kernel: int, channels: int, schedule: Schedule) -> list[Kernel]:
    s = Sketch(8)
    s.conv("y", "x", 8, channels, kernel, pads=[kernel // 2] * 4)
    return compile_network(s.finish("y"), TARGETS["webgpu"], schedule).kernels


@pytest.mark.parametrize(
    ("kernel", "channels", "measured"), [(5, 4, 0.15), (9, 4, 0.5), (13, 4, 1.45), (9, 16, 3.6)]
)
def test_what_a_driver_takes_for_weights_in_a_buffer_is_predicted(
    kernel: int, channels: int, measured: float
) -> None:
    """Processor seconds on llvmpipe until the first frame, less those of the second."""
    schedule = replace(COMPUTE, literals=0, winograd=0)
    assert driver_seconds(windowed(kernel, channels, schedule)) == pytest.approx(
        measured, rel=0.4
    )


def test_a_large_window_is_written_as_what_compiles_faster() -> None:
    """Where weights in a buffer take too many seconds, they may stand in the text."""
    schedule = replace(COMPUTE, literals=60, winograd=0)
    buffered, literal = (
        windowed(13, 1, replace(schedule, seconds=seconds)) for seconds in (30, 1)
    )
    assert [k.weights is None for k in (*buffered, *literal)] == [False, True]
    assert driver_seconds(literal) < driver_seconds(buffered)


def test_weights_lie_in_a_buffer_when_the_driver_s_seconds_are_spent() -> None:
    s = Sketch(16)
    value = "x"
    for number in range(4):
        value = s.conv(f"c{number}", value, 16, 16, 3, **PAD1)
        value = s.node("Relu", f"r{number}", value)
    short = replace(COMPUTE, seconds=2)
    kernels = compile_network(s.finish(value), TARGETS["webgpu"], short).kernels
    buffered = [kernel.weights is not None for kernel in kernels]
    assert buffered == sorted(buffered)
    assert 0 < sum(buffered) < len(buffered)
    assert driver_seconds(kernels) < 4
