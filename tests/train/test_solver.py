"""What the page of solvers writes as formulas is what is computed."""

from __future__ import annotations

from math import exp, floor, sqrt

import pytest

from texelnet.caffe.solver import POLICIES, TYPES, read_solver
from texelnet.train.solver import RATES, UPDATES, Descent, Learnt, learning_rate

SETTINGS = {
    **{"base_lr": 0.1, "gamma": 0.5, "power": 0.75, "max_iter": 20, "stepsize": 4},
    **{"momentum": 0.9, "momentum2": 0.99, "rms_decay": 0.98, "delta": 0.001},
}
STEPVALUES = (3, 7)


def written(formula: str) -> str:
    """A formula as Python."""
    return formula.replace("·", "*").replace("^", "**").replace("←", "=")


def solver(type: str = "SGD", policy: str = "fixed"):
    idle = ("momentum",) if type in ("AdaGrad", "RMSProp") else ()
    lines = [f"{name}: {value}" for name, value in SETTINGS.items() if name not in idle]
    lines += [f"stepvalue: {value}" for value in STEPVALUES]
    return read_solver("\n".join([*lines, f'type: "{type}" lr_policy: "{policy}"']))


def test_every_policy_and_kind_that_is_read_is_computed():
    assert list(RATES) == list(POLICIES)
    assert list(UPDATES) == list(TYPES.values())


@pytest.mark.parametrize("name", RATES)
def test_the_formula_of_a_policy_gives_its_rates(name):
    message = solver(policy=name).message
    for t in range(12):
        past = sum(t >= value for value in STEPVALUES)
        text = written(RATES[name].formula).replace("count(t >= stepvalue)", str(past))
        wanted = eval(text, {**SETTINGS, "floor": floor, "exp": exp, "t": t})
        assert learning_rate(message, t) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("name", UPDATES)
def test_the_formula_of_a_solver_gives_its_steps(name):
    torch = pytest.importorskip("torch", reason="torch is not installed: make setup")
    value = torch.tensor([1.0], dtype=torch.float64)
    descent = Descent(torch, solver(name), [Learnt(value, 1.0, 0.0)])
    known = {**SETTINGS, "rate": SETTINGS["base_lr"], "sqrt": sqrt, "u": 0, "v": 0, "h": 0}
    place, known["m"] = 1.0, 0
    for n, g in enumerate((0.5, -2.0, 1.5, 0.25), 1):
        value.grad = torch.tensor([g], dtype=torch.float64)
        exec(written(UPDATES[name].formula), known | {"g": g, "n": n}, known)
        place -= known["step"]
        descent.step()
        assert float(value) == pytest.approx(place, rel=1e-5)
