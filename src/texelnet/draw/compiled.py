"""Compiled: plain loops as numba makes them, where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def compiled(*loops: Callable[..., Any]) -> tuple[Any, ...] | None:
    """Return loops compiled, and kept on disk by numba; None where it is not installed."""
    try:
        import numba
    except ImportError:
        return None
    return tuple(map(numba.njit(cache=True, error_model="numpy"), loops))
