"""``texelnet compile``: write a network as shaders for a host."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from texelnet.cli import _table
from texelnet.cli._schedule import add_schedule, asked
from texelnet.cli._status import status
from texelnet.cli.network import add_words, choice, read_network
from texelnet.errors import UsageError

if TYPE_CHECKING:
    from texelnet.graph.network import Network
    from texelnet.pixel import Program
    from texelnet.shader.precision import Precision
    from texelnet.shader.schedule import Schedule
    from texelnet.shader.targets import Build, Target

HELP = "Write a network as pixel shaders for a host."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add NETWORK, --for, -o, --schedule, --tune, --calibrate, --psnr, --watch."""
    add_words(parser)
    parser.add_argument(
        "--for", dest="target", metavar="TARGET", required=True, help="the host"
    )
    parser.add_argument("-o", dest="folder", metavar="DIR", required=True, help="the package")
    add_schedule(parser)
    parser.add_argument(
        "--calibrate",
        metavar="PICTURES",
        nargs="+",
        default=[],
        help="files or folders: planes are kept in 16 bits where these pictures lose little",
    )
    parser.add_argument(
        "--psnr",
        metavar="DB",
        type=float,
        help="how near --calibrate keeps a picture to one of 32 bits, in dB; 66",
    )
    parser.add_argument(
        "--watch", action="store_true", help="print the program after every compiler step"
    )


def run(words: argparse.Namespace) -> int:
    """Compile, write the package, tell its passes and their cost."""
    from texelnet.shader.compile import compile_network
    from texelnet.shader.package import write_package
    from texelnet.shader.targets import TARGETS

    target = choice("--for", words.target, TARGETS)
    schedule = asked(words, target)
    network = read_network(words)
    plan = _calibrated(words, network, target, schedule)
    watch = _show if words.watch else None
    build = compile_network(network, target, schedule, precision=plan, watch=watch)
    _check_size(build)
    contents = target.package(build)
    write_package(contents, Path(words.folder))
    _tell(build, target.name, Path(words.folder), contents)
    return 0


def _calibrated(
    words: argparse.Namespace, network: Network, target: Target, schedule: Schedule
) -> Precision | None:
    """Measure the pictures that --calibrate names, and plan how planes are kept."""
    if not words.calibrate:
        if words.psnr is not None:
            fact = "nothing is measured without pictures"
            raise UsageError("--psnr", fact, "--calibrate PICTURES, or leave it out")
        return None
    from texelnet.picture import SUFFIXES, pictures_at
    from texelnet.run.calibrate import LEAST, calibrate

    pictures = [path for word in words.calibrate for path in pictures_at(Path(word))]
    if not pictures:
        fact = f"no picture in {', '.join(words.calibrate)}"
        raise UsageError("--calibrate", fact, f"files that end in {', '.join(SUFFIXES)}")
    least = LEAST if words.psnr is None else words.psnr
    with status("compiling", "measuring") as watch:
        return calibrate(network, target, schedule, pictures, least, watch)


def _check_size(build: Build) -> None:
    """Refuse a contract that the answer fits at no size, by the example of one."""
    program, contract = build.program, build.contract
    if contract is None:
        return
    ends = [program.planes[names[0]] for names in (program.outputs, program.inputs)]
    sides = [(p.height, p.width) for p in ends]
    if any(
        (a - b * contract.scale).fixed not in (None, 0) for a, b in zip(*sides, strict=True)
    ):
        example = {str(side): 64 for side in sides[1]}
        answer, picture = ([s.at(example) for s in pair] for pair in sides)
        cut = [n + 2 * contract.crop for n in answer]
        contract.check_answer((contract.seen, *cut), (contract.planes, *picture))


def _show(step: str, program: Program) -> None:
    from texelnet.pixel import show

    print(f"--- {step}: {len(program.planes)} planes\n{show(program)}\n")


def _tell(build: Build, target: str, folder: Path, contents: dict[str, bytes]) -> None:
    from texelnet.shader.cost import cost
    from texelnet.shader.kernel import packs
    from texelnet.shader.manifest import shape

    rows = []
    for number, kernel in enumerate(build.kernels, 1):
        first, count = kernel.layers
        plane = kernel.plane
        part = ""
        if count < packs(plane.channels):
            last = min(4 * (first + count), plane.channels) - 1
            part = f" (channels {4 * first} to {last})"
        rows.append(
            (
                str(number),
                kernel.form,
                ", ".join(kernel.notes) or "frame",
                " ".join(p.name for p in kernel.reads),
                f"{shape(plane)}{part}",
                f"{kernel.macs:,}",
            )
        )
    head = ("pass", "form", "layers", "reads", "writes", "multiply-adds a position")
    title = f"{build.name} for {target}, {build.schedule.form} schedule"
    _table.show(title, head, rows, right=(0, 5))
    costs = cost(build.program, build.kernels, build.precision, build.textures)
    print(
        f"for one output pixel: {_table.number(costs['multiply_adds'])} multiply-adds, "
        f"{_table.number(costs['texels_read'])} texels read, "
        f"{_table.number(costs['texels_written'])} written, "
        f"{_table.number(costs['texture_bytes'])} bytes of textures"
    )
    for line in build.precision.told():
        print(line)
    total = _table.spoken_bytes(sum(map(len, contents.values())))
    print(f"wrote {folder}: {len(contents)} files, {total}")
