"""A real SMTP server on loopback that keeps what it is given."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Post:
    """A post office: what it took, and what it says to each command."""

    port: int = 0
    taken: list[Any] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.rcpt_tos.append(address)
        return self.says.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if "DATA" not in self.says:
            self.taken.append(envelope)
        return self.says.get("DATA", "250 OK")

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        return self.says.get("QUIT", "221 Bye")

    def letter(self) -> EmailMessage:
        """Return the last letter taken, read. (No property: the server looks at all of them.)"""
        return email.message_from_bytes(self.taken[-1].content, policy=default)  # type: ignore[return-value]


@contextmanager
def post_office(**options: Any) -> Iterator[Post]:
    """Run a post office at a free port."""
    post = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        post.port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=post.port, **options)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
