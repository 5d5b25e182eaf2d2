"""Snapshots: .caffemodel and .solverstate written as Caffe writes them, and read again.

Binary: a caffemodel is the whole network with its layers' blobs (field 7 of a layer); a
solverstate holds iter (1), learned_net (2), history (3) and current_step (4). HDF5: the same
under `/data/<layer>/<i>`, and `/iter`, `/current_step`, `/learned_net`, `/history/<i>`.

Every file is written beside its place and then renamed: it is there whole or not at all.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from texelnet.caffe.binary import read_blob
from texelnet.caffe.encode import Pieces, blob, message, run, text, whole
from texelnet.caffe.layer import Layer
from texelnet.caffe.layers import KINDS
from texelnet.caffe.message import Message
from texelnet.caffe.net import Net
from texelnet.caffe.weights import Array, Weights
from texelnet.caffe.wire import RUN, VARINT, Wire
from texelnet.disk import write_whole
from texelnet.errors import WeightsError


@dataclass(frozen=True)
class SolverState:
    """Where a training run stands.

    Parameters
    ----------
    iteration
        Steps done.
    step
        How many of the learning rate's steps lie behind.
    learned_net
        The caffemodel that belongs to it.
    history
        What the solver remembers, in Caffe's order.
    """

    iteration: int
    step: int
    learned_net: str
    history: tuple[Array, ...]


def _write(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file whole, in a folder that is made for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, write)


def write_caffemodel(path: Path, net: Net) -> None:
    """Write a network and its weights; a name ending in .h5 asks for HDF5."""
    if path.suffix == ".h5":
        _write_hdf5(path, {f"data/{layer.name}": net.numbers(layer) for layer in net.layers})
        return
    pieces: Pieces = text(1, net.name)
    for layer in net.layers:
        blobs = [piece for values in net.numbers(layer) for piece in blob(7, values)]
        phase = whole(10, 0 if net.phase == "TRAIN" else 1)
        rules = ("include", "exclude", "blobs")
        pieces += run(100, message(_set_up(layer), {7: blobs, 10: phase}, rules))
    _write(path, lambda file: file.writelines(pieces))


def write_weights(path: Path, weights: Weights) -> None:
    """Write weights alone: .npz, HDF5 (.h5), or a caffemodel of names and blobs.

    Caffe takes weights by the names of layers, so it loads these as it loads its own.
    """
    numbers = {
        layer: [blobs[index].values for index in sorted(blobs)]
        for layer, blobs in weights.blobs.items()
    }
    if path.suffix == ".npz":
        named = {
            f"param/{layer}/{i}": v for layer in numbers for i, v in enumerate(numbers[layer])
        }
        _write(path, lambda file: np.savez(file, **named))  # type: ignore[arg-type]
    elif path.suffix == ".h5":
        _write_hdf5(path, {f"data/{layer}": values for layer, values in numbers.items()})
    else:
        pieces: Pieces = []
        for layer, values in numbers.items():
            blobs = [piece for array in values for piece in blob(7, array)]
            pieces += run(100, [*text(1, layer), *blobs])
        _write(path, lambda file: file.writelines(pieces))


def _set_up(layer: Layer) -> Message:
    """Return a layer's message as Caffe leaves it: with what its set-up adds."""
    own = layer.message
    if layer.type == "BatchNorm" and not own.has("param"):
        spec = Message("ParamSpec", own.line).with_fields(lr_mult=[0.0])
        own = own.with_fields(param=[spec] * len(layer.parameters))
    if KINDS[layer.type].is_loss and not own.has("loss_weight"):
        own = own.with_fields(loss_weight=[1.0])
    return own


def write_solverstate(path: Path, state: SolverState) -> None:
    """Write where a run stands; a name ending in .h5 asks for HDF5."""
    if path.suffix == ".h5":
        numbers = {"iter": state.iteration, "current_step": state.step}
        _write_hdf5(path, {"history": list(state.history)}, numbers, state.learned_net)
        return
    pieces = [*whole(1, state.iteration), *text(2, state.learned_net)]
    for values in state.history:
        pieces += blob(3, values)
    pieces += whole(4, state.step)
    _write(path, lambda file: file.writelines(pieces))


def read_solverstate(path: Path) -> SolverState:
    """Read where a run stands.

    Raises
    ------
    WeightsError
        With the file, the byte and what is wrong there.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
            if head.startswith(b"\x89HDF"):
                return _read_hdf5(path)
            if not head:
                raise WeightsError(str(path), "the file is empty", "an earlier snapshot")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WeightsError(str(path), f"the file can't be read ({reason})") from None
    return _read(Wire(mapped, str(path)))


def _read(wire: Wire) -> SolverState:
    numbers, learned = {1: 0, 4: 0}, ""
    history: list[Array] = []
    for field in wire.fields(wire.whole()):
        if field.type == VARINT and field.number in numbers:
            numbers[field.number] = field.value
        elif field.type == RUN and field.number == 2:
            learned = wire.text(field.span)
        elif field.type == RUN and field.number == 3:
            history.append(read_blob(wire, field.span, "history", len(history)).values)
    if not history:
        fact = "there is no history in this file"
        raise WeightsError(wire.source, fact, "a .solverstate, not a .caffemodel")
    iteration = _count(wire.source, "iter", numbers[1])
    step = _count(wire.source, "current_step", numbers[4])
    return SolverState(iteration, step, learned, tuple(history))


def _read_hdf5(path: Path) -> SolverState:
    from texelnet.caffe.hdf5 import read_hdf5

    arrays = read_hdf5(path)
    count = sum(name.startswith("history/") for name in arrays)
    wanted = ("iter", "current_step", *(f"history/{i}" for i in range(max(count, 1))))
    missing = next((name for name in wanted if name not in arrays), None)
    if missing:
        fact = f"there is no /{missing} in this file"
        raise WeightsError(str(path), fact, "a .solverstate.h5, not a .caffemodel.h5")
    for name in wanted:
        array = arrays[name]
        if array.dtype.kind not in "fiu" or not array.size:
            fact = f"/{name} holds {array.size} values of {array.dtype}, not numbers"
            raise WeightsError(str(path), fact, "the file as Caffe or texelnet wrote it")
    learned = arrays.get("learned_net", np.array(b"")).reshape(-1)
    return SolverState(
        _count(str(path), "iter", arrays["iter"].reshape(-1)[0]),
        _count(str(path), "current_step", arrays["current_step"].reshape(-1)[0]),
        bytes(learned[0]).decode("utf-8", "replace") if learned.dtype.kind == "S" else "",
        tuple(_float32(arrays[name]) for name in wanted[2:]),
    )


def _float32(values: NDArray[Any]) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(values, np.float32)


def _count(source: str, what: str, value: float) -> int:
    """Return a number of steps; Caffe keeps it in 32 bits."""
    if 0 <= value < 2**31:
        return int(value)
    fact = f"{what} is {value}, a number of steps from 0 to {2**31 - 1:,} is expected"
    raise WeightsError(source, fact, "an earlier snapshot: this one is damaged")


def _write_hdf5(
    path: Path,
    groups: Mapping[str, Sequence[Array]],
    numbers: Mapping[str, int] | None = None,
    learned: str = "",
) -> None:
    from texelnet.caffe.hdf5 import write_hdf5

    arrays: dict[str, Sequence[NDArray[Any]]] = dict(groups)
    words = {"learned_net": learned} if learned else {}
    _write(path, lambda file: write_hdf5(file, arrays, numbers or {}, words))
