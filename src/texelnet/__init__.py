"""texelnet: a workbench for image networks that live in pixel shaders."""

__version__ = "0.1.0"
