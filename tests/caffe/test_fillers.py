"""Fillers have the statistics that Caffe's have."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.caffe.reference import SHARED, refusal

from texelnet.caffe import read_net
from texelnet.caffe.fillers import FILLERS, fill, filled
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


REFUSED = {
    'type: "ones"': f'there is no filler "ones"\n  try: {", ".join(FILLERS)}',
    'type: "gaussian" std: -1': "std of the filler is -1\n  try: 0 or more",
    'type: "gaussian" mean: inf': "mean of the filler is inf, no number of 32 bits\n"
    "  try: the usual sizes are about 0.01 to 1",
    'type: "uniform" min: 2': "min 2 of the filler is above max 1\n"
    "  try: write the smaller one as min",
}


@pytest.mark.parametrize("settings", REFUSED)
def test_fillers_that_can_not_be_drawn_are_refused(settings):
    error = refusal(PrototxtError, lambda: weights(settings))
    assert str(error) == f'net.prototxt:4 (layer "up"): {REFUSED[settings]}'


def test_parameters_that_no_memory_holds_are_refused():
    wide = NET.replace("num_output: 8", "num_output: 100000000") % 'type: "xavier"'
    error = refusal(PrototxtError, lambda: read_net(wide))
    assert str(error) == (
        'net.prototxt:3 (layer "up"): y is 1 x 100000000 x 20 x 20, more than 2,147,483,647 '
        "numbers\n  try: write a smaller picture: the size in the file is an example"
    )
    pooled = wide.replace("dim: [1, 4, 9, 9]", "dim: [1, 9, 1, 1]").replace("4 stride: 2", "8")
    pooled = pooled.replace("Deconvolution", "Convolution").replace("8 bias", "8 pad: 4 bias")
    error = refusal(PrototxtError, lambda: read_net(pooled.replace("100000000", "10000000")))
    assert str(error) == (
        'net.prototxt:3 (layer "up"): parameter 0 is 10000000 x 9 x 8 x 8, more than '
        "2,147,483,647 numbers\n  try: check num_output and the size of the bottom"
    )
    many = read_net(pooled.replace("100000000", "3000000")).layers
    error = refusal(PrototxtError, lambda: filled(many, RANDOM))
    assert str(error) == (
        'net.prototxt:3 (layer "up"): parameters up to here take 6,912,000,000 bytes, at most '
        "4,294,967,296 are filled\n  try: check num_output and the picture's size"
    )
