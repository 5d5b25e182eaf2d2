"""Gemm, MatMul, Gather: what Caffe says by InnerProduct, Embed, BatchReindex."""

from __future__ import annotations

from typing import Any

import numpy as np

from texelnet.caffe.from_graph.convolution import across, bounded
from texelnet.caffe.from_graph.draft import CantSay, Draft
from texelnet.graph.edit import Site


def gemm(node: Site, draft: Draft) -> None:
    """Say a Gemm as InnerProduct, the Flatten before it included."""
    if draft.get("transA", 0):
        raise CantSay("it turns what it reads, not its weights")
    matrix = draft.numbers(1, "weights") * np.float32(draft.get("alpha", 1.0))
    matrix = matrix if draft.get("transB", 0) else matrix.T
    weights: list[np.ndarray] = [matrix]
    if draft.has(2):
        addend = draft.numbers(2, "bias") * np.float32(draft.get("beta", 1.0))
        if addend.ndim == 2 and addend.shape[0] > 1:
            raise CantSay("its bias is another for each picture")
        weights.append(np.broadcast_to(addend.reshape(-1), (len(matrix),)))
    blob = draft.bottom(0)
    flatten = draft.maker(blob, "Flatten")
    if flatten is not None and flatten.attributes.get("axis", 1) == 1:
        blob = draft.blob(flatten.inputs[0])
    settings: dict[str, Any] = {"num_output": len(matrix)}
    settings |= {} if draft.has(2) else {"bias_term": False}
    draft.layer("InnerProduct", [blob], node.outputs[0], weights, inner_product_param=settings)


def mat_mul(node: Site, draft: Draft) -> None:
    """Say a MatMul with a constant matrix as InnerProduct over the last axis."""
    matrix, blob = draft.numbers(1, "right operand"), draft.bottom(0)
    if matrix.ndim != 2:
        raise CantSay("Caffe multiplies by one matrix")
    settings = {"num_output": matrix.shape[1], "bias_term": False}
    settings["axis"] = draft.rank(blob) - 1
    draft.layer(
        "InnerProduct", [blob], node.outputs[0], [matrix.T], inner_product_param=settings
    )


def gather(node: Site, draft: Draft) -> None:
    """Say a Gather: of constant rows as Embed, of pictures as BatchReindex, of channels."""
    table, order = draft.given(0), draft.given(1)
    if order is None:
        cast = draft.maker(draft.blob(node.inputs[1]), "Cast")
        if cast is None:
            raise CantSay("where it reads is computed by the network")
        places = draft.blob(cast.inputs[0])
        if table is not None and table.ndim == 2 and not draft.get("axis", 0):
            rows, out = table.shape
            settings = {"num_output": out, "input_dim": rows, "bias_term": False}
            draft.layer("Embed", [places], node.outputs[0], [table], embed_param=settings)
        elif table is None and draft.rank(places) == 1 and not draft.get("axis", 0):
            draft.layer("BatchReindex", [draft.bottom(0), places], node.outputs[0])
        else:
            raise CantSay("Caffe looks up whole rows, or whole pictures")
        return
    blob = draft.bottom(0)
    if draft.axis(0, blob) != 1:
        raise CantSay("it picks from other axes than the channels")
    channels = draft.fixed(blob, 1, "its channels")
    bounded(channels * max(channels, order.size))
    matrix = np.eye(channels)[order.reshape(-1).astype(int)]
    if order.ndim:
        across(draft, blob, matrix, node.outputs[0])
    else:
        draft.reshape(
            across(draft, blob, matrix), draft.shapes[node.outputs[0]], node.outputs[0]
        )
