"""Curve: how a training run went, drawn from its log.

Above the loss (each step faint, the mean of the last ones strong) and the tests' losses, on a
logarithmic axis; below the learning rate. Tests' other outputs have a part of their own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from texelnet.errors import UsageError

MOST_LINES = 10_000_000
BLUE, ORANGE, GREY = "#1f6fb2", "#d1661d", "#888888"


@dataclass
class Log:
    """A run's steps and tests, by iteration."""

    iterations: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    smoothed: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    tests: dict[str, tuple[list[int], list[float]]] = field(default_factory=dict)


def read_log(path: Path) -> Log:
    """Read a log; of an iteration that was done twice, the last counts.

    Raises
    ------
    UsageError
        With the line that is no entry of a log.
    """
    steps: dict[int, dict[str, Any]] = {}
    tests: dict[tuple[int, str], float] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if number > MOST_LINES:
                    raise UsageError(str(path), f"more than {MOST_LINES:,} lines")
                _take(json.loads(line), steps, tests)
    except OSError as error:
        raise UsageError(str(path), (error.strerror or str(error)).lower()) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        fact = "this is no entry of a training log"
        raise UsageError(
            f"{path}:{number}", fact, "the .log that texelnet train writes"
        ) from None
    if not steps:
        raise UsageError(str(path), "there are no steps in this log", "train for a while")
    log = Log()
    for iteration in sorted(steps):
        entry = steps[iteration]
        log.iterations.append(iteration)
        log.losses.append(float(entry["loss"]))
        log.smoothed.append(float(entry["smoothed"]))
        log.rates.append(float(entry["rate"]))
    for iteration, name in sorted(tests):
        at, values = log.tests.setdefault(name, ([], []))
        at.append(iteration)
        values.append(tests[iteration, name])
    return log


def _take(
    entry: dict[str, Any], steps: dict[int, dict[str, Any]], tests: dict[tuple[int, str], float]
) -> None:
    iteration = int(entry["iteration"])
    if "outputs" in entry:
        for name, value in entry["outputs"].items():
            which = f" of net {entry['test']}" if entry["test"] else ""
            tests[iteration, name + which] = float(value)
    else:
        steps[iteration] = entry


def draw(log: Log, path: Path, title: str) -> None:
    """Draw a log into a .png or .svg.

    Raises
    ------
    UsageError
        If matplotlib is not installed, or the ending is another.
    """
    if path.suffix.lower() not in (".png", ".svg"):
        raise UsageError(str(path), "a curve is drawn as .png or .svg", "-o curve.png")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        hint = 'pip install "texelnet[train]"'
        raise UsageError("plot", "matplotlib is not installed", hint) from None
    losses = {n: t for n, t in log.tests.items() if "loss" in n.lower()}
    others = {n: t for n, t in log.tests.items() if n not in losses}
    heights = [3, *([1.5] if others else []), 1]
    figure = Figure(figsize=(8, 1.3 * sum(heights)), layout="constrained")
    axes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)
    rows = [row[0] for row in axes]
    _losses(rows[0], log, losses)
    rows[0].set_title(title, loc="left", fontweight="bold")
    if others:
        _others(rows[1], others)
    rows[-1].plot(log.iterations, log.rates, color=GREY, drawstyle="steps-post")
    rows[-1].set_ylabel("learning rate")
    rows[-1].set_xlabel("iteration")
    for row in rows:
        row.grid(alpha=0.25)
        row.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)


def _losses(axis: Any, log: Log, tests: dict[str, tuple[list[int], list[float]]]) -> None:
    axis.plot(log.iterations, log.losses, color=BLUE, alpha=0.25, linewidth=0.8)
    axis.plot(log.iterations, log.smoothed, color=BLUE, label="training")
    for name, (at, values) in tests.items():
        axis.plot(at, values, "o-", color=ORANGE, markersize=3, label=f"test {name}")
    if min(log.losses) > 0 and _wide(log.losses):
        axis.set_yscale("log")
    axis.set_ylabel("loss")
    axis.legend(frameon=False)


def _others(axis: Any, tests: dict[str, tuple[list[int], list[float]]]) -> None:
    for name, (at, values) in tests.items():
        axis.plot(at, values, "o-", markersize=3, label=f"test {name}")
    axis.set_ylabel("test")
    axis.legend(frameon=False)


def _wide(values: Sequence[float]) -> bool:
    """Whether values span more than a factor of ten."""
    return math.isfinite(max(values)) and max(values) > 10 * min(values)
