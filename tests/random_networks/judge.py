"""Judge: whether what we compute agrees with onnxruntime, at every size.

The reference runs the file itself; the candidates run what was read from it and compiled. The
bar is 1e-4 of the largest number of an output, and of 1 at least.

A number near a jump (the largest of two channels that are nearly equal, a half that is rounded)
may fall on either side. So the picture is let tremble by 2e-6, in six ways; where the
reference's own answer moves by a quarter of the bar, another picture is taken, and after four
the size is counted as ill-conditioned and not judged.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
import onnxruntime
from tests.random_networks.draft import PROBES, Draft
from tests.random_networks.recipe import Recipe

from texelnet.errors import NetworkError, TexelnetError
from texelnet.graph.network import Network
from texelnet.graph.onnx_file import read_onnx
from texelnet.pixel.evaluate import free_sizes
from texelnet.run.sizes import check_blobs, claims_of_manifest
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import COMPUTE, FRAGMENT, HYBRID, Schedule
from texelnet.shader.targets import TARGETS

Planes = dict[str, np.ndarray]
Size = tuple[int, int]
Draws = Callable[[Planes], Planes]

BAR = 1e-4
TREMBLES, TREMBLE, PICTURES = 6, 2e-6, 4
WEBGPU = TARGETS["webgpu"]
TURNS = {
    "hybrid": HYBRID,
    "compute": COMPUTE,
    "fragment": FRAGMENT,
    "compute, blocks of 2x2": replace(COMPUTE, block=(2, 2), packs=2),
    "hybrid, weights in a buffer": replace(HYBRID, literals=0),
    "compute, blocks of 1x3, long weights in a buffer": replace(
        COMPUTE, block=(1, 3), literals=60, looped_packs=1
    ),
    "fragment, a pack a pass": replace(FRAGMENT, packs=1),
    "compute, nothing fused": replace(COMPUTE, fuse=False),
    "compute, Winograd's squares of 4, staged": replace(COMPUTE, winograd=4, staged=True),
    "compute, few planes read at once": replace(COMPUTE, winograd=0, reads=3),
    "fragment, few planes read at once": replace(FRAGMENT, reads=2),
}
"""The schedules that seeds take in turn."""


@dataclass(frozen=True)
class Finding:
    """Something wrong: what kind, with whom, at which size."""

    kind: str
    candidate: str
    size: Size | None
    text: str

    def like(self, other: Finding) -> bool:
        return (self.kind, self.candidate) == (other.kind, other.candidate)


@dataclass(frozen=True)
class Trial:
    """How a recipe is tried: pictures of these (height, width), this schedule, these."""

    sizes: tuple[Size, ...]
    schedule: Schedule
    candidates: tuple[str, ...] = ("numpy", "wgpu")

    @staticmethod
    def of(draft: Draft, seed: int, candidates: tuple[str, ...]) -> Trial:
        """Return the trial of a seed: one pixel, small and odd sizes, sizes that surely fit."""
        random = Random(seed)
        fitting = [
            [n for n in range(2, 27) if n not in avoided and takes_side(draft, n, axis)]
            for axis, avoided in enumerate(draft.avoided)
        ]
        sizes = [(1, 1), (random.randint(1, 5), random.randint(1, 26))]
        sizes += [(random.randint(2, 26), random.randint(1, 9))]
        if all(fitting):
            sizes += [(random.choice(fitting[0]), random.choice(fitting[1])) for _ in range(2)]
        schedules = list(TURNS.values())
        return Trial(tuple(dict.fromkeys(sizes)), schedules[seed % len(schedules)], candidates)


@dataclass
class Verdict:
    """What was found, and how much was looked at."""

    findings: list[Finding]
    judged: int = 0  # sizes compared
    refused: int = 0  # sizes that the reference refuses, and so do we
    tossed: int = 0  # sizes without a well-conditioned picture
    error: float = 0.0  # the largest, relative to the bar's unit


def read(content: bytes) -> Network:
    """Read a model as texelnet reads any file."""
    with tempfile.TemporaryDirectory(prefix="texelnet-random-") as folder:
        path = Path(folder) / "random.onnx"
        path.write_bytes(content)
        return replace(read_onnx(path), source="random.onnx")


class Reference:
    """The file itself in onnxruntime, on one thread."""

    def __init__(self, content: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        providers = ["CPUExecutionProvider"]
        self.session = onnxruntime.InferenceSession(content, options, providers=providers)
        self.names = [o.name for o in self.session.get_outputs()]

    def __call__(self, feeds: Planes) -> Planes | None:
        """Return the outputs, or None where it refuses or nothing is left."""
        try:
            answers = self.session.run(self.names, {k: v[None] for k, v in feeds.items()})
        except Exception:
            return None
        found = {name: a[0] for name, a in zip(self.names, answers, strict=True)}
        return found if all(a.size for a in found.values()) else None


def picture(channels: int, size: Size, number: int) -> np.ndarray:
    rng = np.random.default_rng([number, *size])
    return rng.uniform(-1, 1, (channels, *size)).astype(np.float32)


def distance(got: Planes, wanted: Planes) -> float:
    """Return the largest error, each output's relative to its largest number and to 1."""
    worst = 0.0
    for name, want in wanted.items():
        if got[name].shape != want.shape:
            return float("inf")
        with np.errstate(invalid="ignore"):
            error = np.abs(got[name].astype(np.float64) - want).max()
        unit = max(1.0, float(np.abs(want).max()))
        worst = max(worst, float(error) / unit if np.isfinite(error) else float("inf"))
    return worst


def steady(reference: Reference, channels: int, size: Size) -> tuple[Planes, Planes] | None:
    """Return a picture and the reference's answer to it that hangs on no last bit, if any."""
    for number in range(PICTURES):
        x = picture(channels, size, number)
        wanted = reference({"x": x})
        if wanted is None:
            return {"x": x}, {}
        rng = np.random.default_rng([number, 99])
        shaken = (
            reference({"x": x + rng.uniform(-TREMBLE, TREMBLE, x.shape).astype(np.float32)})
            for _ in range(TREMBLES)
        )
        if all(s is not None and distance(s, wanted) <= BAR / 4 for s in shaken):
            return {"x": x}, wanted
    return None


def takes_side(draft: Draft, side: int, axis: int) -> bool:
    """Tell whether something is left of every value, of so many rows (axis 0) or columns.

    Where nothing is, onnxruntime is not asked: it makes half a window's maximum of it, counts a
    computed end below zero from the end, or ends the process.
    """
    at = PROBES.index(side)
    return all(v.sides[axis][at] > 0 for v in draft.values.values())


def takes(draft: Draft, size: Size) -> bool:
    return all(takes_side(draft, side, axis) for axis, side in enumerate(size))


def judge(recipe: Recipe, trial: Trial) -> Verdict:
    """Build a recipe, compile it, and compare it at every size."""
    draft = recipe.draft()
    content = draft.finish().SerializeToString()
    try:
        reference = Reference(content)
    except Exception as error:
        return Verdict([Finding("no network", "onnxruntime", None, str(error)[:400])])
    try:
        network = read(content)
        build = compile_network(network, WEBGPU, trial.schedule)
        package = in_memory(WEBGPU.package(build), network.source)
    except TexelnetError as error:
        return Verdict([Finding("refused", "compile", None, str(error))])
    except Exception as error:
        return Verdict(
            [Finding("crashed", "compile", None, f"{type(error).__name__}: {error}")]
        )
    claims = claims_of_manifest(package.manifest)
    draws: dict[str, Draws] = {
        "numpy": lambda feeds: evaluate_kernels(build.kernels, build.program, feeds),
    }
    if "wgpu" in trial.candidates:
        draws["wgpu"] = Session(package).run
    verdict = Verdict([])

    def refuses(x: np.ndarray) -> str:
        feeds = {"x": x}
        try:
            check_blobs(claims, free_sizes(build.program, feeds), feeds, network.source)
        except NetworkError as error:
            return str(error)
        return ""

    for size in trial.sizes:
        if size[0] in draft.avoided[0] or size[1] in draft.avoided[1]:
            continue
        x = picture(recipe.channels, size, 0)
        found = steady(reference, recipe.channels, size) if takes(draft, size) else ({}, {})
        if found is None:
            verdict.tossed += 1
        elif said := refuses(x):
            verdict.refused += 1
            if found[1]:
                verdict.findings.append(Finding("turned down", "sizes", size, said))
        elif not found[1]:
            verdict.findings.append(Finding("taken", "sizes", size, "nothing is left of it"))
        else:
            verdict.judged += 1
            compared = {name: draws[name] for name in trial.candidates}
            _compare(compared, *found, size, verdict)
    return verdict


def _compare(
    draws: dict[str, Draws], feeds: Planes, wanted: Planes, size: Size, verdict: Verdict
) -> None:
    for name, draw in draws.items():
        try:
            error = distance(draw(feeds), wanted)
        except Exception as failure:
            text = f"{type(failure).__name__}: {failure}"
            verdict.findings.append(Finding("crashed", name, size, text))
            continue
        verdict.error = max(verdict.error, error)
        if not error <= BAR:
            verdict.findings.append(Finding("differs", name, size, f"{error:.3g}"))
