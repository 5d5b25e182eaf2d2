"""Networks: those that a solver trains and tests, wherever it names them.

A solver names one file or holds the network itself: `net` or `net_param` for both phases,
`train_net` or `train_net_param` to train alone. What is tested is, in Caffe's order, each
`test_net_param`, each file `test_net`, and for every further `test_iter` the network that
serves both phases. Files are sought from where we are, then beside the solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from texelnet.caffe import Net, Weights, read_net, read_weights
from texelnet.caffe.fillers import filled
from texelnet.caffe.message import Message
from texelnet.caffe.snapshot import read_solverstate
from texelnet.caffe.solver import Solver
from texelnet.caffe.weights import Blob
from texelnet.errors import UsageError


@dataclass(frozen=True)
class Begun:
    """The network to train with the weights it begins with, and what is doubtful about it."""

    net: Net
    doubts: tuple[str, ...]


def read_train_net(
    solver: Solver,
    weights: Path | None = None,
    resume: Path | None = None,
    *,
    allow_python: bool = False,
) -> Begun:
    """Read the network that a solver trains.

    Parameters
    ----------
    solver
        Names it.
    weights
        What it begins with; layers that are not in it are filled.
    resume
        A .solverstate, which names the weights if none are given; all must be there.
    allow_python
        Run the classes of Python layers.

    Raises
    ------
    PrototxtError, NetworkError
        If there is no such network, or it can't be read.
    WeightsError
        If the weights can't be read, or do not fit.
    UsageError
        If a run that is resumed finds no weights, or not all.
    """
    net = _read(solver, solver.train_net(), "TRAIN", 0, allow_python)
    seed = solver.message.number("random_seed")
    begun = filled(net.layers, np.random.default_rng(seed if seed >= 0 else None))
    place = weights or (None if resume is None else _learned(resume))
    if place is None:
        return Begun(net.with_weights(begun), tuple(net.doubts))
    given = read_weights(place)
    missing = [name for name in begun.blobs if name not in given.blobs]
    if resume and missing:
        fact = f"there are no weights for {', '.join(missing[:8])}"
        raise UsageError(str(place), fact, "the .caffemodel that belongs to the .solverstate")
    doubts = [f"{place}: {', '.join(missing)} not in it, filled"] if missing else []
    net = net.with_weights(begun.replaced(given))
    return Begun(net, (*net.doubts, *net.weights_doubts(given), *doubts))


def read_test_nets(solver: Solver, trained: Net, *, allow_python: bool = False) -> list[Net]:
    """Read the networks that a solver tests, with the weights of the trained one.

    Raises
    ------
    PrototxtError, NetworkError
        If one can't be read, or there are not as many as `test_iter`.
    """
    return [
        _taught(_read(solver, named, "TEST", index, allow_python), trained)
        for index, named in enumerate(_tested(solver))
    ]


def _tested(solver: Solver) -> Sequence[Path | Message]:
    """Return what each `test_iter` tests."""
    own = solver.message.blocks("test_net_param")
    named: list[Path | Message] = [*own, *map(Path, solver.message.words("test_net"))]
    count, states = (len(solver.message.fields.get(n, [])) for n in ("test_iter", "test_state"))
    both = solver.message.has("net") or solver.message.has("net_param")
    if len(named) > count or (len(named) < count and not both):
        names = "test_net_param" if own else "test_net"
        fact = f"{count} test_iter for {len(named)} {names}"
        raise solver.error("test_iter", fact, "one for each")
    if states not in (0, count):
        fact = f"{states} test_state for {count} test_iter"
        raise solver.error("test_state", fact, "one for each, or none")
    return [*named, *[solver.train_net()] * (count - len(named))]


def _read(
    solver: Solver, named: Path | Message, phase: str, index: int, allow_python: bool
) -> Net:
    """Read a network that a solver names or holds, in the state that the solver gives it."""
    place: Path | Message = named
    if isinstance(named, Path):
        beside = Path(solver.source).parent / named
        place = named if named.is_file() or not beside.is_file() else beside
        if not place.is_file():
            raise solver.error("net", f"{named} is not there", "a path from here or the solver")
    states = solver.message.blocks("train_state" if phase == "TRAIN" else "test_state")
    state = states[index] if states else Message("NetState")
    return read_net(
        place,
        phase=phase,
        level=state.number("level"),
        stages=state.words("stage"),
        source=solver.source,
        training=True,
        allow_python=allow_python,
    )


def _taught(net: Net, trained: Net) -> Net:
    """Return a network with the weights of another, its own layers filled."""
    known, shared = {layer.name for layer in net.layers}, dict[str, dict[int, Blob]]()
    for (layer, number), values in trained.weights.items():
        if layer in known:
            shared.setdefault(layer, {})[number] = Blob(values)
    own = filled(net.layers, np.random.default_rng(0))
    return net.with_weights(own.replaced(Weights(trained.source, shared)))


def _learned(resume: Path) -> Path:
    """Return the caffemodel that a .solverstate belongs to: as it says, or beside it."""
    named = Path(read_solverstate(resume).learned_net)
    beside = resume.with_name(resume.name.replace(".solverstate", ".caffemodel"))
    for place in (beside, named, resume.parent / named.name):
        if place.is_file():
            return place
    raise UsageError(str(resume), f"its {named.name or beside.name} is not there", "--weights")
