"""Letters arrive at a real SMTP server as they were written, over an encrypted way when a password travels."""

from __future__ import annotations

import email
import socket
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.plumbing import db, mail
from shop.plumbing.mail import ConsoleMailer, Letter, Mailer, MailSettings, SmtpMailer
from tests.plumbing.outside import certificate
from tests.plumbing.post import Post, post_office

SENDER = "Hirfa <shop@hirfa.example>"
ARABIC = Letter(
    "yacine@example.com", "طلبكم AB12CD3 في الطريق", "السلام عليكم،\n\nالطرد في الطريق: 1 250 دج.\n", language="ar"
)


@pytest.fixture(scope="module")
def office() -> Iterator[Post]:
    with post_office() as running:
        yield running


@pytest.fixture
def post(office: Post) -> Post:
    office.taken.clear()
    office.says.clear()
    return office


def mailer(post: Post, url: str = "smtp://127.0.0.1:{port}", **options: Any) -> SmtpMailer:
    return SmtpMailer(MailSettings(url.format(port=post.port), SENDER), **options)


def test_an_arabic_letter_is_read_as_it_was_written(post: Post) -> None:
    mailer(post).send(ARABIC, reference="notice-1")
    assert post.taken[0].rcpt_tos == ["yacine@example.com"]
    assert post.taken[0].mail_from == "shop@hirfa.example"
    letter = post.letter()
    assert letter["Subject"] == ARABIC.subject
    assert letter.get_content().splitlines() == ARABIC.text.splitlines()
    assert (letter["From"], letter["To"]) == (SENDER, "yacine@example.com")
    assert (letter["Content-Language"], letter["Auto-Submitted"]) == ("ar", "auto-generated")
    assert parsedate_to_datetime(letter["Date"]).tzinfo is not None
    assert letter.get_content_type() == "text/plain"


def test_only_ascii_and_short_lines_travel(post: Post) -> None:
    mailer(post).send(ARABIC, reference="1")
    assert post.taken.pop().content.isascii()
    mailer(post).send(Letter("a@example.com", "é" * 200, "صابون " * 2000), reference="1")
    assert post.taken[0].content.isascii()
    assert max(map(len, post.taken[0].content.split(b"\r\n"))) <= 998
    assert post.letter()["Subject"] == "é" * 200
    assert post.letter().get_content().strip() == ("صابون " * 2000).strip()


def test_html_comes_beside_the_text(post: Post) -> None:
    mailer(post).send(Letter("a@example.com", "Bonjour", "Prêt", "<p dir=ltr>Prêt</p>", "fr"), reference="1")
    letter = post.letter()
    assert letter.get_content_type() == "multipart/alternative"
    assert letter.get_body(("plain",)).get_content().strip() == "Prêt"  # type: ignore[union-attr]
    assert letter.get_body(("html",)).get_content().strip() == "<p dir=ltr>Prêt</p>"  # type: ignore[union-attr]


def test_a_line_with_a_dot_stays_a_line_with_a_dot(post: Post) -> None:
    mailer(post).send(Letter("a@example.com", "x", "one\n.\ntwo\nFrom here\n"), reference="1")
    assert post.letter().get_content().splitlines() == ["one", ".", "two", "From here"]


def test_the_same_reference_gives_the_same_message_id(post: Post) -> None:
    for reference in ("notice-1", "notice-1", "notice-2"):
        mailer(post).send(ARABIC, reference=reference)
    ids = [email.message_from_bytes(each.content)["Message-ID"] for each in post.taken]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith("@hirfa.example>")
    assert "notice" not in ids[0]


def test_a_sender_with_an_arabic_name_is_read(post: Post) -> None:
    SmtpMailer(MailSettings(f"smtp://127.0.0.1:{post.port}", "حرفة <shop@hirfa.example>")).send(ARABIC, reference="1")
    assert post.letter()["From"].addresses[0].display_name == "حرفة"


@pytest.mark.parametrize("text", ["x\r\nBcc: sami@example.com", "x\nBcc: a@b.c", "x\ry", "x\0y", "x\u2028y", "x\x85y"])
def test_headers_cannot_be_split(post: Post, text: str) -> None:
    for letter in (Letter("a@example.com", text, "t"), Letter(f"a@example.com{text}", "s", "t"),
                   Letter("a@example.com", "s", "t", None, text)):  # fmt: skip
        with pytest.raises(Rejected):
            mailer(post).send(letter, reference="1")
        with pytest.raises(Rejected):
            ConsoleMailer().send(letter, reference="1")
    assert post.taken == []


def test_a_reference_cannot_split_a_header(post: Post) -> None:
    mailer(post).send(ARABIC, reference="1\r\nBcc: sami@example.com")
    assert post.letter()["Bcc"] is None


@pytest.mark.parametrize(
    "to", ["", "nobody", "@example.com", "a@", "a@b@c", "a b@example.com", "a@example.com,b@example.com",
           "<a@example.com>", "A <a@example.com>", "é@example.com", "a@exämple.com"],
)  # fmt: skip
def test_what_is_no_address_is_rejected(post: Post, to: str) -> None:
    with pytest.raises(Rejected):
        mailer(post).send(Letter(to, "s", "t"), reference="1")
    assert post.taken == []


@pytest.mark.parametrize(
    ("command", "says", "means"),
    [
        ("RCPT", "550 no such user", Rejected), ("RCPT", "450 greylisted", Unavailable),
        ("RCPT", "452 mailbox full", Unavailable), ("DATA", "554 looks like spam", Rejected),
        ("DATA", "451 try again", Unavailable), ("MAIL", "550 not you", Misconfigured),
        ("MAIL", "421 busy", Unavailable),
    ],
)  # fmt: skip
def test_the_servers_refusals_are_told_apart(post: Post, command: str, says: str, means: type[Exception]) -> None:
    post.says[command] = says
    with pytest.raises(means):
        mailer(post).send(ARABIC, reference="1")
    assert post.taken == []


def test_a_letter_that_was_taken_is_sent_however_they_part(post: Post) -> None:
    post.says["QUIT"] = "500 I am not finished"
    mailer(post).send(ARABIC, reference="1")
    assert len(post.taken) == 1


def test_a_server_that_is_away_or_silent_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(Unavailable):
            mailer(Post(port)).send(ARABIC, reference="1")
    with pytest.raises(Unavailable):
        mailer(Post(port)).send(ARABIC, reference="1")


def _only_amina(server: SMTP, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (b"amina@x", b"p@ss:word")
    return AuthResult(success=known, handled=False)


def test_a_password_travels_encrypted(tmp_path: Path) -> None:
    context, trust = certificate(tmp_path, "127.0.0.1")
    with post_office(tls_context=context, require_starttls=True, authenticator=_only_amina) as post:
        for scheme in ("smtp", "smtp+tls"):
            mailer(post, scheme + "://amina%40x:p%40ss%3Aword@127.0.0.1:{port}", trust=trust).send(
                ARABIC, reference="1"
            )
        assert len(post.taken) == 2
        wrong = mailer(post, "smtp://amina%40x:wrong@127.0.0.1:{port}", trust=trust)
        with pytest.raises(Misconfigured) as refused:
            wrong.send(ARABIC, reference="1")
        assert "wrong" not in str(refused.value) + repr(wrong) + repr(vars(wrong))
        with pytest.raises(Misconfigured, match="certificate"):
            mailer(post, "smtp+tls://127.0.0.1:{port}").send(ARABIC, reference="1")
    assert len(post.taken) == 2


def test_encryption_from_the_first_byte(tmp_path: Path) -> None:
    context, trust = certificate(tmp_path, "127.0.0.1")
    with post_office(ssl_context=context) as post:
        mailer(post, "smtps://127.0.0.1:{port}", trust=trust).send(ARABIC, reference="1")
        assert post.letter()["Subject"] == ARABIC.subject
        with pytest.raises(Misconfigured, match="certificate"):
            mailer(post, "smtps://127.0.0.1:{port}").send(ARABIC, reference="1")


def test_encryption_that_is_asked_for_and_not_offered_stops_the_letter(post: Post) -> None:
    with pytest.raises(Misconfigured):
        mailer(post, "smtp+tls://127.0.0.1:{port}").send(ARABIC, reference="1")
    assert post.taken == []


def test_a_password_never_travels_in_the_open(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    # The post office of this test is on loopback, where a password may; so its name is said to be elsewhere.
    monkeypatch.setattr(mail._Server, "is_here", False)
    with pytest.raises(Misconfigured, match="unprotected"):
        mailer(post, "smtp://amina:secret@127.0.0.1:{port}").send(ARABIC, reference="1")
    assert post.taken == []


@pytest.mark.parametrize(
    "url", ["http://x", "mail.example", "smtp://", "smtp://x:port", "smtps:///x", "smtp://[::1", "smtp://é:x@y"]
)
def test_a_wrong_address_of_the_server_is_said_at_once(url: str) -> None:
    with pytest.raises(Misconfigured):
        SmtpMailer(MailSettings(url, SENDER))


@pytest.mark.parametrize("sender", ["", "Hirfa", "a@b\r\nBcc: c@d", "Hirfa <>", "é@hirfa.example"])
def test_a_wrong_sender_is_said_at_once(sender: str) -> None:
    with pytest.raises(Misconfigured):
        SmtpMailer(MailSettings("smtp://x", sender))


def test_the_scheme_chooses_the_port() -> None:
    ports = [SmtpMailer(MailSettings(f"{scheme}://x", SENDER))._server.port for scheme in ("smtp", "smtp+tls", "smtps")]
    assert ports == [25, 587, 465]


def test_nothing_is_sent_inside_a_transaction(post: Post) -> None:
    token = db._unit.set(db._Unit())
    try:
        with pytest.raises(RuntimeError, match="network inside a transaction"):
            mailer(post).send(ARABIC, reference="1")
    finally:
        db._unit.reset(token)
    assert post.taken == []


def test_logs_name_nobody(post: Post) -> None:
    letter = Letter(
        "yacine@example.com", "Order for yacine@example.com", "https://hirfa.example/fr/t/s3cret 0550123456"
    )
    senders: list[Callable[[], Mailer]] = [lambda: mailer(post), ConsoleMailer]
    for sender in senders:
        with structlog.testing.capture_logs() as logs:
            sender().send(letter, reference="notice-1")
        [line] = logs
        assert line["to"] == "y…@example.com"
        assert not any(private in repr(line) for private in ("yacine", "s3cret", "0550123456"))


def test_settings_keep_their_password() -> None:
    assert "secret" not in repr(MailSettings("smtp://amina:secret@x", SENDER))


def test_without_an_address_letters_go_to_the_log() -> None:
    assert isinstance(mail.mailer("", sender=SENDER), ConsoleMailer)
    assert isinstance(mail.mailer("smtp://x", sender=SENDER), SmtpMailer)
