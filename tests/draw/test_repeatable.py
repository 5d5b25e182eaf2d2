"""Roots, powers and waves of + - * / are right, and rain of them is the same everywhere."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texelnet.draw.rain import Glass, Rain, rain
from texelnet.draw.repeatable import cbrt, direction, exp, log, poisson

CLOSE = 2e-15
RAINED = "ac707dcc1f51042779bedbff961232833fff84f5bf7f06d2635cdbbd0c7da202"
"""What a second of rain is, in 64 bits a number: the SHA-256 of places and volumes."""


def second(compile: bool = True) -> Rain:
    now = rain(Glass(30, 20, drops=300, tilt=70, wind=(9, 1), largest=9, falling=120), 11)
    for _ in range(60):
        now = now.step(1 / 60, compile)
    return now


def digest(now: Rain) -> str:
    arrays = (now.place, now.volume, now.tail)
    content = b"".join(np.ascontiguousarray(a, "<f8").tobytes() for a in arrays)
    return hashlib.sha256(content).hexdigest()


@given(st.floats(1e-12, 1e12))
def test_roots_and_logarithms_are_those_of_the_library(value: float) -> None:
    assert cbrt(np.array([value]))[0] == pytest.approx(math.cbrt(value), rel=CLOSE)
    assert log(value) == pytest.approx(math.log(value), rel=CLOSE, abs=CLOSE)


@given(st.floats(-600, 600))
def test_powers_are_those_of_the_library(value: float) -> None:
    assert float(exp(value)) == pytest.approx(math.exp(value), rel=CLOSE)


@given(st.floats(0, 180))
def test_directions_are_those_of_the_library(degrees: float) -> None:
    wanted = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    assert direction(degrees) == pytest.approx(wanted, rel=CLOSE, abs=CLOSE)


def test_nothing_has_a_root() -> None:
    assert cbrt(np.zeros(1)).tolist() == [0.0]


@pytest.mark.parametrize("mean", [0.0, 0.3, 5.0, 80.0, 1300.0])
def test_as_many_come_as_are_to_on_average_and_as_evenly(mean: float) -> None:
    rng = np.random.default_rng(1)
    counts = np.array([poisson(rng, mean) for _ in range(2000)])
    assert counts.mean() == pytest.approx(mean, abs=4 * math.sqrt(mean / 2000))
    assert counts.var() == pytest.approx(mean, rel=0.15)


@pytest.mark.parametrize("compile", [True, False])
def test_a_seed_rains_to_the_bit_what_it_rained_on_other_machines(compile: bool) -> None:
    assert digest(second(compile)) == RAINED


def test_rain_does_not_hang_on_what_the_processor_can_do() -> None:
    extensions = np.show_config("dicts")["SIMD Extensions"]  # type: ignore[call-overload,index]
    some = " ".join(extensions.get("found", ()))
    script = "from tests.draw.test_repeatable import *; print(digest(second(False)))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env={
            **os.environ,
            "NPY_DISABLE_CPU_FEATURES": some,
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == RAINED, done.stderr
