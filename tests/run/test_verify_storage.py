"""A package of 16-bit planes is proved plane by plane, and an overflow is caught and named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.run.test_calibrate import network

from texelnet.errors import PackageError
from texelnet.run.verify import BUILT_IN, Proof, verify
from texelnet.shader.compile import compile_network
from texelnet.shader.package import write_package
from texelnet.shader.precision import Precision
from texelnet.shader.schedule import COMPUTE
from texelnet.shader.targets.webgpu import WEBGPU

pytestmark = pytest.mark.gpu
HALVES = Precision({"a": "fp16", "b": "fp16"})
TRIALS = [t for t in BUILT_IN if (t.name, t.size) in {("natural", "192x144"), ("noise", "3x2")}]


def package(folder: Path, first: float = 1.0, plan: Precision = HALVES) -> Path:
    build = compile_network(network(first), WEBGPU, COMPUTE, precision=plan)
    write_package(WEBGPU.package(build), folder)
    return folder


def edit(folder: Path, file: str, old: str, new: str) -> Path:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    return folder


def proof(folder: Path, first: float = 1.0) -> Proof:
    return verify(network(first), WEBGPU, folder, edited=True, trials=TRIALS)


def test_what_16_bits_cost_is_told(tmp_path: Path) -> None:
    found = proof(package(tmp_path))
    assert found.equal, found.text()
    assert found.storage is not None
    assert found.storage.share < 0.5
    assert found.storage.psnr is not None
    assert 66 < found.storage.psnr < 120
    assert found.tail()[-1].startswith("EQUAL: 2 pictures, planes keep what they should; ")
    assert f"on natural pictures 16 bits draw {found.storage.psnr:.1f} dB from" in found.text()
    assert found.json()["storage"]["worst"]["share"] == found.storage.share


def test_a_driver_may_cut_bits_off(tmp_path: Path) -> None:
    folder = edit(package(tmp_path), "pass_00_a.wgsl", "(bits + up)", "bits")
    found = proof(folder)
    assert found.equal, found.text()
    assert found.storage is not None
    assert found.storage.worst is not None
    assert found.storage.worst.plane == "a"
    assert found.storage.share == pytest.approx(0.5, abs=0.1)


def test_a_plane_that_is_a_little_wrong_is_named(tmp_path: Path) -> None:
    folder = edit(package(tmp_path), "pass_00_a.wgsl", "(bits + up)", "(bits + up + 0x6000u)")
    found = proof(folder)
    assert found.departure is not None
    assert found.departure.file == "pass_00_a.wgsl"
    assert found.reasons[-1].startswith(
        'pass_00_a.wgsl (a, bend), plane "a" is not what was computed for it in natural 192x144'
    )


def test_an_fp16_overflow_is_caught_and_named(tmp_path: Path) -> None:
    found = proof(package(tmp_path, 1e6, Precision({"b": "fp16"})), 1e6)
    assert found.departure is not None
    assert found.departure.plane == "b"
    said = found.reasons[-1]
    assert said.startswith('fp16 overflow in pass_01_b.wgsl (b), plane "b": ')
    assert said.endswith(
        " in natural 192x144, 16 bits end at 65504; calibrate with such pictures"
    )


def test_a_plan_that_the_planes_do_not_follow_is_refused(tmp_path: Path) -> None:
    folder = edit(package(tmp_path), "manifest.json", '"a": "fp16",', "")
    with pytest.raises(PackageError) as error:
        proof(folder)
    assert error.value.fact == 'planes.a.format: "rgba16float" is not rgba32float'


def test_a_plane_that_nothing_holds_is_not_proved(tmp_path: Path) -> None:
    """A stranger's manifest gives it more channels; the picture is the same."""
    folder = package(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["planes"]["a"] |= {"channels": 12, "packs": 3}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    found = proof(folder)
    assert all(row.passed for row in found.rows)
    assert found.reasons == ['planes of 16 bits that a fresh build draws otherwise: "a", "b"']
