"""Fast R-CNN's box loss on three rois: where the label went, and how normalising is undone."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from texelnet.caffe import read_net, read_weights, weights_from_arrays
from texelnet.caffe.snapshot import write_caffemodel
from texelnet.losses.boxes import FIXED
from texelnet.losses.worked import ANSWER, ROWS, work_out
from texelnet.train.detect import answering_boxes

HEAD = """
    layer { name: "roi" type: "Input" top: "roi" input_param { shape { dim: [3, 2] } } }
    layer { name: "bbox_pred" type: "InnerProduct" bottom: "roi" top: "bbox_pred"
      inner_product_param { num_output: 12 } }
"""


def show(name: str, rows: np.ndarray) -> None:
    """Print one roi a line."""
    for roi, row in enumerate(rows):
        print(f"{name} {roi}:", *(f"{value:6.3g}" for value in row))


worked = work_out(classes=3)
show("class, tx, ty, tw, th of roi", ROWS)
show("targets", worked.spread.targets)
show("w_in   ", worked.spread.inside)
print(f"the network answers {ANSWER} everywhere, so to bottom[0] (i = 0) goes back")
show("slopes ", worked.backward[0])
print("and minus that to bottom[1] (i = 1), if propagate_down[1] asks for it")
print(f"loss, 4 bottoms                    {worked.loss:.6f}")
print(f"the paper's, with [u >= 1]         {worked.paper:.6f}")
print(f"as anchors: 1 picture, w_out = 1/3 {worked.rpn:.6f}")
print(f"without weights, 2 bottoms         {worked.unweighted:.6f}")
sent, true = worked.early
print(f"w = 1/2 in the first release: it sends {sent:.4f}, the slope is {true:.4f}")
wide = work_out(classes=21)
print(f"21 classes: {wide.spread.targets.shape[1]} columns, the loss is {wide.loss:.6f}")

numbers = {"param/bbox_pred/0": np.ones((12, 2)), "param/bbox_pred/1": np.full(12, 2.0)}
net = read_net(HEAD, weights_from_arrays(numbers, "a trained head"))
with TemporaryDirectory() as folder:
    place = Path(folder) / "head.caffemodel"
    write_caffemodel(place, answering_boxes(net, "bbox_pred", FIXED))
    weights, bias = (blob.values for blob in read_weights(place).blobs["bbox_pred"].values())
print("bbox_pred of class 1, undone: weights", weights[4:8, 0], "bias", bias[4:8])
assert np.allclose([worked.paper, worked.rpn, wide.loss], worked.loss)
