"""Planes kept in 16 bits, where the file says so."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from tests.mutants.networks import network
from tests.ops.strategies import examples, schedules
from tests.shader.strategies import networks

from texelnet.graph.network import Network
from texelnet.pixel.evaluate import evaluate_plane
from texelnet.pixel.storage import unit
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.package import in_memory
from texelnet.shader.precision import Measured, Precision
from texelnet.shader.schedule import COMPUTE, FRAGMENT, Schedule
from texelnet.shader.targets import Build
from texelnet.shader.targets.webgpu import WEBGPU

MEASURED = Measured(("a.png", "b.jpg"), {"look": (-1.5, 2.0), "widen": (0.0, 1.0)}, 4.0, 81.5)


def halved(net: Network, schedule: Schedule, words: str = "fp16") -> Build:
    """Compile with every plane that is computed kept in 16 bits."""
    planes = compile_network(net, WEBGPU, schedule).program.computed()
    plan = Precision({plane.name: words for plane in planes})
    return compile_network(net, WEBGPU, schedule, precision=plan)


def manifest(build: Build) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(WEBGPU.package(build)["manifest.json"])
    return read


@pytest.mark.parametrize(
    "plan",
    [
        Precision(),
        Precision({"look": "fp16"}),
        Precision({"look": "fp16"}, {"widen": 3}, MEASURED),
    ],
)
def test_a_plan_is_written_down_and_read_again(plan: Precision) -> None:
    assert Precision.read(json.loads(json.dumps(plan.json()))) == plan


def test_a_manifest_tells_how_planes_are_kept() -> None:
    plan = Precision({"look": "fp16", "picture": "fp16", "sea": "fp16"})
    told = manifest(compile_network(network("stamp"), WEBGPU, COMPUTE, precision=plan))
    assert {name: plane["format"] for name, plane in told["planes"].items()} == {
        "picture": "r32float",
        "look": "rgba16float",
        "widen": "rgba32float",
        "upscaled": "r32float",
    }
    assert told["precision"]["storage"] == {"look": "fp16"}
    usual = manifest(compile_network(network("stamp"), WEBGPU, COMPUTE))
    assert usual["precision"] is None
    saved = usual["predicted"]["texture_bytes"] - told["predicted"]["texture_bytes"]
    assert saved == 8 * 2 / 4  # of two packs, at a quarter of the output's pixels


@pytest.mark.gpu
@pytest.mark.parametrize("schedule", [COMPUTE, FRAGMENT], ids=lambda s: s.form)
@pytest.mark.parametrize("name", ["stamp", "valid", "bytes"])
def test_a_driver_keeps_what_numpy_keeps(name: str, schedule: Schedule) -> None:
    """Rounded before it is stored, so a driver that cuts bits off has none to cut."""
    build = halved(network(name), schedule)
    (source,) = build.program.inputs
    channels = build.program.planes[source].channels
    picture = np.random.default_rng(1).random((channels, 13, 27), np.float32)
    got = Session(in_memory(WEBGPU.package(build))).run({source: picture}, keep=True)
    for plane in build.program.computed():
        wanted = evaluate_plane(build.program, plane, got, build.precision.storage)
        apart = np.abs(got[plane.name] - wanted)
        assert apart.max() <= unit(wanted), plane.name
        assert (apart > 0).mean() < 0.01, plane.name


@examples(1)
@given(networks(), schedules())
def test_kernels_round_as_their_program_does(
    drawn: tuple[Network, dict[str, np.ndarray]], schedule: Schedule
) -> None:
    net, feeds = drawn
    program = (build := halved(net, schedule)).program
    got = evaluate_kernels(build.kernels, program, feeds, "fp16")
    for plane in program.computed():
        wanted = evaluate_plane(program, plane, got, "fp16")
        assert np.max(np.abs(got[plane.name] - wanted), initial=0) <= unit(wanted), plane.name
        assert np.array_equal(wanted, wanted.astype(np.float16))
