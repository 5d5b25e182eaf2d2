"""How long a large .caffemodel takes to load, and how much memory, beside protobuf and numpy.

VGG-16's weights (Simonyan and Zisserman, 2014) fill 550 MB. Such a file is written here with
random numbers, in every encoding that Caffe ever had, into a temporary folder; a new process
reads it into its network and looks at each number once. Its peers have the same bytes: the
protobuf package only parses the message, numpy.fromfile only reads the bytes.

    make bench-caffe        prints the table and writes benchmarks/caffemodel.md
"""

from __future__ import annotations

import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import google.protobuf
import numpy as np
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from texelnet.caffe import read_net
from texelnet.caffe.encode import run, text, varint, whole

PAGE = Path(__file__).with_suffix(".md")
ROUNDS = 3
SECONDS, SHARE = 3.0, 1.3
"""What is to be reached: for the whole process, and of the file's size in memory."""

STACKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
WIDTHS = (4096, 4096, 1000)
BLOCK = 1 << 20
"""Numbers that are written at once."""


def prototxt(part: int) -> str:
    """Return VGG-16; its wide layers have a `part`-th of their outputs."""
    words = ['input: "data" input_shape { dim: 1 dim: 3 dim: 224 dim: 224 }']
    blob = "data"
    for stack, (count, channels) in enumerate(STACKS, 1):
        for number in range(1, count + 1):
            sizes = f"num_output: {channels} kernel_size: 3 pad: 1"
            top = f"conv{stack}_{number}"
            words.append(_layer(top, "Convolution", blob, f"convolution_param {{ {sizes} }}"))
            blob = top
        pooling = "pooling_param { kernel_size: 2 stride: 2 }"
        words.append(_layer(f"pool{stack}", "Pooling", blob, pooling))
        blob = f"pool{stack}"
    for number, width in enumerate(WIDTHS, 6):
        width = width // part if width == 4096 else width
        inner = f"inner_product_param {{ num_output: {width} }}"
        words.append(_layer(f"fc{number}", "InnerProduct", blob, inner))
        blob = f"fc{number}"
    return "\n".join(words)


def _layer(name: str, kind: str, bottom: str, settings: str) -> str:
    return (
        f'layer {{ name: "{name}" type: "{kind}" bottom: "{bottom}" top: "{name}" {settings} }}'
    )


# Encodings: a blob's bytes for its shape ---------------------------------------------------


def _numbers(count: int, kind: str) -> Iterator[bytes]:
    """Give so many random numbers, the same block over and over."""
    block = np.random.default_rng(0).normal(0, 0.01, BLOCK).astype(kind)
    for begin in range(0, count, BLOCK):
        yield block[: count - begin].tobytes()


def _shape(shape: tuple[int, ...]) -> bytes:
    return b"".join(run(7, run(1, [b"".join(varint(size) for size in shape)])))  # type: ignore[arg-type]


def _old_shape(shape: tuple[int, ...]) -> bytes:
    padded = (1,) * (4 - len(shape)) + shape
    return b"".join(whole(axis, size)[0] for axis, size in enumerate(padded, 1))


def _packed(shape: tuple[int, ...], old: bool = False) -> Iterator[bytes]:
    count = int(np.prod(shape))
    yield (_old_shape if old else _shape)(shape) + varint(5 << 3 | 2) + varint(4 * count)
    yield from _numbers(count, "<f4")


def _double(shape: tuple[int, ...]) -> Iterator[bytes]:
    count = int(np.prod(shape))
    yield _shape(shape) + varint(8 << 3 | 2) + varint(8 * count)
    yield from _numbers(count, "<f8")


def _single(shape: tuple[int, ...]) -> Iterator[bytes]:
    yield _old_shape(shape)
    for piece in _numbers(int(np.prod(shape)), "<f4"):
        rows = np.empty(len(piece) // 4, [("key", "u1"), ("value", "<f4")])
        rows["key"], rows["value"] = 5 << 3 | 5, np.frombuffer(piece, "<f4")
        yield rows.tobytes()


def _write(path: Path, encoding: str, part: int) -> None:
    """Write the network's weights, layer by layer, never many at once."""
    blob, (layer_at, name_at, blob_at, inside) = BLOBS[encoding], FORMS[encoding]
    with path.open("wb") as file:
        for layer in read_net(prototxt(part)).layers:
            if not layer.parameters:
                continue
            head = b"".join(text(name_at, layer.name))  # type: ignore[arg-type]
            heads, total = [], len(head)
            for parameter in layer.parameters:
                size = sum(len(piece) for piece in blob(parameter.shape))
                heads.append(varint(blob_at << 3 | 2) + varint(size))
                total += len(heads[-1]) + size
            if inside:
                opening = varint(1 << 3 | 2) + varint(total)
                head, total = opening + head, total + len(opening)
            file.write(varint(layer_at << 3 | 2) + varint(total) + head)
            for begin, parameter in zip(heads, layer.parameters, strict=True):
                file.write(begin)
                file.writelines(blob(parameter.shape))


FORMS = {
    "floats": (100, 1, 7, False),
    "floats, V1": (2, 4, 6, False),
    "floats, V0": (2, 1, 50, True),
    "doubles": (100, 1, 7, False),
    "floats one by one": (100, 1, 7, False),
}
"""The numbers of a layer, of its name and of its blobs; whether a V0 layer lies inside."""
BLOBS: dict[str, Callable[[tuple[int, ...]], Iterator[bytes]]] = {
    "floats": _packed,
    "floats, V1": lambda shape: _packed(shape, old=True),
    "floats, V0": lambda shape: _packed(shape, old=True),
    "doubles": _double,
    "floats one by one": _single,
}
PARTS = {"doubles": 2}
"""Doubles are twice as long, so half of the wide layers' outputs make a file of the size."""


# Readers: each in a process of its own -----------------------------------------------------


def _texelnet(path: Path, part: int) -> float:
    net = read_net(prototxt(part), path)
    return sum(float(values.sum(dtype=np.float64)) for values in net.weights.values())


def _protobuf(path: Path, part: int) -> float:
    """Parse with the protobuf package; its numbers are not even turned into an array."""
    message = _message()()
    message.ParseFromString(path.read_bytes())
    return float(sum(len(blob.data) for layer in message.layer for blob in layer.blobs))


def _message() -> type:
    """Return Caffe's message, as far as weights go."""
    file = FileDescriptorProto(name="weights.proto", package="w", syntax="proto2")
    float_, whole_, string, inner = 2, 3, 9, 11  # protobuf's numbers of types

    def kind(name: str, *fields: tuple[str, int, int, str, bool]) -> None:
        message = file.message_type.add(name=name)
        for word, number, sort, of, packed in fields:
            field = message.field.add(name=word, number=number, type=sort, label=3)
            field.type_name = of
            if not of:
                field.ClearField("type_name")
            field.options.packed = packed
            if sort == string:
                field.label = FieldDescriptorProto.LABEL_OPTIONAL
            if sort in (string, inner):
                field.ClearField("options")

    kind("Shape", ("dim", 1, whole_, "", True))
    kind("Blob", ("data", 5, float_, "", True), ("shape", 7, inner, ".w.Shape", False))
    kind("Layer", ("name", 1, string, "", False), ("blobs", 7, inner, ".w.Blob", False))
    kind("Net", ("layer", 100, inner, ".w.Layer", False))
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("w.Net"))


def _numpy(path: Path, part: int) -> float:
    return float(np.fromfile(path, "<u4").max())


READERS = {"texelnet": _texelnet, "protobuf": _protobuf, "numpy.fromfile": _numpy}


def _measured(reader: str, path: Path, part: int) -> tuple[float, float]:
    """Return a new process's seconds, and its memory over the file's size."""
    begin = time.perf_counter()
    words = [sys.executable, __file__, reader, str(path), str(part)]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return time.perf_counter() - begin, json.loads(told) / path.stat().st_size


def _rows(folder: Path, encoding: str) -> Iterator[str]:
    part, path = PARTS.get(encoding, 1), folder / "vgg16.caffemodel"
    _write(path, encoding, part)
    names = list(READERS) if encoding == "floats" else ["texelnet"]
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(ROUNDS):
        for name in names:
            times[name].append(_measured(name, path, part))
    megabytes = path.stat().st_size / 1e6
    for name, found in times.items():
        seconds, share = np.median(np.array(found), axis=0)
        base = np.median([time for time, _ in times["texelnet"]])
        row = f"{encoding} | {name} | {megabytes:.0f} | {seconds:.2f} | {seconds / base:.1f}"
        yield f"| {row} | {share:.2f} |"


def main() -> None:
    """Measure, print the table and write it down."""
    lines = [
        "VGG-16's weights read by a process of its own, start and end included; to be reached:",
        f"{SECONDS:g} s and {SHARE:g} times the file in memory. Of {ROUNDS} turns the middle,",
        "the file in the page cache. texelnet gives each layer its weights and sums them up;",
        "protobuf only parses the message, numpy.fromfile only reads the bytes.",
        f"Python {platform.python_version()}, numpy {np.__version__}, "
        f"protobuf {google.protobuf.__version__}.",
        "",
        "| encoding | reader | MB | seconds | of texelnet's | memory over size |",
        "|---|---|---|---|---|---|",
    ]
    print("\n".join(lines))
    with tempfile.TemporaryDirectory() as folder:
        for encoding in FORMS:
            for row in _rows(Path(folder), encoding):
                print(row, flush=True)
                lines.append(row)
    PAGE.write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        READERS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    else:
        main()
