"""Interpretation: a resolved Caffe network computed in torch, forwards and backwards.

The Net is followed layer by layer as Caffe does: Split layers, layers in place, parameters that
several layers share, `propagate_down`, `lr_mult: 0` and the TRAIN phase keep their meaning. A
layer computes by its own `forward`, or by the nodes it writes for a graph (see `eager`).

Torch is handed in: nothing here imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from texelnet.caffe.feeds import FEEDS
from texelnet.caffe.layer import Layer, Parameter, Run, spoken
from texelnet.caffe.layers import KINDS
from texelnet.caffe.net import Net
from texelnet.errors import NetworkError
from texelnet.train.eager import Eager
from texelnet.train.needs import (
    Needs,
    learning_rate,
    loss_weights,
    needs,
    refuse_learnt_labels,
)
from texelnet.train.solver import Learnt

Tensor = Any
Key = tuple[str, int]


@dataclass
class Pass:
    """What one forward pass made.

    Parameters
    ----------
    first, last
        Each blob as it was made, and as it is after all layers that change it in place.
    loss
        The sum of all tops times their loss weights; None if no top has one.
    pictures
        How many the first blob has.
    """

    first: dict[str, Tensor] = field(default_factory=dict)
    last: dict[str, Tensor] = field(default_factory=dict)
    loss: Tensor | None = None
    pictures: int = 0


class Interpreted:
    """A network with its parameters as tensors.

    Parameters
    ----------
    torch
        The module.
    net
        Read with weights; its phase decides what is learnt and dropped.
    device
        Where tensors live: "cpu", "cuda".
    total
        Adds a number up over all processes that train together.
    """

    def __init__(
        self,
        torch: Any,
        net: Net,
        device: str = "cpu",
        total: Callable[[float], float] = lambda number: number,
    ) -> None:
        self.torch, self.net, self.device, self.total = torch, net, device, total
        self.reader = {
            blob: index for index, layer in enumerate(net.layers) for blob in layer.bottoms
        }
        """The last layer that reads a blob."""
        self.needs = needs(net.layers, net.force_backward)
        self.parameters: dict[Key, Tensor] = {
            owner: torch.from_numpy(np.array(numbers)).to(device).requires_grad_()
            for owner, numbers in net.weights.items()
        }

    def learnt(self) -> list[Learnt]:
        """Return every parameter with its own multipliers, in the order of the network.

        Those that are not learnt (`lr_mult: 0`, the statistics of BatchNorm) stand among them:
        Caffe's files have a place for each.
        """
        found: dict[Key, Learnt] = {}
        for layer in self.net.layers:
            specs = layer.message.blocks("param")
            for index, parameter in enumerate(layer.parameters):
                decay = specs[index].real("decay_mult") if index < len(specs) else 1.0
                one = Learnt(
                    self.parameters[parameter.owner], learning_rate(layer, index), decay
                )
                found.setdefault(parameter.owner, one)
        return list(found.values())

    def forward(self, inputs: Mapping[str, Tensor], keep: bool = True) -> Pass:
        """Compute every blob.

        Parameters
        ----------
        inputs
            By name.
        keep
            Return all blobs. Otherwise those that nobody reads, and the memory of the others
            is free for the next ones as soon as torch does not need them.

        Raises
        ------
        NetworkError
            If an input is missing.
        """
        made = Pass()
        for index, (layer, need) in enumerate(zip(self.net.layers, self.needs, strict=True)):
            if layer.type == "Input" or layer.type in FEEDS:
                tops = [self._given(layer, top, inputs) for top in layer.tops]
            else:
                bottoms = [made.last[blob] for blob in layer.bottoms]
                tops = self._computed(_fitted(layer, bottoms), need, bottoms)
            for top, value in zip(layer.tops, tops, strict=True):
                if keep:
                    made.first.setdefault(top, value)
                if not made.pictures:
                    made.pictures = int(value.shape[0]) if value.dim() else 1
                made.last[top] = value
            made.loss = _added(made.loss, weighted(layer, tops))
            for blob in () if keep else layer.bottoms:
                if self.reader[blob] == index and blob not in layer.tops:
                    made.last.pop(blob, None)
        return made

    def backward(
        self, made: Pass, outside: Mapping[str, Tensor] | None = None
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Work out the gradients of what was made; those of parameters add up.

        Parameters
        ----------
        made
            What :meth:`forward` returned.
        outside
            Gradients that come from outside, of blobs by name, besides that of the loss.

        Returns
        -------
        tuple
            Gradients of the blobs that have any, each at its first version, by name; and of
            all parameters, by <layer>/<index>, shared ones in each layer that shares them.
        """
        refuse_learnt_labels(self.net.layers, self.needs)
        for value in made.first.values():
            if value.requires_grad:
                value.grad = None
                value.retain_grad()
        total = made.loss
        for name, gradient in (outside or {}).items():
            if made.last[name].requires_grad:
                total = _added(total, (made.last[name] * gradient).sum())
        if total is not None and total.requires_grad:
            total.backward(retain_graph=True)
        wanted = {
            bottom
            for layer, need in zip(self.net.layers, self.needs, strict=True)
            for bottom, want in zip(layer.bottoms, need.bottoms, strict=True)
            if want and need.layer
        }
        blobs = {
            name: value.grad if value.grad is not None else self.torch.zeros_like(value)
            for name, value in made.first.items()
            if value.grad is not None or name in wanted
        }
        parameters = {
            f"{layer.name}/{index}": self._slope(parameter)
            for layer in self.net.layers
            for index, parameter in enumerate(layer.parameters)
        }
        return blobs, parameters

    def _slope(self, parameter: Parameter) -> Tensor:
        value = self.parameters[parameter.owner]
        gradient = self.torch.zeros_like(value) if value.grad is None else value.grad
        return gradient.reshape(parameter.shape)

    def _given(self, layer: Layer, top: str, inputs: Mapping[str, Tensor]) -> Tensor:
        if top not in inputs:
            raise NetworkError(layer.where, f'the input "{top}" is missing')
        return inputs[top].detach().requires_grad_()

    def _computed(self, layer: Layer, need: Needs, bottoms: list[Tensor]) -> list[Tensor]:
        kind, owners = KINDS[layer.type], [p.owner for p in layer.parameters]
        whole = [self.parameters[owner] for owner in owners]
        weights = [
            value.reshape(parameter.shape)
            for value, parameter in zip(
                _kept(whole, need, need.parameters), layer.parameters, strict=True
            )
        ]
        bottoms = _kept(bottoms, need, need.bottoms)
        if kind.forward is not None:
            training = self.net.phase == "TRAIN"
            run = Run(self.torch, bottoms, weights, training, self.total, self.device)
            answer = kind.forward(layer, run)
            if answer is not None:
                return list(answer)
        writer = Eager(self.torch, layer, bottoms, weights)
        kind.to_graph(layer, writer)
        return writer.results()


def _fitted(layer: Layer, bottoms: list[Tensor]) -> Layer:
    """Return a layer at the shapes it is given: a Python layer before it may change them.

    A Python layer asks for itself, before each pass.

    Raises
    ------
    PrototxtError
        If it can't work at these, or would need other parameters.
    """
    shapes = tuple(tuple(bottom.shape) for bottom in bottoms)
    if shapes == layer.bottom_shapes or layer.program is not None:
        return layer
    kind, layer = KINDS[layer.type], replace(layer, bottom_shapes=shapes)
    layer = replace(layer, top_shapes=kind.shapes(layer))
    if kind.parameters(layer) != tuple(parameter.shape for parameter in layer.parameters):
        given = ", ".join(map(spoken, shapes))
        raise layer.error(f"it is given {given} now, its parameters are made for another size")
    return layer


def _kept(values: list[Tensor], need: Needs, wanted: Sequence[bool]) -> list[Tensor]:
    """Return tensors, those that get no gradient cut off from where they came from."""
    return [
        value if want and need.layer else value.detach()
        for value, want in zip(values, wanted, strict=True)
    ]


def weighted(layer: Layer, tops: list[Tensor]) -> Tensor | None:
    """Return the sum of a layer's tops times their loss weights; None if it has none."""
    total = None
    for weight, top in zip(loss_weights(layer), tops, strict=False):
        if weight:
            total = _added(total, weight * top.sum())
    return total


def _added(total: Tensor | None, more: Tensor | None) -> Tensor | None:
    if total is None or more is None:
        return more if total is None else total
    return total + more
