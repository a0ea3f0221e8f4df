"""What partners answered, as it was recorded, said again in order by a way out that leads nowhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shop.plumbing.http import Answer


def recorded(carrier: str) -> dict[str, Any]:
    """Return the recorded payloads of a carrier by their names."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name(f"{carrier}.json").read_text(encoding="utf-8"))
    return found


class Recording:
    """Says again what was recorded, one answer after the other; remembers what was asked."""

    def __init__(self, answers: Sequence[tuple[int, object]]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, object]] = []

    def for_account(self, *, secrets: Sequence[str]) -> Recording:
        return self

    def get(self, url: str, **_more: Any) -> Answer:
        return self._next("GET", url)

    def post(self, url: str, *, json: object = None, **_more: Any) -> Answer:
        return self._next("POST", url, json)

    def patch(self, url: str, *, json: object = None, **_more: Any) -> Answer:
        return self._next("PATCH", url, json)

    def delete(self, url: str, **_more: Any) -> Answer:
        return self._next("DELETE", url)

    def _next(self, method: str, url: str, body: object = None) -> Answer:
        self.asked.append((method, url, body))
        status, told = self.answers.pop(0)
        return Answer(status, {}, json.dumps(told).encode())
