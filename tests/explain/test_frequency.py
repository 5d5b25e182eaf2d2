"""What each phase lets through is measured on the network, as resampling kernels are."""

from __future__ import annotations

import numpy as np
import pytest
from tests.explain.networks import decon, flat
from tests.run.networks import UP, deconv, network, prototxt

from texelnet.caffe import read_net, to_graph, weights_from_arrays
from texelnet.explain import explain_layer
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.ops.conv_transpose import Stamp
from texelnet.ops.conv_transpose.explain import stamp_of
from texelnet.ops.conv_transpose.frequency import frequency, kernel_taps, resampled, response
from texelnet.ops.told import Facts
from texelnet.page import Section, Table
from texelnet.run.onnxruntime import ONNXRUNTIME

TENT = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16


def bilinear() -> Network:
    """Return a deconvolution that enlarges as bilinear resampling does."""
    arrays = {"param/y/0": TENT[None, None], "param/y/1": np.array([0.125])}
    net = read_net(prototxt(UP), weights_from_arrays(arrays, "tent.npz"))
    return to_graph(net).wants(Contract())


def table(sections: list[Section]) -> dict[str, list[float]]:
    (found,) = (p for p in sections[0].parts if isinstance(p, Table))
    return {row[0]: [float(cell) for cell in row[1:]] for row in found.rows}


@pytest.mark.parametrize("axis", ["across", "down"])
def test_a_bilinear_deconvolution_lets_through_what_bilinear_resampling_does(axis: str) -> None:
    facts = explain_layer(bilinear(), "y", None).facts
    assert facts.response is not None
    for phase in response(facts.response.taps, axis):
        np.testing.assert_allclose(phase, resampled("bilinear", 2), atol=1e-4)


def test_the_table_sets_phases_beside_kernels() -> None:
    explained = explain_layer(bilinear(), "y", None)
    rows = table(frequency(stamp_of(explained.node), explained.facts))
    assert rows["yellow (0, 0)"] == pytest.approx(rows["bilinear"], abs=0.001)
    assert rows["bilinear"] == [1, 0.791, 0.5] * 2
    assert set(rows) >= {"bicubic", "Lanczos"}


def test_a_flat_change_is_answered_as_flat_pictures_say() -> None:
    trained = decon()
    facts = explain_layer(trained, "stamp", None).facts
    assert facts.response is not None
    draw, grey = ONNXRUNTIME.planes(trained), facts.response.grey
    up, down = (draw(flat(trained, grey + step))[0, 40:42, 40:42] for step in (0.002, -0.002))
    slopes = ((up - down) / 0.004).reshape(-1)
    np.testing.assert_allclose(response(facts.response.taps, "down")[:, 0], slopes, atol=0.01)


def test_a_crop_leaves_the_phases_as_the_layer_counts_them() -> None:
    arrays = {"param/y/0": np.arange(1.0, 37).reshape(1, 1, 6, 6), "param/y/1": np.zeros(1)}
    text = prototxt(UP.replace("kernel_size: 4", "kernel_size: 6"))
    net = to_graph(read_net(text, weights_from_arrays(arrays, "ramp.npz")))
    explained = explain_layer(net.wants(Contract(crop=1)), "y", None)
    assert explained.facts.response is not None
    taps = explained.facts.response.taps
    for measured, own in zip(taps, kernel_taps(stamp_of(explained.node)), strict=True):
        assert np.sort(measured[np.abs(measured) > 0.5]) == pytest.approx(
            np.sort(own[own > 0.5]), abs=0.01
        )


def test_a_lone_kernel_in_the_middle_of_a_network_is_a_filter_of_its_own() -> None:
    lone = Stamp(np.repeat(TENT[None, None], 2, 0), np.zeros(2), (2, 2), (1, 1), group=2)
    rows = table(frequency(lone, Facts()))
    assert rows["white (1, 1)"] == pytest.approx(rows["bilinear"], abs=0.001)
    joined = lone._replace(kernel=np.ones((2, 2, 4, 4)), group=1)
    assert frequency(joined, Facts()) == []


def test_where_another_layer_enlarges_too_no_response_is_told() -> None:
    twice = deconv("x", "a", 2, 3) + deconv("a", "y", 2, 1)
    facts = explain_layer(network(twice, Contract(scale=4)), "y", None).facts
    assert facts.response is None
    assert len(facts.renders) == 4
