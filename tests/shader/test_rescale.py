"""Planes kept divided by a power of two: the same picture, bit for bit, at no cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ops.graphs import Planes
from tests.ops.strategies import examples, schedules
from tests.shader.graphs import PAD1, UP, Sketch, picture
from tests.shader.strategies import networks

from texelnet.graph.network import Network
from texelnet.pixel import Program, evaluate
from texelnet.pixel.expr import Call, Tap, constant
from texelnet.pixel.show import multiply_adds
from texelnet.shader.compile import compile_network, simplify
from texelnet.shader.lower import lower
from texelnet.shader.precision import Precision
from texelnet.shader.rescale import rescale
from texelnet.shader.schedule import COMPUTE, Schedule
from texelnet.shader.targets.webgpu import WEBGPU


def work(program: Program) -> int:
    return sum(multiply_adds(plane.computed) for plane in program.computed())


@examples(1)
@given(networks(), schedules(), st.lists(st.integers(-9, 9), min_size=9, max_size=9))
def test_any_planes_divided_draw_the_same_picture(
    drawn: tuple[Network, Planes], schedule: Schedule, powers: list[int]
) -> None:
    net, feeds = drawn
    plain = simplify(lower(net), schedule)
    names = [plane.name for plane in plain.computed()]
    plan = Precision(scales={n: powers[i % 9] for i, n in enumerate(names)})
    kept = simplify(lower(net), schedule, precision=plan)
    wanted, got = evaluate(plain, feeds), evaluate(kept, feeds)
    # sums that are merged otherwise round otherwise, by the largest number that is added
    largest = max(1.0, *(float(np.abs(v).max(initial=0)) for v in wanted.values()))
    for name in names:
        power = 0 if name in plain.outputs else plan.scales[name]
        back = got[name] * np.float32(2.0**power)
        assert np.abs(back - wanted[name]).max(initial=0) <= 1e-6 * largest, name


def unet() -> Network:
    sketch = Sketch()
    look = sketch.prelu("look", sketch.conv("c", "x", 1, 8, 3, **PAD1), 8)
    think = sketch.prelu("think", sketch.conv("d", look, 8, 8, 3, **PAD1), 8)
    return sketch.finish(sketch.deconv("y", think, 8, 1, 4, **UP))


@pytest.mark.parametrize("power", [-3, 7])
def test_factors_go_into_weights(power: int) -> None:
    plain = simplify(lower(unet()), COMPUTE)
    plan = Precision(scales={"look": power, "think": power})
    kept = simplify(lower(unet()), COMPUTE, precision=plan)
    assert work(kept) == work(plain)
    wanted, got = evaluate(plain, picture()), evaluate(kept, picture())
    assert np.array_equal(got["y"], wanted["y"])
    assert np.array_equal(got["look"] * 2.0**power, wanted["look"])


def test_what_lies_outside_of_a_plane_is_divided_too() -> None:
    sketch = Sketch()
    look = sketch.conv("look", "x", 1, 4, 3, **PAD1)
    padded = sketch.node("Pad", "padded", look, [0, 0, 2, 2, 0, 0, 2, 2], np.float32(5))
    net = sketch.finish(sketch.conv("y", padded, 4, 1, 3))
    plain = simplify(lower(net), COMPUTE)
    kept = simplify(lower(net), COMPUTE, precision=Precision(scales={"look": 4}))
    assert np.array_equal(evaluate(kept, picture())["y"], evaluate(plain, picture())["y"])


@pytest.mark.parametrize("op", ["ReduceMean", "ReduceMax", "ReduceSum"])
def test_a_fold_gets_the_number_back(op: str) -> None:
    sketch = Sketch()
    look = sketch.conv("look", "x", 1, 4, 3, **PAD1)
    net = sketch.finish(sketch.node("Mul", "y", look, sketch.node(op, "pooled", look, [2, 3])))
    plain = simplify(lower(net), COMPUTE)
    plan = Precision(scales={"look": 4, "pooled over rows": 3, "pooled": -2})
    kept = simplify(lower(net), COMPUTE, precision=plan)
    assert np.array_equal(evaluate(kept, picture())["y"], evaluate(plain, picture())["y"])


def test_a_reader_that_is_not_homogeneous_gets_the_number_back() -> None:
    program = simplify(lower(unet()), COMPUTE)
    look = program.planes["look"]
    bent = Call("tanh", (Call("sum", (Tap("look", 8), constant(0.5, 8))),))
    planes = program.planes | {"think": replace(program.planes["think"], expr=bent)}
    program = replace(program, planes=planes)
    kept = rescale(program, {"look": 5, "think": -2})
    wanted, got = evaluate(program, picture()), evaluate(kept, picture())
    assert np.array_equal(got["think"] / 4, wanted["think"])
    assert look.channels == 8


def test_outputs_stay_what_they_are() -> None:
    plan = Precision(scales={"y": 3, "look": 3, "sea": 1})
    assert dict(compile_network(unet(), WEBGPU, COMPUTE, precision=plan).precision.scales) == {
        "look": 3
    }
