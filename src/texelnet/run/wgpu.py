"""wgpu: runs packages on a graphics card (or a software driver) through WebGPU's API.

A session holds the device and one package's pipelines; pictures of one size after the other
stream through the same textures. What is run is the text in the package, nothing else.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from texelnet.errors import DeviceError
from texelnet.pixel.size import tree_at
from texelnet.run.staging import Work, aligned, lanes_of, largest, number_of, texel_of, work_of
from texelnet.shader.package import Package

TEXEL, MATRICES = 16, 2048
"""Bytes of a texel of weights, and how many lie in a row of their texture."""


@lru_cache(maxsize=1)
def device() -> Any:
    """Return the device of the best adapter, with the adapter's own limits.

    Raises
    ------
    DeviceError
        If there is no Vulkan, Metal or D3D12 driver.
    """
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    import wgpu

    hint = "apt-get install mesa-vulkan-drivers (a software driver), or --on onnxruntime"
    try:
        adapter = wgpu.gpu.request_adapter_sync(power_preference="high-performance")
    except Exception as error:
        raise DeviceError("wgpu", f"no graphics driver found ({error})", hint) from None
    if adapter.info["backend_type"] == "OpenGL":
        raise DeviceError("wgpu", "only an OpenGL driver found, no Vulkan", hint)
    names = (
        "max-texture-dimension-2d",
        "max-texture-array-layers",
        "max-buffer-size",
        "max-storage-buffer-binding-size",
        "max-storage-buffers-per-shader-stage",
        "max-color-attachment-bytes-per-sample",
        "max-compute-workgroup-storage-size",
    )
    limits = {n: adapter.limits[n] for n in names if n in adapter.limits}
    return adapter.request_device_sync(required_limits=limits)


def adapter_name() -> str:
    """Return what the adapter calls itself, and what drives it."""
    info = device().adapter.info
    return f"{info['device']} ({info['backend_type']}, {info['description']})"


def is_software() -> bool:
    """Tell whether the adapter is a driver that draws on the processor."""
    return str(device().adapter.info["adapter_type"]) == "CPU"


def largest_texture() -> int:
    """Return the longest side a texture may have."""
    return int(device().limits["max-texture-dimension-2d"])


class Session:
    """A package ready to run."""

    def __init__(self, package: Package) -> None:
        import wgpu

        self._wgpu, self.device = wgpu, device()
        self.manifest = package.manifest
        self.contents = package.contents
        self.pipelines: list[Any] = []
        compiled: dict[tuple[str, str, str], Any] = {}
        for entry in self.manifest["passes"]:
            code = package.contents[entry["file"]].decode()
            written = self.manifest["planes"][entry["writes"]]["format"]
            key = (
                entry["file"],
                written,
                json.dumps([self._bindings(entry), entry["packs"][1]]),
            )
            try:
                if key not in compiled:
                    compiled[key] = self._pipeline(entry, code)
                self.pipelines.append(compiled[key])
            except wgpu.GPUError as error:
                raise DeviceError(
                    f"{package.place}/{entry['file']}",
                    f"the driver refuses this shader: {error}",
                    "write the package again",
                ) from None
        self.weights = {
            entry["weights"]: self._matrices(package.contents[entry["weights"]])
            for entry in self.manifest["passes"]
            if "weights" in entry
        }
        self.sampler = self.device.create_sampler(min_filter="nearest", mag_filter="nearest")
        self._sizes: dict[str, int] | None = None
        self._textures: dict[str, Any] = {}
        self._apart = False
        self._staging: list[Any] = []
        self._work: list[Work] = []

    def run(
        self, inputs: Mapping[str, np.ndarray], keep: bool = False
    ) -> dict[str, np.ndarray]:
        """Compute the outputs (or, with ``keep``, every plane) of one picture.

        Arrays are (channels, height, width) float32, by the names of planes.
        """
        sizes = self.free_sizes(inputs)
        if sizes != self._sizes or (keep and not self._apart):
            self._allocate(sizes, keep)
        for name in self.manifest["inputs"]:
            self._upload(name, np.asarray(inputs[name], np.float32))
        encoder = self.device.create_command_encoder()
        for entry, pipeline, groups in zip(
            self.manifest["passes"], self.pipelines, self._work, strict=True
        ):
            self._encode(encoder, entry, pipeline, groups)
        wanted = list(self.manifest["planes"]) if keep else self.manifest["outputs"]
        buffers = {name: self._copy_out(encoder, name) for name in wanted}
        self.device.queue.submit([encoder.finish()])
        return {name: self._read(name, *buffer) for name, buffer in buffers.items()}

    # Set-up ---------------------------------------------------------------------------

    def _pipeline(self, entry: Mapping[str, Any], code: str) -> Any:
        shader = self.device.create_shader_module(code=code, label=entry["file"])
        layout = self.device.create_pipeline_layout(bind_group_layouts=[self._layout(entry)])
        if entry["form"] == "compute":
            return self.device.create_compute_pipeline(
                layout=layout, compute={"module": shader, "entry_point": "main"}
            )
        form = self.manifest["planes"][entry["writes"]]["format"]
        return self.device.create_render_pipeline(
            layout=layout,
            vertex={"module": shader, "entry_point": "corners"},
            fragment={
                "module": shader,
                "entry_point": "main",
                "targets": [{"format": form}] * entry["packs"][1],
            },
            primitive={"topology": "triangle-list"},
        )

    def _bindings(self, entry: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Planes read, what a compute pass stores into, sampler, weights, in that order."""
        planes = self.manifest["planes"]
        bindings: list[dict[str, Any]] = [
            {
                "texture": {
                    "sample_type": "unfilterable-float",
                    "view_dimension": _view(planes[n]),
                }
            }
            for n in entry["reads"]
        ]
        if "staged" in entry:
            bindings += [{"buffer": {"type": "storage"}}] * entry["packs"][1]
        elif entry["form"] == "compute":
            plane = planes[entry["writes"]]
            storage = {"format": plane["format"], "view_dimension": _view(plane)}
            bindings.append({"storage_texture": {"access": "write-only", **storage}})
        if entry["reads"]:
            bindings.append({"sampler": {"type": "non-filtering"}})
        if "weights" in entry:
            bindings.append({"texture": {"sample_type": "unfilterable-float"}})
        return bindings

    def _layout(self, entry: Mapping[str, Any]) -> Any:
        w = self._wgpu
        stage = w.ShaderStage.COMPUTE if entry["form"] == "compute" else w.ShaderStage.FRAGMENT
        bindings = enumerate(self._bindings(entry))
        return self.device.create_bind_group_layout(
            entries=[{"binding": i, "visibility": stage, **b} for i, b in bindings]
        )

    def _matrices(self, content: bytes) -> Any:
        """Lay weights into a texture, as long rows as there are."""
        usage = self._wgpu.TextureUsage.TEXTURE_BINDING | self._wgpu.TextureUsage.COPY_DST
        columns = max(1, min(-(-len(content) // TEXEL), MATRICES))
        rows = max(1, -(-len(content) // (columns * TEXEL)))
        size = (columns, rows, 1)
        texture = self.device.create_texture(size=size, format="rgba32float", usage=usage)
        self.device.queue.write_texture(
            {"texture": texture},
            content.ljust(columns * rows * TEXEL, b"\0"),
            {"bytes_per_row": columns * TEXEL, "rows_per_image": rows},
            size,
        )
        return texture.create_view()

    def free_sizes(self, inputs: Mapping[str, np.ndarray]) -> dict[str, int]:
        """Return the number of each free size, read off the inputs' shapes."""
        sizes: dict[str, int] = {}
        for name in self.manifest["inputs"]:
            plane, (channels, *dims) = self.manifest["planes"][name], inputs[name].shape
            if channels != plane["channels"]:
                raise DeviceError(
                    "wgpu",
                    f'"{name}" has {channels} channels, the package takes {plane["channels"]}',
                )
            for tree, got in zip((plane["height"], plane["width"]), dims, strict=True):
                wanted = sizes.setdefault(tree, got) if isinstance(tree, str) else tree
                if wanted != got:
                    raise DeviceError(
                        "wgpu",
                        f'"{name}" is {dims[0]}x{dims[1]}, the package takes '
                        f"{plane['height']}x{plane['width']}",
                    )
        return sizes

    def _allocate(self, sizes: dict[str, int], apart: bool) -> None:
        """Make the textures; apart: each plane has its own, so that all can be read."""
        w = self._wgpu.TextureUsage
        usage = w.TEXTURE_BINDING | w.COPY_SRC | w.COPY_DST
        self._sizes, self._textures, self._work, self._apart = None, {}, [], apart
        planes = self.manifest["planes"]
        lies = {n: n if apart else plane.get("texture", n) for n, plane in planes.items()}
        used = dict.fromkeys(lies.values(), usage)
        for entry in self.manifest["passes"]:
            if "staged" not in entry:
                fragment = entry["form"] == "fragment"
                way = w.RENDER_ATTACHMENT if fragment else w.STORAGE_BINDING
                used[lies[entry["writes"]]] |= way
        made = {}
        for name, own in used.items():
            plane = planes[name]
            height, width = tree_at(plane["height"], sizes), tree_at(plane["width"], sizes)
            size, form = (width, height, plane["packs"]), plane["format"]
            made[name] = self.device.create_texture(
                size=size, format=form, usage=own, label=name
            )
        self._textures = {name: made[texture] for name, texture in lies.items()}
        self._work = [
            work._replace(group=self._bind(entry, work))
            for entry, work in zip(self.manifest["passes"], self._stage(sizes), strict=True)
        ]
        self._sizes = sizes

    def _stage(self, sizes: Mapping[str, int]) -> list[Work]:
        """Lay the passes, and make the buffers that they store packs in."""
        entries, planes = self.manifest["passes"], self.manifest["planes"]
        most = self.device.limits["max-storage-buffer-binding-size"]
        work = [work_of(entry, planes[entry["writes"]], sizes, most) for entry in entries]
        usage = self._wgpu.BufferUsage.STORAGE | self._wgpu.BufferUsage.COPY_SRC
        self._staging = [
            self.device.create_buffer(size=size, usage=usage) for size in largest(entries, work)
        ]
        return work

    def _view(self, name: str, first: int = 0, count: int | None = None) -> Any:
        return self._textures[name].create_view(
            dimension=_view(self.manifest["planes"][name]),
            base_array_layer=first,
            array_layer_count=count,
        )

    def _bind(self, entry: Mapping[str, Any], work: Work) -> Any:
        resources = [self._view(name) for name in entry["reads"]]
        if "staged" in entry:
            part = {"offset": 0, "size": work.bytes}
            resources += [{"buffer": b, **part} for b in self._staging[: entry["packs"][1]]]
        elif entry["form"] == "compute":
            resources.append(self._view(entry["writes"], *entry["packs"]))
        if entry["reads"]:
            resources.append(self.sampler)
        if "weights" in entry:
            resources.append(self.weights[entry["weights"]])
        return self.device.create_bind_group(
            layout=self._layout(entry),
            entries=[{"binding": i, "resource": r} for i, r in enumerate(resources)],
        )

    # One picture ----------------------------------------------------------------------

    def _upload(self, name: str, array: np.ndarray) -> None:
        channels, height, width = array.shape
        plane = self.manifest["planes"][name]
        lanes = lanes_of(plane)
        texels = np.zeros((plane["packs"], height, width, lanes), number_of(plane))
        for c in range(channels):
            texels[c // 4, :, :, c % lanes] = array[c]
        self.device.queue.write_texture(
            {"texture": self._textures[name]},
            texels,
            {"bytes_per_row": width * lanes * texels.itemsize, "rows_per_image": height},
            (width, height, plane["packs"]),
        )

    def _encode(
        self, encoder: Any, entry: Mapping[str, Any], pipeline: Any, work: Work
    ) -> None:
        if entry["form"] == "compute":
            run = encoder.begin_compute_pass()
            run.set_pipeline(pipeline)
            run.set_bind_group(0, work.group)
            run.dispatch_workgroups(*work.groups, 1)
            run.end()
            self._unstage(encoder, entry, work)
            return
        first, count = entry["packs"]
        attachments = [
            {
                "view": self._textures[entry["writes"]].create_view(
                    dimension="2d", base_array_layer=layer, array_layer_count=1
                ),
                "load_op": "clear",
                "store_op": "store",
            }
            for layer in range(first, first + count)
        ]
        run = encoder.begin_render_pass(color_attachments=attachments)
        run.set_pipeline(pipeline)
        run.set_bind_group(0, work.group)
        run.draw(3)
        run.end()

    def _unstage(self, encoder: Any, entry: Mapping[str, Any], work: Work) -> None:
        """Copy what a pass stored in buffers into its plane."""
        first, count = entry["packs"] if work.row else (0, 0)
        texture = self._textures[entry["writes"]]
        width, height, _ = texture.size
        for pack in range(count):
            encoder.copy_buffer_to_texture(
                {
                    "buffer": self._staging[pack],
                    "bytes_per_row": work.row,
                    "rows_per_image": work.rows,
                },
                {"texture": texture, "origin": (0, 0, first + pack)},
                (width, height, 1),
            )

    def _copy_out(self, encoder: Any, name: str) -> tuple[Any, int]:
        texture, plane = self._textures[name], self.manifest["planes"][name]
        width, height, layers = texture.size
        row = aligned(width * texel_of(plane))
        w = self._wgpu.BufferUsage
        buffer = self.device.create_buffer(
            size=row * height * layers, usage=w.COPY_DST | w.MAP_READ
        )
        encoder.copy_texture_to_buffer(
            {"texture": texture},
            {"buffer": buffer, "bytes_per_row": row, "rows_per_image": height},
            (width, height, layers),
        )
        return buffer, row

    def _read(self, name: str, buffer: Any, row: int) -> np.ndarray:
        plane = self.manifest["planes"][name]
        width, height, layers = self._textures[name].size
        lanes, number = lanes_of(plane), number_of(plane)
        buffer.map_sync(self._wgpu.MapMode.READ)
        texels = np.frombuffer(buffer.read_mapped(copy=False), number)
        columns = row // (lanes * number.itemsize)
        texels = texels.reshape(layers, height, columns, lanes)[:, :, :width]
        planes = texels.transpose(0, 3, 1, 2).reshape(layers * lanes, height, width)
        answer = np.array(planes[: plane["channels"]], np.float32)
        buffer.unmap()
        buffer.destroy()
        return answer


def _view(plane: Mapping[str, Any]) -> str:
    return "2d-array" if plane["packs"] > 1 else "2d"
