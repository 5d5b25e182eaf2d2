"""The page that explains one layer: the same order for every kind."""

from __future__ import annotations

from texelnet.explain import Explained
from texelnet.page import Equation, Page, Part, Section, Table, Text


def explanation_page(explained: Explained) -> Page:
    """Return what one layer does, with its own numbers."""
    told, facts = explained.told, explained.facts
    parts: list[Part] = [Text(told.sentence)]
    if told.formula:
        parts.append(Equation(told.formula))
    numbers = [*told.numbers]
    if facts.multiply_adds:
        numbers.append(("cost", f"{facts.multiply_adds:,.0f} multiply-adds an output pixel"))
    if numbers:
        parts.append(Table("this layer's numbers", ("", ""), numbers))
    if told.figure is not None:
        parts.append(told.figure)
    sections = [Section("Traps", [Text(trap) for trap in (*told.traps, *facts.quirks)])]
    title = f"{facts.kind} `{facts.layer}` of {explained.network.name}"
    return Page(title, [*parts, *told.parts], [*told.sections, *sections])
