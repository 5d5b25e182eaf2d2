"""``texelnet train``: a network trained by its solver, as Caffe would.

The solver names the network; data comes from the network's own layers. Every `snapshot` steps,
at the end and on Ctrl-C, the weights and where the run stands are written in Caffe's formats:

    PREFIX_iter_500.caffemodel    PREFIX_iter_500.solverstate    and a .json beside the latter

``--resume PREFIX_iter_500.solverstate`` takes the very path the run would have taken. Under
``torchrun --nproc-per-node 2 -m texelnet train SOLVER`` processes share each step, as one with
a batch so many times as large. What happened is in PREFIX.log, a JSON object a line;
``texelnet plot`` draws it.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING

from texelnet.cli.network import add_allow_python
from texelnet.errors import UsageError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from texelnet.caffe.solver import Solver
    from texelnet.train.loop import Training

HELP = "Train a Caffe network by its solver."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add SOLVER, --weights, --resume, --on, --until, --allow-python."""
    parser.add_argument("solver", metavar="SOLVER", help="solver.prototxt")
    parser.add_argument(
        "--weights", metavar="W", help="begin with these; layers not in it are filled"
    )
    parser.add_argument("--resume", metavar="S", help="go on from this .solverstate")
    parser.add_argument("--on", choices=("cpu", "cuda"), default="cpu", help="cpu")
    parser.add_argument(
        "--until", metavar="N", type=int, help="stop after iteration N; max_iter"
    )
    add_allow_python(parser)


def run(words: argparse.Namespace) -> int:
    """Train, tell, write; Ctrl-C writes too and ends well."""
    from texelnet.caffe.solver import read_solver
    from texelnet.train.loop import Training
    from texelnet.train.networks import read_test_nets, read_train_net

    solver = read_solver(Path(words.solver))
    last = _last(words, solver)
    torch = _torch(words.on)
    weights, resume = (Path(word) if word else None for word in (words.weights, words.resume))
    begun = read_train_net(solver, weights, resume, allow_python=words.allow_python)
    for doubt in begun.doubts:
        print(f"warning: {doubt}", file=sys.stderr)
    tests = read_test_nets(solver, begun.net, allow_python=words.allow_python)
    training = Training(torch, solver, begun.net, tests, words.on)
    if resume is not None:
        training.resume(resume)
    if not training.group.leads:
        return _follow(training, last)
    prefix = _prefix(solver)
    if training.iteration >= last:
        print(f"{words.solver}: iteration {training.iteration} is reached already")
        return 0
    return _train(training, prefix, last)


def _follow(training: Training, last: int) -> int:
    """Take the steps of a process that only computes."""
    with _asked_to_stop() as asked:
        while training.iteration < last:
            training.step()
            if training.iteration < last and training.group.total(len(asked)):
                break
    training.group.close()
    return 0


def _torch(device: str) -> object:
    from texelnet.run.torch import module

    torch = module()
    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("--on cuda", "torch finds no CUDA device", "--on cpu")
    return torch


def _last(words: argparse.Namespace, solver: Solver) -> int:
    """Return the iteration to stop after."""
    if words.until is not None:
        if words.until < 1:
            raise UsageError(
                "--until", f"{words.until} is no number of iterations", "1 or more"
            )
        return int(words.until)
    if not solver.message.has("max_iter"):
        raise solver.error("max_iter", "there is no max_iter", "write it, or --until N")
    return solver.message.number("max_iter")


def _prefix(solver: Solver) -> str:
    """Return what snapshots are called; a folder in it begins beside the solver."""
    word = solver.message.word("snapshot_prefix") or Path(solver.source).stem
    return word if Path(word).is_absolute() else str(Path(solver.source).parent / word)


# Steps ------------------------------------------------------------------------------------


def _train(training: Training, prefix: str, last: int) -> int:
    """Follow the run to its end, or to Ctrl-C; write what is learnt either way."""
    settings, stopped = training.solver.message, False
    every, after = settings.number("snapshot"), settings.flag("snapshot_after_train")
    written = -1
    log_path = Path(prefix + ".log")
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("a", encoding="utf-8") as log, _progress() as bar:
        task = bar.add_task("training", total=last, completed=training.iteration, said="")
        with _asked_to_stop() as asked:
            for _ in _steps(training, last, log, bar, task):
                if every and training.iteration % every == 0:
                    written = _written(training, prefix, bar)
                if training.iteration < last and training.group.total(len(asked)):
                    stopped = True
                    break
        if stopped or (after and written != training.iteration):
            _written(training, prefix, bar)
    training.group.close()
    if stopped:
        print(f"stopped after iteration {training.iteration}; go on with")
        print(f"  texelnet train {training.solver.source} --resume {_state(training, prefix)}")
    return 0


@contextmanager
def _asked_to_stop() -> Iterator[list[int]]:
    """Give a list that is filled at Ctrl-C, so that a step is finished; a second interrupts."""
    asked: list[int] = []

    def note(signal: int, frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(signal)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _state(training: Training, prefix: str) -> str:
    ending = ".h5" if training.solver.message.word("snapshot_format") == "HDF5" else ""
    return f"{prefix}_iter_{training.iteration}.solverstate{ending}"


def _steps(
    training: Training, last: int, log: IO[str], bar: Progress, task: TaskID
) -> Iterator[int]:
    """Take steps and tests until the last one is done."""
    settings = training.solver.message
    interval, display = settings.number("test_interval"), settings.number("display")
    if interval and settings.flag("test_initialization") and training.iteration == 0:
        _test(training, log, bar)
    seen, start = 0, time.perf_counter()
    while training.iteration < last:
        step = training.step()
        seen += step.pictures
        pace = seen / max(time.perf_counter() - start, 1e-9)
        said = f"loss {step.smoothed:.5g}, lr {step.rate:.3g}, {pace:.0f} pictures/s"
        bar.update(task, completed=training.iteration, said=said)
        _note(log, {**asdict(step), "seconds": round(time.perf_counter() - start, 3)})
        if display and training.iteration % display == 0:
            bar.console.print(f"iteration {training.iteration}: {said}", highlight=False)
        if interval and training.iteration % interval == 0:
            _test(training, log, bar)
        yield training.iteration


def _test(training: Training, log: IO[str], bar: Progress) -> None:
    for index in range(len(training.tests)):
        found = training.test(index)
        _note(log, {"iteration": training.iteration, "test": index, "outputs": found})
        said = ", ".join(f"{name} {value:.5g}" for name, value in found.items())
        bar.console.print(f"iteration {training.iteration}: test {said}", highlight=False)


def _note(log: IO[str], entry: dict[str, object]) -> None:
    log.write(json.dumps(entry) + "\n")
    log.flush()


def _written(training: Training, prefix: str, bar: Progress) -> int:
    model, state = training.snapshot(prefix)
    bar.console.print(f"{model}, {state.name}", highlight=False)
    return training.iteration


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
        console=Console(),
    )
