"""Whole networks drawn at random agree with onnxruntime, or are refused with a sentence."""

from __future__ import annotations

from random import Random

import pytest
from tests.mpv.conftest import host  # noqa: F401
from tests.random_networks.generate import LEFT_OUT, OPSETS, generate
from tests.random_networks.judge import judge
from tests.random_networks.kept import Kept, all_kept
from tests.random_networks.operators import picture_operators
from tests.random_networks.trial import CANDIDATES, Trial

from texelnet.ops import OPS

DRAWN, ROUNDED, HOSTED, COMPUTED = range(8), range(8, 14), range(14, 17), range(14, 44)


def _judged(seed: int, candidates: tuple[str, ...]) -> None:
    recipe = generate(Random(seed))
    verdict = judge(recipe, Trial.of(recipe.draft(), seed, candidates))
    assert not verdict.findings, f"seed {seed}: {verdict.findings}\n{recipe.text()}"


@pytest.mark.gpu
@pytest.mark.parametrize("seed", DRAWN)
def test_random_networks_agree_with_onnxruntime(seed: int) -> None:
    _judged(seed, ("numpy", "wgpu"))


@pytest.mark.gpu
@pytest.mark.parametrize("seed", ROUNDED)
def test_planes_of_random_networks_are_what_16_bits_keep(seed: int) -> None:
    _judged(seed, ("wgpu fp16",))


@pytest.mark.gpu
@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("seed", HOSTED)
def test_user_shaders_of_random_networks_draw_what_16_bits_keep(seed: int) -> None:
    _judged(seed, ("libplacebo",))


@pytest.mark.parametrize("seed", COMPUTED)
def test_kernels_of_random_networks_agree_with_onnxruntime(seed: int) -> None:
    _judged(seed, ("numpy",))


@pytest.mark.gpu
@pytest.mark.nightly
@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("first", range(1000, 2000, 20))
def test_a_thousand_random_networks_agree(first: int) -> None:
    for seed in range(first, first + 20):
        _judged(seed, tuple(CANDIDATES))


@pytest.mark.gpu
@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("kept", all_kept(), ids=lambda k: k.name)
def test_what_failed_once_does_not_fail_again(kept: Kept) -> None:
    verdict = kept.judge()
    assert not verdict.findings
    for tally in verdict.by.values():
        assert tally.judged + tally.refused == len(kept.trial.sizes)


def test_a_recipe_builds_the_same_network_again() -> None:
    for seed in range(20):
        recipe = generate(Random(seed))
        assert generate(Random(seed)) == recipe
        assert recipe.of(recipe.json()) == recipe
        assert recipe.draft().finish() == recipe.draft().finish()


def test_every_operator_is_drawn_or_left_out_for_a_reason() -> None:
    drawn = {
        op
        for seed in range(400)
        for op in picture_operators(generate(Random(seed)).draft().finish())
    }
    assert drawn >= set(OPS) - set(LEFT_OUT)
    assert not drawn & set(LEFT_OUT)
    assert set(LEFT_OUT) <= set(OPS)


def test_old_opsets_are_drawn_too() -> None:
    assert {generate(Random(seed)).opset for seed in range(150)} == set(OPSETS)
    assert min(OPSETS) == 11
