"""Headers of every answer: what the browser may do, and who may keep it."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.wrappers import Response

from shop.payments.methods import METHODS
from shop.plumbing.settings import Settings
from shop.web.ui.access import Access, access_of

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action {forms}; frame-ancestors 'none'"
)
POLICY_OF_FILES = POLICY.format(forms="'self'")
PUBLIC_AGE_S = 60


def install(app: Flask, settings: Settings) -> None:
    """Set the headers after every request."""
    fixed = {
        "Content-Security-Policy": policy(settings.simulators),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    }
    if settings.https:
        fixed["Strict-Transport-Security"] = "max-age=31536000"

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = _keeping(app, response)
        return response


def policy(simulators: str) -> str:
    """Return what the browser may do: forms lead here, and to the payment pages of the methods that are there."""
    pages = {host for plugin in METHODS.usable.values() for host in plugin.hosts}
    return POLICY.format(forms=" ".join(["'self'", *sorted(pages), *([simulators] if simulators else [])]))


def _keeping(app: Flask, response: Response) -> str:
    public = (
        response.status_code == 200
        and request.method in {"GET", "HEAD"}
        and request.endpoint is not None
        and access_of(app, request.endpoint) is Access.PUBLIC
    )
    return "no-cache" if public else "no-store"
