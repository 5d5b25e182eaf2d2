"""The pictures of a proof: deterministic, in 0..1, and seen as the contract says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from texelnet.graph.contract import Contract
from texelnet.picture import Picture, split, write_picture
from texelnet.run.verify.poison import watched
from texelnet.run.verify.trials import BUILT_IN, Trial, from_files, natural, pinned, planes_of


@pytest.mark.parametrize("trial", BUILT_IN, ids=lambda t: f"{t.name} {t.size}")
def test_a_pattern_has_its_size_and_is_always_the_same(trial: Trial) -> None:
    planes = trial.draw(3, trial.height, trial.width)
    assert planes.shape == (3, trial.height, trial.width)
    assert planes.dtype == np.float32
    assert planes.min() >= 0
    assert planes.max() <= 1
    assert np.array_equal(planes, trial.draw(3, trial.height, trial.width))


def test_patterns_and_sizes_are_those_that_hurt() -> None:
    assert {t.size for t in BUILT_IN} == {"1x1", "3x2", "13x127", "641x359", "192x144"}
    assert {t.name for t in BUILT_IN} == {
        *("natural", "noise", "lines across", "lines down", "checkerboard", "black", "white")
    }
    drawn = {t.name: t.draw(1, 2, 3)[0].tolist() for t in BUILT_IN if t.size == "3x2"}
    assert drawn["lines across"] == [[0, 0, 0], [1, 1, 1]]
    assert drawn["lines down"] == [[0, 1, 0], [0, 1, 0]]
    assert drawn["checkerboard"] == [[0, 1, 0], [1, 0, 1]]


def test_the_natural_picture_has_edges_on_a_falling_spectrum() -> None:
    (plane,) = natural(1, 144, 192)
    steps = np.abs(np.diff(plane))
    assert np.median(steps) < 0.1  # of white noise 0.3
    assert steps.max() > 0.3
    assert np.ptp(natural(3, 1, 1)) < 1  # and it can be drawn at any size


def test_a_pinned_network_sees_each_pattern_once() -> None:
    found = pinned(BUILT_IN, 10, 12)
    assert [t.size for t in found] == ["10x12"] * 7
    assert len({t.name for t in found}) == 7
    assert pinned(BUILT_IN) == list(BUILT_IN)


def test_files_are_seen_as_the_contract_says(tmp_path: Path) -> None:
    picture = Picture(np.random.default_rng(0).integers(0, 256, (3, 4, 5)) / np.float32(255))
    write_picture(picture, tmp_path / "a.png")
    (trial,) = from_files([tmp_path / "a.png"], Contract(channels="bgr"))
    assert (trial.name, trial.size) == ("a.png", "5x4")
    assert np.allclose(trial.draw(3, 4, 5), picture.colour[::-1])
    luma = planes_of(picture, Contract(levels="full"))
    assert np.array_equal(luma, split(picture.colour, "bt601", "full")[0])
    assert planes_of(Picture(picture.colour[:1]), Contract(channels="rgb")).shape == (3, 4, 5)


LOADS = """@group(0) @binding(0) var plane0: texture_2d<f32>;
@group(0) @binding(1) var plane1 : texture_2d_array< f32 >;
@fragment fn main() { return textureLoad(plane0, vec2i(x, y), 0)
  + textureLoad( plane1, vec2i(x, y), pack, 0); }
"""
SAMPLES = """@group(0) @binding(0) var plane0: texture_2d_array<f32>;
@group(0) @binding(2) var nearest: sampler;
fn main() { return textureSampleLevel(plane0, nearest, centre, pack, 0.0); }
"""


def test_every_read_is_watched() -> None:
    text = watched(LOADS)
    assert "loaded_plane0(vec2i(x, y), 0)" in text.replace("loaded_plane0( ", "loaded_plane0(")
    assert "+ loaded_plane1( vec2i(x, y), pack, 0)" in text
    assert "fn loaded_plane0(at: vec2i, level: i32) -> vec4f {" in text
    assert "fn loaded_plane1(at: vec2i, layer: i32, level: i32) -> vec4f {" in text
    assert "layer >= i32(textureNumLayers(plane1))" in text
    text = watched(SAMPLES)
    assert "return sampled_plane0( centre, pack, 0.0);" in text
    assert "return textureSampleLevel(plane0, nearest, at, layer, level);" in text
