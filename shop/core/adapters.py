"""What adapters of outside systems share, whatever they speak of: settings, the way out, notices, a check.

The contracts of payments and of shipping hand these on; an adapter imports its own contract.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True)
class Notice:
    """What an outside system sent: raw bytes, headers with lower-case names, when it came."""

    body: bytes
    headers: Mapping[str, str]
    at: datetime


class Answer(Protocol):
    """What an outside system said: any status below 500. Header names are lower case."""

    @property
    def status(self) -> int:
        """The status of HTTP."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers."""
        ...

    @property
    def body(self) -> bytes:
        """The body, at most 2 MB."""
        ...

    @property
    def ok(self) -> bool:
        """Tell whether the status is one of success."""
        ...

    def json(self) -> Any:
        """Return the body read as strict JSON. Raises Unavailable when it is something else."""
        ...


class Http(Protocol):
    """The one way out to the network, as adapters see it: https, no redirects, 5 s, 2 MB, once each.

    Raises Unavailable without a usable answer (the outcome may be unknown), Misconfigured where it may not go.
    """

    def for_account(self, *, secrets: Sequence[str]) -> Http:
        """Return the same way out, which masks these secrets too wherever it speaks."""
        ...

    def get(
        self, url: str, *, params: Mapping[str, str | int] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Read."""
        ...

    def post(
        self, url: str, *, json: object = None, form: Mapping[str, str] | None = None, content: bytes | None = None,
        headers: Mapping[str, str] | None = None, reference: str = "",
    ) -> Answer:  # fmt: skip
        """Send JSON, a form or bytes; `reference` becomes the Idempotency-Key."""
        ...

    def patch(self, url: str, *, json: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Change by JSON."""
        ...

    def delete(self, url: str, *, headers: Mapping[str, str] | None = None, reference: str = "") -> Answer:
        """Remove; `reference` becomes the Idempotency-Key."""
        ...


@runtime_checkable
class Checks(Protocol):
    """The adapter can tell whether its settings work."""

    def check(self) -> None:
        """Ask the outside something harmless. Raises Misconfigured (the owner acts) or Unavailable (again later)."""
        ...


def setting(
    label: str, *, default: Any = "", hint: str = "", secret: bool = False, most: int = 200,
    choices: Sequence[tuple[str, str]] = (),
) -> Any:  # fmt: skip
    """Return a field of a settings dataclass as the studio draws it: English msgids, a default, what may be typed.

    Fields are str, int or bool. A secret is written and never shown again. A settings class may have a method
    `problems() -> Mapping[str, str]`: the fields that can't be right, each with an English msgid.
    """
    told = {"label": label, "hint": hint, "secret": secret, "most": most, "choices": tuple(choices)}
    return field(default=default, repr=not secret, metadata=told)


def unfit(settings: object, **shapes: tuple[re.Pattern[str], str]) -> dict[str, str]:
    """Return those fields of settings whose text has another shape, each with its sentence: what `problems` returns."""
    return {name: wrong for name, (shape, wrong) in shapes.items() if not shape.fullmatch(getattr(settings, name))}
