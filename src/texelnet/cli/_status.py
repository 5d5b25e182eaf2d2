"""Status: a line on a terminal that tells what is being done; none where a program reads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def status(first: str, each: str) -> Iterator[Callable[[str], None] | None]:
    """Tell ``first``, then ``each`` (a word before the name) of what the callback is given."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status(first) as line:
        yield lambda name: line.update(f"{each} {name}")
