"""Wrong hidden biases stripe, a wrong last one does not, and the rule for 0..1 is exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.explain.networks import decon, flat
from tests.run.networks import conv, deconv, layer, network

from texelnet.explain import Explained, explain_layer
from texelnet.explain.scaling import scaling_of
from texelnet.graph.contract import Contract
from texelnet.ops.conv_transpose.explain import stamp_of
from texelnet.ops.conv_transpose.rule import rule
from texelnet.ops.conv_transpose.stripes import hidden, seen, stripes
from texelnet.ops.told import Facts, Render
from texelnet.page import Note, Section, Table, Text
from texelnet.run.onnxruntime import ONNXRUNTIME

BYTES = Contract(range=(0, 255), padding="zero")
PICTURE = np.random.default_rng(2).random((1, 20, 24), np.float32)


@pytest.fixture(scope="module")
def explained() -> Explained:
    return explain_layer(decon(), "stamp", None)


def renders(facts: Facts) -> dict[str, Render]:
    return {render.wrong: render for render in facts.renders}


def words(section: Section) -> str:
    return " ".join(p.words for p in section.parts if isinstance(p, Text | Note))


def test_hidden_biases_stripe_and_the_last_does_not(explained: Explained) -> None:
    stamp, drawn = stamp_of(explained.node), renders(explained.facts)
    apart = {wrong: seen(stamp, render.flat).apart for wrong, render in drawn.items()}
    assert apart["own"] == pytest.approx(apart["none"], abs=0.01)
    assert apart["none"] < 0.1
    assert apart["hidden"] > 10
    names = {wrong: seen(stamp, render.flat).name for wrong, render in drawn.items()}
    assert names["own"] == "none"
    assert names["hidden"] == names["all"] == "one pixel in four brighter"


def test_where_all_biases_are_wrong_black_is_what_all_greys_show(explained: Explained) -> None:
    stamp, network = stamp_of(explained.node), explained.network
    drawn = ONNXRUNTIME.planes(network)(flat(network, 135 / 255 / 255))[0, 40:42, 40:42]
    found = seen(stamp, renders(explained.facts)["all"].flat).apart
    assert found == pytest.approx(255 * 255 * np.ptp(drawn), rel=0.01)


def test_a_colour_is_named_where_the_channels_differ(explained: Explained) -> None:
    stamp = stamp_of(explained.node)
    lines = np.array([0.5, 0.5, 0.6, 0.6])[:, None]
    assert seen(stamp, np.repeat(lines, 3, 1)).name == "every other line"
    blue = np.concatenate([0 * lines, 0 * lines, lines], 1)
    assert seen(stamp, blue).name == "every other line, in blue"


def test_clamping_hides_what_lies_beyond_white_and_black(explained: Explained) -> None:
    stamp = stamp_of(explained.node)
    beyond = np.array([[1.8], [1.2], [0.5], [1.1]])
    assert seen(stamp, beyond).name == "2 x 2 pixels, all unlike, again and again"
    assert hidden(stamp, beyond) == "one pixel in four darker"
    assert hidden(stamp, beyond + 1) == "none: all white"
    assert hidden(stamp, beyond - 2) == "none: all black"


def test_the_table_has_the_phases_in_the_order_of_the_kernels_places(
    explained: Explained,
) -> None:
    stamp, facts = stamp_of(explained.node), explained.facts
    (found,) = stripes(stamp, facts)
    table = next(p for p in found.parts if isinstance(p, Table))
    drawn = 255 * renders(facts)["hidden"].flat[:, 0].reshape(2, 2)
    assert list(table.head[1:5]) == [
        "yellow (0, 0)", "pink (0, 1)", "grey (1, 0)", "white (1, 1)"
    ]  # fmt: skip
    wanted = [drawn[1, 1], drawn[1, 0], drawn[0, 1], drawn[0, 0]]  # pad 1: o + 1 = 2i + k
    assert [float(cell) for cell in table.rows[2][1:5]] == pytest.approx(wanted, abs=0.01)


def test_wrong_hidden_biases_change_the_mix_of_channels(explained: Explained) -> None:
    right, wrong = (renders(explained.facts)[key].entered for key in ("none", "hidden"))
    facts = explained.facts
    assert facts.flat is not None
    np.testing.assert_allclose(right, facts.flat.entered[9], atol=1e-6)
    cosine = right @ wrong / np.linalg.norm(right) / np.linalg.norm(wrong)
    assert cosine < 0.99
    (found,) = stripes(stamp_of(explained.node), facts)
    mixes = [p for p in found.parts if isinstance(p, Table)][1]
    assert mixes.rows[0][0] == "channel 56"
    assert float(mixes.rows[0][2]) == pytest.approx(wrong[56], abs=1e-4)
    assert "at a grey of 0.53 its phases are 0.083 apart, and 255 times that" in words(found)


def test_a_network_without_hidden_biases_is_told_so() -> None:
    small = network(deconv("x", "y", 4, 1, "stride: 2 pad: 1"), Contract())
    explained = explain_layer(small, "y", None)
    (found,) = stripes(stamp_of(explained.node), explained.facts)
    assert "No layer before this one adds a bias, so none can stripe." in words(found)
    assert [render.wrong for render in explained.facts.renders] == ["none", "own"]


def through(kind: str, settings: str = "") -> str:
    bend = layer("bend", kind, "a", "b", settings)
    return conv("x", "a", 3, 6, "pad: 1") + bend + deconv("b", "y", 4, 1, "stride: 2 pad: 1")


@pytest.mark.parametrize(
    ("layers", "broken"),
    [
        (through("ReLU"), []),
        (through("PReLU"), []),
        (through("AbsVal"), []),
        (through("Power", "power_param { scale: 2 shift: 0.3 }"), []),
        (through("Scale", "scale_param { bias_term: true }"), []),
        (through("Pooling", "pooling_param { pool: AVE kernel_size: 3 stride: 1 pad: 1 }"), []),
        (through("Pooling", "pooling_param { kernel_size: 3 stride: 1 pad: 1 }"), []),
        (through("Sigmoid"), ["bend (Sigmoid)"]),
        (through("TanH"), ["bend (Tanh)"]),
        (through("ReLU6"), ["bend (Clip)"]),
        (through("ELU"), ["bend (Elu)"]),
    ],
)
@pytest.mark.parametrize("contract", [BYTES, Contract(padding="zero")])
def test_all_biases_may_be_divided_where_every_layer_answers_a_factor(
    layers: str, broken: list[str], contract: Contract
) -> None:
    found = scaling_of(network(layers, contract), PICTURE)
    assert found is not None
    assert found.broken == broken
    assert found.folded is not None
    assert found.folded < 2e-6
    assert found.divided is not None
    assert (found.divided < 2e-6) == (not broken)


def test_the_rule_names_the_layers_that_forbid_it() -> None:
    scaling = scaling_of(network(through("Sigmoid"), BYTES), PICTURE)
    (found,) = rule(Facts(scaling=scaling))
    said = words(found)
    assert "the weights of `a` times 255, weights and bias of `y` divided by 255" in said
    assert "All biases divided by 255 is not the same here, because of `bend (Sigmoid)`" in said


def test_a_subtracted_mean_is_told_to_be_wrong_at_zero_padded_borders() -> None:
    scaling = scaling_of(
        network(through("ReLU"), replace(BYTES, mean=(104.0,))), PICTURE
    )  # fmt: skip
    (found,) = rule(Facts(scaling=scaling))
    assert "right inside the picture only" in words(found)
