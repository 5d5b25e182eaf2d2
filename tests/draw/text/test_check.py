"""Runs of text in files, with their true size, from the files' own operators."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest

from texelnet.cli import main
from texelnet.draw.text import Run, runs
from texelnet.errors import DrawError

SIZES = (6, 10.5, 18, 72)
NESTS = {
    "1 0 0 1 0 0 cm": (1, 1, 0),
    "2 0 0 2 9 9 cm": (2, 1, 0),
    "0 1 -1 0 0 0 cm": (1, 1, 90),
    "2 0 0 1 0 0 cm": (1, 2, 0),
    "1 0 0.5 1 0 0 cm": (1, 1, 0),
    "2 0 0 1 0 0 cm 0 1 -1 0 0 0 cm": (2, 0.5, 90),
}


def pdf(
    folder: Path, content: str, more: str = "", forms: str = "", resources: str = ""
) -> Path:
    """Write a PDF of one page by hand."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R {more} "
        f"/Resources << /Font << /F 5 0 R >> /XObject << /X 6 0 R >> {resources} >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Matrix [3 0 0 3 0 0] "
        f"/Length {len(forms)} >>\nstream\n{forms}\nendstream",
    ]
    text, offsets = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    text += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    text += (
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{text.index('xref')}"
    )
    path = folder / "page.pdf"
    path.write_text(text + "\n%%EOF\n", "latin-1")
    return path


def only(path: Path) -> Run:
    (run,) = runs(path)
    return run


@pytest.mark.parametrize(("size", "nest"), list(product(SIZES, NESTS)))
def test_a_pdfs_sizes_are_read_from_its_operators(
    tmp_path: Path, size: float, nest: str
) -> None:
    times, horizontal, rotation = NESTS[nest]
    run = only(pdf(tmp_path, f"q {nest} BT /F {size} Tf (Hi) Tj ET Q"))
    assert run.printed.points == pytest.approx(size * times, abs=0.01)
    assert run.printed.horizontal == pytest.approx(horizontal)
    assert run.printed.rotation == pytest.approx(rotation, abs=1e-6)
    assert (run.text, run.page, run.font) == ("Hi", 1, "F")


def test_a_text_matrix_and_a_horizontal_scale_count_too(tmp_path: Path) -> None:
    run = only(pdf(tmp_path, "BT /F 1 Tf 50 Tz 12 0 0 12 9 9 Tm [(H) -20 (i)] TJ ET"))
    assert run.printed.points == pytest.approx(12)
    assert run.printed.horizontal == pytest.approx(0.5)
    assert run.text == "Hi"


def test_a_form_is_drawn_through_its_own_matrix(tmp_path: Path) -> None:
    path = pdf(tmp_path, "q 2 0 0 2 0 0 cm /X Do Q", forms="BT /F 4 Tf (in) Tj ET")
    assert only(path).printed.points == pytest.approx(24)


def test_what_q_saved_q_brings_back(tmp_path: Path) -> None:
    path = pdf(tmp_path, "q 5 0 0 5 0 0 cm Q BT /F 8 Tf (a) Tj ET")
    assert only(path).printed.points == pytest.approx(8)


def test_what_a_file_says_its_glyphs_are_is_what_they_are(tmp_path: Path) -> None:
    """Once for all glyphs of the marked content, by itself or among the page's properties."""
    said = "/Span << /ActualText (both) >> BDC (a) Tj 9 Ts (b) Tj EMC"
    named = "/Span /P BDC (c) Tj EMC EMC BMC (d) Tj EMC"
    known = "/Properties << /P << /ActualText (C) >> >>"
    path = pdf(tmp_path, f"BT /F 8 Tf {said} {named} ET", resources=known)
    assert [run.text for run in runs(path)] == ["both", "", "C", "d"]


def test_a_user_unit_multiplies(tmp_path: Path) -> None:
    path = pdf(tmp_path, "BT /F 8 Tf (a) Tj ET", "/UserUnit 2.5")
    assert only(path).printed.points == pytest.approx(20)


MM = '<svg width="100mm" height="50mm" viewBox="0 0 100 50">'
PT = '<svg width="200pt" height="90pt" viewBox="0 0 100 100">'
SVGS = {
    '<svg xmlns="http://www.w3.org/2000/svg"><text font-size="16">a</text></svg>': 12,
    f'{MM}<text font-size="5">a</text></svg>': 5 * 72 / 25.4,
    f'{PT}<text style="font-size:10pt">a</text></svg>': 10 / 0.75 * 0.9,
    '<svg><g transform="scale(2)"><g font-size="10px"><text>a</text></g></g></svg>': 15,
    '<svg><text font-size="20"><tspan font-size="50%">a</tspan></text></svg>': 7.5,
    '<svg font-size="2em"><text>a</text></svg>': 24,
}


@pytest.mark.parametrize("text", SVGS)
def test_an_svgs_sizes_are_read_from_its_transforms(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.svg"
    path.write_text(text)
    assert only(path).printed.points == pytest.approx(SVGS[text])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "", "{}: its name says no kind that is read\n  try: .pdf or .svg"),
        ("a.svg", "<html/>", "{}: its first element is <html>\n  try: an SVG"),
        (
            "a.svg",
            '<!DOCTYPE x [<!ENTITY a "b">]><svg/>',
            "{}: it declares entities, which are not read\n  try: leave them out",
        ),
        (
            "a.svg",
            '<svg viewBox="0 0 1 1"><text>a</text></svg>',
            "{}: it has a viewBox, but neither width nor height: it is as large as its place\n"
            '  try: width and height with units: width="100mm"',
        ),
        (
            "a.pdf",
            "no pdf",
            "{}: it can't be read as a PDF (Stream has ended unexpectedly)\n"
            "  try: open and save it with another program",
        ),
    ],
)
def test_files_that_are_none_are_refused(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(DrawError) as caught:
        list(runs(path))
    assert str(caught.value) == message.format(path)


def test_the_command_lists_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = pdf(tmp_path, "q 2 0 0 2 0 0 cm BT /F 9 Tf (Hello) Tj ET Q")
    assert main(["text", "check", str(path), "--json"]) == 0
    (run,) = json.loads(capsys.readouterr().out)
    assert (run["text"], run["points"], run["written"]) == ("Hello", 18, "9")


def test_the_command_fits_a_size(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["text", "fit", "12pt", "--through", "scale(2)", "--output", "flash", "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["flash"] == {"size": 6, "scale": 1.0}
