"""Group: the processes that train one network together, each with batches of its own.

Every process works out the gradients of its own batches, and all take the same step by their
sum. That sum is the gradient of one large batch: a loss divides by what counts in all
processes together, not by what counts in each. So two processes take the path of one with
twice the batch.
"""

from __future__ import annotations

import os
from typing import Any

Tensor = Any


class Group:
    """The processes of a run; alone unless torchrun started several.

    Parameters
    ----------
    torch
        The module, handed in.
    """

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.rank, self.size = int(os.environ.get("RANK", 0)), _started()
        if self.size > 1 and not torch.distributed.is_initialized():
            torch.distributed.init_process_group("gloo")

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes and tells."""
        return self.rank == 0

    def add(self, tensor: Tensor) -> None:
        """Put the sum over all processes in a tensor's place."""
        if self.size > 1:
            self.torch.distributed.all_reduce(tensor)

    def total(self, number: float) -> float:
        """Return the sum of a number over all processes."""
        if self.size == 1:
            return number
        tensor = self.torch.tensor([number], dtype=self.torch.float64)
        self.add(tensor)
        return float(tensor)

    def first(self, tensor: Tensor) -> None:
        """Put what the first process has in a tensor's place."""
        if self.size > 1:
            self.torch.distributed.broadcast(tensor, 0)

    def close(self) -> None:
        """Part."""
        if self.size > 1:
            self.torch.distributed.destroy_process_group()


def _started() -> int:
    """Return how many processes torchrun started."""
    return int(os.environ.get("WORLD_SIZE", 1)) if "RANK" in os.environ else 1
