"""What the page of Caffe's layers tells is so: examples, weights, settings, where they run."""

from __future__ import annotations

import re
from math import prod
from pathlib import Path

import pytest
from docs.layers import TRIALS
from docs.trials import trained, trials

import texelnet
from texelnet.caffe import read_net
from texelnet.caffe.layer import Layer
from texelnet.caffe.layers import KINDS, LAYERS
from texelnet.caffe.schema import SCHEMA
from texelnet.errors import PrototxtError

kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
weighty = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.about.weights], ids=lambda kind: kind.type
)
READS_FILES = ("HDF5Data", "ImageData", "Data")
"""Layers that read their settings when their files are opened."""


def needs_lmdb(kind):
    """The folder that data layers read has a database in it."""
    if kind.type not in LAYERS:
        pytest.importorskip("lmdb", reason="lmdb is not installed: make setup")


@kinds
def test_machines_refuse_what_the_page_says_and_compute_all_else(kind):
    """Where not: make trials docs."""
    needs_lmdb(kind)
    kept = {
        machine: why for machine, why in TRIALS[kind.type].items() if machine != "gradients"
    }
    assert trials(kind) == kept


@kinds
def test_torch_sends_gradients_to_what_the_page_says(kind):
    pytest.importorskip("torch", reason="torch is not installed: make setup")
    assert trained(kind) == TRIALS[kind.type]["gradients"]


@kinds
def test_a_layer_says_what_it_is(kind):
    about = kind.about
    assert about.summary.endswith(".")
    assert about.formula or kind.type == "Silence"
    assert f'type: "{kind.type}"' in about.example
    assert all(quirk.endswith(".") for quirk in about.quirks)


@pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS.values() if kind.type not in READS_FILES],
    ids=lambda kind: kind.type,
)
def test_the_page_tells_every_block_of_settings_that_the_layer_reads(kind, monkeypatch):
    read, settings = set(), Layer.settings

    def recorded(layer, block):
        read.update([block] if layer.type == kind.type else [])
        return settings(layer, block)

    monkeypatch.setattr(Layer, "settings", recorded)
    needs_lmdb(kind)
    trials(kind)
    assert read <= set(kind.about.settings)


def test_every_setting_that_the_page_shows_has_a_meaning():
    for kind in KINDS.values():
        for block in kind.about.settings:
            fields = SCHEMA[SCHEMA["LayerParameter"][block].type].values()
            assert [field.name for field in fields if not field.meaning] == []


@weighty
def test_letters_of_a_shape_say_what_the_record_says(kind):
    net = read_net(kind.about.example)
    layer = next(layer for layer in net.layers if layer.type == kind.type)
    settings = layer.settings(kind.about.settings[0])
    letters = dict(zip("NCHW", layer.bottom_shapes[0] if layer.bottoms else (), strict=False))

    def size(word: str) -> int:
        if word.isdigit():
            return int(word)
        if word in letters:
            return letters[word]
        name = "kernel_size" if word.startswith("kernel_") else word
        return settings.number(name)

    def entries(text: str) -> int:
        whole, *parts = text.split("/")
        return prod(map(size, whole.split("*"))) // prod(map(size, parts))

    told = [letters_of for _, letters_of in kind.about.weights][: len(layer.parameters)]
    if told == ["shape"]:
        assert layer.parameters[0].shape == layer.top_shapes[0]
    else:
        shapes = [tuple(entries(part) for part in text.split(" x ")) for text in told]
        assert shapes == [parameter.shape for parameter in layer.parameters]


def test_a_page_keeps_no_trial_of_a_layer_that_is_gone():
    assert set(TRIALS) == set(KINDS)


def test_what_the_page_calls_ignored_is_read_nowhere():
    home = Path(texelnet.__file__).parent
    rooms = [*home.glob("caffe/**/*.py"), *home.glob("train/**/*.py")]
    sources = [p.read_text("utf-8") for p in rooms if not p.stem.startswith("upgrade")]
    ignored = {
        field.name
        for fields in SCHEMA.values()
        for field in fields.values()
        if field.meaning == "ignored"
    }
    assert ignored
    assert [name for name in ignored if any(f'"{name}"' in text for text in sources)] == []


REQUIRED = [
    (kind, field.name)
    for kind in KINDS.values()
    for block in kind.about.settings
    for field in SCHEMA[SCHEMA["LayerParameter"][block].type].values()
    if field.meaning.startswith("required")
]


@pytest.mark.parametrize(("kind", "name"), REQUIRED, ids=lambda it: getattr(it, "type", it))
def test_a_layer_without_a_required_setting_is_refused(kind, name):
    before, head, own = kind.about.example.partition(f'type: "{kind.type}"')
    without, count = re.subn(rf'\b{name}(: ("[^"]*"|\[.*?\]|\w+)| {{[^}}]*}})', "", own)
    assert count == 1
    with pytest.raises(PrototxtError):
        read_net(before + head + without, training=True, allow_python=True)
