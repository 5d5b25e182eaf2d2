"""Tuned: schedules that were measured on devices, shipped as a table.

`tuned.json` beside this file holds what `texelnet tune -o` writes, a row a host and device,
with the device's name besides. A device that is not in it gets the host's usual schedule, in
which each plane is computed the way that is predicted to cost least.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from texelnet.shader.schedule import Schedule


@dataclass(frozen=True)
class Tuned:
    """What was measured of a host on a device.

    Parameters
    ----------
    device
        What the table calls it.
    target, adapter
        The host, and what the device calls itself.
    network, size, clock
        What was drawn, (columns, rows) of its picture, and which time is told.
    schedule
        The fastest.
    table
        Schedules by name and milliseconds of a frame, the fastest first.
    """

    device: str
    target: str
    adapter: str
    network: str
    size: tuple[int, int]
    clock: str
    schedule: Schedule
    table: tuple[tuple[str, float], ...]

    @staticmethod
    def of(row: dict[str, Any]) -> Tuned:
        """Return a row of the file."""
        table = tuple((line["name"], line["frame_ms"]) for line in row["table"])
        columns, rows = row["size"]
        return Tuned(
            device=row["device"],
            target=row["target"],
            adapter=row["adapter"],
            network=row["network"],
            size=(columns, rows),
            clock=row["clock"],
            schedule=Schedule.of(row["schedule"]),
            table=table,
        )


@cache
def shipped() -> tuple[Tuned, ...]:
    """Return the rows of the table."""
    text = (files("texelnet.shader") / "tuned.json").read_text("utf-8")
    return tuple(map(Tuned.of, json.loads(text)))
