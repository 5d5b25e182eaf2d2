"""Manifest: a package told as data, the same for every host."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from texelnet import __version__
from texelnet.pixel import Plane
from texelnet.pixel.reach import Reach, alignment, reach
from texelnet.pixel.size import Size
from texelnet.shader.cost import cost
from texelnet.shader.expense import driver_seconds
from texelnet.shader.kernel import packs
from texelnet.shader.target import Build


def manifest_of(
    build: Build,
    head: Mapping[str, Any],
    passes: Sequence[Mapping[str, Any]],
    contents: Mapping[str, bytes],
    form: Callable[[int, str], str],
) -> dict[str, Any]:
    """Return a package's manifest.

    Parameters
    ----------
    build
        What the package was written from.
    head
        Its format and version, and what else the host wants to be told first.
    passes
        Its passes, in the host's words.
    contents
        All other files; those whose name ends as the first pass's file does are its source.
    form
        The texture format of a plane of so many channels and this storage.
    """
    program = build.program
    rows, columns = reach(program, program.outputs[0])
    ending = str(passes[0]["file"]).rpartition(".")[2] if passes else "-"
    source = sum(len(v) for k, v in contents.items() if k.endswith(f".{ending}"))
    return {
        **head,
        "written_by": f"texelnet {__version__}",
        "network": build.name,
        "schedule": build.schedule.json(),
        "inputs": list(program.inputs),
        "outputs": list(program.outputs),
        "contract": None if build.contract is None else asdict(build.contract),
        "precision": build.precision.json(),
        "planes": {
            p.name: _plane(p, form(p.channels, build.precision.of(p.name)), build.textures)
            for p in program.planes.values()
        },
        "passes": list(passes),
        "demands": [
            {d.kind: [d.first.tree(), d.second.tree()], "where": d.where}
            for d in program.demands
        ],
        "reach": {
            "rows": _reach(rows),
            "columns": _reach(columns),
            "align": list(alignment(program)),
        },
        "predicted": _predicted(build) | {"source_bytes": source},
        "sha256": {name: hashlib.sha256(v).hexdigest() for name, v in contents.items()},
    }


def _predicted(build: Build) -> dict[str, float]:
    seconds = round(driver_seconds(build.kernels), 1)
    return cost(build.program, build.kernels, build.precision, build.textures) | {
        "driver_seconds": seconds
    }


def shape(plane: Plane) -> str:
    """Write a plane's name and size: look: 12 x height x (2*width + 1)."""
    return f"{plane.name}: {plane.channels} x {_words(plane.height)} x {_words(plane.width)}"


def _words(size: Size) -> str:
    text = str(size)
    return f"({text})" if " " in text else text


def _reach(axis: Reach) -> list[list[int]] | None:
    """Return rate, low and high; None where a pixel sees the whole picture."""
    if axis.whole:
        return None
    return [_number(axis.rate), _number(axis.low), _number(axis.high)]


def _number(value: Fraction | int) -> list[int]:
    return [value.numerator, value.denominator]


def _plane(plane: Plane, form: str, textures: Mapping[str, str]) -> dict[str, Any]:
    told = {
        "channels": plane.channels,
        "packs": packs(plane.channels),
        "format": form,
        "height": plane.height.tree(),
        "width": plane.width.tree(),
    }
    return told | ({"texture": textures[plane.name]} if textures else {})
