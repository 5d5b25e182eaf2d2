"""Detect: what a detector needs between training and use.

Fast R-CNN learns normalised boxes. Its own program changes the last layer in every snapshot, so
that whoever uses the file gets boxes; from there it can't go on training. Here a snapshot stays
as it was learnt, and a run that is resumed takes the very path. What is handed on is changed:

    net = read_net(Path("train.prototxt"), Path("rcnn_iter_40000.caffemodel"), phase="TRAIN",
                   training=True, allow_python=True)
    write_caffemodel(Path("rcnn.caffemodel"), answering_boxes(net, "bbox_pred", FIXED))
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from texelnet.caffe import Net
from texelnet.caffe.text import did_you_mean
from texelnet.errors import NetworkError
from texelnet.losses.boxes import Normalisation


def answering_boxes(net: Net, layer: str, normalisation: Normalisation) -> Net:
    """Return the network with a layer that answers boxes instead of normalised ones.

    Parameters
    ----------
    net
        Read with weights.
    layer
        The InnerProduct (or 1 x 1 Convolution) whose outputs are 4 for each class: bbox_pred.
    normalisation
        What its targets were normalised by.

    Raises
    ------
    NetworkError
        If there is no such layer with weights and bias, or its outputs are not 4 a class.
    """
    known = {one.name: one for one in net.layers if len(one.parameters) == 2}
    if layer not in known or not net.weights:
        fact = f'there is no layer "{layer}" with weights and bias'
        raise NetworkError(net.source, fact, did_you_mean(layer, list(known)))
    owners = [parameter.owner for parameter in known[layer].parameters]
    weights, bias = normalisation.undone(*(net.weights[owner] for owner in owners))
    changed = zip(owners, (weights.astype(np.float32), bias.astype(np.float32)), strict=True)
    return replace(net, weights={**net.weights, **dict(changed)})
