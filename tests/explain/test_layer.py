"""A layer is explained with its own numbers, whoever reads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from texelnet.caffe import read_net, to_graph
from texelnet.cli.network import find
from texelnet.errors import UsageError
from texelnet.explain import explain_layer
from texelnet.graph.contract import read_contract
from texelnet.graph.network import Network
from texelnet.page import Figure, Slider
from texelnet.report import WRITERS, explanation_page


@pytest.fixture(scope="module")
def decon() -> Network:
    path = find("decon-x2")
    net = to_graph(read_net(path, path.with_suffix(".npz")))
    return net.wants(read_contract(path.with_suffix(".toml")))


def test_the_page_of_a_deconvolution_counts_its_products(decon: Network) -> None:
    told = explain_layer(decon, "stamp", None).told
    assert dict(told.numbers)["an output pixel"] == (
        "4 x 64 = 256 products and one bias, fewer at the borders"
    )
    assert "o + 1 = 2·i + k" in told.formula
    assert told.sections[0].title == "Two ways to see it"


@pytest.mark.parametrize("ending", WRITERS)
def test_every_form_tells_the_same_sentence(decon: Network, ending: str) -> None:
    page = explanation_page(explain_layer(decon, "stamp", None))
    assert "every input pixel stamps kernels of 4 x 4 weights" in WRITERS[ending](page).replace(
        "\n", " "
    )


def test_a_flat_picture_enters_the_layer_as_it_is_in_the_middle_of_a_large_one(
    decon: Network,
) -> None:
    flat = explain_layer(decon, "stamp", None).facts.flat
    large = np.full((1, 90, 90), flat.greys[5], np.float32)
    entered = explain_layer(decon, "stamp", large).facts.entered
    np.testing.assert_allclose(flat.entered[5], entered[:, 45, 45], atol=1e-6)


def test_a_layer_that_is_not_there_has_a_neighbour(decon: Network) -> None:
    with pytest.raises(UsageError) as caught:
        explain_layer(decon, "stmap", None)
    assert str(caught.value) == (
        '--layer: decon-x2 has no layer "stmap"\n  try: did you mean stamp?'
    )


def test_without_a_contract_no_flat_picture_is_made(decon: Network) -> None:
    explained = explain_layer(replace(decon, contract=None), "stamp", None)
    assert explained.facts.flat is None
    figure = explained.told.sections[0].parts[-1]
    assert isinstance(figure, Figure)
    assert isinstance(figure.parts[0], Slider)
