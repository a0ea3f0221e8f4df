"""Logs: one JSON line each, with a request id; phones, secrets and addresses never stand in them."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, g, request
from werkzeug.wrappers import Response

_PHONE = re.compile(r"(?:\+|00)?213\s?\d[\d\s]{7,11}\d|\b0[5-7](?:[\s.]?\d){8}\b")
_SECRETS = re.compile(r"(?i)(token|secret|password|key|csrf)(\"?\s*[=:]\s*\"?)([^\s\"&,}]+)")


def configure(level: str) -> None:
    """Set the format of every log line of the process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Mask phones and secrets in every text of a line."""
    return {key: _masked(value) if isinstance(value, str) else value for key, value in event.items()}


def install(app: Flask) -> None:
    """Give each request an id, and log it when it failed or was slow."""
    log = structlog.get_logger("hirfa.request")

    @app.before_request
    def begin() -> None:
        g.began = time.monotonic()
        g.request_id = secrets.token_hex(6)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        took = time.monotonic() - g.get("began", time.monotonic())
        response.headers.setdefault("X-Request-Id", g.get("request_id", ""))
        if response.status_code >= 500 or took > 2:
            log.warning("request", method=request.method, endpoint=request.endpoint, status=response.status_code,
                        took_ms=round(took * 1000))  # fmt: skip
        return response


def _masked(text: str) -> str:
    text = _PHONE.sub(lambda found: found.group()[:4] + "…" + found.group()[-2:], text)
    return _SECRETS.sub(r"\1\2•••", text)
