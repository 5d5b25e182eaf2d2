"""Every mutant of a package is caught, by pictures alone; the package itself passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from tests.mutants.mutants import MUTANTS, Files, Mutant
from tests.mutants.networks import network

from texelnet.run.verify import BUILT_IN, Proof, verify
from texelnet.shader.compile import compile_network
from texelnet.shader.precision import Precision
from texelnet.shader.schedule import COMPUTE, FRAGMENT, TILE, Schedule
from texelnet.shader.targets.webgpu import WEBGPU

HALVES = Precision({"look": "fp16", "widen": "fp16"})
PACKAGES: dict[str, tuple[str, Schedule, Precision]] = {
    "stamp": ("stamp", COMPUTE, Precision()),
    "stamp by fragments": ("stamp", FRAGMENT, Precision()),
    "valid, looped": ("valid", replace(COMPUTE, literals=200, winograd=0), Precision()),
    "bytes": ("bytes", COMPUTE, Precision()),
    "stamp in 16 bits": ("stamp", COMPUTE, HALVES),
    "valid, staged": ("valid", replace(COMPUTE, staged=True), Precision()),
    "valid, tile": ("valid", TILE, Precision()),
    "stamp, staged in 16 bits": ("stamp", replace(COMPUTE, staged=True), HALVES),
}
NOISE = [trial for trial in BUILT_IN if trial.name == "noise" and trial.size == "13x127"]


@cache
def files(package: str) -> Files:
    name, schedule, plan = PACKAGES[package]
    return WEBGPU.package(compile_network(network(name), WEBGPU, schedule, precision=plan))


def judged(package: str, contents: Files, folder: Path) -> Proof:
    """Verify files on disk that were "edited on purpose", so that only pictures judge."""
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    name, *_ = PACKAGES[package]
    return verify(network(name), WEBGPU, folder, edited=True, trials=NOISE, seconds=0)


def cases() -> Iterator[ParameterSet]:
    """Each mutant on every package that has something to break, by day on the first alone."""
    for mutant in MUTANTS:
        found = [package for package in PACKAGES if mutant.edit(files(package)) is not None]
        for package in found:
            marks = () if package == found[0] else pytest.mark.nightly
            yield pytest.param(package, mutant, id=f"{mutant.name}: {package}", marks=marks)


@pytest.mark.gpu
@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_as_it_was_written_passes(package: str, tmp_path: Path) -> None:
    proof = judged(package, files(package), tmp_path)
    assert proof.equal, proof.text()
    _, _, plan = PACKAGES[package]
    assert proof.notes == tuple(plan.told())
    assert proof.largest < (2**-8 if plan.halves else 1e-5)


@pytest.mark.gpu
@pytest.mark.parametrize(("package", "mutant"), list(cases()))
def test_a_mutant_is_caught(package: str, mutant: Mutant, tmp_path: Path) -> None:
    mutated = mutant.edit(files(package))
    assert mutated is not None
    contents, wrong = mutated
    proof = judged(package, contents, tmp_path)
    assert not proof.equal, proof.text()
    assert wrong is None or (proof.departure and proof.departure.file == wrong), proof.text()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_finds_something_to_break(mutant: Mutant) -> None:
    assert any(mutant.edit(files(package)) for package in PACKAGES)
