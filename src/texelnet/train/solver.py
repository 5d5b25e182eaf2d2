"""Steps of gradient descent, in Caffe's order.

The gradients of `iter_size` passes are summed and clipped by their common length; then they are
divided by iter_size, weight decay is added, and each parameter takes its step. So the decay is
never clipped, and the learning rate stands inside the momentum: a rate that drops does not
slow down what is under way.

Adam and AdaDelta remember two numbers for each parameter, the others one; Adam's delta is added
to the root of v before it is corrected. The history is a list in the order of the parameters,
the second numbers after all first ones, as it stands in a .solverstate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import Any

from texelnet.caffe.message import Message
from texelnet.caffe.solver import Solver

Tensor = Any


@dataclass(frozen=True)
class Policy:
    """How the learning rate changes.

    Parameters
    ----------
    formula
        Plain text, in the words of the settings; t is the iteration, the first is 0.
    rate
        The same, computed.
    remark
        What people do not expect of it.
    """

    formula: str
    rate: Callable[[Message, int], float]
    remark: str = ""


def learning_rate(settings: Message, iteration: int) -> float:
    """Return the rate of an iteration (the first is 0), before any lr_mult."""
    return RATES[settings.word("lr_policy")].rate(settings, iteration)


def _fixed(settings: Message, t: int) -> float:
    return settings.real("base_lr")


def _dropped(settings: Message, times: int) -> float:
    return float(settings.real("base_lr") * settings.real("gamma") ** times)


def _inv(settings: Message, t: int) -> float:
    slower = (1 + settings.real("gamma") * t) ** -settings.real("power")
    return float(settings.real("base_lr") * slower)


def _poly(settings: Message, t: int) -> float:
    left = 1 - t / settings.number("max_iter")
    return float(settings.real("base_lr") * left ** settings.real("power"))


def _sigmoid(settings: Message, t: int) -> float:
    past = t - settings.number("stepsize")
    return settings.real("base_lr") / (1 + exp(-settings.real("gamma") * past))


RATES: dict[str, Policy] = {
    "fixed": Policy("base_lr", _fixed),
    "step": Policy(
        "base_lr · gamma ^ floor(t / stepsize)",
        lambda settings, t: _dropped(settings, t // settings.number("stepsize")),
    ),
    "exp": Policy("base_lr · gamma ^ t", _dropped),
    "inv": Policy("base_lr · (1 + gamma · t) ^ -power", _inv),
    "multistep": Policy(
        "base_lr · gamma ^ count(t >= stepvalue)",
        lambda settings, t: _dropped(settings, steps_done(settings, t)),
    ),
    "poly": Policy("base_lr · (1 - t / max_iter) ^ power", _poly),
    "sigmoid": Policy(
        "base_lr / (1 + exp(-gamma · (t - stepsize)))", _sigmoid, "it rises for gamma above 0"
    ),
}
"""How the learning rate changes, by `lr_policy`."""


def steps_done(settings: Message, iteration: int) -> int:
    """Return how many of the stepvalues lie behind."""
    return sum(iteration >= value for value in settings.numbers("stepvalue"))


@dataclass
class Learnt:
    """One parameter that is learnt, and how much of the rate and of the decay it takes."""

    value: Tensor
    rate: float
    decay: float


class Descent:
    """Takes steps.

    Parameters
    ----------
    torch
        The module, handed in.
    solver
        Kind and settings.
    parameters
        What is learnt, in the order of the network.
    add
        Adds a gradient up over all processes that train together, in place.
    """

    def __init__(
        self,
        torch: Any,
        solver: Solver,
        parameters: Sequence[Learnt],
        add: Callable[[Tensor], None] = lambda gradient: None,
    ) -> None:
        self.torch, self.solver, self.parameters = torch, solver, list(parameters)
        self.add = add
        copies = 2 if solver.type in ("Adam", "AdaDelta") else 1
        self.history = [torch.zeros_like(p.value) for p in self.parameters * copies]
        self.iteration = 0

    def step(self) -> float:
        """Move every parameter by its gradient; return the rate that was used."""
        settings = self.solver.message
        rate = learning_rate(settings, self.iteration)
        with self.torch.no_grad():
            gradients = [self._gradient(p) for p in self.parameters]
            self._clip(gradients, settings.real("clip_gradients"))
            for index, (p, gradient) in enumerate(zip(self.parameters, gradients, strict=True)):
                gradient /= settings.number("iter_size")
                self._decay(p, gradient)
                p.value -= UPDATES[self.solver.type].step(self, index, gradient, rate * p.rate)
        self.iteration += 1
        return rate

    def _gradient(self, parameter: Learnt) -> Tensor:
        gradient = parameter.value.grad
        parameter.value.grad = None
        if gradient is None:
            gradient = self.torch.zeros_like(parameter.value)
        self.add(gradient)
        return gradient

    def _clip(self, gradients: list[Tensor], most: float) -> None:
        """Shorten all gradients together to the length that is allowed."""
        if most < 0:
            return
        length = sqrt(sum(float((g * g).sum()) for g in gradients))
        if length > most:
            for gradient in gradients:
                gradient *= most / length

    def _decay(self, parameter: Learnt, gradient: Tensor) -> None:
        settings = self.solver.message
        decay = settings.real("weight_decay") * parameter.decay
        if decay:
            value = parameter.value
            l1 = settings.word("regularization_type") == "L1"
            gradient += decay * (self.torch.sign(value) if l1 else value)

    def _pair(self, index: int) -> tuple[Tensor, Tensor]:
        return self.history[index], self.history[index + len(self.parameters)]


def _sgd(of: Descent, index: int, gradient: Tensor, rate: float) -> Tensor:
    return of.history[index].mul_(of.solver.message.real("momentum")).add_(rate * gradient)


def _nesterov(of: Descent, index: int, gradient: Tensor, rate: float) -> Tensor:
    momentum, before = of.solver.message.real("momentum"), of.history[index].clone()
    after = of.history[index].mul_(momentum).add_(rate * gradient)
    return (1 + momentum) * after - momentum * before


def _adagrad(of: Descent, index: int, gradient: Tensor, rate: float) -> Tensor:
    total = of.history[index].add_(gradient * gradient)
    return rate * gradient / (total.sqrt() + of.solver.message.real("delta"))


def _rmsprop(of: Descent, index: int, gradient: Tensor, rate: float) -> Tensor:
    kept = of.solver.message.real("rms_decay")
    mean = of.history[index].mul_(kept).add_((1 - kept) * gradient * gradient)
    return rate * gradient / (mean.sqrt() + of.solver.message.real("delta"))


def _adadelta(of: Descent, index: int, gradient: Tensor, rate: float) -> Tensor:
    settings, (squares, moves) = of.solver.message, of._pair(index)
    kept, delta = settings.real("momentum"), settings.real("delta")
    squares.mul_(kept).add_((1 - kept) * gradient * gradient)
    move = gradient * ((moves + delta) / (squares + delta)).sqrt()
    moves.mul_(kept).add_((1 - kept) * move * move)
    return rate * move


def _adam(of: Descent, index: int, gradient: Tensor, rate: float) -> Tensor:
    settings, (m, v) = of.solver.message, of._pair(index)
    first, second = settings.real("momentum"), settings.real("momentum2")
    m.mul_(first).add_((1 - first) * gradient)
    v.mul_(second).add_((1 - second) * gradient * gradient)
    count = of.iteration + 1
    correction = sqrt(1 - second**count) / (1 - first**count)
    return rate * correction * m / (v.sqrt() + settings.real("delta"))


@dataclass(frozen=True)
class Update:
    """By how much a kind of solver moves a parameter.

    Parameters
    ----------
    summary
        What it does, in one line.
    formula
        Plain text, in the words of the settings: g is the gradient after clipping and decay,
        rate the learning rate times lr_mult, n the number of the step, 1 the first; letters
        that are carried on begin with 0.
    step
        The same, computed: (descent, index of the parameter, g, rate).
    """

    summary: str
    formula: str
    step: Callable[[Descent, int, Tensor, float], Tensor]


UPDATES: dict[str, Update] = {
    "SGD": Update(
        "Follows the gradient and keeps some of the last step.",
        "v ← momentum · v + rate · g\nstep = v",
        _sgd,
    ),
    "Nesterov": Update(
        "Keeps some of the last step, and looks ahead along it.",
        "u ← v\nv ← momentum · v + rate · g\nstep = (1 + momentum) · v - momentum · u",
        _nesterov,
    ),
    "AdaGrad": Update(
        "Small steps where gradients have been large: they only get smaller. No momentum.",
        "h ← h + g ^ 2\nstep = rate · g / (sqrt(h) + delta)",
        _adagrad,
    ),
    "RMSProp": Update(
        "Small steps where gradients are large of late. No momentum.",
        "h ← rms_decay · h + (1 - rms_decay) · g ^ 2\nstep = rate · g / (sqrt(h) + delta)",
        _rmsprop,
    ),
    "AdaDelta": Update(
        "Steps as large as those before, by the gradient's size; momentum is its decay.",
        "h ← momentum · h + (1 - momentum) · g ^ 2\n"
        "move = g · sqrt((m + delta) / (h + delta))\n"
        "m ← momentum · m + (1 - momentum) · move ^ 2\n"
        "step = rate · move",
        _adadelta,
    ),
    "Adam": Update(
        "Means of the gradient and of its square, corrected for how few there were.",
        "m ← momentum · m + (1 - momentum) · g\n"
        "v ← momentum2 · v + (1 - momentum2) · g ^ 2\n"
        "c = sqrt(1 - momentum2 ^ n) / (1 - momentum ^ n)\n"
        "step = rate · c · m / (sqrt(v) + delta)",
        _adam,
    ),
}
"""By how much each kind of solver moves a parameter, by `type`."""
