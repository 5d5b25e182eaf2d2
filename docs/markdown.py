"""What reference pages are made of."""

from __future__ import annotations

from collections.abc import Iterable

WRITTEN = "<!-- Written by docs/generate.py (make docs): change the lists, not this page. -->\n"


def page(title: str, *parts: str) -> str:
    """Return a page: a title and paragraphs."""
    return "\n".join([f"# {title}\n", WRITTEN, *(part.rstrip() + "\n" for part in parts)])


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(w.replace("|", "\\|") for w in line) + " |" for line in lines
    )


def code(*words: str) -> str:
    """Return words as code, with commas between."""
    return ", ".join(f"`{word}`" for word in words)


def block(language: str, text: str) -> str:
    """Return lines as they are."""
    return f"```{language}\n{text.rstrip()}\n```"
