"""Loop: a solver followed step by step, stopped and taken up again where it was.

What a step sees is a function of its number and of the seed: which pictures, what Dropout
drops. So a run that was resumed takes the very path of one that was not, on the same machine.
A snapshot is Caffe's own pair of files, and beside the .solverstate a small .json with what
Caffe does not keep: the seed, and the last losses that the shown one averages.
"""

from __future__ import annotations

import json
import os
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from texelnet.caffe.feeds import FEEDS, Feed
from texelnet.caffe.net import Net
from texelnet.caffe.snapshot import (
    SolverState,
    read_solverstate,
    write_caffemodel,
    write_solverstate,
)
from texelnet.caffe.solver import Solver
from texelnet.disk import write_whole
from texelnet.errors import LabelError, NetworkError, WeightsError
from texelnet.train.group import Group
from texelnet.train.needs import loss_weights, refuse_learnt_labels
from texelnet.train.net import Interpreted, Pass
from texelnet.train.solver import Descent, steps_done

MOST_SIDECAR = 1 << 20


@dataclass(frozen=True)
class Step:
    """What one step of training found.

    Parameters
    ----------
    iteration
        Its number; the first is 0.
    loss, smoothed
        Of this step, and the mean of the last `average_loss` ones.
    rate
        The learning rate that was used.
    pictures
        How many it looked at.
    """

    iteration: int
    loss: float
    smoothed: float
    rate: float
    pictures: int


class Training:
    """A training run.

    Parameters
    ----------
    torch
        The module, handed in.
    solver, net
        The settings, and the network of the TRAIN phase with its first weights.
    tests
        Networks of the TEST phase; they take the weights of the trained one.
    device
        Where it runs: cpu or cuda.
    """

    def __init__(
        self,
        torch: Any,
        solver: Solver,
        net: Net,
        tests: Sequence[Net] = (),
        device: str = "cpu",
    ) -> None:
        self.torch, self.solver, self.net, self.device = torch, solver, net, device
        self.group = Group(torch)
        seed = solver.message.number("random_seed")
        own = seed if seed >= 0 else int.from_bytes(os.urandom(4), "little")
        self.seed = int(self.group.total(own if self.group.leads else 0))
        self._alone(net)
        self.network = Interpreted(torch, net, device, self.group.total)
        refuse_learnt_labels(net.layers, self.network.needs)
        for value in self.network.parameters.values():
            self.group.first(value.data)
        self.descent = Descent(torch, solver, self.network.learnt(), self.group.add)
        self.feeds = _feeds(net)
        self.tests = [Interpreted(torch, test, device) for test in tests]
        self.test_feeds = [_feeds(test) for test in tests]
        self.losses: deque[float] = deque(maxlen=solver.message.number("average_loss"))
        if not any(any(loss_weights(layer)) for layer in net.layers):
            raise NetworkError(net.source, "no layer has a loss", "add one, or a loss_weight")

    @property
    def iteration(self) -> int:
        """How many steps are done."""
        return self.descent.iteration

    def _alone(self, net: Net) -> None:
        """Refuse what several processes would each do by themselves."""
        for layer in net.layers if self.group.size > 1 else ():
            settings = layer.settings("batch_norm_param") if layer.type == "BatchNorm" else None
            if settings and not settings.flag("use_global_stats"):
                fact = "each process would take the statistics of its own pictures"
                raise NetworkError(layer.where, fact, "use_global_stats: true, or one process")
            if layer.program is not None and any(loss_weights(layer)):
                fact = "what a Python loss divides by is known to nobody else"
                hint = "one process: the losses of several can't be made one"
                raise NetworkError(layer.where, fact, hint)

    def _seed(self, batch: int) -> None:
        """Make all lots of a pass a function of its number, those of Python layers too."""
        seed = (self.seed * 1_000_003 + batch) % 2**63
        self.torch.manual_seed(seed)
        if any(layer.program is not None for layer in self.net.layers):
            random.seed(seed)
            np.random.seed(seed % 2**32)  # noqa: NPY002  (what pycaffe's layers draw from)

    def step(self) -> Step:
        """Take one step.

        Raises
        ------
        NetworkError
            If the loss is no number any more, or a label is wrong.
        """
        number, count = self.iteration, self.solver.message.number("iter_size")
        total, pictures = 0.0, 0
        for part in range(count):
            batch = (number * count + part) * self.group.size + self.group.rank
            self._seed(batch)
            made = self._passed(self.network, self.feeds, batch)
            assert made.loss is not None
            made.loss.backward()
            total += self.group.total(float(made.loss.detach()))
            pictures += made.pictures * self.group.size
        if not np.isfinite(total):
            fact = f"the loss of iteration {number} is {total:g}"
            raise NetworkError(self.net.source, fact, "a smaller base_lr, or clip_gradients")
        rate = self.descent.step()
        self.losses.append(total / count)
        smoothed = sum(self.losses) / len(self.losses)
        return Step(number, total / count, smoothed, rate, pictures)

    def test(self, index: int) -> dict[str, float]:
        """Return the outputs of a test network, averaged over its `test_iter` batches."""
        network, feeds = self.tests[index], self.test_feeds[index]
        with self.torch.no_grad():
            for owner, value in network.parameters.items():
                if owner in self.network.parameters:
                    value.copy_(self.network.parameters[owner])
        totals: dict[str, float] = {}
        batches = self.solver.message.numbers("test_iter")[index]
        for batch in range(batches):
            with self.torch.no_grad():
                made = self._passed(network, feeds, batch)
            for name in network.net.outputs:
                for place, value in enumerate(made.last[name].flatten().tolist()):
                    key = name if made.last[name].numel() == 1 else f"{name}[{place}]"
                    totals[key] = totals.get(key, 0.0) + value / batches
        return totals

    def current(self) -> Net:
        """Return the network with the weights it has now."""
        numbers = {
            owner: value.detach().cpu().numpy().copy()
            for owner, value in self.network.parameters.items()
        }
        return replace(self.net, weights=numbers)

    def snapshot(self, prefix: str) -> tuple[Path, Path]:
        """Write <prefix>_iter_<n>.caffemodel and .solverstate; return both."""
        hdf5 = self.solver.message.word("snapshot_format") == "HDF5"
        ending, stem = ".h5" if hdf5 else "", f"{prefix}_iter_{self.iteration}"
        model, state = Path(f"{stem}.caffemodel{ending}"), Path(f"{stem}.solverstate{ending}")
        write_caffemodel(model, self.current())
        history = tuple(h.detach().cpu().numpy() for h in self.descent.history)
        step = steps_done(self.solver.message, self.iteration)
        kept = {"seed": self.seed, "losses": list(self.losses)}
        said = (json.dumps(kept) + "\n").encode()
        write_whole(beside(state), lambda file: file.write(said))
        write_solverstate(state, SolverState(self.iteration, step, str(model), history))
        return model, state

    def resume(self, path: Path) -> None:
        """Go on from a .solverstate; the weights are those the run was begun with.

        Raises
        ------
        WeightsError
            If it is damaged, or of another network or solver.
        """
        state = read_solverstate(path)
        shapes = [tuple(h.shape) for h in self.descent.history]
        found = [h.shape for h in state.history]
        if found != shapes:
            fact = f"it remembers {len(found)} parameters, the run has {len(shapes)}"
            if len(found) == len(shapes):
                at = next(i for i in range(len(found)) if found[i] != shapes[i])
                fact = f"history {at} is {found[at]}, the network has {shapes[at]}"
            raise WeightsError(str(path), fact, "the solver and network that wrote it")
        with self.torch.no_grad():
            for own, stored in zip(self.descent.history, state.history, strict=True):
                own.copy_(self.torch.from_numpy(np.array(stored)))
        self.descent.iteration = state.iteration
        kept = sidecar(path)
        self.seed = int(kept.get("seed", self.seed))
        self.losses.extend(float(loss) for loss in kept.get("losses", []))

    def _passed(self, network: Interpreted, fed: Sequence[_Fed], batch: int) -> Pass:
        """Compute a batch; a label that is wrong is told with where its picture comes from."""
        try:
            return network.forward(self._inputs(fed, batch), keep=False)
        except LabelError as error:
            for one in fed:
                if error.blob in one.tops:
                    raise error.of(one.feed.entry(batch, self.seed, error.picture)) from None
            raise

    def _inputs(self, fed: Sequence[_Fed], batch: int) -> dict[str, Any]:
        return {
            top: self.torch.from_numpy(array).to(self.device)
            for one in fed
            for top, array in zip(one.tops, one.feed.batch(batch, self.seed), strict=False)
        }


@dataclass(frozen=True)
class _Fed:
    """A data layer's tops, and what feeds them."""

    tops: tuple[str, ...]
    feed: Feed


def _feeds(net: Net) -> list[_Fed]:
    """Open the data layers.

    Raises
    ------
    NetworkError
        If an Input layer waits for data that nobody gives.
    """
    for layer in net.layers:
        if layer.type == "Input":
            fact = f"nothing feeds {' and '.join(layer.tops)} in training"
            raise NetworkError(layer.where, fact, f"one of {', '.join(FEEDS)} in its place")
    return [
        _Fed(layer.tops, FEEDS[layer.type](layer, net.phase == "TRAIN"))
        for layer in net.layers
        if layer.type in FEEDS
    ]


def beside(state: Path) -> Path:
    """Return the small file beside a .solverstate."""
    return state.with_name(state.name + ".json")


def sidecar(state: Path) -> dict[str, Any]:
    """Read the small file beside a .solverstate; nothing if Caffe wrote it.

    Raises
    ------
    WeightsError
        If it is damaged.
    """
    path = beside(state)
    if not path.exists():
        return {}
    try:
        if path.stat().st_size > MOST_SIDECAR:
            raise ValueError("larger than 1 MiB")
        found = json.loads(path.read_text("utf-8"))
        if not isinstance(found.get("seed"), int) or not isinstance(found.get("losses"), list):
            raise ValueError("no seed and losses")
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        hint = "remove it: the run goes on with another seed"
        raise WeightsError(str(path), f"it can't be read ({error})", hint) from None
    return dict(found)
