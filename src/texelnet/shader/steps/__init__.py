"""STEPS: the compiler, as a list of named rewrites of a program.

Each takes a program and the schedule and returns a program that means the same; the compiler
checks the program after each, and ``texelnet compile --watch`` prints it.
"""

from collections.abc import Callable

from texelnet.pixel import Program
from texelnet.shader.schedule import Schedule
from texelnet.shader.steps.drop_unread import drop_unread
from texelnet.shader.steps.fuse_planes import fuse_planes
from texelnet.shader.steps.merge_mixes import merge_mixes
from texelnet.shader.steps.prove_inside import prove_inside
from texelnet.shader.steps.share_reads import share_reads
from texelnet.shader.steps.split_phases import split_phases
from texelnet.shader.steps.split_reads import split_reads

Step = Callable[[Program, Schedule], Program]

STEPS: tuple[Step, ...] = (
    drop_unread,
    prove_inside,
    merge_mixes,
    fuse_planes,
    merge_mixes,
    share_reads,
    split_phases,
    split_reads,
)

__all__ = ["STEPS", "Step"]
