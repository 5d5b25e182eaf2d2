"""A page is made of every deconvolution, whatever its kernel and its place in a network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.ops.graphs import network as one_node
from tests.run.networks import conv, deconv, layer, network

from texelnet.explain import explain_layer
from texelnet.graph.contract import Contract
from texelnet.ops import OPS, Case
from texelnet.page import Page, Table
from texelnet.report import WRITERS, explanation_page

CASES = OPS["ConvTranspose"].cases


def titles(page: Page) -> list[str]:
    return [section.title for section in page.sections]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_has_a_page(case: Case) -> None:
    net, _ = one_node("ConvTranspose", case)
    page = explanation_page(explain_layer(net, "node", None))
    assert {"Two ways to see it", "This layer as a pixel shader"} <= set(titles(page))
    assert "A deconvolution makes the picture" in WRITERS[".txt"](page).replace("\n", " ")


LARGE = conv("x", "a", 3, 6, "pad: 1") + layer("bend", "ReLU", "a", "a")


@pytest.mark.parametrize(
    ("settings", "contract"),
    [
        ("8 stride: 2 pad: 3", Contract()),
        ("4 stride: 2 pad: 0", Contract(crop=1)),
        ("7 stride: 3 pad: 0", Contract(scale=3, crop=2, offset=0.5)),
        ("8 stride: 4 pad: 2", Contract(scale=4, range=(-1, 1))),
        ("2 stride: 2", Contract(returns="residual", mean=(0.4,))),
        ("4 stride: 2 pad: 1", Contract(channels="bgr", range=(0, 255), mean=(104, 117, 123))),
    ],
)
def test_a_page_under_any_contract(settings: str, contract: Contract) -> None:
    kernel, _, more = settings.partition(" ")
    last = deconv("a", "y", int(kernel), contract.planes, more)
    small = network(LARGE + last, contract, contract.planes)
    page = explanation_page(explain_layer(small, "y", None))
    assert titles(page)[1:5] == [
        "The flat-field test",
        "Where stripes come from",
        "In a shader whose pictures are 0..1",
        "What each phase lets through",
    ]


def test_in_the_middle_of_a_network_nothing_is_drawn_as_if_it_were_the_picture() -> None:
    layers = LARGE + deconv("a", "b", 4, 5, "stride: 2 pad: 1") + conv("b", "y", 3, 1, "pad: 1")
    page = explanation_page(explain_layer(network(layers, Contract()), "b", None))
    assert titles(page) == [
        "Two ways to see it",
        "The flat-field test",
        "This layer as a pixel shader",
        "Traps",
    ]
    flat = page.sections[1].parts[2]
    assert isinstance(flat, Table)
    assert flat.caption.endswith("part by part, in the layer's own numbers")


def test_the_kernel_that_was_asked_about_has_a_page(tmp_path: Path) -> None:
    import runpy

    example = Path(__file__).resolve().parents[2] / "examples" / "explain_kernel.py"
    runpy.run_path(str(example))["write_page"](tmp_path / "asked.md")
    text = (tmp_path / "asked.md").read_text("utf-8")
    for row in (
        "| yellow (0, 0) | rows 1, 3, 5 …, columns 1, 3, 5 … | 4 | 0.0309 |",
        "| pink (0, 1) | rows 1, 3, 5 …, columns 0, 2, 4 … | 4 | 0.0844 |",
        "| grey (1, 0) | rows 0, 2, 4 …, columns 1, 3, 5 … | 4 | 0.0865 |",
        "| white (1, 1) | rows 0, 2, 4 …, columns 0, 2, 4 … | 4 | 0.1302 |",
    ):
        assert row in text
    assert "on a flat picture the phases are up to 25.337 grey levels apart" in text
    assert "**Nothing has to change:**" in text


def test_a_stride_of_16_has_a_page_that_can_be_read() -> None:
    last = deconv("a", "y", 32, 1, "stride: 16 pad: 8 bias_term: false")
    wide = network(conv("x", "a", 3, 2, "pad: 1") + last)
    page = explanation_page(explain_layer(wide, "y", None))
    assert all(len(writer(page)) < 300_000 for writer in WRITERS.values())
    text = WRITERS[".md"](page)
    assert "in more passes than a page shows" in text
    assert "and 240 more" in text


def test_a_page_stays_small(tmp_path: Path) -> None:
    wide = conv("x", "a", 3, 48, "pad: 1") + deconv("a", "y", 4, 3, "stride: 2 pad: 1")
    small = network(wide, Contract(channels="rgb"), 3)
    picture = np.random.default_rng(0).random((3, 150, 300), np.float32)
    page = WRITERS[".html"](explanation_page(explain_layer(small, "y", picture)))
    assert len(page.encode()) < 2_000_000
