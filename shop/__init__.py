"""Hirfa: the shop that an artisan runs from her phone."""

__version__ = "0.1.0"
