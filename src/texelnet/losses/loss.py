"""Loss: one number that says how wrong an answer is, and what it sends back.

A loss is written once in terms of arrays: `value` and `gradients` take the module whose arrays
they are given (numpy, or torch handed in), the bottoms, and the settings by name. So a page can
show its numbers without torch, and training computes by the very same lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Array = Any
"""A numpy array or a torch tensor."""


@dataclass(frozen=True)
class Loss:
    """One loss.

    Parameters
    ----------
    type, summary
        Caffe's name, and what it measures in one sentence.
    formula
        Plain text: what it costs, and what it sends back.
    quirks
        What people get wrong, a sentence each.
    value
        (xp, *bottoms, **settings) -> a single number.
    gradients
        (xp, *bottoms, **settings) -> for each bottom the derivative of the value, of the
        bottom's shape, or None where a bottom gets none (labels).
    count
        (xp, *bottoms, **settings) -> what the sum is divided by, before it is made at least
        1; None if it is divided by nothing. Several processes add theirs up.
    """

    type: str
    summary: str
    value: Callable[..., Array]
    gradients: Callable[..., tuple[Array | None, ...]]
    count: Callable[..., Array | float | None]
    formula: str = ""
    quirks: tuple[str, ...] = ()


def in_torch(torch: Any, loss: Loss, bottoms: list[Array], settings: dict[str, Any]) -> Array:
    """Return a loss as a torch tensor whose gradients are those the loss states."""

    class Stated(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, *values: Array) -> Array:
            ctx.save_for_backward(*values)
            return loss.value(torch, *values, **settings)

        @staticmethod
        def backward(ctx: Any, slope: Array) -> tuple[Array | None, ...]:
            stated = loss.gradients(torch, *ctx.saved_tensors, **settings)
            if float(slope) != 1:  # it mostly is: no copy then
                stated = tuple(None if g is None else slope * g for g in stated)
            return tuple(
                gradient if wanted else None
                for gradient, wanted in zip(stated, ctx.needs_input_grad, strict=True)
            )

    return Stated.apply(*bottoms)


def number(xp: Any, value: Array, like: Array) -> Array:
    """Return an array as float numbers of the kind of another."""
    return value.astype(like.dtype) if hasattr(value, "astype") else value.to(like.dtype)


def entries_counted(
    mode: str, outer: int, inner: int, valid: Array | int
) -> Array | float | None:
    """Return what a sum over outer x inner entries is divided by; None: by nothing.

    ``FULL`` counts all entries, ``VALID`` those that are not ignored, ``BATCH_SIZE`` the outer
    ones alone, ``NONE`` nothing.
    """
    return {"FULL": outer * inner, "VALID": valid, "BATCH_SIZE": outer, "NONE": None}[mode]


def divisor(count: Array | float | None) -> Array | float:
    """Return the same, at least 1."""
    if count is None:
        return 1
    return count.clip(1) if hasattr(count, "clip") else max(count, 1)


def pictures(xp: Any, first: Array, *others: Array, **settings: Any) -> int:
    """Count the first axis of the first bottom, which most losses divide by."""
    return int(first.shape[0])
