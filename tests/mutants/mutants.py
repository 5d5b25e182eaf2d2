"""MUTANTS: packages broken in one place each, as shaders are in practice.

A mutant takes a package's files and returns them changed, with the name of the shader that is
wrong now, or None where the package has nothing of the kind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Files = dict[str, bytes]
Mutated = tuple[Files, str | None]
WEIGHTS = r"(?:weights\d+|weights_at\([^()]*\)|(?:mat4x4f|vec4f)\([^()]*\))"
MASKED = (
    r"select\(vec4f\(0\.0\), (plane\d+_at)\(([^(),]+), ([^(),]+)((?:, [^(),]+)?)\), [^;]*\);"
)


@dataclass(frozen=True)
class Mutant:
    name: str
    edit: Callable[[Files], Mutated | None]


def manifest_of(files: Files) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(files["manifest.json"])
    return manifest


def shader(edit: Callable[[str], str], last: bool = False) -> Callable[[Files], Mutated | None]:
    """Edit the text of the middlemost shader that has something to edit, or of the last."""

    def mutate(files: Files) -> Mutated | None:
        names = list(dict.fromkeys(entry["file"] for entry in manifest_of(files)["passes"]))
        order = [*names[1:-1], names[-1], names[0]]
        for name in names[-1:] if last else order:
            text = files[name].decode()
            changed = edit(text)
            if changed != text:
                return files | {name: changed.encode()}, name
        return None

    return mutate


def manifest(edit: Callable[[list[dict[str, Any]]], None]) -> Callable[[Files], Mutated | None]:
    """Edit the passes of the manifest."""

    def mutate(files: Files) -> Mutated | None:
        whole = manifest_of(files)
        edit(whole["passes"])
        changed = json.dumps(whole).encode()
        return (
            None if whole == manifest_of(files) else (files | {"manifest.json": changed}, None)
        )

    return mutate


def buffer(edit: Callable[[np.ndarray], None]) -> Callable[[Files], Mutated | None]:
    """Edit the matrices, (n, 4, 4) by columns, of the last pass that has a buffer."""

    def mutate(files: Files) -> Mutated | None:
        for entry in reversed(manifest_of(files)["passes"]):
            if "weights" in entry:
                matrices = (
                    np.frombuffer(files[entry["weights"]], "<f4").reshape(-1, 4, 4).copy()
                )
                edit(matrices)
                return files | {entry["weights"]: matrices.tobytes()}, entry["file"]
        return None

    return mutate


def drop_a_tap(text: str) -> str:
    taps = list(re.finditer(rf"\n *sum\d+ \+= {WEIGHTS} \* texel[^;]*;", text))
    if not taps:
        return text
    tap = taps[len(taps) // 2]
    return text[: tap.start()] + text[tap.end() :]


def transpose_a_matrix(text: str) -> str:
    def transposed(found: re.Match[str]) -> str:
        numbers = np.array(found[1].split(", ")).reshape(4, 4)
        return f"mat4x4f({', '.join(numbers.T.reshape(-1))})"

    return re.sub(r"mat4x4f\(([^()]*)\)", transposed, text, count=1)


def mirror_the_kernel(text: str) -> str:
    swapped = {"+ 1": "- 1", "- 1": "+ 1"}
    return re.sub(r"(plane\d+_at\(x\d+) ([+-] 1),", lambda m: f"{m[1]} {swapped[m[2]]},", text)


def replicate_the_border(text: str) -> str:
    return re.sub(
        MASKED,
        lambda m: (
            f"{m[1]}(clamp({m[2]}, 0, i32(textureDimensions({m[1][:-3]}).x) - 1), "
            f"clamp({m[3]}, 0, i32(textureDimensions({m[1][:-3]}).y) - 1){m[4]});"
        ),
        text,
    )


def leave_the_border_to_the_driver(text: str) -> str:
    return re.sub(MASKED, r"\1(\2, \3\4);", text)


def change_a_digit(text: str) -> str:
    """The first digit of the first weight that counts: 0.4 becomes 0.5, 0.08 becomes 0.09."""
    return re.sub(
        r"(\bmat4x4f\(-?0\.0?)([1-9])", lambda m: f"{m[1]}{int(m[2]) % 9 + 1}", text, count=1
    )


def drop_the_bias(text: str) -> str:
    return re.sub(
        r"(var sum\d+ = )(vec4f\([^()]+,[^()]+\)|weights_at\(\d+\)\[\d\]);",
        r"\1vec4f(0.0);",
        text,
    )


def swap_packs(text: str) -> str:
    swapped = {"0": "1", "1": "0"}
    return re.sub(
        r"(plane\d+_at\([^()]*), ([01])\)", lambda m: f"{m[1]}, {swapped[m[2]]})", text
    )


def swap_phases(text: str) -> str:
    swapped = {"1": "2", "2": "1"}
    text = re.sub(r"(, lanes)([12])\);", lambda m: f"{m[1]}{swapped[m[2]]});", text)
    return re.sub(r"\(g\.y % 2\) \* 2 \+ g\.x % 2", "(g.x % 2) * 2 + g.y % 2", text)


def swap_x_and_y(text: str) -> str:
    text = text.replace("vec2i(position.xy)", "vec2i(position.yx)")
    text = re.sub(r"(staged\d)\[\((.+)\) \* pitch \+ (.+)\]", r"\1[(\3) * pitch + \2]", text)
    return re.sub(r"(textureStore\(result, vec2i)\(([^(),]+), ([^(),]+)\)", r"\1(\3, \2)", text)


def return_at_once(text: str) -> str:
    text = re.sub(r"(\n  var result: Result;)", r"\1\n  if (g.x >= 0) { return result; }", text)
    text = re.sub(r"(\n  let pitch = [^;]*;)", r"\1\n  if (pitch > 0) { return; }", text)
    return re.sub(r"(\n  let size = vec2i[^;]*;)", r"\1\n  if (size.x > 0) { return; }", text)


def scale_the_output(text: str) -> str:
    text = re.sub(r"(result\.pack\d = |staged\d\[.*\] = )(\w+);", r"\1\2 * 1.01;", text)
    return re.sub(r"(textureStore\(.*, )(\w+)\);", r"\1\2 * 1.01);", text)


def take_a_root_of_less_than_nothing(text: str) -> str:
    root = r"\1sqrt(-1.0 - \2 * \2);"
    text = re.sub(r"(result\.pack\d = |staged\d\[.*\] = )(\w+);", root, text)
    return re.sub(r"(textureStore\(.*, )(\w+)\);", r"\1sqrt(-1.0 - \2 * \2));", text)


def read_a_row_lower(text: str) -> str:
    return re.sub(r"(\n  let y0 = g\.y)(?: / 2)?;", r"\1 + 1;", text)


def wait_for_nobody(text: str) -> str:
    return re.sub(r"\n *workgroupBarrier\(\);", "", text)


def read_a_column_beside_in_the_tile(text: str) -> str:
    return re.sub(r"(= tile0\[at0 \+ )1\]", r"\g<1>2]", text)


def bend_the_wrong_side(text: str) -> str:
    return re.sub(r"\bmin\(", "max(", text)


def remove(passes: list[dict[str, Any]]) -> None:
    del passes[1]


def reorder(passes: list[dict[str, Any]]) -> None:
    passes[0], passes[1] = passes[1], passes[0]


def halve_the_grid(passes: list[dict[str, Any]]) -> None:
    columns, rows = passes[1]["grid"]
    if passes[1]["form"] == "compute":  # fragments fill the plane without a grid
        passes[1]["grid"] = [columns, ["//", ["+", rows, 1], 2]]


def widen_the_workgroup(passes: list[dict[str, Any]]) -> None:
    for entry in passes:
        if entry["form"] == "compute":
            entry["workgroup"][1] *= 2


def exchange_weights(passes: list[dict[str, Any]]) -> None:
    held = [entry for entry in passes if "weights" in entry]
    if len(held) > 1:
        held[0]["weights"], held[1]["weights"] = held[1]["weights"], held[0]["weights"]


def transpose(matrices: np.ndarray) -> None:
    matrices[:] = matrices.transpose(0, 2, 1).copy()


def turn_a_bit(matrices: np.ndarray) -> None:
    """One bit of the largest weight's exponent: it is halved, or doubled."""
    matrices.reshape(-1).view("<u4")[np.argmax(np.abs(matrices))] ^= 1 << 23


MUTANTS = (
    Mutant("a dropped tap", shader(drop_a_tap)),
    Mutant("a transposed matrix", shader(transpose_a_matrix)),
    Mutant("transposed matrices in a buffer", buffer(transpose)),
    Mutant("a mirrored kernel", shader(mirror_the_kernel)),
    Mutant("a replicated border instead of zeros", shader(replicate_the_border)),
    Mutant("a border left to the driver", shader(leave_the_border_to_the_driver)),
    Mutant("a digit of one weight", shader(change_a_digit)),
    Mutant("a bit of one weight in a buffer", buffer(turn_a_bit)),
    Mutant("a dropped bias", shader(drop_the_bias)),
    Mutant("swapped packs", shader(swap_packs)),
    Mutant("swapped phases", shader(swap_phases)),
    Mutant("x and y swapped", shader(swap_x_and_y)),
    Mutant("a pass that writes nothing", shader(return_at_once)),
    Mutant("a last pass that writes nothing", shader(return_at_once, last=True)),
    Mutant("a wrong output scale", shader(scale_the_output, last=True)),
    Mutant("no numbers", shader(take_a_root_of_less_than_nothing, last=True)),
    Mutant("a row too low", shader(read_a_row_lower)),
    Mutant("a tile that nobody waits for", shader(wait_for_nobody)),
    Mutant("a column too far in a tile", shader(read_a_column_beside_in_the_tile)),
    Mutant("bent on the wrong side", shader(bend_the_wrong_side)),
    Mutant("a removed pass", manifest(remove)),
    Mutant("passes in another order", manifest(reorder)),
    Mutant("half a grid", manifest(halve_the_grid)),
    Mutant("a wrong workgroup", manifest(widen_the_workgroup)),
    Mutant("exchanged weights", manifest(exchange_weights)),
)
