"""The proof of a user shader: equal as it is written, and mutants of its text are caught."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.golden.write import networks
from tests.run.test_verify_networks import decon, upconv

from texelnet.run.verify import BUILT_IN, verify
from texelnet.shader.compile import compile_network
from texelnet.shader.package import write_package
from texelnet.shader.targets.mpv import MPV

pytestmark = [pytest.mark.gpu, pytest.mark.usefixtures("host")]

TRIALS = [t for t in BUILT_IN if (t.name, t.size) == ("noise", "3x2")]
DEPARTS = 'plane "upscaled" is not what was computed for it in noise 3x2'
MUTANTS = {
    "a border left to the host": (
        "compute", "bvec4(row0 && column0)", "bvec4(true)", "it depends on what the driver"),
    "a border left to the host, fragments": (
        "fragment", "bvec4(row0 && column0)", "bvec4(true)", "it depends on what the driver"),
    "a phase at the wrong place": (
        "compute", "shown(lanes1)", "shown(lanes2)", DEPARTS),
    "a phase at the wrong place, fragments": (
        "fragment", "turn0 == 1", "turn0 == 9", DEPARTS),
    "a weight": ("compute", "0.2607242", "0.28", DEPARTS),
}  # fmt: skip


@pytest.mark.parametrize("form", ["compute", "fragment"])
def test_the_smallest_network_is_proved_without_wgpu(form, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "wgpu", None)
    proof = verify(networks()["question"], MPV, schedule=MPV.schedules[form], trials=TRIALS)
    assert proof.equal, proof.text()
    assert proof.outside
    assert proof.storage
    assert proof.storage.share < 0.5
    assert proof.json()["bar"] == pytest.approx(0.6 / 255)


@pytest.mark.parametrize("name", MUTANTS)
def test_mutants_of_the_text_are_caught(name, tmp_path) -> None:
    form, old, new, reason = MUTANTS[name]
    network = networks()["question"]
    write_package(MPV.package(compile_network(network, MPV, MPV.schedules[form])), tmp_path)
    path = tmp_path / "question.glsl"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    proof = verify(network, MPV, tmp_path, edited=True, trials=TRIALS, seconds=0)
    assert reason in " ".join(proof.reasons)
    assert (proof.departure is not None) == (reason == DEPARTS)


@pytest.mark.nightly
def test_upconv7_is_proved(shared: Path) -> None:
    """15 passes, most with their weights in textures: natural, noise at two sizes, a pixel."""
    wanted = {("natural", "192x144"), ("noise", "13x127"), ("noise", "3x2"), ("noise", "1x1")}
    trials = [t for t in BUILT_IN if (t.name, t.size) in wanted]
    proof = verify(upconv(shared), MPV, trials=trials, seconds=0)
    assert proof.equal, proof.text()
    assert len(proof.compared) == len(trials)


@pytest.mark.nightly
@pytest.mark.parametrize("form", MPV.schedules)
def test_decon_x2_is_proved_at_every_size(form) -> None:
    proof = verify(decon(), MPV, schedule=MPV.schedules[form], seconds=0)
    assert proof.equal, proof.text()
    assert len(proof.compared) == len(BUILT_IN)
