"""Print the graphics adapter that shaders run on here; exit status 1 when there is none.

wgpu falls back on OpenGL silently, with lower limits: an adapter found that way does not count.
"""

import sys

import wgpu

BACKENDS = ("Vulkan", "Metal", "D3D12")


def adapter() -> str | None:
    """Name the first adapter with a modern driver, as the driver names it."""
    found = [a.info for a in wgpu.gpu.enumerate_adapters_sync()]
    return next((info["device"] for info in found if info["backend_type"] in BACKENDS), None)


if __name__ == "__main__":
    name = adapter()
    print(name or "no adapter")
    sys.exit(name is None)
