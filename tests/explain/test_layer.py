"""A layer is explained with its own numbers, whoever reads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from texelnet.errors import UsageError
from texelnet.explain import explain_layer
from texelnet.graph.network import Network
from texelnet.page import Figure, Slider
from texelnet.report import WRITERS, explanation_page


def test_the_page_of_a_deconvolution_counts_its_products(network: Network) -> None:
    told = explain_layer(network, "stamp", None).told
    assert dict(told.numbers)["an output pixel"] == (
        "4 x 64 = 256 products and one bias, fewer at the borders"
    )
    assert "o + 1 = 2·i + k" in told.formula
    assert told.sections[0].title == "Two ways to see it"


@pytest.mark.parametrize("ending", WRITERS)
def test_every_form_tells_the_same_sentence(network: Network, ending: str) -> None:
    page = explanation_page(explain_layer(network, "stamp", None))
    assert "every input pixel stamps kernels of 4 x 4 weights" in WRITERS[ending](page).replace(
        "\n", " "
    )


def test_a_flat_picture_enters_the_layer_as_it_is_in_the_middle_of_a_large_one(
    network: Network,
) -> None:
    flat = explain_layer(network, "stamp", None).facts.flat
    large = np.full((1, 90, 90), flat.greys[5], np.float32)
    entered = explain_layer(network, "stamp", large).facts.entered
    np.testing.assert_allclose(flat.entered[5], entered[:, 45, 45], atol=1e-6)


def test_a_layer_that_is_not_there_has_a_neighbour(network: Network) -> None:
    with pytest.raises(UsageError) as caught:
        explain_layer(network, "stmap", None)
    assert str(caught.value) == (
        '--layer: decon-x2 has no layer "stmap"\n  try: did you mean stamp?'
    )


def test_an_input_is_no_layer_that_could_be_explained(network: Network) -> None:
    with pytest.raises(UsageError) as caught:
        explain_layer(network, "luma", None)
    told = str(caught.value)
    assert told.startswith(
        '--layer: "luma" is the picture that decon-x2 is given, nothing is computed\n'
        "  try: one of look, look_bend, narrow, "
    )


def test_without_a_contract_no_flat_picture_is_made(network: Network) -> None:
    explained = explain_layer(replace(network, contract=None), "stamp", None)
    assert explained.facts.flat is None
    figure = explained.told.sections[0].parts[-1]
    assert isinstance(figure, Figure)
    assert isinstance(figure.parts[0], Slider)
