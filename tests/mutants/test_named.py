"""Every mutant is not only caught: its cause is named, and the layer it lies in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.mutants import programs, texts
from tests.mutants.mutants import shader
from tests.mutants.networks import network
from tests.mutants.programs import ProgramMutant, draw, program_of
from tests.mutants.test_mutants import NOISE
from tests.mutants.texts import TextMutant

from texelnet.run.compare import Explanation, Scene, Variant, explain
from texelnet.run.verify import verify
from texelnet.run.verify.proof import BAR
from texelnet.shader.compile import compile_network
from texelnet.shader.package import write_package
from texelnet.shader.schedule import FRAGMENT
from texelnet.shader.targets.webgpu import WEBGPU


def causes(found: Explanation | None) -> list[tuple[str, tuple[str, ...]]]:
    """Return what explains all of it by one mistake: cause and layers."""
    assert found is not None
    singles = [finding.mistakes for finding in found.confirmed if len(finding.mistakes) == 1]
    return [(mistake.cause.name, mistake.layers) for (mistake,) in singles]


@pytest.mark.parametrize("mutant", programs.MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_of_the_program_is_named(mutant: ProgramMutant) -> None:
    subject = network(mutant.network)
    program = program_of(subject, mutant)
    assert subject.contract is not None
    picture = np.random.default_rng(5).random((subject.contract.planes, 19, 26), np.float32)
    seen = draw(program, picture, mutant.storage)
    found = explain(Scene(picture, seen, BAR), Variant(subject))
    assert found.start.largest > 100 * BAR
    assert (mutant.cause, (mutant.layer,) if mutant.layer else ()) in causes(found)


@pytest.mark.gpu
@pytest.mark.parametrize("mutant", texts.MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_of_the_text_is_named_by_its_proof(mutant: TextMutant, tmp_path: Path) -> None:
    subject = network(mutant.network)
    plan = mutant.precision
    written = WEBGPU.package(compile_network(subject, WEBGPU, FRAGMENT, precision=plan))
    edited = shader(mutant.edit)(written)
    assert edited is not None
    write_package(edited[0], tmp_path)
    proof = verify(subject, WEBGPU, tmp_path, edited=True, trials=NOISE)
    assert not proof.equal
    told = causes(proof.explanation)
    layers = (mutant.layer,) if mutant.layer else ()
    assert (mutant.cause, layers) in told or (f"{mutant.cause}, cut", layers) in told
    assert f"cause: {mutant.cause}" in proof.text()
