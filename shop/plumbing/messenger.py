"""Short messages to a phone: to the log, or through a gateway that speaks JSON."""

from __future__ import annotations

import re
from typing import Protocol

import structlog

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.plumbing.db import in_transaction
from shop.plumbing.http import Outbound, origin_of
from shop.plumbing.mail import quiet

MOST_TEXT = 1000  # characters: some fifteen SMS in Arabic
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

log = structlog.get_logger("hirfa.messenger")


class Messenger(Protocol):
    """Sends short messages. The same reference sends once, as far as the other side keeps count."""

    def send(self, to_e164: str, text: str, *, reference: str) -> None:
        """Send a text, or raise Rejected (this one never), Unavailable (later), Misconfigured (the operator)."""
        ...


class ConsoleMessenger:
    """Writes messages to the log, with phones, links and numbers masked: for a shop without a gateway."""

    def send(self, to_e164: str, text: str, *, reference: str) -> None:
        """Write one line."""
        _check(to_e164, text)
        log.info("message", to=masked_phone(to_e164), text=quiet(text), reference=reference)


class GatewayMessenger:
    """Posts {"to", "text", "reference"} with a bearer token and an Idempotency-Key to one address.

    The gateway answers 2xx when it has taken the message, 409 when it already had, 400, 404 or 422 when it never will.
    """

    def __init__(self, url: str, token: str, *, http: Outbound | None = None) -> None:
        """Trust the address, which the operator typed. Raises Misconfigured for one that is none."""
        self._url, self._token = url, token
        out = http or Outbound(trusted=[origin_of(url)])
        self._http = out.for_account(secrets=[token] if token else [])

    def send(self, to_e164: str, text: str, *, reference: str) -> None:
        """Send a text, or raise Rejected, Unavailable or Misconfigured; RuntimeError inside a transaction."""
        if in_transaction():
            raise RuntimeError("network inside a transaction")
        _check(to_e164, text)
        message = {"to": to_e164, "text": text, "reference": reference}
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        status = self._http.post(self._url, json=message, headers=headers, reference=reference).status
        if 200 <= status < 300 or status == 409:
            log.info("message sent", to=masked_phone(to_e164), reference=reference)
        elif status in {400, 404, 410, 413, 422}:
            raise Rejected(f"the gateway refused the message: {status}")
        elif status in {408, 425, 429}:
            raise Unavailable(f"the gateway asks for time: {status}")
        else:
            raise Misconfigured(f"the gateway does not know us: {status}")


def messenger(url: str, *, token: str) -> Messenger:
    """Return the messenger that the settings ask for: a gateway, or the log when no address is set."""
    return GatewayMessenger(url, token) if url else ConsoleMessenger()


def masked_phone(e164: str) -> str:
    """Return a phone as it may stand in a log."""
    return f"{e164[:4]}…{e164[-2:]}"


def _check(to_e164: str, text: str) -> None:
    if not _E164.fullmatch(to_e164):
        raise Rejected("not a phone number", fields={"to": masked_phone(to_e164)})
    if not text.strip() or len(text) > MOST_TEXT or "\0" in text:
        raise Rejected(f"a message has 1 to {MOST_TEXT} characters", fields={"text": str(len(text))})
