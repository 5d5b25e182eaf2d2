"""``python -m texelnet``: the same as the command ``texelnet``."""

import sys

from texelnet.cli import main

if __name__ == "__main__":
    sys.exit(main())
