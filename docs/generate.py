"""Write the reference pages from the lists they tell of, so that no page can be wrong.

docs/reference/operators.md      OPS
docs/reference/targets.md        TARGETS and SCHEDULES
docs/reference/commands.md       COMMANDS, as `--help` tells them
docs/reference/causes.md         CAUSES
docs/reference/caffe-layers.md   KINDS, what is refused; see layers.py
docs/reference/solver.md         RATES, UPDATES and the settings of a solver
docs/reference/onnx-to-caffe.md  FROM_GRAPH
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from docs.layers import caffe_layers
from docs.markdown import code, page, table
from docs.solver import solvers

from texelnet.caffe.from_graph import FROM_GRAPH
from texelnet.cli import COMMANDS, parser
from texelnet.ops import OPS, SIZES
from texelnet.ops.op import Case
from texelnet.run.compare import CAUSES
from texelnet.shader.schedule import Schedule
from texelnet.shader.targets import TARGETS, Target

HERE = Path(__file__).parent / "reference"
WIDTH = "80"  # columns of --help


def operators() -> str:
    """The page of operators: what each is, and the examples that are tested."""
    drawn = [op for op in OPS.values() if not op.summary.startswith("Not in a shader")]
    refused = [op for op in OPS.values() if op not in drawn]
    return page(
        "Operators",
        "What a node of a graph (ONNX, opset 18) may be to become a pixel shader. Every case"
        " runs through the pixel program, the kernels in every schedule and the GPU, and gives"
        " what onnxruntime gives.",
        table(
            ("operator", "what it is", "cases tested"),
            ((f"`{op.type}`", op.summary, _cases(op.cases)) for op in drawn),
        ),
        "## What can't be a shader",
        "A network with such a node still runs on onnxruntime.",
        table(
            ("operator", "why"),
            ((f"`{op.type}`", op.summary.removeprefix("Not in a shader: ")) for op in refused),
        ),
        "## Whole numbers about sizes",
        "These compute with shapes and draw nothing: they are carried out on expressions of the"
        f" input's size, so that the package runs at any size. {code(*SIZES)}.",
    )


def _cases(cases: tuple[Case, ...]) -> str:
    return "; ".join(case.name for case in cases) or "as `Identity`"


def targets() -> str:
    """The page of hosts: what each allows, and how passes may be laid out for it."""
    return page(
        "Targets",
        "`texelnet compile NETWORK --for TARGET -o DIR` writes a network as shaders for a"
        " host.",
        *(part for target in TARGETS.values() for part in _target(target)),
        "## Schedules",
        "How the passes of a program are laid out (`--schedule`). An invocation makes a block"
        " of pixels; a pack is 4 channels in a texel.",
        table(
            ("target", "schedule", *(f"`{key}`" for key in asdict(Schedule()))),
            (
                (target.name, name, *(_plain(value) for value in asdict(schedule).values()))
                for target in TARGETS.values()
                for name, schedule in target.schedules.items()
            ),
        ),
    )


def _target(target: Target) -> Iterable[str]:
    yield f"## {target.name}"
    yield target.summary
    usual, *others = target.schedules
    schedules = f"`{usual}` (the usual one)", *map(code, others)
    limits = target.limits
    yield table(
        ("what", "how much"),
        (
            ("language", target.dialect.name.upper()),
            ("schedules", ", ".join(schedules)),
            ("planes one pass may read", str(limits.textures)),
            ("packs one fragment may write", str(limits.attachments)),
            ("channels of a plane", str(4 * limits.layers)),
        ),
    )


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return " x ".join(map(str, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def commands() -> str:
    """The page of commands: what `--help` says."""
    os.environ["COLUMNS"] = WIDTH
    return page(
        "Commands",
        "Exit status: 0 done; 1 a proof failed (`verify`) or pictures differ (`compare`); 2 bad"
        " input or words that do not fit together; 130 interrupted. What was asked for goes to"
        " stdout, everything else to stderr.",
        *(f"## texelnet {name}\n\n```text\n{help_of(parser(name))}```" for name in COMMANDS),
    )


def help_of(command: ArgumentParser) -> str:
    """What `--help` says of a command, and of what stands below it."""
    kinds = [a.choices for a in command._actions if isinstance(a, _SubParsersAction)]
    below = [one.format_help() for some in kinds for one in some.values()]
    return "\n".join([command.format_help(), *below])


def causes() -> str:
    """The page of causes: the mistakes that a difference is tested for."""
    return page(
        "Causes",
        "The mistakes that `texelnet compare` and a failing `texelnet verify` test a difference"
        ' for, by making them. What each does comes after "it", and where to look after it.',
        table(
            ("cause", "it", "try"),
            ((cause.name, cause.fact, cause.hint) for cause in CAUSES.values()),
        ),
    )


def onnx_to_caffe() -> str:
    """The page of operators that Caffe's layers can say."""
    drawn = [op for op in OPS.values() if not op.summary.startswith("Not in a shader")]
    return page(
        "From ONNX to Caffe",
        "`texelnet convert net.onnx net.prototxt` says these operators in Caffe's layers, one"
        " or several. Under some settings an operator can't be said; the error then tells every"
        " such node, and why.",
        code(*sorted(FROM_GRAPH)) + ".",
        "Of those that become shaders, Caffe has no words for "
        + code(*sorted(op.type for op in drawn if op.type not in FROM_GRAPH))
        + ".",
        "Pads that differ on two sides, cuts at the rim and strides of a Slice become kernels"
        " with zeros; an enlargement by whole numbers becomes a Deconvolution, the linear one"
        " divided by what it makes of ones, so that borders are ONNX's. Where sizes are free,"
        " the Caffe network is right at all of them, or the command says what fixes its size.",
        "`Clip`, `Swish` and Pooling's `round_mode` came to Caffe's master branch after its"
        " release 1.0; `ROIPooling` is of Fast R-CNN's fork.",
    )


PAGES = {
    "operators.md": operators,
    "targets.md": targets,
    "commands.md": commands,
    "caffe-layers.md": caffe_layers,
    "causes.md": causes,
    "onnx-to-caffe.md": onnx_to_caffe,
    "solver.md": solvers,
}


def main() -> None:
    """Write all pages."""
    HERE.mkdir(exist_ok=True)
    for name, write in PAGES.items():
        (HERE / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
