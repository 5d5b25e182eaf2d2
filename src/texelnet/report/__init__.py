"""REPORT: pages as HTML, Markdown and text, and the pages that tell of proofs.

To add a form, write its file (a function from Page to text) and list it here.
"""

from collections.abc import Callable
from pathlib import Path

from texelnet.disk import write_whole
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


def write_page(page: Page, place: str, form: str = "") -> None:
    """Write a page whole, in a form of WRITERS: the one that its name's ending says."""
    if not form:
        check_name(place)
    text = WRITERS[form or Path(place).suffix.lower()](page)
    write_whole(Path(place), lambda file: file.write(text.encode()))


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
