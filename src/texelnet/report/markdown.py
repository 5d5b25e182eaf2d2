"""Markdown: a page as text that forges and editors show; images are told by their words."""

from __future__ import annotations

from texelnet.page import (
    Cells,
    Code,
    Equation,
    Figure,
    Note,
    Page,
    Part,
    Shown,
    Slider,
    Table,
    Text,
)
from texelnet.report.drawings import squares


def markdown(page: Page) -> str:
    """Return a page as Markdown."""
    blocks = [f"# {page.title}", *map(_part, page.parts)]
    for section in page.sections:
        blocks += [f"## {section.title}", *map(_part, section.parts)]
    return "\n\n".join(blocks) + "\n"


def _part(part: Part) -> str:
    match part:
        case Text(words):
            return words
        case Note(_, title, words):
            return f"> **{title}** {words}"
        case Equation(line):
            return f"```text\n{line}\n```"
        case Code(lines, language):
            return f"```{language}\n{lines}\n```"
        case Table():
            return _table(part)
        case Figure(parts, caption):
            told = [line for one in parts for line in _told(one)]
            return "\n".join([*told, "", f"*{caption}*"])


def _table(table: Table) -> str:
    rule = ["---:" if i in table.numbers else "---" for i in range(len(table.head))]
    rows = [table.head, rule, *table.rows]
    lines = ["| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in rows]
    return "\n".join([f"*{table.caption}*", "", *lines])


def _told(part: Shown) -> list[str]:
    """Return lines of a list: what is seen, in words; squares as they are."""
    match part:
        case Cells(title):
            lines = [f"  {line}" for line in squares(part)]
            return [f"- {title}: {part.alt}", "", "  ```text", *lines, "  ```", ""]
        case Slider(label, names, _, said):
            return [
                f"- {label} {name}: {words}" for name, words in zip(names, said, strict=True)
            ]
        case _:
            return [f"- {part.alt}"]
