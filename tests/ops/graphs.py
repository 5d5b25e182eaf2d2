"""Graphs of a single node, made of an operator's cases, and what onnxruntime computes."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import numpy as np
import onnx_ir as ir
import onnxruntime

from texelnet.graph.builder import Builder
from texelnet.graph.network import Network
from texelnet.ops import OPS, Case, Op
from texelnet.ops.op import random_array as weights

CASES = [(op, case) for op in OPS.values() for case in op.cases]
NAMES = [f"{op.type}: {case.name}" for op, case in CASES]

Planes = dict[str, np.ndarray]
Sketch = Callable[[Builder], None]
"""Draws a graph, from "x" to "y"."""


def network(op: Op | str, case: Case) -> tuple[Network, Planes]:
    """Return a network of one node, and inputs for it, (channels, height, width)."""
    builder, rng = Builder("case"), np.random.default_rng(0)
    feeds: Planes = {}
    names = []
    for index, operand in enumerate(case.operands):
        if operand is None:
            names.append("")
        elif isinstance(operand, tuple):
            low = -case.span if case.above is None else case.above
            dims = ("batch", operand[0], f"height{index or ''}", f"width{index or ''}")
            names.append(builder.input(f"x{index}", dims))
            feeds[names[-1]] = rng.uniform(low, case.span, operand).astype(np.float32)
            if index in case.truths:
                zero = builder.constant("zero", np.float32(0))
                names[-1] = builder.node("Greater", [names[-1], zero], f"truth{index}")
        else:
            names.append(builder.constant(f"c{index}", operand))
    outputs = [f"y{i}" for i in range(case.outputs)]
    kind = op if isinstance(op, str) else op.type
    builder.node(kind, names, outputs, "node", **case.attributes)
    if case.whole:
        outputs = [builder.node("Cast", [name], f"{name}.float", to=1) for name in outputs]
    for name in outputs:
        builder.output(name)
    with patch("texelnet.graph.builder.OPSET", case.opset):
        return Network("case", builder.finish(), "case.prototxt"), feeds


def sketched(sides: tuple[int | str, int | str], draw: Sketch) -> tuple[Network, Planes]:
    """Return what a sketch draws of an input of 12 channels, and an input for it."""
    builder = Builder("chain")
    builder.input("x", (1, 12, *sides))
    draw(builder)
    builder.output("y")
    return Network("chain", builder.finish(), "chain.onnx"), {"x": 2 * weights(12, 4, 6)}


def reference(net: Network, feeds: Planes) -> Planes:
    """Return what onnxruntime computes."""
    content = ir.serde.serialize_model(net.model).SerializeToString()
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    answers = session.run(names, {k: v[None] for k, v in feeds.items()})
    found = {name: answer[0] for name, answer in zip(names, answers, strict=True)}
    return {name: a if a.ndim == 3 else a[None] for name, a in found.items()}


def agree(got: Planes, wanted: Planes, tolerance: float = 2e-5) -> None:
    """Check that planes are the same, relative to the largest number."""
    for name, want in wanted.items():
        assert got[name].shape == want.shape, f"{name}: {got[name].shape} is not {want.shape}"
        error = np.max(np.abs(got[name] - want), initial=0.0)
        assert error <= tolerance * max(1.0, np.max(np.abs(want), initial=0.0)), (name, error)
