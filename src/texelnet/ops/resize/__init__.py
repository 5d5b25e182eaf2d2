"""Resize: the picture on a finer or coarser grid, in phases or at stretched places."""

from texelnet.ops.resize.phases import RESIZE

__all__ = ["RESIZE"]
