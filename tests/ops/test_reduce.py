"""Reductions over a picture, and what is made of the features they leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.ops.graphs import Planes, agree, reference

from texelnet.graph.builder import Builder
from texelnet.graph.network import Network
from texelnet.ops import Node, NotInAShader, View, meaning, view_of
from texelnet.ops.op import Digit
from texelnet.ops.op import random_array as weights
from texelnet.pixel import Plane, check, evaluate, size
from texelnet.pixel.expr import Fold, Tap, folds, taps, walk
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.lower import lower
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import COMPUTE, FRAGMENT, HYBRID, Schedule
from texelnet.shader.steps import STEPS
from texelnet.shader.targets import TARGETS

Sketch = Callable[[Builder], None]  # from "x", of 6 channels, to "y"


def _whole(b: Builder, *numbers: int) -> str:
    return b.constant("c", np.array(numbers, np.int64))


def _gate(b: Builder, features: str, axes: str = "") -> str:
    """Squeeze to 3 features and excite 6 again, as two linear layers do."""
    factors = {"transB": 1, "alpha": 0.5, "beta": 2.0}
    squeeze = [features, b.constant("w", weights(3, 6)), b.constant("b", weights(3))]
    value = b.node("Relu", [b.node("Gemm", squeeze, "squeezed", **factors)], "bent")
    value = b.node("MatMul", [value, b.constant("w", weights(3, 6, seed=2))], "excited")
    value = b.node("Add", [value, b.constant("b", weights(6))], "biased")
    return b.node("Sigmoid", [value], "gate")


def _squeeze_and_excite(b: Builder) -> None:
    pooled = b.node("GlobalAveragePool", ["x"], "pooled")
    for i, (low, high) in enumerate(((6, 2), (2, 6))):
        operands = [
            pooled,
            b.constant("w", weights(high, low, 1, 1)),
            b.constant("b", weights(high)),
        ]
        pooled = b.node("Conv", operands, f"conv{i}")
        pooled = b.node(("Relu", "HardSigmoid")[i], [pooled], f"bent{i}")
    b.node("Mul", ["x", pooled], "y")


def _linear_layers(b: Builder) -> None:
    features = b.node("ReduceMean", ["x", _whole(b, 2, 3)], "features", keepdims=0)
    gate = b.node("Reshape", [_gate(b, features), _whole(b, 0, -1, 1, 1)], "shaped")
    b.node("Mul", [gate, "x"], "y")


def _flat_and_back(b: Builder) -> None:
    features = b.node("Flatten", [b.node("GlobalMaxPool", ["x"], "pooled")], "features")
    b.node(
        "Add", [b.node("Unsqueeze", [_gate(b, features), _whole(b, 2, -1)], "four"), "x"], "y"
    )


def _squeezed(b: Builder) -> None:
    pooled = b.node("ReduceMax", ["x", _whole(b, -1, -2)], "pooled")
    features = b.node("Squeeze", [pooled, _whole(b, 2, 3)], "features")
    bent = b.node("PRelu", [features, b.constant("s", weights(6))], "bent")
    four = b.node("Unsqueeze", [bent, _whole(b, -1, 2)], "four")
    b.node("Sub", ["x", four], "y")


def _as_torch_writes_it(b: Builder) -> None:
    """b, c, _, _ = x.size(); x * fc(pool(x).view(b, c)).view(b, c, 1, 1).expand_as(x)."""
    shape = b.node("Shape", ["x"], "shape")
    count = b.node("Slice", [shape, _whole(b, 0), _whole(b, 2)], "count")
    pooled = b.node("GlobalAveragePool", ["x"], "pooled")
    gate = _gate(b, b.node("Reshape", [pooled, count], "features"))
    four = b.node("Concat", [count, _whole(b, 1, 1)], "dims", axis=0)
    gate = b.node("Expand", [b.node("Reshape", [gate, four], "four"), shape], "spread")
    b.node("Mul", ["x", gate], "y")


def _pixels_as_a_list(b: Builder) -> None:
    listed = b.node("Reshape", ["x", _whole(b, 0, 6, -1)], "list")
    mean = b.node("ReduceMean", [listed, _whole(b, 2)], "mean")
    b.node("Mul", ["x", b.node("Unsqueeze", [mean, _whole(b, 3)], "four")], "y")


def _channels_last(b: Builder) -> None:
    last = b.node("Transpose", ["x"], "last", perm=[0, 2, 3, 1])
    mean = b.node("ReduceMean", [last, _whole(b, 1, 2)], "mean")
    mixed = b.node("MatMul", [mean, b.constant("w", weights(6, 6))], "mixed")
    gated = b.node(
        "Mul", [last, b.node("Add", [mixed, b.constant("b", weights(6))], "sum")], "g"
    )
    turned = b.node("MatMul", [gated, b.constant("w", weights(6, 4))], "turned")
    b.node("Transpose", [turned], "y", perm=[0, 3, 1, 2])


def _rows_and_columns(b: Builder) -> None:
    """A mean of every row and one of every column, added as coordinate attention does."""
    rows = b.node("ReduceMean", ["x", _whole(b, 3)], "rows")
    columns = b.node("ReduceMean", ["x", _whole(b, 2)], "columns")
    both = b.node("Add", [rows, columns], "both")
    b.node("Mul", [b.node("Sigmoid", [both], "gate"), "x"], "y")


def _normalised(b: Builder) -> None:
    lowest = b.node("ReduceMin", ["x", _whole(b, 1, 2, 3)], "low")
    highest = b.node("ReduceMax", ["x", _whole(b, 1, 2, 3)], "high")
    span = b.node("Sub", [highest, lowest], "span")
    b.node("Div", [b.node("Sub", ["x", lowest], "above"), span], "y")


def _sides(b: Builder) -> tuple[str, str]:
    """Height and width as one number each."""
    shape = b.node("Shape", ["x"], "shape")
    height, width = (
        b.node("Gather", [shape, b.constant("at", np.array(i))], f"side{i}") for i in (2, 3)
    )
    return height, width


def _contrast(b: Builder) -> None:
    """Mean and deviation by sums and the number of pixels, as IMDN's attention has them."""
    pixels = b.node("Mul", list(_sides(b)), "pixels")
    number = b.node("Cast", [pixels], "number", to=1)

    def mean(value: str, name: str) -> str:
        total = b.node("ReduceSum", [value, _whole(b, 3)], f"{name}.columns")
        total = b.node("ReduceSum", [total, _whole(b, 2)], f"{name}.all")
        return b.node("Div", [total, number], name)

    middle = mean("x", "middle")
    away = b.node(
        "Pow", [b.node("Sub", ["x", middle], "away"), b.constant("p", 2.0)], "squares"
    )
    deviation = b.node("Sqrt", [mean(away, "variance")], "deviation")
    b.node("Mul", ["x", b.node("Add", [middle, deviation], "contrast")], "y")


def _unbiased(b: Builder) -> None:
    """Divided by one more than the pixels, and by a third of the height, rounded down."""
    height, width = _sides(b)
    pixels = b.node("Add", [b.node("Mul", [height, width], "area"), _number(b, 1)], "more")
    third = b.node(
        "Div", [b.node("Add", [height, _number(b, 7)], "taller"), _number(b, 3)], "t"
    )
    value = b.node("ReduceSum", ["x", _whole(b, 2, 3)], "all", keepdims=0)
    for i, by in enumerate((pixels, third)):
        value = b.node("Div", [value, b.node("Cast", [by], f"by{i}", to=1)], f"divided{i}")
    b.node("Add", ["x", b.node("Unsqueeze", [value, _whole(b, 2, 3)], "four")], "y")


def _number(b: Builder, number: int) -> str:
    return b.constant("n", np.array(number))


def _spread_by_resize(mode: str) -> Sketch:
    """A picture's mean beside it, as spatial pyramids have it."""

    def draw(b: Builder) -> None:
        shape = b.node("Shape", ["x"], "shape")
        mean = b.node("GlobalAveragePool", ["x"], "mean")
        spread = b.node("Resize", [mean, "", "", shape], "spread", mode=mode)
        both = b.node("Concat", [spread, "x"], "both", axis=1)
        b.node("Conv", [both, b.constant("w", weights(5, 12, 3, 3))], "y", pads=[1] * 4)

    return draw


def _whole_plane(b: Builder) -> None:
    """A small picture laid out as a list, each number with a weight of its own."""
    flat = b.node("Flatten", ["x"], "flat")
    numbers = b.node("Gemm", [flat, b.constant("w", weights(96, 5)), b.constant("b", 0.3)], "n")
    b.node("Reshape", [numbers, _whole(b, 1, 5, 1, 1)], "y")


FREE, FIXED = ("height", "width"), (4, 4)
CHAINS: dict[str, tuple[tuple[int | str, int | str], Sketch]] = {
    "squeeze and excite": (FREE, _squeeze_and_excite),
    "linear layers": (FREE, _linear_layers),
    "flat and back": (FREE, _flat_and_back),
    "squeezed": (FREE, _squeezed),
    "as torch writes it": (FREE, _as_torch_writes_it),
    "pixels as a list": (FREE, _pixels_as_a_list),
    "channels last": (FREE, _channels_last),
    "rows and columns": (FREE, _rows_and_columns),
    "normalised": (FREE, _normalised),
    "spread by nearest": (FREE, _spread_by_resize("nearest")),
    "spread by cubic": (FREE, _spread_by_resize("cubic")),
    "contrast": (FREE, _contrast),
    "divided by sizes": (FREE, _unbiased),
    "a whole plane": (FIXED, _whole_plane),
}
SIZES = ((1, 1), (7, 13), (1, 9), (4, 4))
SINGLE = replace(FRAGMENT, packs=1, literals=1 << 30)
SCHEDULES = (HYBRID, COMPUTE, FRAGMENT, SINGLE)
chains = pytest.mark.parametrize("name", CHAINS)
schedules = pytest.mark.parametrize("schedule", SCHEDULES)


def network(name: str) -> Network:
    sides, draw = CHAINS[name]
    builder = Builder("chain")
    builder.input("x", ("batch", 6, *sides))
    draw(builder)
    builder.output("y")
    return Network("chain", builder.finish(), "chain.onnx")


def pictures(name: str) -> list[Planes]:
    sizes = SIZES if CHAINS[name][0] == FREE else (FIXED,)
    return [{"x": 2 * weights(6, *sides)} for sides in sizes]


@chains
def test_a_chain_means_what_onnxruntime_computes(name: str) -> None:
    net = network(name)
    program = lower(net)
    for feeds in pictures(name):
        agree(evaluate(program, feeds), reference(net, feeds))


@schedules
@chains
def test_kernels_of_a_chain_compute_it(name: str, schedule: Schedule) -> None:
    net = network(name)
    build = compile_network(net, TARGETS["webgpu"], schedule)
    for feeds in pictures(name):
        agree(evaluate_kernels(build.kernels, build.program, feeds), reference(net, feeds))


@pytest.mark.gpu
@schedules
@chains
def test_the_shader_of_a_chain_computes_it(name: str, schedule: Schedule) -> None:
    net, target = network(name), TARGETS["webgpu"]
    session = Session(in_memory(target.package(compile_network(net, target, schedule))))
    for feeds in pictures(name):
        agree(session.run(feeds), reference(net, feeds))


@schedules
@chains
def test_no_step_changes_what_a_chain_means(name: str, schedule: Schedule) -> None:
    program = lower(network(name))
    feeds = pictures(name)[-1]
    before = evaluate(program, feeds)["y"]
    for step in (*STEPS, *reversed(STEPS)):
        program = step(program, schedule)
        check(program)
        agree({"y": evaluate(program, feeds)["y"]}, {"y": before})


@schedules
@pytest.mark.parametrize("name", ["squeeze and excite", "linear layers", "flat and back"])
def test_what_concerns_one_pixel_is_computed_once(name: str, schedule: Schedule) -> None:
    """Neither a fold nor a matrix of features is computed again at every pixel."""
    program = compile_network(network(name), TARGETS["webgpu"], schedule).program
    for plane in program.computed():
        large = [e for e in walk(plane.computed) if not isinstance(e, Tap)]
        if plane.thin != (True, True):
            assert not any(isinstance(e, Fold) for e in large) or plane.thin[0], plane.name
            assert len(large) <= 2, plane.name
    assert len([p for p in program.computed() if folds(p.computed)]) == 2
    assert all(tap.plane != "pooled over rows" for tap in taps(program.planes["y"].computed))


@schedules
def test_what_is_counted_is_not_drawn(schedule: Schedule) -> None:
    """Rows and columns are the picture's own; no pass stands between it and the network."""
    net = network("contrast")
    program = compile_network(net, TARGETS["webgpu"], schedule).program
    counting = [
        f for p in program.computed() for f in folds(p.computed) if f.function == "count"
    ]
    assert {fold.plane for fold in counting} == {"x"}
    assert "number" not in program.planes


PICTURE = Plane("x", 8, size("height"), size("width"))
POOLED = Plane("x", 8, size(1), size(1))
LAST = View(PICTURE, tuple(view_of(PICTURE).axes[i] for i in (0, 2, 3, 1)))
FEATURES = View(POOLED, ((), (Digit("c", size(8), 1),)))
SMALL = Plane("x", 8, size(17), size(16))
# operator, what it reads, its constants, its attributes, why not
REFUSALS = [
    ("ReduceMean", PICTURE, [np.array([0, 2, 3])], {}, "it mixes the pictures of a batch"),
    ("ReduceMean", PICTURE, [], {}, "it mixes the pictures of a batch"),
    (
        "ReduceMax",
        View(PICTURE, ((), *((d,) for d in (Digit("c", size(2), 4), Digit("c", size(4), 1))))),
        [np.array([1])],
        {},
        "it makes one of a part of an axis",
    ),
    ("Flatten", LAST, [], {}, "it takes the picture apart into a list of numbers"),
    ("Squeeze", PICTURE, [np.array([2])], {}, "it takes away an axis that is not one"),
    ("Gemm", FEATURES, [weights(8, 3)], {"transA": 1}, "it turns the picture's axes about"),
    ("Gemm", FEATURES, [weights(7, 3)], {}, "8 numbers meet a matrix of 7 rows"),
    ("Gemm", FEATURES, [FEATURES], {}, "operand 1 is computed by the network"),
    ("MatMul", PICTURE, [weights(8, 3)], {}, "it mixes rows or columns of the picture"),
    (
        "Gemm",
        View(SMALL, ((), view_of(SMALL).axes[2] + view_of(SMALL).axes[3])),
        [weights(272, 3)],
        {},
        "each of its numbers reads 272 pixels, 256 are the most",
    ),
    ("Add", FEATURES, [PICTURE], {}, "it works on a picture whose axes are reshaped"),
    ("Add", FEATURES, [weights(1, 7)], {}, "a constant for 7 channels meets a plane of 8"),
    (
        "Conv",
        FEATURES,
        [weights(8, 8, 1, 1)],
        {},
        "it works on a picture whose axes are reshaped",
    ),
    ("Expand", PICTURE, [np.array([1, 8, 5, 5])], {}, "it makes 5 of height pixels"),
    ("Expand", POOLED, [np.array([2, 8, 5, 5])], {}, "it makes several pictures of one"),
    ("Expand", POOLED, [np.array([1, 1, 8, 5, 5])], {}, "it makes more than four axes of it"),
]


@pytest.mark.parametrize(("kind", "read", "constants", "attributes", "why"), REFUSALS)
def test_what_has_no_meaning_says_why(
    kind: str, read: Plane | View, constants: list[np.ndarray], attributes: dict, why: str
) -> None:
    node = Node(kind, "node", (read, *constants), ("y",), attributes)
    with pytest.raises(NotInAShader) as told:
        meaning(node)
    assert told.value.why.startswith(why)
    assert told.value.hint


def test_a_list_with_the_number_of_pixels_is_refused() -> None:
    pixels = View(Plane("n", 1, size(1), size(1)), ((),))
    node = Node("Concat", "node", (np.array([1, 8]), pixels), ("y",), {"axis": 0})
    with pytest.raises(NotInAShader, match="the product of two computed sizes"):
        meaning(node)


def test_a_matrix_on_the_left_is_refused() -> None:
    node = Node("MatMul", "node", (weights(3, 8), FEATURES), ("y",))
    with pytest.raises(NotInAShader, match="a matrix on the left mixes rows"):
        meaning(node)
