"""Loss: a layer that training makes small, as a prototxt writes it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from texelnet.caffe import read_net
from texelnet.caffe.layers import REFUSED
from texelnet.caffe.layers.losses import told
from texelnet.caffe.text import read_text
from texelnet.caffe.upgrade import upgrade
from texelnet.explain.gather import Explained
from texelnet.losses import LOSSES
from texelnet.losses.explained import EXPLAINED, Seen
from texelnet.ops import Facts


def explain_loss(prototxt: Path, name: str, *, allow_python: bool = False) -> Explained | None:
    """Explain the loss of this name, with the shapes that training gives it.

    Parameters
    ----------
    prototxt
        The network; its data must be there, as the shapes come from them.
    allow_python
        Run the classes of its Python layers, which say their shapes.

    Returns
    -------
    Explained or None
        None if no loss has this name.

    Raises
    ------
    PrototxtError, NetworkError
        If the network can't be read for training.
    """
    words = prototxt.read_text("utf-8", "replace")
    text = upgrade(read_text(words, str(prototxt), forks=REFUSED), "")
    known = [m for m in text.blocks("layer") if m.word("name") == name]
    if not any(m.word("type") in EXPLAINED for m in known):
        return None
    phase = next((b.word("phase") for m in known for b in m.blocks("include")), "TRAIN")
    net = read_net(prototxt, phase=phase, training=True, allow_python=allow_python)
    layer = next(layer for layer in net.layers if layer.name == name)
    written = layer.message.reals("loss_weight")
    weight = written[0] if written else float(layer.type != "SmoothL1Loss")
    bottoms = tuple(zip(layer.written, layer.bottom_shapes, strict=True))
    loss = LOSSES[layer.type]
    facts = Facts(layer=name, kind=layer.type, quirks=loss.quirks)
    explained = EXPLAINED[layer.type](Seen(name, bottoms, told(layer), weight))
    return Explained(net, None, facts, replace(explained, formula=loss.formula))
