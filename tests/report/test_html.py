"""Pages as files: nothing is lost, nothing is run, and everybody can read them."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from texelnet.errors import UsageError
from texelnet.page import (
    Bars,
    Cells,
    Code,
    Equation,
    Figure,
    Image,
    Line,
    Note,
    Page,
    Plot,
    Section,
    Table,
    Text,
)
from texelnet.report import check_name, html, markdown
from texelnet.report.terminal import show

BARS = Bars("inside", ["", "1"], [0.5, 1.0], ["one", "two"], "two bars", 1, "bar")
PAGE = Page(
    "a <b> & `c`",
    [Note("bad", "DIFFERS", "by <i>"), Text("see `x < y`")],
    [
        Section("Numbers", [Table("errors", ("", "n"), [("a|b", "1"), ("c", "2")], [1], [1])]),
        Section("Pictures", [Figure([Image(b"png", 2, 3, 'a "dot"', "it", 4), BARS], "both")]),
        Section("Words", [Equation("y = Σ w·x"), Code("texelnet compare <a>", "shell")]),
    ],
)


class Reader(HTMLParser):
    """Keeps tags, their attributes, and what is still open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "line", "rect", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("line", "rect"):
            assert self.open.pop() == tag

    def of(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def readable(text: str) -> Reader:
    """Check what anybody needs to read a page, and return its tags."""
    page = Reader(text)
    assert page.open == []
    assert page.of("html")[0]["lang"]
    assert len(page.of("h1")) == 1
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4")]
    assert all(b - a <= 1 for a, b in zip([0, *levels], levels, strict=False))
    assert all(image.get("alt") for image in page.of("img"))
    assert all(svg.get("aria-label") for svg in page.of("svg"))
    assert all(head.get("scope") in ("col", "row") for head in page.of("th"))
    assert len(page.of("caption")) == len(page.of("table"))
    links = [a.get("src") or a.get("href") or "" for _, a in page.tags]
    assert all(link.startswith(("data:", "#")) for link in links if link)
    marks = [a["id"] for _, a in page.tags if a.get("id")]
    assert {link[1:] for link in links if link.startswith("#")} <= {*marks}
    assert not page.of("script", "link", "iframe", "object")
    assert "url(" not in text.replace("url(#", "")
    return page


def test_a_page_needs_nothing_else_and_can_be_read() -> None:
    page = readable(html(PAGE))
    (image,) = page.of("img")
    assert (image["width"], image["height"], image["alt"]) == ("8", "12", 'a "dot"')
    assert len(page.of("rect")) == 2
    assert [row.get("class") for row in page.of("tr")] == [None, None, "loud"]


def test_a_long_page_starts_with_its_sections() -> None:
    sections = [Section(f"Part {n}", [Text("words")]) for n in range(4)]
    page = readable(html(Page("long", [Text("what")], sections)))
    assert [a["href"] for a in page.of("a")] == ["#s0", "#s1", "#s2", "#s3"]
    assert not readable(html(Page("short", [Text("what")], sections[:3]))).of("nav")


def test_squares_that_are_too_many_for_a_telephone_scroll() -> None:
    def cells(columns: int, word: str) -> Reader:
        drawn = Cells("squares", [[word] * columns], "a row")
        return readable(html(Page("squares", [Figure([drawn], "")])))

    assert [a["class"] for a in cells(20, "0.5").of("div") if a.get("tabindex")] == ["scroll"]
    assert not [a for a in cells(4, "0.5").of("div") if a.get("tabindex")]
    assert not [a for a in cells(84, "").of("div") if a.get("tabindex")]


def test_curves_are_named_below_their_plot() -> None:
    lines = [Line("sigma 1", [0, 1], [0, 1]), Line("x < y", [0, 1], [1, 0], "faint")]
    text = html(Page("plot", [Figure([Plot("cost", "d", "s", lines, "two curves")], "")]))
    assert [i["class"] for i in readable(text).of("i")] == ["line line", "line faint"]
    assert "x &lt; y</span>" in text


def test_words_are_never_taken_for_tags() -> None:
    text = html(PAGE)
    assert "<title>a &lt;b&gt; &amp; `c`</title>" in text
    assert '<b class="verdict">DIFFERS</b> by &lt;i&gt;' in text
    assert "<code>x &lt; y</code>" in text
    assert "texelnet compare &lt;a&gt;" in text


def test_markdown_says_the_same_in_words() -> None:
    assert markdown(PAGE) == (
        "# a <b> & `c`\n\n> **DIFFERS** by <i>\n\nsee `x < y`\n\n## Numbers\n\n*errors*\n\n"
        "|  | n |\n| --- | ---: |\n| a\\|b | 1 |\n| c | 2 |\n\n## Pictures\n\n"
        '- a "dot"\n- two bars\n\n*both*\n\n## Words\n\n```text\ny = Σ w·x\n```\n\n'
        "```shell\ntexelnet compare <a>\n```\n"
    )


def test_a_terminal_shows_words_and_tables(capsys: pytest.CaptureFixture[str]) -> None:
    show(PAGE)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[:4] == ["a <b> & `c`", "DIFFERS by <i>", "see `x < y`", ""]
    assert [line for line in lines if line.startswith(("a|b", "c "))] == ["a|b  1", "c    2"]
    assert "Pictures" not in lines


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(UsageError) as error:
        check_name("page.pdf")
    assert str(error.value) == (
        "page.pdf: its name does not say what kind of page it is\n"
        "  try: a name that ends in .html, .md, .txt"
    )
