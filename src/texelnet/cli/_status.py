"""Status: a line or a bar on a terminal that tells what is being done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from texelnet.cli._table import on_terminal


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


@contextmanager
def bar(count: int, lines: bool = False, shown: bool = True) -> Iterator[Callable[[Any], None]]:
    """Show on a terminal how many are done of ``count``; ``lines`` prints what is told."""
    if not (shown and on_terminal()):
        yield lambda told: print(told, flush=True) if lines else None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("", total=count)

        def done(told: Any) -> None:
            if lines:
                progress.console.print(told, markup=False, highlight=False, soft_wrap=True)
            progress.advance(task)

        yield done
