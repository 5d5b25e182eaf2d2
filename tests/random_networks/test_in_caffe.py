"""Random networks said in Caffe's layers give the graph's numbers, or are refused."""

from __future__ import annotations

from random import Random

import pytest
from tests.random_networks.generate import generate
from tests.random_networks.judge import read

from texelnet.caffe import read_net, to_graph
from texelnet.caffe.from_graph import FROM_GRAPH, said
from texelnet.errors import NetworkError
from texelnet.run.alike import ALLOWED, largest_difference


def is_said(seed: int) -> bool:
    """Whether a network is said; that it is the same is checked."""
    network = read(generate(Random(seed), 3, 8).draft().finish().SerializeToString())
    try:
        words = said(network, FROM_GRAPH, {"": (24, 33)})
        net = read_net(words.prototxt, words.weights)
        shapes = {blob: net.shapes[blob] for blob in net.inputs}
        assert largest_difference(network, to_graph(net), shapes) <= ALLOWED
    except NetworkError as error:
        if not error.fact.startswith(("Caffe has no words for", "it can't be run on")):
            raise
        return False
    return True


def test_random_networks_are_said_as_they_are_or_refused() -> None:
    assert sum(map(is_said, range(30))) >= 8


@pytest.mark.nightly
@pytest.mark.parametrize("first", range(1000, 1400, 50))
def test_hundreds_of_random_networks_are_said_or_refused(first: int) -> None:
    assert sum(map(is_said, range(first, first + 50))) >= 10
