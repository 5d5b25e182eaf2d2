"""Target: a host that runs shaders, as limits and a pure function that writes for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from texelnet.graph.contract import Contract
from texelnet.pixel import Program
from texelnet.shader.dialects import Dialect
from texelnet.shader.kernel import Kernel
from texelnet.shader.precision import Precision
from texelnet.shader.schedule import Schedule


@dataclass(frozen=True)
class Build:
    """Everything a package is written from: the same build gives the same bytes."""

    name: str
    program: Program
    schedule: Schedule
    kernels: Sequence[Kernel]
    contract: Contract | None
    precision: Precision = field(default_factory=Precision)
    textures: Mapping[str, str] = field(default_factory=dict)
    """Which plane's texture another lies in; none: each has its own."""


@dataclass(frozen=True)
class Limits:
    """What a host allows in one pass."""

    textures: int  # textures read
    attachments: int  # packs a fragment pass may write
    layers: int  # packs a plane may have


@dataclass(frozen=True)
class Target:
    """One host."""

    name: str
    summary: str
    dialect: Dialect
    limits: Limits
    schedules: Mapping[str, Schedule]
    """The schedules it can run by name, the usual one first."""
    package: Callable[[Build], dict[str, bytes]]
    """File names and contents, nothing else."""
    sees: Callable[[Contract], Contract] = lambda contract: contract
    """What a contract becomes where the host hands other numbers to its shaders."""
    reuses: bool = False
    """Whether planes whose lives do not overlap share a texture."""
    keeps: tuple[str, ...] = ("fp32", "fp16")
    """How planes can be kept; a single word is the host's own choice."""

    @property
    def usual(self) -> Schedule:
        """The schedule that nobody asked for."""
        return next(iter(self.schedules.values()))
