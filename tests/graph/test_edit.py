"""A network with one thing changed: what it draws, and that the first one stays as it was."""

from __future__ import annotations

import numpy as np
import pytest
from tests.mutants.networks import network

from texelnet.graph.edit import (
    Link,
    after,
    before,
    bypass,
    sites,
    with_attributes,
    with_constant,
)
from texelnet.graph.network import Network
from texelnet.run.onnxruntime import Reference

INPUTS = {"data": np.random.default_rng(2).random((1, 1, 7, 9), np.float32)}
DOUBLE = Link("Mul", (np.array(2, np.float32),))
HALF = Link("Mul", (np.array(0.5, np.float32),))


def values(subject: Network) -> dict[str, np.ndarray]:
    return Reference(subject, every=True).run(INPUTS)


def test_a_site_tells_what_a_node_is() -> None:
    first, bend, *_ = sites(network("stamp"))
    assert (first.op, first.output, first.layer) == ("Conv", "look@look", "look")
    assert first.inputs == ("data", "look.weight", "look.bias")
    assert first.constants[1].shape == (8, 1, 5, 5)
    assert first.attributes["pads"] == (2, 2, 2, 2)
    assert (first.picture, first.keeps, bend.keeps) == (True, False, True)


def test_a_chain_behind_a_node_is_read_in_its_place() -> None:
    was, now = values(network("stamp")), values(after(network("stamp"), "look", [DOUBLE]))
    assert np.allclose(now["look as it was"], was["look"])
    other = values(before(network("stamp"), "think@think", 0, [DOUBLE]))
    assert np.allclose(now["think"], other["think"])
    assert not np.allclose(now["think"], was["think"])


@pytest.mark.parametrize("output", ["look@look", "widen", "large"])
def test_what_undoes_itself_changes_nothing(output: str) -> None:
    was, now = network("stamp"), after(network("stamp"), output, [DOUBLE, HALF])
    assert np.allclose(values(now)["large"], values(was)["large"], atol=1e-6)


def test_a_node_is_bypassed() -> None:
    now = values(bypass(network("stamp"), "look"))
    assert np.array_equal(now["look"], now["look@look"])


def test_another_constant_and_other_attributes() -> None:
    was = values(network("stamp"))
    bias = dict(enumerate(sites(network("stamp"))))[0].constants[2]
    now = values(with_constant(network("stamp"), "look@look", 2, np.zeros(8)))
    assert np.allclose(now["look@look"], was["look@look"] - bias[:, None, None], atol=1e-6)
    moved = values(with_attributes(network("stamp"), "look@look", pads=[1, 2, 3, 2]))
    assert np.allclose(moved["look@look"][..., :-1, :], was["look@look"][..., 1:, :], atol=1e-6)


def test_the_first_network_stays_as_it_was() -> None:
    was = values(network("stamp"))["large"]
    with_constant(network("stamp"), "look@look", 1, np.zeros((8, 1, 5, 5)))
    bypass(network("stamp"), "look")
    assert np.array_equal(values(network("stamp"))["large"], was)
