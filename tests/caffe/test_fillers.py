"""Fillers have the statistics that Caffe's have."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.caffe.reference import SHARED, refusal

from texelnet.caffe import read_net
from texelnet.caffe.fillers import FILLERS, fill
from texelnet.errors import PrototxtError

NET = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 4, 9, 9] } } }
layer { name: "up" type: "Deconvolution" bottom: "data" top: "y" convolution_param {
  num_output: 8 kernel_size: 4 stride: 2 bias_term: false weight_filler { %s } } }
"""
RANDOM = np.random.default_rng(5)


def weights(settings: str) -> np.ndarray:
    return fill(read_net(NET % settings).layers[1], 0, RANDOM)


def _specs() -> dict[str, dict[str, object]]:
    path = SHARED / "goldens" / "fillers.npz"
    if not path.exists():
        return {}
    with np.load(path) as archive:
        return json.loads(str(archive["meta"]))["spec"]


SPECS = _specs()


@pytest.mark.skipif(not SPECS, reason="there is no ../shared")
@pytest.mark.parametrize("name", SPECS)
def test_statistics_are_those_of_caffes_fillers(name):
    spec = SPECS[name]
    numbers = fill(read_net(spec["prototxt"]).layers[1], 0, RANDOM)
    assert numbers.shape == tuple(spec["shape"])
    error = 6 * spec["std"] / numbers.size**0.5 + 1e-6
    assert numbers.mean() == pytest.approx(spec["mean"], abs=2 * error)
    assert numbers.std() == pytest.approx(spec["std"], rel=0.08, abs=1e-6)
    assert np.count_nonzero(numbers) == pytest.approx(spec["nonzero"], rel=0.15)


def test_a_bilinear_filler_enlarges_a_flat_picture_flatly():
    kernel = weights('type: "bilinear"')[0, 0]
    sums = [kernel[y::2, x::2].sum() for y in (0, 1) for x in (0, 1)]
    assert sums == pytest.approx([1, 1, 1, 1])


def test_in_counts_what_an_entry_of_the_first_axis_holds():
    spread = weights('type: "msra"').std()
    assert spread == pytest.approx((2 / (8 * 16)) ** 0.5, rel=0.2)


def test_rows_of_a_unit_ball_sum_to_one():
    rows = weights('type: "positive_unitball"').reshape(4, -1)
    np.testing.assert_allclose(rows.sum(1), 1, rtol=1e-5)
    assert rows.min() >= 0


def test_an_unknown_filler_is_refused():
    error = refusal(PrototxtError, lambda: weights('type: "ones"'))
    assert str(error) == (
        f'net.prototxt:3 (layer "up"): there is no filler "ones"\n  try: {", ".join(FILLERS)}'
    )
