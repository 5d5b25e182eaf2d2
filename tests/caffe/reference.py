"""Golden cases of Caffe, and a graph run by onnxruntime with every blob returned."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx_ir as ir
import onnxruntime

from texelnet.caffe import Net, read_net, to_graph, weights_from_arrays
from texelnet.errors import TexelnetError
from texelnet.graph.network import Network

HERE = Path(__file__).parent / "goldens"
SHARED = Path(__file__).resolve().parents[3] / "shared"


@dataclass(frozen=True)
class Golden:
    """One recorded run of Caffe: its prototxt, what went in, what every blob was."""

    name: str
    prototxt: str
    meta: dict[str, Any]
    arrays: dict[str, np.ndarray]

    def part(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays whose key begins with the prefix, without it."""
        return {
            key.removeprefix(prefix): values
            for key, values in self.arrays.items()
            if key.startswith(prefix)
        }

    def net(self) -> Net:
        """The network with the recorded weights."""
        meta = self.meta
        return read_net(
            self.prototxt,
            weights_from_arrays(self.arrays, self.name),
            level=meta.get("level", 0),
            stages=meta.get("stages", []),
        )


def golden(path: Path) -> Golden:
    """Read a recorded case."""
    with np.load(path) as archive:
        arrays = {key: archive[key] for key in archive.files}
    prototxt = str(arrays.pop("prototxt"))
    meta = json.loads(str(arrays.pop("meta")))
    return Golden(path.stem, prototxt, meta, arrays)


def refusal(kind: type[TexelnetError], read: Callable[[], object]) -> TexelnetError | None:
    """The error of this kind that reading ends in, None if it works; others go through."""
    try:
        read()
    except kind as error:
        return error
    return None


def every_blob(network: Network, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Run a graph and return each float value that a node makes."""
    model = ir.serde.serialize_model(network.model)
    known = {value.name: value for value in [*model.graph.value_info, *model.graph.output]}
    made = [name for node in model.graph.node for name in node.output]
    names = [name for name in made if known[name].type.tensor_type.elem_type == 1]
    del model.graph.output[:]
    for name in names:
        model.graph.output.add().CopyFrom(onnx.helper.make_empty_tensor_value_info(name))
        model.graph.output[-1].type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    wanted = {value.name for value in session.get_inputs()}
    fed = {name: values for name, values in inputs.items() if name in wanted}
    return dict(zip(names, session.run(names, fed), strict=True))


def assert_same(case: Golden, ignore: frozenset[str] = frozenset()) -> None:
    """Compare every recorded blob with onnxruntime's."""
    computed = every_blob(to_graph(case.net()), case.part("in/"))
    recorded = {name: blob for name, blob in case.part("blob/").items() if name not in ignore}
    assert recorded
    for name, blob in recorded.items():
        finite = np.abs(blob[np.isfinite(blob)])
        largest = float(finite.max()) if finite.size else 0.0
        assert computed[name].shape == blob.shape, name
        np.testing.assert_allclose(
            computed[name], blob, rtol=1e-4, atol=1e-5 * largest, equal_nan=True, err_msg=name
        )
