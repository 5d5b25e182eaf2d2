"""mpv: one user shader for mpv and every player built on libplacebo.

A user shader is a file of passes, each a head of directives and a function `hook()` in GLSL.
It has no buffers: weights are literals, or texels of a texture that the file carries.

A luma network hooks LUMA. What it reads there is the video's own luma, coded, not stretched:
black is 16/255 and white 235/255 of video as it usually is. A contract with levels "limited"
is that already; one with "full" levels gets the step between the two folded into its first
and last weights; chroma is the player's. A luma network of RGB hooks MAIN and replaces the
luma of what the base upscaler draws. A colour network hooks MAIN too, where colours are RGB in
0..1; with channels "bgr" they are turned on reading and on writing.

Textures are 16-bit floats where the host can choose, and some drivers cut numbers off to fit,
which darkens a little in every pass. So a pass rounds to nearest before it writes.

See mpv's manual, "Video Output Drivers", `--glsl-shaders`.
"""

from texelnet.shader.targets.mpv.target import COMPUTE, FORMAT, FRAGMENT, MPV, TILE, sees
from texelnet.shader.targets.mpv.textures import HOOKED, SHOWN

__all__ = ["COMPUTE", "FORMAT", "FRAGMENT", "HOOKED", "MPV", "SHOWN", "TILE", "sees"]
