"""The words that choose a schedule: a name, a tuned file, a device, or without a budget."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from texelnet.cli.network import choice
from texelnet.errors import UsageError

if TYPE_CHECKING:
    from texelnet.shader.schedule import Schedule
    from texelnet.shader.targets import Target


def add_schedule(parser: argparse.ArgumentParser) -> None:
    """Add --schedule, --device and --tune."""
    parser.add_argument(
        "--schedule",
        metavar="NAME",
        help="fragment, compute, hybrid, tile or a file of `texelnet tune`; the host's usual "
        "one",
    )
    parser.add_argument(
        "--device",
        metavar="NAME",
        help="the schedule measured fastest there; `texelnet tune --shipped` lists devices",
    )
    parser.add_argument(
        "--tune", metavar="hard", help="hard: whatever draws fastest, however long it compiles"
    )


def asked(words: argparse.Namespace, target: Target) -> Schedule:
    """Return the schedule that was asked for, or the usual one.

    Raises
    ------
    UsageError
        There is no such schedule or device, or both were asked for.
    """
    if words.device is not None:
        found = _measured(words, target)
    elif words.schedule is not None and words.schedule.endswith(".json"):
        from texelnet.run.tune import read_tuned

        found = read_tuned(Path(words.schedule), target)
    else:
        usual, *_ = target.schedules
        found = choice("--schedule", words.schedule or usual, target.schedules)
    if words.tune is None:
        return found
    return choice("--tune", words.tune, {"hard": found.hard()})


def _measured(words: argparse.Namespace, target: Target) -> Schedule:
    """Return what was fastest on a device of the shipped table."""
    from texelnet.shader.tuned import shipped

    if words.schedule is not None:
        fact = "a device has a schedule of its own"
        raise UsageError("--schedule", fact, "leave --schedule or --device out")
    known = {t.device: t.schedule for t in shipped() if t.target == target.name}
    return choice("--device", words.device, known)
