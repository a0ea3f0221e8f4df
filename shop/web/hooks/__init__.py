"""What outside systems call: signed notices, answered in a word."""

from __future__ import annotations

from flask import Flask

from shop.web.hooks import carriers, payments, printing
from shop.web.hooks.blueprint import hooks

__all__ = ["carriers", "install", "payments", "printing"]


def install(app: Flask) -> None:
    """Hang the hooks into the application."""
    app.register_blueprint(hooks)
