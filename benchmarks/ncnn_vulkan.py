"""ncnn on the graphics card, as a peer: a graph written in ncnn's own two files.

Only the operators that the field's networks have. In ncnn's text a blob feeds one layer, so a
value with several readers goes through a Split. In its file of numbers a convolution's weights
begin with four bytes that tell their form (0: float32), other numbers lie bare.

The benchmarks alone need it: ``pip install texelnet[peers]``.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import onnx_ir as ir

from texelnet.graph.network import Network

MAGIC = 7767517


def written(network: Network) -> tuple[str, bytes]:
    """Return a network as ncnn's text and numbers."""
    graph = network.model.graph
    constants = {n: np.asarray(v.const_value.numpy()) for n, v in graph.initializers.items()}
    lines, numbers, left = [], b"", {}
    readers = Counter(
        v.name
        for node in graph
        for v in node.inputs
        if v is not None and v.name not in constants
    )

    def layer(
        kind: str, name: str, reads: list[str], writes: list[str], words: str = ""
    ) -> None:
        blobs = [left[n].pop() for n in reads]
        made = []
        for blob in writes:
            many = readers[blob] if readers[blob] > 1 else 0
            left[blob] = [f"{blob}#{i}" for i in range(many)] or [blob]
            made.append((blob, many))
        head = f"{kind} {name} {len(blobs)} {len(writes)}"
        lines.append(" ".join([head, *blobs, *writes, words]).strip())
        for blob, many in made:
            if many:
                copies = " ".join(left[blob])
                lines.append(f"Split {blob}#split 1 {many} {blob} {copies}")

    for value in graph.inputs:
        layer("Input", str(value.name), [], [str(value.name)])
    for node in graph:
        reads = [v.name for v in node.inputs if v is not None and v.name not in constants]
        held = [constants[v.name] for v in node.inputs if v is not None and v.name in constants]
        kind, words, data = _told(node, held)
        layer(kind, str(node.name), reads, [str(v.name) for v in node.outputs], words)
        numbers += data
    blobs = sum(int(line.split()[3]) for line in lines)
    return "\n".join([str(MAGIC), f"{len(lines)} {blobs}", *lines, ""]), numbers


def _told(node: ir.Node, held: list[np.ndarray]) -> tuple[str, str, bytes]:
    """Return a node as ncnn's kind of layer, its settings and its numbers."""
    data = [np.ascontiguousarray(array, np.float32).tobytes() for array in held]
    match node.op_type:
        case "Conv":
            outputs, _, kernel, _ = held[0].shape
            bias = int(len(held) > 1)
            words = f"0={outputs} 1={kernel} 4={kernel // 2} 5={bias} 6={held[0].size}"
            return "Convolution", words, bytes(4) + b"".join(data)
        case "PRelu":
            return "PReLU", f"0={held[0].size}", data[0]
        case "Relu":
            return "ReLU", "", b""
        case "Neg":
            return "UnaryOp", "0=1", b""
        case "Add":
            return "BinaryOp", "0=0", b""
        case "Concat":
            return "Concat", "0=0", b""
        case "DepthToSpace":
            return "PixelShuffle", "0=2", b""
        case "Resize":
            mode = node.attributes["mode"].as_string()
            return "Interp", f"0={2 if mode == 'linear' else 1} 1=2.0 2=2.0", b""
    raise ValueError(f"{node.op_type} is none of the field's operators")


class Peer:
    """A network in ncnn, on the first Vulkan device.

    Parameters
    ----------
    half
        Whether ncnn may keep and compute 16-bit floats, as it does unless told otherwise.
    """

    def __init__(self, network: Network, half: bool = False) -> None:
        import ncnn

        self._ncnn, self._net = ncnn, ncnn.Net()
        options = self._net.opt
        options.use_vulkan_compute, options.num_threads = True, 1
        for name in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic"):
            setattr(options, name, half)
        text, self._numbers = written(network)
        self._net.load_param_mem(text)
        self._net.load_model_mem(self._numbers)
        self._reads = str(network.model.graph.inputs[0].name)
        self._writes = str(network.model.graph.outputs[0].name)

    def run(self, planes: np.ndarray) -> np.ndarray:
        """Return the answer to planes (channels, height, width), in the network's numbers."""
        extractor = self._net.create_extractor()
        extractor.input(self._reads, self._ncnn.Mat(planes))
        _, answer = extractor.extract(self._writes)
        return np.array(answer)


def adapter() -> str | None:
    """Name the device that ncnn would run on, or None without ncnn or a device."""
    try:
        import ncnn
    except ImportError:
        return None
    if not ncnn.get_gpu_count():
        return None
    return f"ncnn {ncnn.__version__} on {ncnn.get_gpu_info(0).device_name()}"
