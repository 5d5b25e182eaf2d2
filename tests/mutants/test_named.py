"""Every mutant is not only caught: its cause is named, and the layer it lies in."""

from __future__ import annotations

import numpy as np
import pytest
from tests.mutants.networks import network
from tests.mutants.programs import MUTANTS, ProgramMutant, draw, program_of

from texelnet.run.compare import Explanation, Scene, Variant, explain
from texelnet.run.verify.proof import BAR


def causes(found: Explanation) -> list[tuple[str, tuple[str, ...]]]:
    """Return what explains all of it by one mistake: cause and layers."""
    singles = [finding.mistakes for finding in found.confirmed if len(finding.mistakes) == 1]
    return [(mistake.cause.name, mistake.layers) for (mistake,) in singles]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_of_the_program_is_named(mutant: ProgramMutant) -> None:
    subject = network(mutant.network)
    program = program_of(subject, mutant)
    assert subject.contract is not None
    picture = np.random.default_rng(5).random((subject.contract.planes, 19, 26), np.float32)
    seen = draw(program, picture, mutant.storage)
    found = explain(Scene(picture, seen, BAR), Variant(subject))
    assert found.start.largest > 100 * BAR
    assert (mutant.cause, (mutant.layer,) if mutant.layer else ()) in causes(found)
