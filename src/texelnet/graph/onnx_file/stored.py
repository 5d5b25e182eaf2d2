"""Stored: the bytes of an ONNX file and of its weights, believed only as far as they are there.

A tensor says its kind and its sizes; the numbers stand in the file itself or in another one in
the same folder ("external data"). Nothing is made room for before its bytes have been seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from math import prod
from pathlib import Path, PurePosixPath

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from texelnet.errors import NetworkError, WeightsError

MOST_BYTES = 2_000_000_000

_FIELDS = {"FLOAT": "float_data", "DOUBLE": "double_data", "INT64": "int64_data"}
_FIELDS |= dict.fromkeys(("UINT32", "UINT64"), "uint64_data")
_FIELDS |= dict.fromkeys(("FLOAT16", "BFLOAT16", "INT8", "INT16", "INT32"), "int32_data")
_FIELDS |= dict.fromkeys(("UINT8", "UINT16", "BOOL"), "int32_data")
"""The kinds of numbers that are read, and where they stand if not as raw bytes."""


def read_model(path: Path) -> onnx.ModelProto:
    """Read a file and the weights beside it; every tensor then holds its numbers.

    Raises
    ------
    NetworkError
        It is no ONNX file, or larger than 2 GB.
    WeightsError
        A tensor's numbers are missing, too few or too many, or outside the folder.
    """
    model = onnx.ModelProto()
    try:
        if not path.is_file():
            raise NetworkError(str(path), "no such file", "an .onnx file")
        if path.stat().st_size > MOST_BYTES:
            fact = f"the file has more than {MOST_BYTES:,} bytes"
            raise NetworkError(str(path), fact, "a network that is no language model")
        model.ParseFromString(path.read_bytes())
    except OSError as error:
        raise NetworkError(str(path), (error.strerror or str(error)).lower()) from None
    except DecodeError:
        fact = "this is no ONNX file, or it is cut off"
        raise NetworkError(str(path), fact, "copy or export it again") from None
    if not model.graph.node:
        raise NetworkError(str(path), "there is no network in it", "an .onnx file with a graph")
    _fill(model, path)
    return model


def tensors(model: onnx.ModelProto) -> Iterator[tuple[str, onnx.TensorProto]]:
    """Give every tensor of the graph and of functions, and what to call it."""
    for tensor in model.graph.initializer:
        yield f'tensor "{tensor.name}"', tensor
    for node in chain(model.graph.node, *(f.node for f in model.functions)):
        for attribute in node.attribute:
            place = f'node "{node.name or next(iter(node.output), "")}"'
            for tensor in (attribute.t, *attribute.tensors):
                if tensor is not attribute.t or attribute.HasField("t"):
                    yield f"{place}, {attribute.name}", tensor


def _fill(model: onnx.ModelProto, path: Path) -> None:
    """Check what every tensor says of itself, and fetch what lies in other files."""
    total = 0
    for what, tensor in tensors(model):
        where = f"{path} ({what})"
        wanted = _declared(tensor, where)
        total += wanted
        if total > MOST_BYTES:
            fact = f"the weights up to here have {total:,} bytes, {MOST_BYTES:,} are the most"
            raise WeightsError(where, fact, "a smaller network")
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            tensor.raw_data = _external(tensor, path.parent, where, wanted)
            tensor.ClearField("external_data")
            tensor.ClearField("data_location")
        else:
            _check_length(tensor, where, wanted)


def _declared(tensor: onnx.TensorProto, where: str) -> int:
    """Return how many bytes a tensor says it has."""
    kinds = {int(number): str(name) for name, number in onnx.TensorProto.DataType.items()}
    kind = kinds.get(tensor.data_type, f"kind {tensor.data_type}")
    if kind not in _FIELDS:
        fact = f"it holds numbers that are not read here ({kind.lower()})"
        raise WeightsError(where, fact, "export it with float32 weights")
    if any(n < 0 for n in tensor.dims) or tensor.HasField("segment"):
        raise WeightsError(where, "its sizes make no sense", "export it again")
    return _item(tensor) * prod(int(n) for n in tensor.dims)


def _item(tensor: onnx.TensorProto) -> int:
    return int(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize)


def _check_length(tensor: onnx.TensorProto, where: str, wanted: int) -> None:
    kind = onnx.TensorProto.DataType.Name(tensor.data_type)
    found = len(tensor.raw_data)
    if not tensor.HasField("raw_data"):
        found = _item(tensor) * len(getattr(tensor, _FIELDS[kind]))
    if found != wanted:
        sizes = " x ".join(map(str, tensor.dims)) or "one number"
        fact = f"{sizes} numbers of {kind.lower()} are {wanted:,} bytes, the file has {found:,}"
        raise WeightsError(where, fact, "copy or export it again")


def _external(tensor: onnx.TensorProto, folder: Path, where: str, wanted: int) -> bytes:
    """Read a tensor's numbers from another file in the model's own folder."""
    said = {entry.key: entry.value for entry in tensor.external_data}
    file = _inside(said.get("location", ""), folder, where)
    try:
        offset, length = (int(said.get(k, d)) for k, d in (("offset", 0), ("length", wanted)))
    except ValueError:
        offset = length = -1
    if offset < 0 or length != wanted:
        fact = f"its {wanted:,} bytes are said to be {said.get('length', '?')[:40]}"
        fact += f" from byte {said.get('offset', '0')[:40]}"
        raise WeightsError(where, fact, "export it again")
    try:
        with file.open("rb") as stream:
            there = file.stat().st_size
            if there < offset + wanted:
                fact = f"its numbers end at byte {offset + wanted:,} of {file.name}, which has"
                raise WeightsError(where, f"{fact} {there:,}", "copy both files again")
            stream.seek(offset)
            return stream.read(wanted)
    except OSError as error:
        raise WeightsError(where, f"{file}: {(error.strerror or str(error)).lower()}") from None


def _inside(location: str, folder: Path, where: str) -> Path:
    """Return a file of the folder; refuse every way out of it."""
    parts = PurePosixPath(location).parts
    odd = not parts or location.startswith("/") or ".." in parts or set("\\:\0") & set(location)
    if odd:
        fact = f'its numbers are said to be in "{location[:80]}", outside the model\'s folder'
        raise WeightsError(where, fact, "keep the weights beside the .onnx file")
    file = folder / location
    if not file.is_file():
        fact = f"its numbers are in {location[:80]}, and there is no such file"
        raise WeightsError(where, fact, f"copy {parts[-1][:80]} beside the .onnx file")
    if not file.resolve().is_relative_to(folder.resolve()):
        fact = f"{location[:80]} leads out of the model's folder"
        raise WeightsError(where, fact, "copy the file itself, not a link to it")
    return file
