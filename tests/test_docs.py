"""The reference pages are what the lists say now."""

from __future__ import annotations

import runpy
import shlex
from pathlib import Path

import pytest

from texelnet.caffe.from_graph import FROM_GRAPH
from texelnet.caffe.layers import KINDS, REFUSED, TRAINING
from texelnet.cli import COMMANDS, main
from texelnet.ops import OPS
from texelnet.run.compare import CAUSES
from texelnet.shader.targets import TARGETS
from texelnet.train.solver import RATES, UPDATES

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = runpy.run_path(str(DOCS / "generate.py"))["PAGES"]

NAMED = {
    "operators.md": [f"`{name}`" for name in OPS],
    "targets.md": [f"## {name}" for name in TARGETS],
    "commands.md": [f"## texelnet {name}" for name in COMMANDS],
    "causes.md": [f"| {name} |" for name in CAUSES],
    "solver.md": [f"### {name}\n" for name in UPDATES] + [f"| `{name}` |" for name in RATES],
    "onnx-to-caffe.md": [f"`{name}`" for name in FROM_GRAPH],
    "caffe-layers.md": [f"## {name}\n" for name in KINDS]
    + [f"`{name}`" for name in (*TRAINING, *REFUSED) if name not in KINDS],
}


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_fresh(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not: make docs."""
    monkeypatch.setenv("COLUMNS", "80")
    assert (DOCS / "reference" / name).read_text("utf-8") == PAGES[name]()


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_names_everything_on_its_list(name: str) -> None:
    text = (DOCS / "reference" / name).read_text("utf-8")
    assert [word for word in NAMED[name] if word not in text] == []


@pytest.mark.nightly
def test_what_the_page_on_precision_shows_is_what_the_command_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (DOCS / "concepts" / "precision.md").read_text("utf-8")
    command = next(
        line for line in page.splitlines() if line.startswith("    texelnet compile")
    )
    words = command.replace("docs/", f"{DOCS}/").split()[1:-1]
    assert main([*words, str(tmp_path)]) == 0
    assert page.split("```")[1].strip() in capsys.readouterr().out


def test_what_the_page_on_boxes_shows_is_what_its_example_prints(
    capsys: pytest.CaptureFixture[str],
) -> None:
    runpy.run_path(str(DOCS.parent / "examples" / "box_loss.py"))
    page = (DOCS / "concepts" / "box_loss.md").read_text("utf-8")
    assert page.split("```text\n")[1].split("```")[0] == capsys.readouterr().out


def test_every_reference_page_is_written_from_a_list() -> None:
    assert {path.name for path in (DOCS / "reference").iterdir()} == set(PAGES)


def test_the_page_on_points_shows_what_its_commands_print(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = (DOCS / "concepts" / "points.md").read_text("utf-8")
    shown = [block.split("```")[0] for block in page.split("```console\n")[1:]]
    for block in shown:
        command, _, wanted = block.removeprefix("$ ").partition("\n")
        assert main(shlex.split(command)[1:]) == 0
        assert capsys.readouterr().out == wanted
    assert len(shown) == 6


def test_every_picture_of_the_docs_is_small_and_shown() -> None:
    pages = [*DOCS.rglob("*.md"), DOCS.parent / "README.md"]
    shown = " ".join(page.read_text("utf-8") for page in pages)
    pictures = list((DOCS / "images").iterdir())
    assert [p.name for p in pictures if p.stat().st_size > 150_000] == []
    assert [p.name for p in pictures if f"images/{p.name}" not in shown] == []
