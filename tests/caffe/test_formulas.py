"""Formulas on the page of layers are run: those of layers that work value by value."""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.caffe.reference import every_blob

from texelnet.caffe import read_net, to_graph
from texelnet.caffe.layers import LAYERS
from texelnet.caffe.schema import SCHEMA

ONE_BY_ONE = [
    *("ReLU", "ELU", "Sigmoid", "TanH", "Power", "AbsVal", "BNLL"),
    *("Clip", "Exp", "Log", "Swish", "Threshold", "ReLU6"),
]
X = np.linspace(-1.9, 1.9, 3 * 9 * 8).reshape(1, 3, 9, 8)


def python(formula: str) -> str:
    """Write a formula as Python: cases by `where` and `elsewhere`, one a line."""
    formula = re.sub(r"\|(\w)\|", r"abs(\1)", formula.removeprefix("y = "))
    text = formula.replace("·", "*").replace("^", "**")
    text = re.sub(r"\b(min|max)(?=\()", r"np.\1imum", text)
    cases = [
        re.split(r"\s+(?:where |elsewhere)", line.strip(" =")) for line in text.split("\n")
    ]
    if len(cases) == 1:
        return text
    (value, condition), (other, _) = cases
    return f"np.where({condition}, {value}, {other})"


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_a_formula_gives_what_the_layer_gives(name):
    about = LAYERS[name].about
    net = read_net(about.example)
    known = {"np": np, "x": X, "e": np.e, "log": np.log}
    for block in about.settings:
        settings = net.layers[-1].settings(block)
        numbers = [f.name for f in SCHEMA[settings.kind].values() if f.type == "float"]
        known |= {number: settings.real(number) for number in numbers}
    found = every_blob(to_graph(net), {"data": X.astype(np.float32)})["y"]
    wanted = eval(python(about.formula), known)
    np.testing.assert_allclose(found, np.broadcast_to(wanted, X.shape), rtol=1e-5, atol=1e-6)
