"""A page of every kind, as HTML: explanations, a proof, a comparison."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from tests.explain.networks import decon
from tests.explain.test_loss import BOXES, LABELS, SMOOTH, SOFTMAX, explained
from tests.mutants.networks import network
from tests.mutants.test_mutants import NOISE

from texelnet.draw.droplet import drop_page
from texelnet.explain import explain_layer, explain_network
from texelnet.graph.edit import sites, with_constant
from texelnet.picture import Picture
from texelnet.report import comparison_page, explanation_page, html, proof_page, whole_page
from texelnet.run import RUNNERS
from texelnet.run.compare import compare, of_network
from texelnet.run.verify import verify
from texelnet.run.verify.trials import natural
from texelnet.shader.targets.webgpu import WEBGPU

SEEN = natural(1, 24, 32)


def layer(name: str, kind: str) -> str:
    return html(explanation_page(explain_layer(decon(), name, SEEN, kind)))


def loss(folder: Path, shapes: str, words: str) -> str:
    return html(explanation_page(explained(folder, shapes, words)))


def comparison() -> str:
    """Hold a network against itself with a bias lost."""
    right = network("stamp")
    last = [site for site in sites(right) if site.layer == "think"][-1]
    wrong = with_constant(right, last.output, 2, np.zeros_like(last.constants[2]))
    runner = RUNNERS["onnxruntime"]
    sides = [of_network(name, net, runner) for name, net in (("a", right), ("b", wrong))]
    picture = Picture(np.random.default_rng(3).random((3, 30, 40), np.float32))
    return html(comparison_page(compare(*sides, picture, "noise.png"), "texelnet compare a b"))


PAGES: dict[str, Callable[[Path], str]] = {
    "deconvolution": lambda _: layer("stamp", "Deconvolution"),
    "convolution": lambda _: layer("look", "Convolution"),
    "activation": lambda _: layer("look_bend", "PReLU"),
    "whole network": lambda _: html(
        whole_page(explain_network(decon(), SEEN, "a drawn picture"), "the test")
    ),
    "softmax": lambda folder: loss(folder, LABELS, SOFTMAX),
    "smooth L1": lambda folder: loss(folder, BOXES, SMOOTH),
    "comparison": lambda _: comparison(),
    "droplet": lambda _: html(drop_page()),
    "proof": lambda _: html(
        proof_page(verify(network("stamp"), WEBGPU, trials=NOISE), "again")
    ),
}
