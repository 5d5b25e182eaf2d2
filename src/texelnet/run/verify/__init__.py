"""VERIFY: the proof that a package on disk draws the same picture as its network."""

from texelnet.run.verify.proof import BAR, SHIFT, Departure, Proof, Row, Witness
from texelnet.run.verify.prove import verify
from texelnet.run.verify.trials import BUILT_IN, Trial

__all__ = [
    "BAR",
    "BUILT_IN",
    "SHIFT",
    "Departure",
    "Proof",
    "Row",
    "Trial",
    "Witness",
    "verify",
]
