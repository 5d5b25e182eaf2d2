"""Layers of type Python: a user's own class, written for pycaffe, computes and learns."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from tests.caffe.reference import refusal

from texelnet.caffe import read_net, weights_from_arrays
from texelnet.errors import NetworkError, PrototxtError
from texelnet.train import Interpreted

torch = pytest.importorskip("torch")
MODULE = Path(__file__).with_name("python_layers.py")
INPUTS = """
layer { name: "a" type: "Input" top: "a" input_param { shape { dim: [2, 3] } } }
layer { name: "b" type: "Input" top: "b" input_param { shape { dim: [2, 3] } } }
"""
LOSS = """
layer { name: "loss" type: "Python" bottom: "a" bottom: "b" top: "loss" loss_weight: 2
  python_param { module: "own_layers" layer: "EuclideanLossLayer" } }
"""
TIMES = """force_backward: true
layer { name: "by" type: "Python" bottom: "a" top: "%s" python_param {
  module: "own_layers" layer: "Times" param_str: "3" } }
layer { name: "far" type: "EuclideanLoss" bottom: "%s" bottom: "b" top: "loss" }
"""
RANDOM = np.random.default_rng(3)
GIVEN = {name: RANDOM.normal(size=(2, 3)).astype(np.float32) for name in "ab"}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The module of a user, in the folder where we are; returns what writes another."""
    monkeypatch.chdir(tmp_path)

    def write(text):
        (tmp_path / "own_layers.py").write_text(text)
        sys.modules.pop("own_layers", None)
        sys.path_importer_cache.clear()

    write(MODULE.read_text())
    yield write
    sys.modules.pop("own_layers", None)


def computed(text, weights=None, phase="TRAIN"):
    """Return all blobs, and the gradients of blobs and parameters."""
    net = read_net(text, phase=phase, training=True, allow_python=True)
    numbers = weights_from_arrays(weights or {}, "weights") if weights else None
    network = Interpreted(torch, net.with_weights(numbers) if numbers else net)
    made = network.forward({k: torch.tensor(v) for k, v in GIVEN.items()})
    return made, *network.backward(made)


def told(text, kind=NetworkError):
    return str(refusal(kind, lambda: computed(text)))


def test_a_loss_of_ones_own_is_the_loss_of_caffe(own):
    text = "force_backward: true" + INPUTS + LOSS
    made, sent, _ = computed(text)
    plain = text.replace('type: "Python"', 'type: "EuclideanLoss"').replace("python_param", "#")
    expected, wanted, _ = computed(plain.replace("# {", "} #"))
    assert float(made.loss.detach()) == pytest.approx(float(expected.loss.detach()))
    for name in "ab":
        np.testing.assert_allclose(sent[name], wanted[name], rtol=1e-6)


@pytest.mark.parametrize("top", ["y", "a"], ids=["apart", "in place"])
def test_a_layer_learns_its_parameter(own, top):
    weights = {"param/by/0": np.array([2.0])}
    made, sent, learnt = computed(INPUTS + TIMES % (top, top), weights)
    away = (2 * GIVEN["a"] - GIVEN["b"]) / 2
    np.testing.assert_allclose(made.last[top].detach(), 2 * GIVEN["a"], rtol=1e-6)
    np.testing.assert_allclose(sent["a"], 2 * away, rtol=1e-6)
    np.testing.assert_allclose(learnt["by/0"], [(away * GIVEN["a"]).sum()], rtol=1e-5)


def test_a_parameter_begins_with_what_setup_wrote(own):
    from texelnet.caffe.fillers import filled

    text = INPUTS + TIMES % ("y", "y")
    net = read_net(text, phase="TRAIN", training=True, allow_python=True)
    weights = filled(net.layers, np.random.default_rng(0))
    assert weights.blobs["by"][0].values == [3]


def test_no_gradient_goes_where_none_is_wanted(own):
    own(MODULE.read_text().replace("sign = 1", "assert i == 0; sign = 1"))
    learning = (TIMES % ("y", "y")).splitlines()[1:3]
    text = INPUTS + "\n".join(learning) + LOSS.replace('"a"', '"y"')
    _, sent, learnt = computed(text, {"param/by/0": np.array([2.0])})
    assert (set(sent), set(learnt)) == ({"y", "loss"}, {"by/0"})


def test_it_is_not_run_unasked(own):
    own("raise SystemExit('this must not run')")
    error = refusal(PrototxtError, lambda: read_net(INPUTS + LOSS, training=True))
    assert str(error) == (
        'net.prototxt:5 (layer "loss"): this layer is a program of its own, class '
        "EuclideanLossLayer of module own_layers: it would be imported from PYTHONPATH or the "
        "current folder and run with all your rights, so it needs leave\n"
        "  try: read it; if you trust it, --allow-python"
    )


def test_only_their_code_sees_the_stand_in(own, monkeypatch):
    installed = ModuleType("caffe")
    monkeypatch.setitem(sys.modules, "caffe", installed)
    computed(INPUTS + LOSS)
    assert sys.modules["caffe"] is installed
    assert str(Path.cwd()) not in sys.path


def test_a_layer_reshapes_its_tops_alone(own):
    own(MODULE.read_text().replace("top[0].reshape(1)", "bottom[1].reshape(6)", 1))
    assert told(INPUTS + LOSS, PrototxtError) == (
        'net.prototxt:5 (layer "loss"): EuclideanLossLayer.reshape made a blob it reads (6,)\n'
        "  try: it was (2, 3): only tops are reshaped"
    )


RAISING = "def forward(self, bottom, top):\n        1 / 0\n\n    def later(self, bottom, top):"
WRONG = [
    (
        lambda text: text.replace("def forward(self, bottom, top):", RAISING, 1),
        'net.prototxt:5 (layer "loss"): EuclideanLossLayer.forward raised ZeroDivisionError: '
        "division by zero ({file}, line 23: 1 / 0)\n"
        "  try: forward with bottom[0] (2, 3), bottom[1] (2, 3), top[0] (1,)",
    ),
    (
        lambda text: text.replace("def backward", "def backwards", 1),
        'net.prototxt:5 (layer "loss"): EuclideanLossLayer of own_layers has no method backward'
        "\n  try: def backward(self, top, propagate_down, bottom): bottom[0].diff[...] = ...",
    ),
    (
        lambda text: text.replace("top[0].reshape(1)", "top[0].data = xrange(1)", 1),
        'net.prototxt:5 (layer "loss"): EuclideanLossLayer.reshape raised NameError: name '
        "'xrange' is not defined ({file}, line 20: top[0].data = xrange(1))\n"
        "  try: it is written for Python 2: port it to Python 3",
    ),
    (
        lambda text: text.replace("top[0].reshape(1)", "top[0].data = 1", 1),
        'net.prototxt:5 (layer "loss"): EuclideanLossLayer.reshape raised AttributeError: '
        "property 'data' of 'Blob' object has no setter ({file}, line 20: top[0].data = 1)\n"
        "  try: write into the array: blob.data[...] = values",
    ),
    (
        lambda text: text.replace("import caffe", "import caffe.io", 1),
        'net.prototxt:5 (layer "loss"): importing own_layers raised ModuleNotFoundError: No '
        "module named 'caffe.io'; 'caffe' is not a package ({file}, line 5: import caffe.io)\n"
        "  try: do without it: here, caffe is a small module with Layer, TRAIN, TEST, "
        "set_mode_cpu, set_mode_gpu, set_device, solver_rank, solver_count",
    ),
    (
        lambda text: text.replace("import random", "import cPickle", 1),
        'net.prototxt:5 (layer "loss"): importing own_layers raised ModuleNotFoundError: No '
        "module named 'cPickle' ({file}, line 3: import cPickle)\n"
        "  try: it is written for Python 2: port it to Python 3",
    ),
    (
        lambda text: text.replace("import random", "import fast_rcnn", 1),
        'net.prototxt:5 (layer "loss"): importing own_layers raised ModuleNotFoundError: No '
        "module named 'fast_rcnn' ({file}, line 3: import fast_rcnn)\n"
        "  try: install fast_rcnn, or write its folder into PYTHONPATH",
    ),
    (
        lambda text: text.replace("import random", "import sys; sys.exit('bye')", 1),
        'net.prototxt:5 (layer "loss"): importing own_layers raised SystemExit: bye ({file}, '
        "line 3: import sys; sys.exit('bye'))\n  try: python -c 'import own_layers'",
    ),
]


@pytest.mark.parametrize(("change", "message"), WRONG, ids=range(len(WRONG)))
def test_what_their_code_raises_is_told_with_its_line(own, tmp_path, change, message):
    own(change(MODULE.read_text()))
    error = told("force_backward: true" + INPUTS + LOSS)
    assert error == message.format(file=tmp_path / "own_layers.py")


@pytest.mark.parametrize(
    ("kind", "written", "message"),
    [
        (
            PrototxtError,
            'module: "own_layers" layer: "EuclideanLoss"',
            "the module own_layers has no class EuclideanLoss\n  try: EuclideanLossLayer",
        ),
        (
            PrototxtError,
            'module: "own_layers" layer: "Half"',
            "Half of own_layers is no class that derives from caffe.Layer\n"
            "  try: import caffe, class Half(caffe.Layer)",
        ),
        (
            PrototxtError,
            'module: "own_layers"',
            "python_param names no layer\n"
            '  try: python_param { module: "file_without_py" layer: "ClassInIt" }',
        ),
        (
            NetworkError,
            'module: "other_layers" layer: "Half"',
            "there is no Python module other_layers\n"
            "  try: PYTHONPATH=FOLDER, where other_layers lies, or begin there",
        ),
    ],
)
def test_what_names_no_layer_of_theirs_is_refused(own, kind, written, message):
    text = LOSS.replace('module: "own_layers" layer: "EuclideanLossLayer"', written)
    assert told(INPUTS + text, kind) == f'net.prototxt:5 (layer "loss"): {message}'
