"""Short messages reach a gateway once, with masked logs and errors that say whether to try again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.plumbing import db
from shop.plumbing.http import Outbound
from shop.plumbing.messenger import ConsoleMessenger, GatewayMessenger, Messenger, messenger
from tests.plumbing.outside import Outside, outside

YACINE = "+213550123456"
TEXT = "طلبكم في الطريق: https://hirfa.example/ar/t/s3cret"


@pytest.fixture(scope="module")
def server() -> Iterator[Outside]:
    with outside() as running:
        yield running


@pytest.fixture
def there(server: Outside) -> Outside:
    server.heard.clear()
    server.answers(202)
    return server


@pytest.fixture
def gateway(there: Outside) -> GatewayMessenger:
    return GatewayMessenger(there.url + "/send", "t0ken")


def test_the_gateway_gets_the_message_and_its_reference(there: Outside, gateway: GatewayMessenger) -> None:
    gateway.send(YACINE, TEXT, reference="notice-7")
    [heard] = there.heard
    assert (heard.method, heard.path) == ("POST", "/send")
    assert json.loads(heard.body) == {"to": YACINE, "text": TEXT, "reference": "notice-7"}
    assert heard.headers["Idempotency-Key"] == "notice-7"
    assert heard.headers["Authorization"] == "Bearer t0ken"


def test_a_message_that_the_gateway_had_already_is_sent(there: Outside, gateway: GatewayMessenger) -> None:
    there.answers(409)
    gateway.send(YACINE, TEXT, reference="notice-7")


@pytest.mark.parametrize(
    ("status", "means"),
    [
        (400, Rejected), (404, Rejected), (422, Rejected), (401, Misconfigured), (403, Misconfigured),
        (302, Misconfigured), (405, Misconfigured), (429, Unavailable), (500, Unavailable), (503, Unavailable),
    ],
)  # fmt: skip
def test_answers_say_whether_to_try_again(
    there: Outside, gateway: GatewayMessenger, status: int, means: type[Exception]
) -> None:
    there.answers(status, b'{"error": "t0ken"}')
    with pytest.raises(means) as caught:
        gateway.send(YACINE, TEXT, reference="notice-7")
    assert "t0ken" not in str(caught.value)
    assert len(there.heard) == 1


@pytest.mark.parametrize(
    "to",
    [
        "",
        "0550123456",
        "213550123456",
        "+213 550 12 34 56",
        "+0550123456",
        "+1\n2345678",
        "+213550123456\n",
        "+213550123456;",
        "+٢١٣٥٥٠١٢٣٤٥٦",
    ],
)
def test_what_is_no_phone_is_rejected(there: Outside, gateway: GatewayMessenger, to: str) -> None:
    senders: tuple[Messenger, ...] = (gateway, ConsoleMessenger())
    for sender in senders:
        with pytest.raises(Rejected):
            sender.send(to, TEXT, reference="1")
    assert there.heard == []


@pytest.mark.parametrize("text", ["", "  \n", "x" * 1001, "a\0b"])
def test_an_empty_or_endless_text_is_rejected(there: Outside, gateway: GatewayMessenger, text: str) -> None:
    with pytest.raises(Rejected):
        gateway.send(YACINE, text, reference="1")
    assert there.heard == []


def test_logs_show_neither_phone_nor_link_nor_token(gateway: GatewayMessenger) -> None:
    senders: tuple[Messenger, ...] = (gateway, ConsoleMessenger())
    for sender in senders:
        with structlog.testing.capture_logs() as logs:
            sender.send(YACINE, TEXT + " 0550123456", reference="notice-7")
        assert logs[-1]["to"] == "+213…56"
        assert not any(private in repr(logs) for private in ("550123456", "s3cret", "t0ken"))


def test_a_broken_answer_that_repeats_the_token_stays_quiet(there: Outside, gateway: GatewayMessenger) -> None:
    there.behave = lambda handler: handler.wfile.write(b"HTTP/1.1 t0ken\r\n\r\n")
    with structlog.testing.capture_logs() as logs, pytest.raises(Unavailable) as caught:
        gateway.send(YACINE, TEXT, reference="notice-7")
    assert "t0ken" not in str(caught.value) + repr(logs)


def test_nothing_is_sent_inside_a_transaction(there: Outside, gateway: GatewayMessenger) -> None:
    token = db._unit.set(db._Unit())
    try:
        with pytest.raises(RuntimeError, match="network inside a transaction"):
            gateway.send(YACINE, TEXT, reference="1")
    finally:
        db._unit.reset(token)
    assert there.heard == []


def test_a_gateway_of_another_way_out_stays_in_its_bounds(there: Outside) -> None:
    with pytest.raises(Misconfigured):
        GatewayMessenger(there.url, "t", http=Outbound()).send(YACINE, TEXT, reference="1")
    assert there.heard == []


def test_without_an_address_messages_go_to_the_log() -> None:
    assert isinstance(messenger("", token=""), ConsoleMessenger)
    assert isinstance(messenger("https://gateway.example/send", token="t"), GatewayMessenger)
    with pytest.raises(Misconfigured):
        messenger("gateway.example", token="t")
