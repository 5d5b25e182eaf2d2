"""Manifests from strangers: every word that a run relies on is checked, and bounded.

A manifest is data from outside. What is wrong with it is told with the key, what stands there
and what should; nothing of it is followed before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import isfinite
from pathlib import Path
from typing import Any

from texelnet.errors import PackageError
from texelnet.pixel.size import tree_at
from texelnet.pixel.storage import STORAGE
from texelnet.shader.dialects.wgsl import texel_format
from texelnet.shader.package import Package, read_package
from texelnet.shader.precision import Precision
from texelnet.shader.schedule import COMPUTE, FORMS, Schedule
from texelnet.shader.targets.mpv import FORMAT as USER_SHADER

MOST_BYTES = 1 << 24
MOST_ROWS = 4096
MOST_NUMBER = 1 << 20
DEEPEST = 32
MOST_POWER = 120
"""Of two, that a plane is divided by: it stays a float32."""
_HINT = "write the package again"
_OPERATORS = {"+": (1, 64), "*": (2, 2), "//": (2, 2), "min": (2, 2), "max": (2, 2)}
_NAME = re.compile(r"[^/\\\x00]{1,128}")


def read_checked(folder: Path) -> tuple[Package, Schedule]:
    """Read a package whose manifest may be anything, and the schedule it was written with.

    Raises
    ------
    PackageError
        It is no package, a file is missing, or the manifest can't be relied on.
    """
    path = folder / "manifest.json"
    if path.is_file():
        if path.stat().st_size > MOST_BYTES:
            raise PackageError(str(path), "larger than 16 MiB", _HINT)
        try:
            manifest = json.loads(path.read_bytes())
        except RecursionError:
            raise PackageError(str(path), "no JSON: nested too deeply", _HINT) from None
        except ValueError as error:
            raise PackageError(str(path), f"no JSON: {_short(str(error))}", _HINT) from None
        schedule = check_manifest(manifest, str(path))
        return read_package(folder), schedule
    read_package(folder)  # says what is missing
    raise AssertionError(f"{path} came into being")


def check_manifest(manifest: Any, where: str) -> Schedule:
    """Check all that a run relies on, and return the schedule.

    Raises
    ------
    PackageError
        With the key, what stands there and what should.
    """
    look = _Look(where)
    keys = (
        *("format", "version", "network", "contract", "schedule", "inputs", "outputs"),
        *("planes", "passes", "sha256"),
    )
    table = look.table("the manifest", manifest, keys)
    for key in ("format", "network"):
        look.word(key, table[key])
    files = look.table("sha256", table["sha256"])
    look.few("sha256", files)
    for name, digest in files.items():
        if not _NAME.fullmatch(name) or name in (".", ".."):
            look.wrong("sha256", name, "the name of a file in the folder")
        if not isinstance(digest, str) or not re.fullmatch("[0-9a-f]{64}", digest):
            look.wrong(f"sha256.{_short(name)}", digest, "64 hexadecimal digits")
    _check_planes(look, table)
    rows = look.rows("passes", table["passes"])
    for index, entry in enumerate(rows):
        _check_pass(look, f"passes[{index}]", entry, table)
    return schedule_of(table["schedule"], where)


def _check_planes(look: _Look, table: Mapping[str, Any]) -> None:
    """Check the planes; sizes speak of those of the inputs, which are numbers or names."""
    planes = look.table("planes", table["planes"])
    look.few("planes", planes)
    given = look.rows("inputs", table["inputs"], least=1)
    computed = [name for name in planes if name not in given]
    precision = _precision(look, table.get("precision"), computed)
    for name, plane in planes.items():
        key = f"planes.{_short(name)}"
        look.table(key, plane, ("channels", "packs", "format", "height", "width"))
        channels = look.whole(f"{key}.channels", plane["channels"], 1, 1024)
        packs = -(-channels // 4)
        if plane["packs"] != packs:
            look.wrong(
                f"{key}.packs", plane["packs"], f"{packs}, what {channels} channels take"
            )
        form = texel_format(channels, precision.of(name))
        if table["format"] == USER_SHADER:
            form = "host"
        if plane["format"] != form:
            look.wrong(f"{key}.format", plane["format"], form)
        _check_texture(look, f"{key}.texture", name, planes)
    free: set[str] = set()
    for key in ("inputs", "outputs"):
        for name in look.rows(key, table[key], least=1):
            look.among(key, name, planes, "a plane")
    for name in table["inputs"]:
        for side in ("height", "width"):
            size = planes[name][side]
            if isinstance(size, str):
                free.add(size)
            else:
                look.whole(f"planes.{_short(name)}.{side}", size, 1, MOST_NUMBER)
    for name, plane in planes.items():
        for side in ("height", "width"):
            look.tree(f"planes.{_short(name)}.{side}", plane[side], free)


def _check_texture(look: _Look, key: str, name: str, planes: Mapping[str, Any]) -> None:
    """Check that the plane whose texture another lies in is like it, and lies in its own."""
    plane = planes[name]
    texture = plane.get("texture", name)
    look.among(key, texture, planes, "a plane")
    other = planes[texture]
    like = ("packs", "format", "height", "width")
    alike = isinstance(other, dict) and all(other.get(k) == plane[k] for k in like)
    if not alike or other.get("texture", texture) != texture:
        look.wrong(key, texture, "a plane of the same kind that has its own texture")


def _precision(look: _Look, values: Any, computed: Sequence[str]) -> Precision:
    """Read how planes are kept; a package that says nothing keeps them in 32 bits."""
    if values is None:
        return Precision()
    plan = look.table("precision", values, ("storage", "scales", "measured"))
    for key in ("storage", "scales"):
        for name, value in look.table(f"precision.{key}", plan[key]).items():
            place = f"precision.{key}.{_short(name)}"
            look.among(f"precision.{key}", name, computed, "a plane that is computed")
            if key == "storage":
                look.among(place, value, STORAGE, " or ".join(STORAGE))
            else:
                look.whole(place, value, -MOST_POWER, MOST_POWER)
    if plan["measured"] is not None:
        keys = ("pictures", "ranges", "margin", "psnr")
        told = look.table("precision.measured", plan["measured"], keys)
        for name in look.rows("precision.measured.pictures", told["pictures"]):
            look.word("precision.measured.pictures", name)
        for name, ends in look.table("precision.measured.ranges", told["ranges"]).items():
            place = f"precision.measured.ranges.{_short(name)}"
            for end in look.rows(place, ends, least=2, most=2):
                look.number(place, end)
        look.number("precision.measured.margin", told["margin"])
        if told["psnr"] is not None:
            look.number("precision.measured.psnr", told["psnr"])
    return Precision.read(plan)


def _check_pass(look: _Look, key: str, entry: Any, table: Mapping[str, Any]) -> None:
    planes, files = table["planes"], table["sha256"]
    needed = ("file", "form", "reads", "writes", "packs", "grid", "workgroup", "layers")
    look.table(key, entry, needed)
    for name in ("file", *(["weights"] if "weights" in entry else [])):
        look.among(f"{key}.{name}", entry[name], files, 'a file named in "sha256"')
    look.among(f"{key}.form", entry["form"], ("compute", "fragment"), "compute or fragment")
    look.among(f"{key}.writes", entry["writes"], planes, "a plane")
    for name in look.rows(f"{key}.reads", entry["reads"], most=64):
        look.among(f"{key}.reads", name, planes, "a plane")
        if name == entry["writes"]:
            look.wrong(f"{key}.reads", name, "another plane than it writes")
    for name in look.rows(f"{key}.layers", entry["layers"]):
        look.word(f"{key}.layers", name)
    total = planes[entry["writes"]]["packs"]
    first, count = look.pair(f"{key}.packs", entry["packs"], 0, total)
    if count < 1 or first + count > total:
        look.wrong(f"{key}.packs", entry["packs"], f"[first, count] within {total}")
    look.pair(f"{key}.workgroup", entry["workgroup"], 1, 1024)
    if "staged" in entry:
        look.pair(f"{key}.staged", entry["staged"], 1, 1 << 16)
    if "shared" in entry:
        look.whole(f"{key}.shared", entry["shared"], 1, 1 << 20)
    free = {p[s] for p in planes.values() for s in ("height", "width") if isinstance(p[s], str)}
    for tree in look.rows(f"{key}.grid", entry["grid"], least=2, most=2):
        look.tree(f"{key}.grid", tree, free)


def schedule_of(values: Any, where: str) -> Schedule:
    """Read a schedule: each value of the kind that the usual schedule has there.

    Raises
    ------
    PackageError
        With the key, what stands there and what should.
    """
    look = _Look(where)
    usual = {f.name: getattr(COMPUTE, f.name) for f in fields(Schedule)}
    table = look.table("schedule", values, tuple(usual))
    for key, value in table.items():
        like, place = usual.get(key), f"schedule.{_short(key)}"
        if key not in usual:
            look.wrong("schedule", key, f"one of {', '.join(usual)}")
        elif key == "form":
            look.among(place, value, FORMS, "hybrid, compute or fragment")
        elif isinstance(like, bool):
            look.among(place, value, (True, False), "true or false")
        elif key == "winograd":
            if type(value) is not int or value not in (0, 2, 4):
                look.wrong(place, value, "0, 2 or 4")
        elif isinstance(like, tuple):
            look.pair(place, value, 1, 16 if key == "block" else 1024)
        elif isinstance(like, int):
            look.whole(place, value, int(key not in ("literals", "spare", "shared")), 1 << 30)
        else:
            look.word(place, value)
    return Schedule.of(table)


class _Look:
    """Looks at values and refuses those that are not what they should be."""

    def __init__(self, where: str) -> None:
        self.where = where

    def wrong(self, key: str, value: Any, wanted: str) -> None:
        raise PackageError(self.where, f"{key}: {_json(value)} is not {wanted}", _HINT)

    def table(self, key: str, value: Any, needed: Sequence[str] = ()) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.wrong(key, value, "a table")
        missing = [name for name in needed if name not in value]
        if missing:
            said = ", ".join(f'"{name}"' for name in missing)
            raise PackageError(self.where, f"{key} has no {said}", _HINT)
        found: dict[str, Any] = value
        return found

    def few(self, key: str, value: dict[str, Any]) -> None:
        if len(value) > MOST_ROWS:
            fact = f"{key} has {len(value)} entries, more than {MOST_ROWS}"
            raise PackageError(self.where, fact, _HINT)

    def rows(self, key: str, value: Any, least: int = 0, most: int = MOST_ROWS) -> list[Any]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.wrong(key, value, f"a list of {least} to {most}")
        found: list[Any] = value
        return found

    def word(self, key: str, value: Any) -> None:
        if not isinstance(value, str) or len(value) > 1024:
            self.wrong(key, value, "a short text")

    def among(self, key: str, value: Any, known: Any, wanted: str) -> None:
        if not isinstance(value, str | bool) or value not in known:
            self.wrong(key, value, wanted)

    def whole(self, key: str, value: Any, low: int, high: int) -> int:
        if type(value) is not int or not low <= value <= high:
            self.wrong(key, value, f"a whole number from {low} to {high}")
        number: int = value
        return number

    def number(self, key: str, value: Any) -> None:
        if type(value) not in (int, float) or not isfinite(value):
            self.wrong(key, value, "a number")

    def pair(self, key: str, value: Any, low: int, high: int) -> tuple[int, int]:
        first, second = self.rows(key, value, least=2, most=2)
        return self.whole(key, first, low, high), self.whole(key, second, low, high)

    def tree(self, key: str, value: Any, free: set[str], depth: int = 0) -> None:
        """Check a size: a number, a name, or [operator, operand, ...]."""
        if isinstance(value, list):
            least, most = _OPERATORS.get(str(value[0]) if value else "", (0, -1))
            if not least <= len(value) - 1 <= most or depth > DEEPEST:
                self.wrong(key, value, "a size")
            for operand in value[1:]:
                self.tree(key, operand, free, depth + 1)
            if value[0] == "//":
                self.whole(key, value[2], 1, MOST_NUMBER)
        elif isinstance(value, str):
            self.among(key, value, free, "the name of an input's size")
        else:
            self.whole(key, value, -MOST_NUMBER, MOST_NUMBER)


def sizes_of(manifest: Mapping[str, Any], width: int, height: int) -> dict[str, int]:
    """Return the numbers of the free sizes for inputs of this size."""
    sizes: dict[str, int] = {}
    for name in manifest["inputs"]:
        plane = manifest["planes"][name]
        for tree, number in ((plane["height"], height), (plane["width"], width)):
            if isinstance(tree, str):
                sizes[tree] = number
    return sizes


def nothing_left(manifest: Mapping[str, Any], sizes: Mapping[str, int]) -> str:
    """Tell which plane would have no pixels at these sizes; empty if none."""
    for name, plane in manifest["planes"].items():
        height, width = tree_at(plane["height"], sizes), tree_at(plane["width"], sizes)
        if min(height, width) < 1:
            return f'nothing would be left of plane "{_short(name)}": {width}x{height} pixels'
    return ""


def too_large(
    manifest: Mapping[str, Any], sizes: Mapping[str, int], longest: int, most_bytes: int
) -> str:
    """Tell what can't be held or drawn at these sizes; empty if all can."""
    total = 0
    for name, plane in manifest["planes"].items():
        height, width = tree_at(plane["height"], sizes), tree_at(plane["width"], sizes)
        if max(height, width) > longest:
            return f'plane "{_short(name)}" would be {width}x{height} pixels'
        total += plane["packs"] * height * width * (4 if plane["channels"] == 1 else 16)
    if total > most_bytes:
        return f"all planes together would take {total >> 20} MiB"
    for entry in manifest["passes"]:
        plane = manifest["planes"][entry["writes"]]
        for tree, side in zip(entry["grid"], ("width", "height"), strict=True):
            if not 1 <= tree_at(tree, sizes) <= tree_at(plane[side], sizes):
                return f"{entry['file']} has a grid that does not fit the plane it writes"
    return ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _json(value: Any) -> str:
    if isinstance(value, list | dict) and len(value) > 64:
        return f"a {'list' if isinstance(value, list) else 'table'} of {len(value)}"
    try:
        return _short(json.dumps(value))
    except RecursionError:
        return "what is nested that deeply"
