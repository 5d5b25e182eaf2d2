"""Writing kernels: from what a pixel is to how a pass computes it.

A plane's expression is walked once for all pixels of the block. Sums of mixes of taps, the
convolutions, are laid out pack by pack; texels shared by neighbouring pixels are fetched once.
"""

from texelnet.shader.write.passes import write_kernels

__all__ = ["write_kernels"]
