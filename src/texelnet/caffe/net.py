"""Net: a prototxt resolved, for one phase, into layers with shapes and parameters.

The order is Caffe's: old forms are upgraded, include and exclude rules are asked, Split layers
are put in, and each blob must have one maker. Then the layers that only serve training are left
out, shapes are worked out, and each parameter gets an owner (a name in `param` shares it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from texelnet.caffe.binary import read_weights
from texelnet.caffe.fit import fit
from texelnet.caffe.layer import Layer, Shape, place
from texelnet.caffe.layers import KINDS, REFUSED
from texelnet.caffe.message import Message
from texelnet.caffe.python import started
from texelnet.caffe.resolve import (
    check,
    leave_out_training,
    with_losses,
    with_parameters,
    with_shapes,
)
from texelnet.caffe.splits import State, insert_splits
from texelnet.caffe.text import read_text
from texelnet.caffe.tokens import decode
from texelnet.caffe.upgrade import upgrade
from texelnet.caffe.weights import Array, Weights
from texelnet.errors import PrototxtError


@dataclass(frozen=True)
class Net:
    """A Caffe network, resolved.

    Parameters
    ----------
    source
        The prototxt it was read from; errors begin with it.
    layers
        In Caffe's order, automatic Split layers included.
    inputs, outputs
        Blobs that are given, and blobs that nobody reads.
    dropped
        The layers that were left out because they only serve training, "name (Type)".
    weights
        The numbers of each parameter by its owner (layer, index); empty if none were given.
    unused_weights
        Layers of the weights file that this network does not have.
    force_backward
        Whether gradients of all blobs are asked for, inputs included.
    """

    name: str
    source: str
    phase: str
    layers: tuple[Layer, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    weights: Mapping[tuple[str, int], Array] = field(default_factory=dict)
    unused_weights: tuple[str, ...] = ()
    force_backward: bool = False

    @property
    def shapes(self) -> dict[str, Shape]:
        """The shape of every blob; of one that is changed in place, the last."""
        return {
            blob: shape
            for layer in self.layers
            for blob, shape in zip(layer.tops, layer.top_shapes, strict=True)
        }

    @property
    def doubts(self) -> list[str]:
        """What Caffe takes and is likely a mistake, a sentence each, with its place."""
        found = ((layer.where, KINDS[layer.type].doubt(layer)) for layer in self.layers)
        return [f"{where}: {doubt}" for where, doubt in found if doubt]

    def weights_doubts(self, weights: Weights) -> list[str]:
        """What Caffe takes of a file of weights and is likely a mistake, a sentence each."""
        own = {layer.name: layer for layer in self.layers}
        found = [
            f'{weights.source}: several layers are called "{name}", the last one counts'
            for name in weights.repeated
        ]
        for name, kind in weights.types.items():
            if name in own and own[name].type != kind:
                here = f"{own[name].where}: this is {_a(own[name].type)}"
                found.append(f"{here}, {weights.source} holds the weights of {_a(kind)}")
        if self.unused_weights:
            names = ", ".join(f'"{name}"' for name in self.unused_weights[:8])
            more = len(self.unused_weights) - 8
            names += f" and {more} more" if more > 0 else ""
            found.append(f"{weights.source}: no layer takes the weights of {names}")
        return found

    def numbers(self, layer: Layer) -> tuple[Array, ...]:
        """Return the numbers of a layer's parameters, shared ones in this layer's shape."""
        return tuple(self.weights[p.owner].reshape(p.shape) for p in layer.parameters)

    def with_weights(self, weights: Weights) -> Net:
        """Return the same network with these weights.

        Raises
        ------
        WeightsError
            If a layer finds none, or some of another shape or number.
        """
        numbers, unused = fit(self.layers, self.source, weights)
        return replace(self, weights=numbers, unused_weights=unused)

    def at(self, shapes: Mapping[str, Shape]) -> Net:
        """Return the same network with inputs of these shapes instead of the file's.

        Raises
        ------
        PrototxtError
            If a layer can't work at this size.
        """
        known = self.shapes
        if all(known.get(blob) == tuple(shape) for blob, shape in shapes.items()):
            return self
        layers = with_parameters(with_shapes(self.layers, shapes))
        return replace(self, layers=layers)


def read_net(
    prototxt: Path | str | Message,
    weights: Path | Weights | None = None,
    *,
    phase: str = "TEST",
    level: int = 0,
    stages: Sequence[str] = (),
    source: str = "net.prototxt",
    training: bool = False,
    allow_python: bool = False,
) -> Net:
    """Read a network.

    Parameters
    ----------
    prototxt
        The file (a Path), its text (a str), or what was read of it, as a solver may hold it (a
        Message; of both `source` is what errors call them).
    weights
        A .caffemodel or .npz, or what was read from one; without, only shapes are known.
    phase, level, stages
        The state that include and exclude rules are asked about.
    training
        Keep losses and labels, which are left out otherwise.
    allow_python
        Import and run the classes of Python layers, in training.

    Raises
    ------
    PrototxtError
        If the text can't be read, or the network it describes can't be.
    NetworkError
        If it has layers that are not understood (all of them are named), or a Python layer's
        own code raises.
    WeightsError
        If the weights are damaged, missing or do not fit.
    """
    if isinstance(prototxt, Path):
        source, prototxt = str(prototxt), _text_of(prototxt)
    if isinstance(prototxt, str):
        text = decode(prototxt.encode(errors="surrogatepass"), source)
        prototxt = read_text(text, source, forks=REFUSED)
    message = upgrade(prototxt, source)
    own = message.block("state")
    state = State(phase, level, frozenset([*stages, *own.words("stage")]))
    kept = [layer for layer in message.blocks("layer") if state.keeps(layer, source)]
    bare = _written([_layer(one, source) for one in insert_splits(kept, source)])
    if not message.has("layer"):
        hint = "give the file that holds layer { ... }: is this one whole?"
        raise PrototxtError(source, "there are no layers in this file", hint)
    if not bare:
        hint = "look at include and exclude of its layers"
        raise PrototxtError(source, f"there are no layers in the {phase} phase", hint)
    check(bare, source, training)
    if training:
        bare = started(bare, phase, allow_python)
    net = _resolved(message, bare, source, phase, training)
    if isinstance(weights, Path):
        weights = read_weights(weights)
    return net if weights is None else net.with_weights(weights)


def _text_of(path: Path) -> str:
    """Read a prototxt's text."""
    try:
        return decode(path.read_bytes(), str(path))
    except OSError as error:
        reason = error.strerror or str(error)
        raise PrototxtError(str(path), f"the file can't be read ({reason})") from None


def _resolved(
    message: Message, all_layers: list[Layer], source: str, phase: str, training: bool
) -> Net:
    """Turn the layers that are in the net into a Net."""
    layers, wanted = with_losses(all_layers) if training else leave_out_training(all_layers)
    if not any(layer.type != "Input" for layer in layers):
        fact = "only inputs are left once the training layers are out"
        if len(layers) < len(all_layers):
            raise PrototxtError(source, fact, "add the layers that compute something")
    shaped = with_parameters(with_shapes(layers))
    inputs = [top for layer in shaped if layer.type == "Input" for top in layer.tops]
    out = {layer.name for layer in layers}
    return Net(
        name=message.word("name") or Path(source).stem,
        source=source,
        phase=phase,
        layers=shaped,
        inputs=tuple(inputs),
        outputs=_outputs(shaped, wanted),
        force_backward=message.flag("force_backward"),
        dropped=tuple(f"{one.name} ({one.type})" for one in all_layers if one.name not in out),
    )


def _layer(message: Message, source: str) -> Layer:
    """Take the bare layer out of its message, and check what all layers have in common."""
    name, tops, bottoms = message.word("name"), message.words("top"), message.words("bottom")
    layer = Layer(name, message.word("type"), tuple(bottoms), tuple(tops), source, message)
    if message.has("blobs"):
        hint = "put them in a .caffemodel beside it"
        raise layer.error("weights inside a prototxt are not read", hint)
    for written, count, of in (
        ("propagate_down", len(bottoms), "bottom"),
        ("loss_weight", max(len(tops), 1), "top"),
    ):
        times = len(message.fields.get(written, []))
        if times not in (0, count):
            where = place(source, message.line_of(written), name)
            fact = f"there are {times} {written} for {count} {of}{'s' * (count > 1)}"
            raise PrototxtError(where, fact, f"write it once for each {of}, or not at all")
    return layer


def _a(kind: str) -> str:
    return f"an {kind[:80]}" if kind[:1] in "AEIO" else f"a {kind[:80]}"


def _written(layers: list[Layer]) -> list[Layer]:
    """Tell each layer what its bottoms are called where there is no Split."""
    splits = [one for one in layers if one.type == "Split" and one.bottoms]
    copies = {top: one.bottoms[0] for one in splits for top in one.tops}
    return [
        replace(layer, written=tuple(copies.get(blob, blob) for blob in layer.bottoms))
        for layer in layers
    ]


def _outputs(layers: Iterable[Layer], wanted: frozenset[str]) -> tuple[str, ...]:
    """Return the blobs that no layer reads, in the order they are made."""
    layers = tuple(layers)
    open_ends: dict[str, None] = {}
    for layer in layers:
        for bottom in layer.bottoms:
            open_ends.pop(bottom, None)
        open_ends.update(dict.fromkeys(layer.tops))
    return tuple(blob for blob in open_ends if blob in wanted)
