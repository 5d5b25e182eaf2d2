"""The page of a proof holds what was seen, and can be read by everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.mutants.mutants import replicate_the_border, shader
from tests.mutants.networks import network, save
from tests.mutants.test_mutants import NOISE
from tests.report.test_html import readable

from texelnet.cli import main
from texelnet.report import html, markdown, proof_page
from texelnet.run.verify import verify
from texelnet.shader.compile import compile_network
from texelnet.shader.package import write_package
from texelnet.shader.schedule import FRAGMENT
from texelnet.shader.targets.webgpu import WEBGPU

pytestmark = pytest.mark.gpu


def test_the_page_of_an_equal_package() -> None:
    proof = verify(network("stamp"), WEBGPU, trials=NOISE)
    text = html(proof_page(proof, "texelnet verify stamp --for webgpu"))
    page = readable(text)
    assert len(page.of("img")) == 6
    assert len(page.of("svg")) == 5
    assert "EQUAL" in text
    assert "texelnet verify stamp --for webgpu" in text
    assert all(version in text for version in proof.versions.values())
    assert [plane.departs for plane in proof.planes] == [False] * len(proof.planes)
    assert all(plane.part.file in text for plane in proof.planes)
    assert len(text) < 2_000_000


def test_the_page_of_a_package_that_differs_names_the_cause(tmp_path: Path) -> None:
    written = WEBGPU.package(compile_network(network("stamp"), WEBGPU, FRAGMENT))
    edited = shader(replicate_the_border)(written)
    assert edited is not None
    write_package(edited[0], tmp_path)
    proof = verify(network("stamp"), WEBGPU, tmp_path, edited=True, trials=NOISE)
    page = proof_page(proof)
    readable(html(page))
    assert "> **Cause:** border repeated in layer think: it repeats" in markdown(page)
    assert [plane.part.file for plane in proof.planes if plane.departs] == [edited[1]]
    assert proof.json()["explanation"]["confirmed"][0]["mistakes"][0]["layers"] == ["think"]


def test_the_command_writes_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prototxt, page = save("stamp", tmp_path), tmp_path / "page.html"
    assert main(["verify", str(prototxt), "--for", "webgpu", "--page", str(page)]) == 0
    assert capsys.readouterr().err == f"wrote {page}\n"
    text = page.read_text("utf-8")
    readable(text)
    assert len(text) < 2_000_000
    words = ["verify", str(prototxt), "--for", "webgpu", "-o", "page.pdf"]
    assert main(words) == 2
    assert "a name that ends in .html, .md, .txt" in capsys.readouterr().err
