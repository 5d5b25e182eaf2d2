"""The shader that a page shows of a layer draws what the layer draws."""

from __future__ import annotations

import numpy as np
import pytest
from tests.explain.networks import decon
from tests.ops.graphs import network, reference

from texelnet.explain import Explained, explain_layer
from texelnet.explain.layer_shader import layer_build, layer_shaders
from texelnet.ops import OPS, Case, Node
from texelnet.pixel import Plane, size
from texelnet.run.wgpu import Session
from texelnet.shader.dialects import DIALECTS, MODULES
from texelnet.shader.package import in_memory
from texelnet.shader.targets import TARGETS

CASES = OPS["ConvTranspose"].cases


def shown(node: Node) -> Session:
    """Return a session that runs the text as it is shown, pass by pass."""
    files, texts = TARGETS["webgpu"].package(layer_build(node)), layer_shaders(node, "")["wgsl"]
    package = in_memory(files)
    names = [entry["file"] for entry in package.manifest["passes"]]
    assert len(set(names)) == len(texts)
    return Session(in_memory(files | dict(zip(names, map(str.encode, texts), strict=True))))


def node_of(case: Case) -> Node:
    shape, *constants = case.operands
    assert isinstance(shape, tuple)
    plane = Plane("x0", shape[0], size(shape[1]), size(shape[2]))
    return Node("ConvTranspose", "up", (plane, *constants), ("y0",), case.attributes)


@pytest.mark.gpu
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_text_that_is_shown_runs(case: Case) -> None:
    net, feeds = network("ConvTranspose", case)
    (wanted,) = reference(net, feeds).values()
    (drawn,) = shown(node_of(case)).run(feeds).values()
    np.testing.assert_allclose(drawn, wanted, atol=2e-5)


@pytest.fixture(scope="module")
def explained() -> Explained:
    return explain_layer(decon(), "stamp", None, "Deconvolution")


@pytest.mark.gpu
def test_the_text_of_a_trained_layer_runs(explained: Explained) -> None:
    assert (
        explained.facts.shaders["wgsl"]
        == layer_shaders(explained.node, "Deconvolution")["wgsl"]
    )
    drawn = shown(explained.node).run({"widen": explained.facts.entered})
    np.testing.assert_allclose(drawn["large"], explained.facts.left, atol=2e-5)


def test_every_dialect_is_shown(explained: Explained) -> None:
    assert list(MODULES) == list(DIALECTS) == list(explained.facts.shaders)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_remarks_tell_packs_taps_and_the_bias(explained: Explained, dialect: str) -> None:
    first, last = explained.facts.shaders[dialect]
    lines = [line.strip() for line in first.splitlines()]
    title = "// stamp (Deconvolution): 64 channels to 1, kernel 4 x 4, stride 2, pad 1"
    assert title in lines
    assert "//   pack0.w: row 2*y + 1, column 2*x + 1" in lines
    ends = [line.partition("  // ")[2] for line in lines]
    assert ends.count("the bias, the same in every phase") == 1
    assert ends.count("channels 60 to 63") == 9
    assert ends.count("kernel rows 3; columns 3") == 16  # a pack each, above and left
    assert ends.count("kernel rows 1, 2; columns 1, 2") == 16  # in the middle, for all phases
    assert "// the phase of this pixel" in last
