"""The flat-field test says what a graphics card draws of flat pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.explain.networks import decon, flat, uneven

from texelnet.explain import Explained, explain_layer
from texelnet.graph.network import Network
from texelnet.ops.conv_transpose import checkerboard_index
from texelnet.ops.conv_transpose.explain import stamp_of
from texelnet.ops.conv_transpose.flat import flat_field
from texelnet.ops.conv_transpose.ripple import local_index
from texelnet.ops.told import Facts
from texelnet.page import Note, Section, Table, Text
from texelnet.run import RUNNERS


@pytest.fixture(scope="module")
def explained() -> Explained:
    return explain_layer(decon(), "stamp", None)


def section(explained: Explained) -> Section:
    (found,) = flat_field(stamp_of(explained.node), explained.facts)
    return found


def part(section: Section, kind: type) -> object:
    return next(p for p in section.parts if isinstance(p, kind))


def networks(folder: Path) -> dict[str, tuple[Network, str]]:
    return {"decon-x2": (decon(), "stamp"), "kernel 3, stride 2": (uneven(folder), "up")}


@pytest.mark.gpu
@pytest.mark.parametrize("name", ["decon-x2", "kernel 3, stride 2"])
def test_the_index_is_the_ripple_that_a_graphics_card_draws(name: str, tmp_path: Path) -> None:
    network, layer = networks(tmp_path)[name]
    explained = explain_layer(network, layer, None)
    facts, draw = explained.facts, RUNNERS["wgpu"].planes(network)
    assert facts.flat is not None
    assert facts.level == 1 / 255
    index = checkerboard_index(stamp_of(explained.node).flat(facts.flat.entered), facts.level)
    for at in (0, 3, 15):
        drawn = draw(flat(network, facts.flat.greys[at]))[:, 24:-24, 24:-24].astype(float)
        means = [drawn[:, y::2, x::2].mean() for y in (0, 1) for x in (0, 1)]
        assert 255 * np.ptp(means) == pytest.approx(index[at], rel=0.01)
        found = local_index(drawn, (2, 2), 1 / 255)
        np.testing.assert_allclose(found, index[at], rtol=0.01)


def test_one_channel_spreads_by_grey_levels_and_the_total_does_not(
    explained: Explained,
) -> None:
    table = part(section(explained), Table)
    assert isinstance(table, Table)
    assert table.caption == "the response at grey 135 of 255, part by part, in grey levels"
    apart = {row[0]: float(row[-1]) for row in table.rows}
    assert apart["channel 56"] > 3
    assert apart["total"] < 0.01
    phases = np.array([[float(cell) for cell in row[2:6]] for row in table.rows])
    np.testing.assert_allclose(phases[:-1].sum(0), phases[-1], atol=0.006)
    np.testing.assert_allclose(phases[-1], 135, atol=0.2)


def test_a_real_checkerboard_is_told_from_none(explained: Explained, tmp_path: Path) -> None:
    note = part(section(explained), Note)
    assert isinstance(note, Note)
    assert (note.tone, note.title) == ("good", "No checkerboard:")
    note = part(section(explain_layer(uneven(tmp_path), "up", None)), Note)
    assert isinstance(note, Note)
    assert (note.tone, note.title) == ("bad", "A checkerboard:")


def test_in_the_middle_of_a_network_numbers_are_the_layers_own(tmp_path: Path) -> None:
    explained = explain_layer(uneven(tmp_path), "up", None)
    (found,) = flat_field(stamp_of(explained.node), Facts(flat=explained.facts.flat))
    assert not [p for p in found.parts if isinstance(p, Note)]
    words = [p.words for p in found.parts if isinstance(p, Text)]
    assert any("the layer's own numbers apart, at grey" in said for said in words)
