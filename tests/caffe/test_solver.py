"""A solver is read, upgraded, and refused where Caffe goes on with nonsense."""

from __future__ import annotations

import json

import pytest
from tests.caffe.reference import SHARED, refusal

from texelnet.caffe.solver import read_solver
from texelnet.errors import PrototxtError, TexelnetError

GOOD = 'base_lr: 0.1\nlr_policy: "fixed"\n'
BAD = {
    'lr_policy: "fixed"': "solver.prototxt:1: there is no base_lr\n  try: base_lr: 0.01",
    "base_lr: 1": (
        "solver.prototxt:1: there is no lr_policy\n"
        "  try: fixed, step, exp, inv, multistep, poly, sigmoid"
    ),
    'base_lr: 1\nlr_policy: "stpe"': (
        'solver.prototxt:2: there is no lr_policy "stpe"\n  try: step'
    ),
    'base_lr: 1 power: 1\nlr_policy: "poly"': (
        'solver.prototxt:2: lr_policy "poly" needs max_iter\n  try: write max_iter'
    ),
    GOOD + "iter_size: 0": "solver.prototxt:3: iter_size is 0, it must be at least 1",
    GOOD + 'type: "adam"': 'solver.prototxt:3: there is no solver "adam"\n  try: Adam',
    GOOD + 'type: "Adam"\nsolver_type: ADAM': (
        "solver.prototxt:4: type and solver_type are both written\n  try: keep type"
    ),
    GOOD + 'regularization_type: "L3"': (
        'solver.prototxt:3: there is no regularization_type "L3"\n  try: L1 or L2'
    ),
    GOOD + 'type: "AdaGrad"\nmomentum: 0.9': (
        "solver.prototxt:4: AdaGrad takes no momentum\n  try: remove it"
    ),
    'base_lr: 1 gamma: 1\nlr_policy: "multistep"\nstepvalue: 5 stepvalue: 2': (
        "solver.prototxt:3: stepvalue 5, 2 must rise"
    ),
}


@pytest.mark.parametrize("text", BAD)
def test_a_solver_that_cannot_be_says_why(text):
    assert str(refusal(PrototxtError, lambda: read_solver(text))) == BAD[text]


def test_the_older_enum_is_upgraded():
    assert read_solver(GOOD + "solver_type: NESTEROV").type == "Nesterov"


BAD_INPUTS = SHARED / "goldens" / "bad_inputs.json"
DIFFERENT = {
    "solver_no_base_lr": "Caffe trains with a rate of 0",
    "solver_step_no_gamma": "Caffe's rate falls to 0",
    "solver_poly_no_max_iter": "Caffe divides by 0",
}


def _solvers() -> list[dict[str, str]]:
    if not BAD_INPUTS.exists():
        return []
    cases = json.loads(BAD_INPUTS.read_text())["cases"]
    return [case for case in cases if case["kind"] == "solver" and case["text"]]


@pytest.mark.skipif(not BAD_INPUTS.exists(), reason="there is no ../shared")
@pytest.mark.parametrize("case", _solvers(), ids=lambda case: case["id"])
def test_what_caffe_aborts_on_is_an_error_and_what_it_takes_is_taken(case):
    error = refusal(TexelnetError, lambda: read_solver(case["text"]).train_net())
    taken = (case["outcome"] == "accepted") != (case["id"] in DIFFERENT)
    assert (error is None) == taken
