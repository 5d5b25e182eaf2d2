"""Judge: whether what we compute agrees with onnxruntime, at every size.

The reference runs the file itself; the candidates run what was read from it and compiled. Where
planes are kept in 32 bits the bar is 1e-4 of the largest number of an output, and of 1 at
least. Where they are kept in 16 bits each plane is held against its own numbers, and how far
the answer is from onnxruntime's is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from tests.random_networks.draft import Draft
from tests.random_networks.kept_in_16_bits import halves, judge_planes
from tests.random_networks.pictured import ANSWER, PICTURE, pictured
from tests.random_networks.recipe import Recipe
from tests.random_networks.reference import BAR, Reference, distance, picture, read, steady
from tests.random_networks.trial import (
    HOSTED,
    Planes,
    Size,
    Tally,
    Trial,
    Verdict,
    takes,
)

from texelnet.errors import NetworkError, TexelnetError
from texelnet.graph.contract import Contract
from texelnet.pixel.evaluate import free_sizes
from texelnet.run.sizes import Sizes, check_blobs, claims_of_manifest
from texelnet.run.verify.hosted import Hosted
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.expense import driver_seconds
from texelnet.shader.package import Package, in_memory
from texelnet.shader.targets import TARGETS, Build

LOST = "Number of elements of input 'sizes' (0)"
"""onnxruntime's own complaint of a size cut off a shape that it has forgotten."""
SLOWEST = 20
"""Seconds that a driver may compile a network, predicted; odd schedules ask for more."""
LIMITS = re.compile(r"the host reads \d+$|mpv binds \d+( textures)?$|mpv holds \d+$")
"""How a host tells its own limits; whatever else is refused is a finding."""


def judge(recipe: Recipe, trial: Trial) -> Verdict:
    """Build a recipe, compile it, and compare it at every size."""
    draft = recipe.draft()
    verdict = Verdict({name: Tally() for name in trial.candidates})
    if "libplacebo" in trial.candidates:
        _judge_hosted(draft, trial, verdict)
    if set(trial.candidates) - {"libplacebo"}:
        _judge_blobs(draft, trial, verdict)
    return verdict


# A network's own numbers --------------------------------------------------------------------


def _judge_blobs(draft: Draft, trial: Trial, verdict: Verdict) -> None:
    names = [name for name in trial.candidates if name != "libplacebo"]
    content = draft.finish().SerializeToString()
    try:
        reference = Reference(content)
    except Exception as error:
        for name in names:
            verdict.by[name].limit = LOST
        if LOST not in str(error):
            verdict.found("no network", names[0], None, str(error)[:400])
        return
    parties = [p for name in names if (p := _party(name, content, trial, verdict))]
    for size in trial.asked(draft):
        found = steady(reference, draft.channels, size) if takes(draft, size) else ({}, {})
        for party in parties:
            tally, said = verdict.by[party.name], party.refuses(draft.channels, size)
            if found is None:
                tally.tossed += 1
            elif said or not found[1]:
                _refused(said, bool(found[1]), (verdict, party.name, size))
            else:
                party.compare(*found, (verdict, party.name, size))


def _refused(said: str, answered: bool, told: tuple[Verdict, str, Size]) -> None:
    """Tell what is refused by one of both."""
    verdict, name, size = told
    if said:
        verdict.by[name].refused += 1
    if answered:
        verdict.found("turned down", name, size, said)
    elif not said:
        verdict.found("taken", name, size, "the reference refuses it, or nothing is left of it")


def _compiled(
    content: bytes, name: str, trial: Trial, contract: Contract | None = None
) -> tuple[Build, Package]:
    target = TARGETS["mpv" if contract else "webgpu"]
    schedule = HOSTED[trial.hosted][1] if contract else trial.schedule
    network = read(content).wants(contract)
    build = compile_network(network, target, schedule)
    if name == "wgpu fp16":
        plan = halves(build.program)
        build = compile_network(network, target, schedule, precision=plan)
    return build, in_memory(target.package(build), network.source)


def _slow(build: Build, tally: Tally) -> bool:
    """Tell whether a driver would compile a network for long."""
    if driver_seconds(build.kernels) > SLOWEST:
        tally.limit = f"a driver would compile it for longer than {SLOWEST} s"
    return bool(tally.limit)


@dataclass(frozen=True)
class Party:
    """A candidate with what it draws."""

    name: str
    build: Build
    package: Package
    session: Session | None

    def refuses(self, channels: int, size: Size) -> str:
        """Return what is said to a picture of this size, if it is refused."""
        feeds = {"x": picture(channels, size, 0)}
        claims = claims_of_manifest(self.package.manifest)
        try:
            check_blobs(claims, free_sizes(self.build.program, feeds), feeds, "random.onnx")
        except NetworkError as error:
            return str(error)
        return ""

    def compare(self, feeds: Planes, wanted: Planes, told: tuple[Verdict, str, Size]) -> None:
        verdict, name, size = told
        tally = verdict.by[name]
        try:
            got = self._drawn(feeds)
        except Exception as failure:
            text = f"{type(failure).__name__}: {failure}"
            return verdict.found("crashed", name, size, text)
        error = distance(got, wanted)
        if name == "wgpu fp16":
            passes = self.package.manifest["passes"]
            if judge_planes(self.build.program, passes, {**feeds, **got}, told):
                tally.far = max(tally.far, error)
            return None
        tally.judged += 1
        tally.error = max(tally.error, error / BAR)
        if not error <= BAR:
            verdict.found("differs", name, size, f"{error:.3g}")
        return None

    def _drawn(self, feeds: Planes) -> Planes:
        if self.session is None:
            return evaluate_kernels(self.build.kernels, self.build.program, feeds)
        return self.session.run(feeds, keep=self.name == "wgpu fp16")


def _party(name: str, content: bytes, trial: Trial, verdict: Verdict) -> Party | None:
    """Compile a candidate; where that fails it is told."""
    try:
        build, package = _compiled(content, name, trial)
        if name != "numpy" and _slow(build, verdict.by[name]):
            return None
        session = None if name == "numpy" else Session(package)
    except TexelnetError as error:
        verdict.found("refused", name, None, str(error))
    except Exception as error:
        verdict.found("crashed", name, None, f"{type(error).__name__}: {error}")
    else:
        return Party(name, build, package, session)
    return None


# A picture of a picture ---------------------------------------------------------------------


def _judge_hosted(draft: Draft, trial: Trial, verdict: Verdict) -> None:
    name, contract = "libplacebo", HOSTED[trial.hosted][0]
    content = pictured(draft, contract).SerializeToString()
    try:
        build, package = _compiled(content, name, trial, contract)
        if _slow(build, verdict.by[name]):
            return
        host, reference = Hosted(package, contract), Reference(content)
    except TexelnetError as error:
        if not LIMITS.search(error.fact):
            verdict.found("refused", name, None, str(error))
        verdict.by[name].limit = error.fact
        return
    except Exception as error:
        verdict.by[name].limit = LOST
        if LOST not in str(error):
            verdict.found("crashed", name, None, f"{type(error).__name__}: {error}")
        return
    sizes = Sizes.of_manifest(package.manifest, "random.onnx")
    for size in trial.asked(draft):
        told, said = (verdict, name, size), ""
        rng = np.random.default_rng(size)
        x = rng.random((contract.planes, *size), np.float32)
        try:
            sizes.check(*size)
        except NetworkError as error:
            said = str(error)
        answered = takes(draft, size) and bool(reference({PICTURE: contract.to_network(x)}))
        if said or not answered:
            _refused(said, answered, told)
            continue
        try:
            got = host.planes({PICTURE: x})
        except Exception as failure:
            verdict.found("crashed", name, size, f"{type(failure).__name__}: {failure}")
            continue
        if judge_planes(build.program, package.manifest["passes"], got, told):
            far = _far(reference, contract, got, package)
            verdict.by[name].far = max(verdict.by[name].far, far)


def _far(reference: Reference, contract: Contract, got: Planes, package: Package) -> float:
    """Return how far the host's picture is from the reference's, of what that spans."""
    seen = TARGETS["mpv"].sees(contract)
    (given,), (drawn,) = package.manifest["inputs"], package.manifest["outputs"]
    answers = reference({PICTURE: seen.to_network(got[given])}) or {}
    wanted = seen.from_network(answers[ANSWER], got[given])
    return float(np.abs(got[drawn] - wanted).max()) / max(1.0, float(np.ptp(wanted)))
