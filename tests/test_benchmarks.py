"""The networks of the benchmark are shaped like those that people run."""

from collections import Counter

import numpy as np
import pytest
from benchmarks.field_networks import FIELD
from benchmarks.field_table import page
from benchmarks.ncnn_vulkan import written

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


@pytest.mark.parametrize("name", FIELD)
def test_in_ncnn_a_blob_feeds_one_layer(name: str) -> None:
    text, numbers = written(FIELD[name]())
    _, counts, *lines = text.splitlines()
    made: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for line in lines:
        _, _, reads, writes, *words = line.split()
        read.update(words[: int(reads)])
        made.update(words[int(reads) : int(reads) + int(writes)])
    assert set(made.values()) == set(read.values()) == {1}
    assert set(made) - set(read) == {lines[-1].split()[-2 if "=" in lines[-1] else -1]}
    assert counts == f"{len(lines)} {len(made)}"
    convolutions = sum(line.startswith("Convolution ") for line in lines)
    assert len(numbers) == 4 * (graph_facts(FIELD[name](), None)["parameters"] + convolutions)


def test_the_page_tells_ratios_and_what_is_to_be_reached() -> None:
    compiled = {"multiply_adds": 714.0, "passes": 6, "kilobytes": 65.2, "seconds": 0.24}
    compiled |= {"megabytes": 189.0, "cold": 2.41}
    peer = {"cpu": 40.0, "wait": 21.0, "error": 0.4 / 255}
    times = {"onnxruntime": {**peer, "cpu": 20.0}, "wgpu": peer, "ncnn": {**peer, "cpu": 300.0}}
    theirs = {"their.glsl": {"cpu": 130.0, "onnxruntime": 20.0, "cold": 3.0}}
    both = {"usual": 40.0, "hard": 30.0}
    rows = {
        "fsrcnnx-8 cost 1234": {"webgpu": compiled, "refused": "too many textures"},
        "fsrcnnx-8 480x270 1234": {**times, "shaders": theirs},
        "fsrcnnx-8 hard 1234": {"wgpu": both, "libplacebo": both, "cold": 31.4},
    }
    machine = {
        "driver": "a card",
        "host": "a host",
        "ncnn": "",
        "python": "",
        "load": "",
        "peak": 1e11,
    }
    table = page(rows, machine)
    assert (
        "| fsrcnnx-8 | 714 | 20 (21) | refused |  | 40 (21) | 2.00 (to reach 1.4) | 9% "
        "| 300 (21) | 7.5 (to reach 7) | 0.4 |\n"
        "| fsrcnnx-8: their.glsl |  |  | 130 | 6.50 |" in table
    )
    assert "| fsrcnnx-8 | wgpu | 6 | 65 | 0.24 | 189 | 2.4 | 5 |\n" in table
    assert "| fsrcnnx-8 | libplacebo | refused: too many textures |" in table
    assert "| fsrcnnx-8 | 40 | 30 | 25% | 40 | 30 | 25% | 31 |\n" in table
