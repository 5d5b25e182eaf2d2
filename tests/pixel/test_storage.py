"""Storage: what is read back of numbers that were kept in 16 bits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from texelnet.pixel import Plane, Program, evaluate, size
from texelnet.pixel.expr import Tap, scaled
from texelnet.pixel.storage import unit
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.schedule import COMPUTE
from texelnet.shader.write import write_kernels

H, W = size("h"), size("w")


def chain(first: float, second: float) -> Program:
    """Return an input times one number, kept, times another."""
    picture = Plane("picture", 1, H, W)
    middle = replace(picture, name="middle", expr=scaled(Tap("picture", 1), first))
    answer = replace(picture, name="answer", expr=scaled(Tap("middle", 1), second))
    planes = {p.name: p for p in (picture, middle, answer)}
    return Program(planes, ("picture",), ("answer",))


THIRD = np.full((1, 1, 1), 1 / 3, np.float32)


@pytest.mark.parametrize(
    ("storage", "picture", "middle", "answer"),
    [
        ("fp32", 1 / 3, 1 / 3, 1 / 3),
        ("fp16", 1 / 3, 0.33325195, 0.33325195),
        ({"middle": "fp16"}, 1 / 3, 0.33325195, 0.33325195),
        ({"answer": "fp16"}, 1 / 3, 1 / 3, 0.33325195),
        ({"picture": "fp16"}, 0.33325195, 0.33325195, 0.33325195),
    ],
)
def test_each_plane_is_rounded_as_its_storage_does(
    storage: str | dict[str, str], picture: float, middle: float, answer: float
) -> None:
    program, wanted = chain(1, 1), np.float32([picture, middle, answer])
    got = evaluate(program, {"picture": THIRD}, storage)
    assert np.array_equal([float(v[0, 0, 0]) for v in got.values()], wanted)
    kernels = write_kernels(program, COMPUTE)
    got = evaluate_kernels(kernels, program, {"picture": THIRD}, storage)
    assert np.array_equal([float(v[0, 0, 0]) for v in got.values()], wanted)


def test_what_is_too_large_for_16_bits_is_infinite_and_stays_it() -> None:
    got = evaluate(chain(3e5, 1e-5), {"picture": THIRD}, "fp16")
    assert np.isinf(got["middle"]).all()
    assert np.isinf(got["answer"]).all()
    assert np.isfinite(evaluate(chain(3e5, 1e-5), {"picture": THIRD})["answer"]).all()


@pytest.mark.parametrize(
    ("number", "distance"),
    [(0, 2**-11), (0.9, 2**-11), (1, 2**-10), (3, 2**-9), (65504, 32), (1e9, 32)],
)
def test_a_unit_is_the_distance_of_two_numbers(number: float, distance: float) -> None:
    assert unit(np.float32([-number, 0, np.inf])) == distance
    if 0.9 <= number < 65504:
        assert float(np.spacing(np.float16(number))) == distance
