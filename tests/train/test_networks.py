"""The networks of a solver: named or held by it, one for both phases or one for each."""

from __future__ import annotations

import numpy as np
import pytest
from tests.caffe.reference import refusal

from texelnet.caffe.solver import read_solver
from texelnet.errors import PrototxtError
from texelnet.train.networks import read_test_nets, read_train_net

RATES = 'base_lr: 0.1 lr_policy: "fixed" test_interval: 1 random_seed: 1\n'
LAYERS = """
layer { name: "d" type: "DummyData" top: "x"
  dummy_data_param { shape { dim: 1 dim: 3 } } }
layer { name: "%s" type: "InnerProduct" bottom: "x" top: "y"
  inner_product_param { num_output: 1 weight_filler { type: "xavier" } } }
layer { name: "now" type: "Sigmoid" bottom: "y" top: "now"
  include { stage: "late" } }
"""


def held(field, name="ip"):
    return f"{field} {{ {LAYERS % name} }}\n"


def read(folder, text):
    """Return the network that is trained, and those that are tested."""
    solver = read_solver(RATES + text, source=str(folder / "solver.prototxt"))
    begun = read_train_net(solver)
    return begun.net, read_test_nets(solver, begun.net)


def names(nets):
    return [[layer.name for layer in net.layers if layer.type != "DummyData"] for net in nets]


def test_one_network_in_the_solver_serves_both_phases(tmp_path):
    net, tests = read(tmp_path, held("net_param") + "test_iter: 1")
    assert names([net, *tests]) == [["ip"], ["ip"]]
    assert (net.phase, tests[0].phase) == ("TRAIN", "TEST")
    np.testing.assert_array_equal(tests[0].weights["ip", 0], net.weights["ip", 0])


def test_tests_come_in_the_order_of_caffe(tmp_path):
    (tmp_path / "file.prototxt").write_text(LAYERS % "from_file")
    text = held("net_param", "both") + held("test_net_param", "own")
    _, tests = read(tmp_path, text + 'test_net: "file.prototxt" test_iter: [1, 2, 3]')
    assert names(tests) == [["own"], ["from_file"], ["both"]]


def test_a_network_to_train_alone_needs_no_test(tmp_path):
    net, tests = read(tmp_path, held("train_net_param"))
    assert (names([net]), tests) == ([["ip"]], [])


def test_each_test_has_a_state_of_its_own(tmp_path):
    states = 'test_iter: [1, 1] test_state {} test_state { stage: "late" }'
    _, tests = read(tmp_path, held("net_param") + states)
    assert names(tests) == [["ip"], ["ip", "now"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            held("net_param").replace("Sigmoid", "Sigmoidal").replace('stage: "late"', ""),
            ": one layer can't be understood\n"
            '  line 7, layer "now" (Sigmoidal): there is no such layer type, try Sigmoid\n'
            "  try: the page caffe-layers.md lists all types",
        ),
        (
            held("train_net_param") + "test_iter: 1",
            ":10: 1 test_iter for 0 test_net\n  try: one for each",
        ),
        (
            held("net_param") + held("test_net_param"),
            ":1: 0 test_iter for 1 test_net_param\n  try: one for each",
        ),
        (
            held("net_param") + "test_iter: 1 test_state {} test_state {}",
            ":10: 2 test_state for 1 test_iter\n  try: one for each, or none",
        ),
    ],
    ids=["unknown layer", "no network to test", "no count", "too many states"],
)
def test_what_does_not_fit_is_told_with_the_line_of_the_solver(tmp_path, text, message):
    error = refusal(PrototxtError, lambda: read(tmp_path, text))
    assert str(error) == f"{tmp_path}/solver.prototxt{message}"
