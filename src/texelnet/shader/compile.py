"""Compile: a network becomes a package for a host.

Lower, frame, simplify step by step (checked after each), write kernels, check the host's
limits, print. Every stage can be looked at: `watch` is called after each step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from texelnet.errors import ShaderError
from texelnet.graph.network import Network
from texelnet.pixel import Program, check
from texelnet.pixel.reach import depends
from texelnet.shader.frame import frame
from texelnet.shader.kernel import packs
from texelnet.shader.lower import lower
from texelnet.shader.precision import Precision
from texelnet.shader.rescale import rescale
from texelnet.shader.schedule import Schedule
from texelnet.shader.steps import STEPS
from texelnet.shader.steps.merge_mixes import merge_mixes
from texelnet.shader.targets import Build, Target
from texelnet.shader.textures import shared_textures
from texelnet.shader.write import write_kernels

Watch = Callable[[str, Program], None]


def compile_network(
    network: Network,
    target: Target,
    schedule: Schedule,
    *,
    shift: float = 0.0,
    outputs: Sequence[str] | None = None,
    precision: Precision | None = None,
    watch: Watch | None = None,
) -> Build:
    """Return all that a package is written from; ``target.package`` turns it into files.

    Parameters
    ----------
    network
        With a contract the package takes and returns pictures in 0..1; without one it works
        on the network's own numbers.
    target, schedule
        The host, and how passes are laid out.
    shift
        Added to every output pixel; needs a contract.
    outputs
        Values of the graph to keep, instead of the network's own outputs.
    precision
        How planes are kept; what it says of planes that are not computed is left out.
    watch
        Called with the name of each step and the program after it.

    Raises
    ------
    ShaderError
        If a layer has no pixel meaning, or a pass does not fit the host's limits.
    ContractError
        If the contract does not fit the network.
    """
    program = lower(network, outputs)
    if watch:
        watch("lower", program)
    if network.contract is not None and outputs is None:
        seen = target.sees(network.contract)
        program = frame(program, seen, shift * network.contract.span / seen.span)
        if watch:
            watch("frame", program)
    kept = precision or Precision()
    program = simplify(program, schedule, watch, kept)
    for name in set(program.outputs) - depends(program):
        raise ShaderError(
            network.source,
            f'"{name}" is the same for every picture: no input reaches it',
            "look for weights or a Power scale of zero",
        )
    kernels = write_kernels(program, schedule)
    plan = kept.within(program)
    textures = shared_textures(program, kernels, plan) if target.reuses else {}
    build = Build(network.name, program, schedule, kernels, network.contract, plan, textures)
    _fit(build, target, network.source)
    return build


def simplify(
    program: Program,
    schedule: Schedule,
    watch: Watch | None = None,
    precision: Precision | None = None,
) -> Program:
    """Return the program after every step, each checked, its planes divided as planned."""
    for step in STEPS:
        program = step(program, schedule)
        check(program)
        if watch:
            watch(step.__name__, program)
    powers = precision.within(program).scales if precision else {}
    if powers:
        program = merge_mixes(rescale(program, powers), schedule)
        check(program)
        if watch:
            watch("rescale", program)
    return program


def _fit(build: Build, target: Target, source: str) -> None:
    """Refuse what the host can't bind, with the layer and the number."""
    limits = target.limits
    for kernel in build.kernels:
        where = f'{source} (layer "{" ".join(kernel.notes) or kernel.plane.name}")'
        if len(kernel.reads) + (kernel.weights is not None) > limits.textures:
            weights = " and its weights" if kernel.weights is not None else ""
            fact = f"one pass would read {len(kernel.reads)} planes{weights}; "
            fact += f"{target.name} binds {limits.textures}"
            raise ShaderError(where, fact, "join fewer blobs at once")
        widest = max((packs(p.channels) for p in (*kernel.reads, kernel.plane)), default=0)
        if widest > limits.layers:
            raise ShaderError(
                where,
                f"a plane of {4 * widest} channels; {target.name} holds {4 * limits.layers}",
                "use a narrower network",
            )
