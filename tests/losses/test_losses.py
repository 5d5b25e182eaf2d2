"""Every loss sends the derivative of its value, and is the same in numpy and in torch."""

from __future__ import annotations

import numpy as np
import pytest

from texelnet.losses import LOSSES, accuracy, in_torch

RANDOM = np.random.default_rng(3)
SCORES, LABELS = RANDOM.normal(size=(2, 4, 3, 2)), RANDOM.integers(0, 4, (2, 1, 3, 2))
ROWS, CLASSES = RANDOM.normal(size=(5, 3)), RANDOM.integers(0, 3, 5)
SHARES = RANDOM.uniform(0.1, 1, (5, 3))
OTHER = RANDOM.normal(size=(5, 3))
WEIGHTS = RANDOM.uniform(0.5, 2, (2, 5, 3))
ALIKE = np.array([1.0, 0, 0, 1, 0])

CASES = {
    "softmax": ("SoftmaxWithLoss", (SCORES, LABELS), {}),
    "softmax, ignoring": ("SoftmaxWithLoss", (SCORES, LABELS), {"ignore_label": 2}),
    "softmax by batch": ("SoftmaxWithLoss", (SCORES, LABELS), {"normalization": "BATCH_SIZE"}),
    "softmax of the last axis": ("SoftmaxWithLoss", (ROWS, CLASSES), {"axis": 1}),
    "euclidean": ("EuclideanLoss", (ROWS, OTHER), {}),
    "sigmoid": ("SigmoidCrossEntropyLoss", (ROWS, SHARES), {"normalization": "FULL"}),
    "hinge": ("HingeLoss", (ROWS, CLASSES), {"norm": "L2"}),
    "contrastive": ("ContrastiveLoss", (ROWS, OTHER, ALIKE), {"margin": 4.0}),
    "contrastive, early": ("ContrastiveLoss", (ROWS, OTHER, ALIKE), {"legacy": True}),
    "infogain": ("InfogainLoss", (SCORES, LABELS, RANDOM.uniform(0, 1, (4, 4))), {}),
    "multinomial": ("MultinomialLogisticLoss", (SHARES, CLASSES), {}),
    "smooth l1": ("SmoothL1Loss", (ROWS, OTHER), {"sigma": 3.0}),
    "smooth l1, weighted": ("SmoothL1Loss", (ROWS, OTHER, *WEIGHTS), {"sigma": 1.0}),
}


def slope(value, array, step=1e-6):
    """The derivative of a value by each number of an array, by central differences."""
    answer = np.zeros_like(array)
    for at in np.ndindex(array.shape):
        before = array[at]
        array[at] = before + step
        above = value()
        array[at] = before - step
        answer[at] = (above - value()) / (2 * step)
        array[at] = before
    return answer


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_derivatives_of_the_value(name):
    kind, bottoms, settings = CASES[name]
    loss, bottoms = LOSSES[kind], [np.array(b) for b in bottoms]
    stated = loss.gradients(np, *bottoms, **settings)
    assert any(gradient is not None for gradient in stated)
    for bottom, gradient in zip(bottoms, stated, strict=True):
        if gradient is not None:
            found = slope(lambda: loss.value(np, *bottoms, **settings), bottom)
            np.testing.assert_allclose(gradient, found, atol=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_torch_computes_the_same_value_and_gradients(name):
    torch = pytest.importorskip("torch")
    kind, bottoms, settings = CASES[name]
    loss = LOSSES[kind]
    tensors = [torch.tensor(b).requires_grad_(b.dtype.kind == "f") for b in bottoms]
    value = in_torch(torch, loss, tensors, settings)
    value.backward()
    assert value.item() == pytest.approx(loss.value(np, *bottoms, **settings))
    for tensor, gradient in zip(tensors, loss.gradients(np, *bottoms, **settings), strict=True):
        if gradient is not None:
            np.testing.assert_allclose(tensor.grad, gradient, atol=1e-12)


def test_the_first_release_of_smooth_l1_leaves_its_weight_out_of_the_gradient():
    loss = LOSSES["SmoothL1Loss"]
    weight = np.full((1, 1), 0.5)
    sent, _, _ = loss.gradients(np, np.array([[3.0]]), np.array([[0.0]]), weight)
    derivative = slope(
        lambda: loss.value(np, array, np.array([[0.0]]), weight), array := np.array([[3.0]])
    )
    assert sent.item() == 1.0
    assert derivative.item() == pytest.approx(0.5)


def test_a_tie_is_wrong_and_nothing_but_ignored_entries_is_0():
    scores = np.array([[1.0, 1.0], [0.0, 2.0]])
    assert accuracy(np, scores, np.array([0, 1]))[0] == 0.5
    assert accuracy(np, scores, np.array([7, 7]), ignore_label=7)[0] == 0
