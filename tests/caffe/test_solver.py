"""A solver is read, upgraded, and refused where Caffe goes on with nonsense."""

from __future__ import annotations

import pytest
from tests.caffe.reference import refusal

from texelnet.caffe.solver import read_solver
from texelnet.errors import PrototxtError

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
    GOOD + "iter_size: 0": "solver.prototxt:3: iter_size is 0, it must be at least 1\n"
    "  try: leave it out, or write 1 or more",
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
