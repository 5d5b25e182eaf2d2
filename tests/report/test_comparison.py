"""The page of a comparison: the first value that departs, where, by how much, and why."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.mutants.networks import network

from texelnet.graph.edit import sites, with_constant
from texelnet.page import Chart, Code, Figure, Image, Page, Section, Text
from texelnet.picture import Picture
from texelnet.report import comparison_page
from texelnet.report.comparison import _told
from texelnet.run import RUNNERS
from texelnet.run.compare import Comparison, Side, compare, of_network

PICTURE = Picture(np.random.default_rng(3).random((3, 90, 130), np.float32))


def side(name: str, lost: str = "") -> Side:
    """A small network, one layer's bias lost."""
    net = network("stamp")
    for site in [site for site in sites(net) if site.layer == lost]:
        net = with_constant(net, site.output, 2, np.zeros_like(site.constants[2]))
    return of_network(name, net, RUNNERS["onnxruntime"])


@cache
def found(lost: str) -> Comparison:
    return compare(side("a.prototxt"), side("b.prototxt", lost), PICTURE, "noise.png")


def section(page: Page, title: str) -> Section:
    return next(one for one in page.sections if one.title == title)


def test_the_layer_that_departs_first_is_marked_in_the_graph() -> None:
    parts = section(comparison_page(found("think")), "What differs first").parts
    (chart,) = (part.parts[0] for part in parts if isinstance(part, Figure)
                and isinstance(part.parts[0], Chart))  # fmt: skip
    assert isinstance(chart, Chart)
    assert [(stop.name, stop.loud) for stop in chart.stops] == [
        ("look", False), ("look_bend", False), ("think", True), ("think_bend", False),
        ("widen", False), ("widen_bend", False), ("large", False),
    ]  # fmt: skip
    assert [stop.words for stop in chart.stops[:2]] == ["Conv, as wanted", "PRelu, as wanted"]
    assert all("off by" in stop.words for stop in chart.stops[2:])
    assert sorted(chart.arrows) == [(n, n + 1) for n in range(6)]


def test_its_values_are_drawn_with_their_error() -> None:
    comparison = found("think")
    assert comparison.departed is not None
    assert comparison.looked is not None
    assert comparison.departed[0].shape == (1, *comparison.looked[2:]) == (1, 64, 96)
    text, figure = section(comparison_page(comparison), "What differs first").parts[:2]
    assert isinstance(text, Text)
    top, left, *_ = comparison.looked
    assert text.words.startswith("Departs first in think, ")
    assert f"rows {top} to {top + 63} and columns {left} to {left + 95}" in text.words
    assert isinstance(figure, Figure)
    assert [part.caption for part in figure.parts if isinstance(part, Image)][:2] == [
        "wanted",
        "drawn",
    ]


def test_the_cause_leads_to_the_layers_own_page() -> None:
    (code,) = (p for p in section(comparison_page(found("think")), "Why").parts
               if isinstance(p, Code))  # fmt: skip
    assert code.lines == "texelnet explain a.prototxt --layer think -o think.html"


def test_pages_of_equal_sides_blame_nothing() -> None:
    titles = [one.title for one in comparison_page(found("")).sections]
    assert titles == ["Where in the picture"]


@pytest.mark.parametrize(
    ("off", "told"),
    [
        ([], ""),
        (["inside", "top", "left"], "It differs everywhere. "),
        (["inside"], "It differs inside, and at no border. "),
        (["top", "left"], "It differs only at the border: top, left. "),
        (["inside", "top"], "It differs inside and at the border: top. "),
    ],
)
def test_where_it_differs_is_told_in_words(off: list[str], told: str) -> None:
    assert _told(off, ["inside", "top", "left"]) == told
