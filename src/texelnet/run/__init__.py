"""RUNNERS: machines that compute a network, and the proof that they agree."""
