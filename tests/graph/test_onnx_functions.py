"""Functions that an ONNX file defines itself: put in place, and never followed for ever."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from tests.graph.onnx_models import (
    CONV,
    W,
    answer,
    constant,
    model,
    node,
    nodes,
    picture,
    read,
    refused,
    written,
)

from texelnet.errors import WeightsError
from texelnet.graph.onnx_file import read_onnx

DOMAIN = "mine"


def call(name: str, source: str, made: str, called: str = "", **attributes: object):
    return helper.make_node(name, [source], [made], called or made, domain=DOMAIN, **attributes)


def function(name: str, inner: list[onnx.NodeProto], opset: int = 18, **more: object):
    """A function from "i" to "o"."""
    imports = [helper.make_opsetid("", opset), helper.make_opsetid(DOMAIN, 1)]
    return helper.make_function(DOMAIN, name, ["i"], ["o"], inner, imports, **more)


def with_functions(
    main: list[onnx.NodeProto], *functions: onnx.FunctionProto, opset: int = 18
) -> onnx.ModelProto:
    proto = model(main, [W], opset)
    proto.opset_import.append(helper.make_opsetid(DOMAIN, 1))
    proto.functions.extend(functions)
    return proto


def leaky() -> onnx.FunctionProto:
    """x, or slope*x below zero; the slope is the function's own setting."""
    bend = node("LeakyRelu", ["i"], ["o"], "bend")
    slope = bend.attribute.add(name="alpha", type=onnx.AttributeProto.FLOAT)
    slope.ref_attr_name = "slope"
    return function("Leaky", [bend], attributes=["slope"])


def test_a_function_means_its_nodes(tmp_path: Path) -> None:
    """Called twice with two settings, through another function with a constant in it."""
    half = node("Constant", [], ["h"], value=constant("h", np.float32(0.5)))
    inner = [half, call("Leaky", "i", "b", slope=0.1), node("Mul", ["b", "h"], ["o"])]
    main = [CONV, call("Both", "a", "c"), call("Leaky", "c", "y", slope=0.3)]
    network = read_onnx(
        written(tmp_path, with_functions(main, function("Both", inner), leaky()))
    )
    plain = [
        CONV,
        node("LeakyRelu", ["a"], ["b"], alpha=0.1),
        node("Mul", ["b", "h"], ["c"]),
        node("LeakyRelu", ["c"], ["y"], alpha=0.3),
    ]
    half_of_it = constant("h", np.float32(0.5))
    np.testing.assert_array_equal(
        answer(network), answer(read(tmp_path, plain, [W, half_of_it]))
    )
    assert [kind for kind, _ in nodes(network)] == ["Conv", "LeakyRelu", "Mul", "LeakyRelu"]


def test_a_function_may_speak_another_opset(tmp_path: Path) -> None:
    split = function("Thin", [node("Squeeze", ["i"], ["t"], axes=[0]),
                              node("Unsqueeze", ["t"], ["o"], axes=[0])], 11)  # fmt: skip
    network = read_onnx(
        written(tmp_path, with_functions([CONV, call("Thin", "a", "y")], split))
    )
    plain = read(tmp_path, [node("Conv", ["x", "w"], ["y"], pads=[1] * 4)], [W])
    np.testing.assert_array_equal(answer(network), answer(plain))


def test_what_no_node_calls_is_left_out(tmp_path: Path) -> None:
    branch = helper.make_graph([node("Relu", ["i"], ["r"])], "b", [], [picture("r", None)])
    choice = node("If", ["i"], ["o"], then_branch=branch, else_branch=branch)
    proto = with_functions(
        [CONV, call("Leaky", "a", "y", slope=0.1)], leaky(), function("C", [choice])
    )
    assert [kind for kind, _ in nodes(read_onnx(written(tmp_path, proto)))] == [
        "Conv",
        "LeakyRelu",
    ]


def test_functions_that_call_themselves(tmp_path: Path) -> None:
    one = function("One", [call("Two", "i", "o")])
    two = function("Two", [call("One", "i", "o")])
    told = refused(tmp_path, with_functions([CONV, call("One", "a", "y")], one, two))
    assert told in {
        f"net.onnx: functions call themselves: {names}\n  try: a network without recursion"
        for names in ('"One", "Two", "One"', '"Two", "One", "Two"')
    }


def test_functions_that_double(tmp_path: Path) -> None:
    """Sixty functions that each call the next one twice: no machine could write them out."""
    twice = [
        function(f"F{i}", [call(f"F{i + 1}", "i", "m"), call(f"F{i + 1}", "m", "o", "again")])
        for i in range(60)
    ]
    last = function("F60", [node("Relu", ["i"], ["o"])])
    told = refused(tmp_path, with_functions([CONV, call("F0", "a", "y")], *twice, last))
    assert told == (
        "net.onnx: it has 3,458,764,513,820,540,928 nodes, 20,000 are the most\n"
        "  try: a picture network has a few hundred"
    )


def test_functions_that_call_ever_deeper(tmp_path: Path) -> None:
    chain = [function(f"F{i}", [call(f"F{i + 1}", "i", "o")]) for i in range(5000)]
    last = function("F5000", [node("Relu", ["i"], ["o"])])
    assert refused(tmp_path, with_functions([CONV, call("F0", "a", "y")], *chain, last)) == (
        "net.onnx: functions call each other more than 100 deep\n"
        "  try: export it without functions"
    )


def test_weights_in_functions_are_checked_before_they_are_believed(tmp_path: Path) -> None:
    vast = onnx.TensorProto(name="k", data_type=TensorProto.FLOAT, dims=[2**20, 2**20])
    inner = [node("Constant", [], ["k"], "k", value=vast), node("Add", ["i", "k"], ["o"])]
    proto = with_functions([CONV, call("Vast", "a", "y")], function("Vast", inner))
    assert refused(tmp_path, proto, WeightsError).startswith(
        'net.onnx (node "k", value): the weights up to here have 4,398,046,511,428 bytes'
    )
