"""Letters by SMTP: plain headers, a text part always, an encrypted way whenever a password travels."""

from __future__ import annotations

import contextlib
import hashlib
import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, parseaddr
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import unquote, urlsplit

import structlog

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.plumbing.db import in_transaction

TIMEOUT_S = 10.0  # of each step of the conversation
_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@<>()\[\]\\,;:\"]{1,253}")
_LINK = re.compile(r"(https?://[^\s/]+)/\S+")
_DIGITS = re.compile(r"\d{4,}")

log = structlog.get_logger("hirfa.mail")


@dataclass(frozen=True)
class Paper:
    """A PDF that travels with a letter, under a name of ASCII letters."""

    name: str
    pdf: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """A letter to one person. `html` says the same as `text`, which is always there."""

    to: str
    subject: str
    text: str
    html: str | None = None
    language: str = "ar"
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True)
class MailSettings:
    """How letters leave: `smtp://` (25; encrypted when offered), `smtp+tls://` (587), `smtps://` (465).

    The address reads scheme://user:password@host:port. A password goes over an encrypted way only, but for loopback.
    """

    url: str = field(repr=False)
    sender: str


class Mailer(Protocol):
    """Sends letters. The same reference gives the same Message-ID, by which mailboxes know a repetition."""

    def send(self, letter: Letter, *, reference: str) -> None:
        """Send a letter, or raise Rejected (this letter never), Unavailable (later), Misconfigured (the operator)."""
        ...


class ConsoleMailer:
    """Writes letters to the log, without whom they go to, links and numbers: for a shop without a mail server."""

    def send(self, letter: Letter, *, reference: str) -> None:
        """Write one line."""
        _checked(letter)
        log.info(
            "letter", to=masked_address(letter.to), subject=quiet(letter.subject), text=quiet(letter.text),
            language=letter.language, reference=reference, papers=[each.name for each in letter.papers],
        )  # fmt: skip


class SmtpMailer:
    """Hands letters to a mail server, one connection each."""

    def __init__(self, settings: MailSettings, *, trust: ssl.SSLContext | None = None) -> None:
        """Raise Misconfigured when the settings cannot be right."""
        self._server = _Server.read(settings.url)
        self._name, self._sender = parseaddr(settings.sender)
        if not _is_address(self._sender) or _has_breaks(settings.sender):
            raise Misconfigured("the sender of letters is no e-mail address")
        self._trust = trust

    def send(self, letter: Letter, *, reference: str) -> None:
        """Send a letter, or raise Rejected, Unavailable or Misconfigured; RuntimeError inside a transaction."""
        if in_transaction():
            raise RuntimeError("network inside a transaction")
        message = self._written(letter, reference)
        try:
            with contextlib.closing(self._connection()) as connection:
                # not send_message: it writes ">From" where a line begins with "From"
                connection.sendmail(self._sender, [letter.to], message.as_bytes())
                with contextlib.suppress(smtplib.SMTPException, OSError):  # the letter is taken, however they part
                    connection.quit()
        except ssl.SSLCertVerificationError:
            raise Misconfigured(f"the certificate of {self._server.host} is not trusted") from None
        except smtplib.SMTPException as error:
            raise _translated(error) from None
        except OSError as error:
            raise Unavailable(f"the mail server does not answer ({type(error).__name__})") from None
        log.info("letter sent", to=masked_address(letter.to), reference=reference)

    def _written(self, letter: Letter, reference: str) -> EmailMessage:
        _checked(letter)
        user, _, domain = self._sender.rpartition("@")
        digest = hashlib.sha256(reference.encode()).hexdigest()[:40]
        message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))  # not every server takes 8 bits
        try:
            message["From"] = Address(self._name, user, domain)
            message["To"] = letter.to
            message["Subject"] = letter.subject
        except (ValueError, MessageError, IndexError):
            raise Rejected("the letter's headers cannot be written", fields={"to": letter.to}) from None
        message["Date"] = localtime()
        message["Message-ID"] = f"<{digest}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(letter.text)
        if letter.html is not None:
            message.add_alternative(letter.html, subtype="html")
        for paper in letter.papers:
            message.add_attachment(paper.pdf, maintype="application", subtype="pdf", filename=paper.name)
        message["Content-Language"] = letter.language  # after the content, which takes such headers away
        return message

    def _connection(self) -> smtplib.SMTP:
        server, trust = self._server, self._trust or ssl.create_default_context()
        if server.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=trust)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
        try:
            self._prepare(connection, trust)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: smtplib.SMTP, trust: ssl.SSLContext) -> None:
        server = self._server
        connection.ehlo_or_helo_if_needed()
        encrypted = server.scheme == "smtps"
        if not encrypted and (server.scheme == "smtp+tls" or connection.has_extn("starttls")):
            connection.starttls(context=trust)
            connection.ehlo()
            encrypted = True
        if server.user:
            if not encrypted and not server.is_here:
                raise Misconfigured(f"{server.host} offers no encryption: the password would travel unprotected")
            connection.login(server.user, server.password)


def mailer(url: str, *, sender: str) -> Mailer:
    """Return the mailer that the settings ask for: SMTP, or the log when no address is set. Raises Misconfigured."""
    return SmtpMailer(MailSettings(url, sender)) if url else ConsoleMailer()


def masked_address(address: str) -> str:
    """Return an e-mail address as it may stand in a log: its first letter and its domain."""
    user, _, domain = address.rpartition("@")
    return f"{user[:1]}…@{domain}"


def quiet(text: str) -> str:
    """Return a text as it may stand in a log: links without their path, long numbers and addresses masked."""
    text = _ADDRESS.sub(lambda found: masked_address(found.group()), _LINK.sub(r"\1/…", text))
    return _DIGITS.sub(lambda found: "…" + found.group()[-2:], text)


@dataclass(frozen=True)
class _Server:
    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)

    @classmethod
    def read(cls, url: str) -> _Server:
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise Misconfigured("HIRFA_MAIL_URL begins with smtp://, smtp+tls:// or smtps://") from None
        if not parts.hostname:
            raise Misconfigured("HIRFA_MAIL_URL names no host")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not (user + password).isascii():
            raise Misconfigured("HIRFA_MAIL_URL: user and password are ASCII")
        return cls(parts.scheme, parts.hostname, port, user, password)

    @property
    def is_here(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def _checked(letter: Letter) -> None:
    if not _is_address(letter.to):
        raise Rejected("not an e-mail address", fields={"to": masked_address(letter.to)})
    for name in ("to", "subject", "language"):
        if _has_breaks(getattr(letter, name)):
            raise Rejected(f"a line break in the letter's {name}", fields={name: "line break"})


def _is_address(text: str) -> bool:
    return text.isascii() and bool(_ADDRESS.fullmatch(text))


def _has_breaks(text: str) -> bool:
    return any(character < " " or character in "\x7f\x85\u2028\u2029" for character in text)


def _translated(error: smtplib.SMTPException) -> Exception:
    """Return what an answer of the server means to us; codes of 4xx pass, codes of 5xx stay."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, who = next(iter(error.recipients.values()))[0], "recipient"
    elif isinstance(error, smtplib.SMTPResponseException):
        code, who = error.smtp_code, type(error).__name__
    else:
        lacking = isinstance(error, smtplib.SMTPNotSupportedError)
        return (Misconfigured if lacking else Unavailable)(f"the mail server: {type(error).__name__}")
    what = f"the mail server refused: {who}, {code}"
    if not 500 <= code < 600:
        return Unavailable(what)
    if isinstance(error, (smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused)):
        return Misconfigured(what)
    return Unavailable(what) if isinstance(error, smtplib.SMTPConnectError) else Rejected(what)
