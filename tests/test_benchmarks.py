"""The networks of the benchmark are shaped like those that people run."""

import numpy as np
import pytest
from benchmarks.field_networks import FIELD

from texelnet.cli._graph_facts import graph_facts
from texelnet.run.onnxruntime import Picturing

# Multiply-adds per output pixel, counted in the authors' shaders. Anime4K's multiply the alpha
# of the picture too (a fourth input channel of the first 3x3), which is no part of the network.
PUBLISHED = {
    "fsrcnnx-8": 714,
    "fsrcnnx-16": 2612,
    "cunny-4x16": 2484,
    "artcnn-c4f16": 3060,
    "artcnn-c4f32": 11880,
    "anime4k-s": 252 - 9 * 4 / 4,
    "anime4k-m": 524 - 9 * 4 / 4,
    "anime4k-l": 1080 - 9 * 8 / 4,
    "anime4k-vl": 2136 - 9 * 8 / 4,
    "anime4k-ul": 4356 - 9 * 12 / 4,
    "srvgg-16x16": 9 * 16 * (3 + 16 * 16 + 12) / 4,
}


@pytest.mark.parametrize("name", FIELD)
def test_shapes_have_the_published_cost(name: str) -> None:
    facts = graph_facts(FIELD[name](), None)
    assert facts["multiply_adds"] == PUBLISHED[name]
    assert facts["refused"] == []
    assert facts["grid"]["scale"] == {"height": 2, "width": 2}


@pytest.mark.parametrize("name", FIELD)
def test_random_weights_draw_the_picture_and_a_little_more(name: str) -> None:
    """So that hosts which cut to 0..1 show all of it, and errors are measured on pictures."""
    network = FIELD[name]()
    assert network.contract is not None
    ramp = np.linspace(0.2, 0.8, 24 * 32, dtype=np.float32).reshape(1, 24, 32)
    picture = np.repeat(ramp, network.contract.planes, 0)
    large = Picturing(network)(picture)
    near = picture.repeat(2, 1).repeat(2, 2)
    assert 0.005 < np.std(large - near) < 0.15
    assert -0.3 < large.min() < large.max() < 1.3
