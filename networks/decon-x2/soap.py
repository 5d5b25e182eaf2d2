"""SOAP, an optimiser: Adam in the eigenbasis of Shampoo's factors.

Shampoo keeps, for a weight matrix, the running means of G G' and G' G of its gradients G. In
the bases of their eigenvectors the gradient's entries are nearly independent, which is what
Adam assumes of them. So Adam's second moment is kept there, the momentum is turned there for
each step, and the step is turned back. The bases follow now and then, by a power iteration.

See Vyas et al., "SOAP: Improving and Stabilizing Shampoo using Adam", 2024, arXiv 2409.11321.
"""

from typing import Any

import torch
from torch import Tensor


class Soap(torch.optim.Optimizer):
    """Take every weight as a matrix (first axis, all others); a vector gets plain Adam."""

    def __init__(self, parameters: Any, rate: float, betas=(0.95, 0.95), refresh: int = 10):
        super().__init__(parameters, {"lr": rate, "betas": betas, "refresh": refresh})

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter once."""
        for group in self.param_groups:
            for parameter in group["params"]:
                gradient = parameter.grad.reshape(len(parameter), -1)
                state = self.state[parameter]
                if not state:
                    self.begin(state, gradient, parameter.ndim > 1)
                move = self.move(state, gradient, group)
                parameter.sub_(group["lr"] * move.view(parameter.shape))

    @staticmethod
    def begin(state: dict[str, Any], gradient: Tensor, matrix: bool) -> None:
        """Set out: no momentum; the first bases are the first gradient's own."""
        state.update(step=0, mean=torch.zeros_like(gradient), square=torch.zeros_like(gradient))
        state["factors"] = [gradient @ gradient.T, gradient.T @ gradient] if matrix else []
        state["bases"] = [torch.linalg.eigh(factor)[1].flip(1) for factor in state["factors"]]

    def move(self, state: dict[str, Any], gradient: Tensor, group: dict[str, Any]) -> Tensor:
        """Take one gradient in and return the step it leads to, for a rate of 1."""
        keep_mean, keep_square = group["betas"]
        state["step"] += 1
        left, right = state["bases"] or (None, None)

        def turned(matrix: Tensor) -> Tensor:
            return matrix if left is None else left.T @ matrix @ right

        state["mean"].lerp_(gradient, 1 - keep_mean)
        state["square"].lerp_(turned(gradient).square(), 1 - keep_square)
        mean = turned(state["mean"]) / (1 - keep_mean ** state["step"])
        square = state["square"] / (1 - keep_square ** state["step"])
        move = mean / (square.sqrt() + 1e-8)
        if left is not None:
            move = left @ move @ right.T
            for factor, new in zip(
                state["factors"], (gradient @ gradient.T, gradient.T @ gradient), strict=True
            ):
                factor.lerp_(new, 1 - keep_square)
            if state["step"] % group["refresh"] == 0:
                self.turn(state)
        return move

    @staticmethod
    def turn(state: dict[str, Any]) -> None:
        """Bring the bases nearer to the eigenvectors: one power iteration, made orthogonal."""
        for axis, (factor, basis) in enumerate(
            zip(state["factors"], state["bases"], strict=True)
        ):
            order = (basis * (factor @ basis)).sum(0).argsort(descending=True)
            state["square"] = state["square"].index_select(axis, order)
            state["bases"][axis] = torch.linalg.qr(factor @ basis[:, order])[0]
