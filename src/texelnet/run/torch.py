"""torch as a runner of Caffe networks: what training computes, gradients included."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from texelnet.caffe import Net
from texelnet.caffe.feeds import FEEDS
from texelnet.errors import DeviceError
from texelnet.train import Interpreted

Arrays = dict[str, np.ndarray]


def module() -> Any:
    """Return torch.

    Raises
    ------
    DeviceError
        If it is not installed.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # waiting threads leave the cores
    try:
        import torch
    except ImportError:
        hint = 'pip install "texelnet[train]", or --on onnxruntime, without losses'
        raise DeviceError("torch", "it is not installed", hint) from None
    return torch


def adapter_name() -> str:
    """Name the library that computes."""
    return f"torch {module().__version__}, CPU"


def compute(
    net: Net, inputs: Mapping[str, np.ndarray], outside: Mapping[str, np.ndarray] | None
) -> Arrays:
    """Return all blobs of a network, and with ``outside`` the gradients.

    Parameters
    ----------
    net
        With weights; losses and labels are computed if it was read with them.
    inputs
        A blob for each input, by name; layers that read data give their first batch.
    outside
        None: no gradients. Otherwise those that come in from outside, of blobs by name; the
        losses' own need none.

    Returns
    -------
    dict
        ``blob/<name>``, and with gradients ``diff/<name>`` of the blobs that have any, at
        the first version of one that is changed in place, and ``pdiff/<layer>/<i>``;
        ``param_after_forward/<layer>/<i>`` where computing changed a parameter.
    """
    torch = module()
    network = Interpreted(torch, net)
    batches = fed(net) | dict(inputs)
    given = {name: torch.from_numpy(np.array(v, np.float32)) for name, v in batches.items()}
    made = network.forward(given)
    found = {f"blob/{name}": _array(value) for name, value in made.last.items()}
    for (layer, index), value in network.parameters.items():
        if not np.array_equal(_array(value), net.weights[layer, index]):
            found[f"param_after_forward/{layer}/{index}"] = _array(value)
    if outside is not None:
        pushed = {n: torch.from_numpy(np.array(v, np.float32)) for n, v in outside.items()}
        blobs, parameters = network.backward(made, pushed)
        found |= {f"diff/{name}": _array(value) for name, value in blobs.items()}
        found |= {f"pdiff/{key}": _array(value) for key, value in parameters.items()}
    return found


def fed(net: Net) -> Arrays:
    """Return the first batch of each layer that reads data, by the names of its tops."""
    return {
        top: array
        for layer in net.layers
        if layer.type in FEEDS
        for top, array in zip(
            layer.tops, FEEDS[layer.type](layer, net.phase == "TRAIN").batch(0, 0), strict=False
        )
    }


def _array(value: Any) -> np.ndarray:
    array: np.ndarray = value.detach().cpu().numpy()
    return array.astype(np.float32)
