"""What outside systems call: signed notices, answered in a word."""

from __future__ import annotations

from flask import Flask

from shop.plumbing.settings import Settings
from shop.web.hooks import carriers, payments, printing
from shop.web.hooks.blueprint import hooks
from shop.web.hooks.print_streams import KEY, Streams

__all__ = ["carriers", "install", "payments", "printing"]


def install(app: Flask, settings: Settings) -> None:
    """Hang the hooks into the application."""
    app.extensions[KEY] = Streams(app, settings.print_streams)
    app.register_blueprint(hooks)
