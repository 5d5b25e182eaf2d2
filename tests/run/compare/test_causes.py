"""Every cause can be made in some network, shows, and is found by the search."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from tests.run.compare.networks import all_of_them

from texelnet.errors import TexelnetError
from texelnet.graph.network import Network
from texelnet.run.compare import CAUSES, Scene, Variant, explain
from texelnet.run.runner import Planes
from texelnet.run.verify.proof import BAR

SILENT = {
    "fp16 rounding": "what 16 bits keep of these networks is within the bar, or near it",
    "fp16 overflow": "told by the mutants: numbers have to be large",
    "fp16 overflow, cut": "told by the mutants: numbers have to be large",
}
COMMON = ("border repeated", "dropped bias", "BGR in", "padding zero", "shifted 1 down")


def picture(network: Network) -> Planes:
    assert network.contract is not None
    return np.random.default_rng(1).random((network.contract.planes, 10, 12), np.float32)


@cache
def made(name: str) -> tuple[Network, Variant, str, Planes] | None:
    """Make a cause in the first network where it shows."""
    for network in all_of_them():
        base, cause = Variant(network), CAUSES[name]
        scene = Scene(picture(network), picture(network), BAR)
        wanted = scene.drawn(base)
        for place in cause.places(base, {}):
            try:
                drawn = scene.drawn(cause.make(base, place))
            except TexelnetError:  # no such network; the search passes over it
                continue
            seen = np.ma.filled(drawn, 0.5)
            if seen.shape != wanted.shape or np.abs(seen - wanted).max() > 20 * BAR:
                return network, base, place, seen
    return None


def names(kept: bool) -> Iterator[str]:
    yield from (name for name in CAUSES if name not in SILENT and (name in COMMON) == kept)


@pytest.mark.parametrize("name", [*names(True), *names(False)])
def test_every_cause_shows_in_some_network(name: str) -> None:
    assert made(name) is not None


@pytest.mark.parametrize(
    "name",
    [*names(True), *(pytest.param(name, marks=pytest.mark.nightly) for name in names(False))],
)
def test_a_cause_is_found_by_making_it(name: str) -> None:
    """It is confirmed at its place, or another that draws the same."""
    found = made(name)
    assert found is not None
    network, base, _, seen = found
    scene = Scene(picture(network), seen, BAR)
    explanation = explain(scene, base)
    assert explanation.confirmed
    assert explanation.complete
    exact = [f for f in explanation.confirmed if len(f.mistakes) == 1]
    assert exact
    assert exact[0].left.largest <= BAR < explanation.start.largest


def test_two_mistakes_upon_each_other_are_both_found() -> None:
    network = all_of_them()[1]
    base = Variant(network)
    both = CAUSES["border repeated"].make(base, "think@think")
    both = CAUSES["levels made limited"].make(both, "")
    scene = Scene(picture(network), picture(network), BAR)
    found = explain(Scene(picture(network), scene.drawn(both), BAR), base)
    told = {mistake.cause.name for mistake in found.confirmed[0].mistakes}
    assert told == {"border repeated", "levels made limited"}


def test_what_nobody_knows_is_not_named() -> None:
    network = all_of_them()[1]
    scene = Scene(picture(network), picture(network), BAR)
    seen = scene.drawn(Variant(network))
    noise = np.random.default_rng(8).normal(0, 0.1, seen.shape).astype(np.float32)
    found = explain(Scene(picture(network), seen + noise, BAR), Variant(network))
    assert found.confirmed == ()
    assert found.nearest is None
    assert found.tried > 50


def test_a_search_ends_when_its_time_is_up() -> None:
    network = all_of_them()[1]
    seen = np.zeros((1, 20, 24), np.float32)
    found = explain(Scene(picture(network), seen, BAR), Variant(network), seconds=1e-6)
    assert (found.complete, found.confirmed) == (False, ())
    assert found.tried <= 1
