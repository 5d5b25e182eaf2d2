"""What a factor in the inputs becomes in the outputs, for every operator and every case."""

from __future__ import annotations

import numpy as np
import pytest
from tests.ops.graphs import CASES, NAMES, network

from texelnet.ops import Case, Op
from texelnet.pixel import evaluate
from texelnet.pixel.degree import degrees
from texelnet.shader.lower import lower

FACTOR = 4.0
BENT = {"Sigmoid", "Tanh", "Elu", "Exp", "Softmax", "Clip", "HardSigmoid", "Gelu", "LRN"}
STRAIGHT = {"Conv", "ConvTranspose", "Relu", "LeakyRelu", "PRelu", "MaxPool", "AveragePool",
            "Concat", "DepthToSpace", "Resize", "Slice", "BatchNormalization"}  # fmt: skip


@pytest.mark.parametrize(("op", "case"), CASES, ids=NAMES)
def test_outputs_grow_by_the_power_that_was_found(op: Op, case: Case) -> None:
    net, feeds = network(op, case)
    program = lower(net)
    found = degrees(program)
    assert not (op.type in STRAIGHT and found.broken)
    if found.broken or found.biased:
        return
    times = evaluate(program, {name: x * np.float32(FACTOR) for name, x in feeds.items()})
    once = evaluate(program, feeds)
    for name in program.outputs:
        grown = FACTOR ** float(found.planes[name] or 0)
        np.testing.assert_allclose(times[name], once[name] * grown, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", sorted(BENT))
def test_what_bends_anywhere_but_at_zero_has_no_degree(kind: str) -> None:
    drafts = [network(op, case)[0] for op, case in CASES if op.type == kind]
    assert drafts
    assert all(
        found.broken or found.planes[program.outputs[0]] != 1
        for program in map(lower, drafts)
        for found in [degrees(program)]
    )
