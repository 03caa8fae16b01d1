"""The composition root and the public face of Ringfall."""

__version__ = "0.1.0"
