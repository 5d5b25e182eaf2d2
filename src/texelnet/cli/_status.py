"""Status: a line on a terminal that tells what is being done; none where a program reads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def status(
    first: str, each: str, lines: bool = False
) -> Iterator[Callable[[str], None] | None]:
    """Tell ``first``, then ``each`` (a word before the name) of what the callback is given.

    Where a program reads, ``lines`` says so in a line each: what takes minutes is not silent.
    """
    if not sys.stderr.isatty():
        yield (lambda name: print(each, name, file=sys.stderr, flush=True)) if lines else None
        return
    from rich.console import Console

    with Console(stderr=True).status(first) as line:
        yield lambda name: line.update(f"{each} {name}")
