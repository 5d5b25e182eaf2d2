"""Small ONNX files that would make large things: refused before they are made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from tests.graph.onnx_models import constant, model, node, written

from texelnet.errors import ShaderError
from texelnet.graph.onnx_file import read_onnx
from texelnet.shader.lower import lower

FREE = ("n", 3, "h", "w")
TWICE = constant("two", np.int64([1, 1, 2, 3]))
FEW = constant("few", np.int64([0, 0, 7, 9]))


def doubled() -> list[onnx.NodeProto]:
    """Each joins the one before with itself."""
    first = node("Concat", ["x", "x"], ["v0"], axis=1)
    rest = [node("Concat", [f"v{i}"] * 2, [f"v{i + 1}"], axis=1) for i in range(11)]
    return [first, *rest, node("Relu", ["v11"], ["y"])]


def smaller() -> list[onnx.NodeProto]:
    """Each size is the smaller of the one before and twice that less a few."""
    nodes = [node("Shape", ["x"], ["s0"])]
    for i in range(300):
        nodes.append(node("Mul", [f"s{i}", "two"], [f"d{i}"]))
        nodes.append(node("Sub", [f"d{i}", "few"], [f"t{i}"]))
        nodes.append(node("Min", [f"s{i}", f"t{i}"], [f"s{i + 1}"]))
    return [*nodes, node("Resize", ["x", "", "", "s300"], ["y"])]


def pooled(side: int, **more: int) -> list[onnx.NodeProto]:
    pads = [side // 2] * 4
    attributes = {"kernel_shape": [side] * 2, "strides": [2, 2], "pads": pads, **more}
    return [node("AveragePool", ["x"], ["y"], **attributes)]


@pytest.mark.parametrize(
    ("nodes", "text"),
    [
        (doubled(), 'Concat "v10": it makes 6,144 channels, 4,096 are the most (try: a picture'
                    " network)"),
        (smaller(), 'Min "s6": its sizes are made of too many others (try: simpler sizes)'),
        (pooled(5000), 'AveragePool "y": a window of 5,000 x 5,000 pixels: 16,384 are the most'
                       " (try: a smaller kernel, or several after each other)"),
        (pooled(60, ceil_mode=1, count_include_pad=1),
         'AveragePool "y": padding counts in so large a window by ceil'
         " (try: count_include_pad=0)"),
    ],
    ids=["channels that double", "sizes that double", "a vast window", "its border"],
)  # fmt: skip
def test_what_would_grow_is_refused(
    tmp_path: Path, nodes: Sequence[onnx.NodeProto], text: str
) -> None:
    network = read_onnx(written(tmp_path, model(nodes, [TWICE, FEW], shape=FREE)))
    with pytest.raises(ShaderError) as caught:
        lower(network)
    told = str(caught.value).replace(f"{tmp_path}/", "")
    head = "net.onnx: these layers have no meaning in a pixel shader\n  "
    assert told == head + text


def test_layers_of_many_numbers_together_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("texelnet.shader.lower.MOST_NUMBERS", 100)
    kernels = [constant(f"w{i}", np.ones((3, 3, 2, 2), np.float32)) for i in range(3)]
    convs = [
        node("Conv", [v, f"w{i}"], [o], f"conv{i}")
        for i, (v, o) in enumerate((("x", "a"), ("a", "b"), ("b", "y")))
    ]
    with pytest.raises(ShaderError) as caught:
        lower(read_onnx(written(tmp_path, model(convs, kernels))))
    assert str(caught.value).splitlines()[1] == (
        '  Conv "conv2": the layers up to here multiply by more than 100 numbers'
        " (try: a smaller network)"
    )


def test_a_long_chain_is_lowered_in_a_moment(tmp_path: Path) -> None:
    """Five thousand layers: what is done for one must not look at all the others."""
    chain = [node("Relu", [f"v{i}"], [f"v{i + 1}"]) for i in range(5000)]
    nodes = [node("Relu", ["x"], ["v0"]), *chain, node("Relu", ["v5000"], ["y"])]
    program = lower(read_onnx(written(tmp_path, model(nodes, shape=FREE))))
    assert len(program.computed()) == 5002
