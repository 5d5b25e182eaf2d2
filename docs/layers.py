"""The page of Caffe's layers: what each is, its settings, weights and quirks, where it runs.

Each section is written from the layer's own record (`Kind`, `About`), settings from the tables
that the reader takes defaults from, weights from the example as it is read, and where it runs
from what trying gave (`docs/trials.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from pathlib import Path

from docs.markdown import block, code, page, table

from texelnet.caffe import read_net
from texelnet.caffe.feeds import FEEDS
from texelnet.caffe.fillers import FILLERS, USUAL
from texelnet.caffe.layer import ANY, Kind, spoken
from texelnet.caffe.layers import KINDS, LAYERS, LOSS_LAYERS, REFUSED, UNTRAINED
from texelnet.caffe.layers.losses import NORMALIZATION
from texelnet.caffe.schema import ENUMS, SCHEMA, Field
from texelnet.run import RUNNERS
from texelnet.shader.targets import TARGETS

TRIALS = json.loads((Path(__file__).parent / "trials.json").read_text("utf-8"))
MACHINES = ("onnxruntime", "torch", "numpy", *TARGETS)
NUMBERS = {"float": "number", "double": "number", "bool": "yes or no", "string": "text"}


def caffe_layers() -> str:
    """The page."""
    data = {name: kind for name, kind in KINDS.items() if name in FEEDS}
    return page(
        "Caffe's layers",
        "What a prototxt may hold: each layer's formula, settings, weights, what people get"
        " wrong, and where it runs. Old files (`layers`, `input_dim`, numbers for types) are"
        " read as Caffe's own upgrade reads them.",
        "On this page: [layers](#layers), [losses and measures](#losses-and-measures),"
        " [data layers](#data-layers), [what all layers take](#what-all-layers-take),"
        " [fillers](#fillers), [what is refused](#refused). How they are trained:"
        " [solvers](solver.md).",
        _machines(),
        "## Layers",
        _overview({**LAYERS, "Python": KINDS["Python"]}),
        "## Losses and measures",
        "They compare with labels. Only training (and `texelnet run --on torch`) computes"
        " them; a graph leaves them out.",
        _overview(LOSS_LAYERS),
        "## Data layers",
        "They feed training from files. A graph has an Input in their place.",
        _overview(data),
        *(part for kind in KINDS.values() for part in _section(kind)),
        *_shared(),
        *_refused(),
    )


def _machines() -> str:
    lines = [f"- **{name}**: {RUNNERS[name].summary}" for name in ("onnxruntime", "numpy")]
    lines.insert(1, "- **torch**: Training, and what only training has; gradients.")
    drivers = {"webgpu": "wgpu", "mpv": "ffmpeg"}
    lines += [
        f"- **{name}**: {target.summary} `--on {drivers[name]}` runs it."
        for name, target in TARGETS.items()
    ]
    told = (
        "Every example is tried on every machine. ✓ says that it gave the numbers of"
        " onnxruntime (of shaders: that the package's kernels did, read one by one), or where"
        " only torch computes it, that it ran; tests compare that with numbers of Caffe."
    )
    return "\n".join([told, "", *lines])


def _overview(kinds: Mapping[str, Kind]) -> str:
    return table(
        ("layer", "what it is", *MACHINES),
        (
            (f"[{name}](#{name.lower()})", kind.about.summary, *map(_mark(name), MACHINES))
            for name, kind in kinds.items()
        ),
    )


def _mark(name: str) -> Callable[[str], str]:
    return lambda machine: "" if TRIALS[name].get(machine) else "✓"


def _section(kind: Kind) -> Iterable[str]:
    about = kind.about
    yield f"## {kind.type}"
    yield about.summary
    if about.formula:
        yield block("text", about.formula)
    yield f"{_blobs(kind)}."
    for name in about.settings:
        yield from _settings(kind.type, name)
    if about.weights:
        yield _weights(kind)
    if about.quirks:
        yield "**What people get wrong**"
        yield "\n".join(f"- {quirk}" for quirk in about.quirks)
    yield _where(kind.type)
    yield block("protobuf", about.example)


def _blobs(kind: Kind) -> str:
    told = f"Bottoms: {_count(*kind.bottoms)}; tops: {_count(*kind.tops)}"
    return told + ("; may be in place" if kind.in_place else "")


def _count(least: int, most: int) -> str:
    if least == most:
        return str(least) if least else "none"
    return f"{least} or more" if most == ANY else f"{least} to {most}"


def _settings(kind: str, name: str) -> Iterable[str]:
    """Tell a block of settings; what is read and means nothing stands in one line."""
    fields = SCHEMA[SCHEMA["LayerParameter"][name].type].values()
    told = [field for field in fields if field.meaning != "ignored"]
    ignored = [field.name for field in fields if field.meaning == "ignored"]
    if told:
        yield fields_table(f"`{name}`", told, kind)
    if ignored:
        yield f"Read and ignored in `{name}`: {code(*ignored)}."


def fields_table(head: str, fields: Iterable[Field], kind: str = "") -> str:
    """Return a table of settings: name, type, default, meaning."""
    return table(
        (head, "type", "default", "meaning"),
        ((f"`{field.name}`", _type(field), *_default(field, kind)) for field in fields),
    )


def _type(field: Field) -> str:
    if field.type in ENUMS:
        word = " / ".join(ENUMS[field.type])
    elif field.type == "FillerParameter":
        word = "[filler](caffe-layers.md#fillers)"
    elif field.type in SCHEMA:
        word = f"`{field.type}`"
    else:
        word = NUMBERS.get(field.type, "whole number")
    return f"{word}, several" if field.repeated else word


def _default(field: Field, kind: str) -> tuple[str, str]:
    meaning = field.meaning
    if meaning.startswith("required"):
        return "**required**", meaning.removeprefix("required").lstrip(":, ") or "-"
    if field.type == "FillerParameter":
        return f"`constant` {USUAL.get((kind, field.name), 0):g}", meaning
    written = field.written
    if field.name == "normalization":
        written = NORMALIZATION.get(kind, written)
    return (f"`{written}`" if written else "-"), meaning


def _weights(kind: Kind) -> str:
    net = read_net(kind.about.example)
    layer = next(layer for layer in net.layers if layer.type == kind.type)
    shapes = [spoken(parameter.shape) for parameter in layer.parameters]
    shapes += ["left out"] * (len(kind.about.weights) - len(shapes))
    return table(
        ("weights", "what", "shape", "in the example"),
        (
            (str(index), what, f"`{letters}`", shape)
            for index, ((what, letters), shape) in enumerate(
                zip(kind.about.weights, shapes, strict=True)
            )
        ),
    )


def _where(name: str) -> str:
    found = TRIALS[name]
    sent = found["gradients"]
    torch = f"torch (gradients to {sent})" if sent else "torch (no gradients)"
    runs = [torch if m == "torch" else m for m in MACHINES if not found.get(m)]
    lines = [f"**Runs on** {', '.join(runs)}."]
    refused = [machine for machine in MACHINES if found.get(machine)]
    for why, machines in groupby(sorted(refused, key=found.get), found.get):
        lines.append(f"**Not on** {', '.join(machines)}: {why}.")
    return "  \n".join(lines)


def _shared() -> Iterable[str]:
    fields = [field for field in SCHEMA["LayerParameter"].values() if field.meaning]
    yield "## What all layers take"
    yield fields_table("of a layer", fields)
    yield fields_table("`param`", SCHEMA["ParamSpec"].values())
    yield fields_table("`include`, `exclude`", SCHEMA["NetStateRule"].values())
    yield "## Fillers"
    yield "The numbers that parameters begin with, where no weights are given."
    yield table(
        ("filler", "numbers"),
        ((f"`{name}`", str(fill.__doc__).strip()) for name, fill in FILLERS.items()),
    )
    yield fields_table("a filler", SCHEMA["FillerParameter"].values())


def _refused() -> Iterable[str]:
    refused = sorted(set(REFUSED) - set(KINDS), key=lambda name: (REFUSED[name], name))
    reasons = groupby(refused, REFUSED.__getitem__)
    yield "## Refused"
    yield "They are known, and a network with one of them is refused with its line."
    yield table(
        ("layers", "why"),
        ((code(*sorted(names, key=str.lower)), why) for why, names in reasons),
    )
    yield "A network that is used leaves these out, training refuses them."
    rows = ((f"`{name}`", f"{why}: {hint}") for name, (why, hint) in UNTRAINED.items())
    yield table(("layer", "why"), rows)
