"""Tables: ruled and coloured on a terminal, plain and never wrapped where a program reads."""

from __future__ import annotations

import sys
from collections.abc import Sequence

Row = Sequence[str]


def show(title: str, head: Row, rows: Sequence[Row], right: Sequence[int] = ()) -> None:
    """Print a table to stdout; the columns named by ``right`` are numbers."""
    if on_terminal():
        _ruled(title, head, rows, right)
    else:
        print("\n".join(plain(title, head, rows, right)))


def on_terminal() -> bool:
    """Tell whether a person reads stdout."""
    return bool(sys.stdout) and sys.stdout.isatty()  # there is none when it was closed


def plain(title: str, head: Row, rows: Sequence[Row], right: Sequence[int] = ()) -> list[str]:
    """Return a table as lines of text, its columns aligned by spaces."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [title] if title else []
    for row in (head, *rows):
        cells = [
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(("  " if title else "") + "  ".join(cells).rstrip())
    return lines


def _ruled(title: str, head: Row, rows: Sequence[Row], right: Sequence[int]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    narrow = max(map(len, plain("", head, rows))) + 2 * len(head) > console.width
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for i, name in enumerate(head):
        name = name.replace(" ", "\n", 1).replace("-", "-\n", 1) if narrow else name
        table.add_column(name, justify="right" if i in right else "left", overflow="fold")
    for row in rows:
        cells = [cell.replace(" (", "\n(", 1) if narrow else cell for cell in row]
        table.add_row(*[Text(cell) for cell in cells])  # names may look like markup
    console.print(Text(title, "bold"))
    console.print(table)


def spoken_bytes(count: float) -> str:
    """Write a number of bytes for people."""
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.2f} GiB"


def number(value: float) -> str:
    """Write a number for people: whole ones whole, others to three digits after the point."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.3f}".rstrip("0")
