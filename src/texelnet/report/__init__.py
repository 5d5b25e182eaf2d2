"""REPORT: pages as HTML, Markdown and text, and the pages that tell of proofs.

To add a form, write its file (a function from Page to text) and list it here.
"""

from collections.abc import Callable
from pathlib import Path

from texelnet.errors import UsageError
from texelnet.page import Page
from texelnet.report.comparison import comparison_page
from texelnet.report.explanation import explanation_page
from texelnet.report.html import html
from texelnet.report.markdown import markdown
from texelnet.report.proof import proof_page
from texelnet.report.terminal import text
from texelnet.report.whole import whole_page

WRITERS: dict[str, Callable[[Page], str]] = {".html": html, ".md": markdown, ".txt": text}
"""Forms of a file, by the ending of its name."""


def check_name(place: str) -> None:
    """Refuse a file whose ending says no form.

    Raises
    ------
    UsageError
        Naming the endings there are.
    """
    if Path(place).suffix.lower() not in WRITERS:
        fact = "its name does not say what kind of page it is"
        raise UsageError(place, fact, f"a name that ends in {', '.join(WRITERS)}")


def write_page(page: Page, place: str) -> None:
    """Write a page, in the form that its name's ending says."""
    check_name(place)
    write = WRITERS[Path(place).suffix.lower()]
    Path(place).write_text(write(page), encoding="utf-8")


__all__ = [
    "WRITERS",
    "check_name",
    "comparison_page",
    "explanation_page",
    "html",
    "markdown",
    "proof_page",
    "whole_page",
    "write_page",
]
