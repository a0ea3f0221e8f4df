"""What goes out stays within its bounds: where, how long, how much, and without a secret in what is said."""

from __future__ import annotations

import gzip
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import structlog

from shop.core.errors import Misconfigured, Unavailable
from shop.plumbing import db, http
from shop.plumbing.http import Outbound, origin_of
from tests.plumbing.outside import Outside, certificate, outside

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1",
]  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Outside]:
    with outside() as running:
        yield running


@pytest.fixture
def there(server: Outside) -> Outside:
    server.heard.clear()
    server.answers(200)
    return server


@pytest.fixture
def way(there: Outside) -> Outbound:
    return Outbound(trusted=[there.origin])


def test_a_question_and_its_answer(there: Outside, way: Outbound) -> None:
    there.answers(200, '{"wilaya": "الجزائر"}'.encode(), X_Page="2")
    answer = way.get(there.url + "/rates", params={"wilaya": 16, "q": "a b&c"}, headers={"Authorization": "Bearer x"})
    assert (answer.status, answer.ok, answer.headers["x-page"]) == (200, True, "2")
    assert answer.json() == {"wilaya": "الجزائر"}
    [heard] = there.heard
    assert (heard.method, heard.path) == ("GET", "/rates?wilaya=16&q=a+b%26c")
    assert heard.headers["Authorization"] == "Bearer x"
    assert heard.headers["Host"] == there.origin


def test_every_verb_carries_its_content_and_reference(there: Outside, way: Outbound) -> None:
    way.post(there.url + "/a", json={"n": 1}, reference="P-1")
    way.put(there.url + "/b", form={"name": "Amina & co"}, reference="P-2")
    way.post(there.url + "/c", content=b"\0raw", headers={"Content-Type": "application/octet-stream"})
    way.delete(there.url + "/d", reference="P-3")
    assert [each.method for each in there.heard] == ["POST", "PUT", "POST", "DELETE"]
    assert [each.body for each in there.heard] == [b'{"n":1}', b"name=Amina+%26+co", b"\0raw", b""]
    assert [each.headers.get("Idempotency-Key") for each in there.heard] == ["P-1", "P-2", None, "P-3"]
    assert there.heard[0].headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [201, 204, 301, 302, 400, 404, 409, 422, 429])
def test_the_caller_reads_every_status_below_500(there: Outside, way: Outbound, status: int) -> None:
    there.answers(status, b"" if status == 204 else b"{}", Location="/elsewhere")
    assert way.get(there.url).status == status


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_in_trouble_is_unavailable(there: Outside, way: Outbound, status: int) -> None:
    there.answers(status)
    with pytest.raises(Unavailable, match=str(status)):
        way.get(there.url)
    assert len(there.heard) == 1


def test_redirects_are_not_followed(there: Outside, way: Outbound) -> None:
    there.answers(302, b"", Location="http://169.254.169.254/latest/meta-data")
    answer = way.get(there.url)
    assert (answer.status, answer.ok, len(there.heard)) == (302, False, 1)


def test_no_cookie_is_brought_back(there: Outside, way: Outbound) -> None:
    there.answers(200, Set_Cookie="session=1")
    way.get(there.url)
    way.get(there.url)
    assert "Cookie" not in there.heard[1].headers


@pytest.mark.parametrize(
    "drip",
    [
        pytest.param(lambda h: time.sleep(2), id="silence"),
        pytest.param(
            lambda h: [(h.wfile.write(b"HTTP/1.1 200 OK\r\nX"), time.sleep(0.1)) for _ in range(20)], id="headers"
        ),
        pytest.param(
            lambda h: [
                h.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
                *((h.wfile.write(b"x"), time.sleep(0.1)) for _ in range(20)),
            ],
            id="body",
        ),
    ],
)
def test_a_slow_answer_ends_at_the_limit_however_it_drips(there: Outside, drip: object) -> None:
    there.behave = drip  # type: ignore[assignment]
    began = time.monotonic()
    with pytest.raises(Unavailable):
        Outbound(trusted=[there.origin], total_s=0.5).get(there.url)
    assert 0.4 < time.monotonic() - began < 1


def test_a_server_that_never_reads_ends_at_the_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        origin = f"127.0.0.1:{deaf.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(Unavailable):
            Outbound(trusted=[origin], total_s=0.5).post(f"http://{origin}", content=bytes(50_000_000))
        assert time.monotonic() - began < 1


def test_a_resolver_that_hangs_ends_at_the_limit() -> None:
    def hang(host: str, port: int) -> list[str]:
        time.sleep(2)
        return ["1.1.1.1"]

    began = time.monotonic()
    with pytest.raises(Unavailable, match="no address"):
        Outbound(total_s=0.3, resolve=hang).get("https://carrier.example/")
    assert time.monotonic() - began < 1


def test_a_huge_answer_is_cut_off(there: Outside, way: Outbound) -> None:
    there.answers(200, bytes(2_000_000))
    assert len(way.get(there.url).body) == 2_000_000

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            handler.wfile.write(bytes(65536))

    there.behave = endless
    with pytest.raises(Unavailable, match="longer than"):
        way.get(there.url)


def test_a_packed_answer_is_refused(there: Outside, way: Outbound) -> None:
    there.answers(200, gzip.compress(bytes(10_000_000)), Content_Encoding="gzip")
    with pytest.raises(Unavailable, match="packed"):
        way.get(there.url)
    assert there.heard[0].headers["Accept-Encoding"] == "identity"


def test_nonsense_and_a_hung_up_call_are_unavailable(there: Outside, way: Outbound) -> None:
    for reply in (b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"):
        there.behave = lambda handler, reply=reply: handler.wfile.write(reply)  # type: ignore[misc]
        with pytest.raises(Unavailable):
            way.get(there.url)


def test_nobody_there_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        origin = f"127.0.0.1:{gone.getsockname()[1]}"
    with pytest.raises(Unavailable):
        Outbound(trusted=[origin]).get(f"http://{origin}/")


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"NaN", b'{"a": Infinity}', b"[" * 100_000, b"\xff\xfe{"])
def test_an_answer_that_is_no_json_is_unavailable(there: Outside, way: Outbound, body: bytes) -> None:
    there.answers(200, body)
    with pytest.raises(Unavailable, match="not JSON"):
        way.get(there.url).json()


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_inside_are_refused(address: str) -> None:
    for found in ([address], ["93.184.216.34", address]):
        with pytest.raises(Misconfigured, match="public internet"):
            Outbound(resolve=lambda host, port, found=found: found).get("https://carrier.example/")  # type: ignore[misc]


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_not(address: str) -> None:
    assert http._is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/",
        "https://127.1/", "https://[::ffff:7f00:1]/", "https://localhost./",
    ],
)  # fmt: skip
def test_every_spelling_of_home_is_refused(url: str) -> None:
    with pytest.raises((Misconfigured, Unavailable)):
        Outbound().get(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://carrier.example/", "https://carrier.example:8443/", "https://carrier.example:22/", "ftp://carrier.example/",
        "file:///etc/passwd", "gopher://carrier.example/", "//carrier.example/", "carrier.example", "", "https://",
        "https:///path", "https://user:pass@carrier.example/", "https://a@carrier.example/", "https://[::1/", "https://a\nb/",
        "javascript:alert(1)", "https://carrier.example:99999/",
    ],
)  # fmt: skip
def test_other_schemes_ports_and_malformed_addresses_are_refused(url: str) -> None:
    def never(host: str, port: int) -> list[str]:
        raise AssertionError("looked up")

    with pytest.raises(Misconfigured):
        Outbound(resolve=never).get(url)


def test_trust_is_in_one_port_of_one_host(there: Outside, way: Outbound) -> None:
    for elsewhere in (f"http://localhost:{there.port}/", f"http://127.0.0.2:{there.port}/", "http://127.0.0.1:1/"):
        with pytest.raises(Misconfigured):
            way.get(elsewhere)
    assert there.heard == []


def test_a_simulator_is_asked_in_place_of_the_outside(there: Outside) -> None:
    way = Outbound(instead={"https://api.outside.example/v1": there.url + "/simulator"}).for_account(secrets=["s"])
    assert way.get("https://api.outside.example/v1/rates").ok
    assert there.heard[-1].path == "/simulator/rates"
    with pytest.raises(Misconfigured):
        way.get(there.url.replace("http", "ftp"))


def test_the_address_that_was_checked_is_the_one_that_is_asked(there: Outside) -> None:
    # The name changes its mind after the first look: where nobody answers at first, at home ever after.
    answers = iter([["127.0.0.77"], ["127.0.0.1"], ["127.0.0.1"]])
    asked: list[list[str]] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(next(answers))
        return asked[-1]

    origin = f"carrier.example:{there.port}"
    with pytest.raises(Unavailable):
        Outbound(trusted=[origin], resolve=rebinding).get(f"http://{origin}/")
    assert asked == [["127.0.0.77"]]
    assert there.heard == []


def test_the_name_goes_into_host_and_the_address_into_the_call(there: Outside) -> None:
    origin = f"carrier.example:{there.port}"
    Outbound(trusted=[origin], resolve=lambda host, port: ["127.0.0.1"]).get(f"http://{origin}/x")
    assert there.heard[0].headers["Host"] == origin


def test_a_dead_address_gives_way_to_the_next(there: Outside) -> None:
    origin = f"carrier.example:{there.port}"
    way = Outbound(trusted=[origin], resolve=lambda host, port: ["127.0.0.77", "::1", "127.0.0.1"])
    assert way.get(f"http://{origin}/").ok


def test_certificates_are_those_of_the_name(tmp_path: Path) -> None:
    context, trust = certificate(tmp_path, "carrier.example")
    with outside(context) as there:
        named, other = f"carrier.example:{there.port}", f"other.example:{there.port}"
        way = Outbound(trusted=[named, other], trust=trust, resolve=lambda host, port: ["127.0.0.1"])
        assert way.get(f"https://{named}/").ok
        with pytest.raises(Unavailable, match=r"other\.example.*(?i:certificate)"):
            way.get(f"https://{other}/")
        distrusting = Outbound(trusted=[named], resolve=lambda host, port: ["127.0.0.1"])
        with pytest.raises(Unavailable, match=r"(?i)certificate"):
            distrusting.get(f"https://{named}/")
        assert len(there.heard) == 1


def test_proxies_of_the_environment_are_not_used(
    there: Outside, way: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert way.get(there.url).ok


def test_no_secret_is_said(there: Outside) -> None:
    way = Outbound(trusted=[there.origin]).for_account(secrets=["s3cret/key", "tok&en"])
    there.answers(500)
    with structlog.testing.capture_logs() as logs, pytest.raises(Unavailable) as server_error:
        way.get(there.url + "/s3cret/key", params={"token": "tok&en"}, headers={"X-Key": "s3cret/key"})
    there.behave = lambda handler: handler.wfile.write(b"HTTP/1.1 s3cret/key tok%26en\r\n\r\n")
    with structlog.testing.capture_logs() as more, pytest.raises(Unavailable) as nonsense:
        way.get(there.url, params={"token": "tok&en"})
    for said in (
        str(server_error.value),
        str(nonsense.value),
        repr(logs),
        repr(more),
        repr(way),
        repr(vars(nonsense.value)),
    ):
        assert "s3cret" not in said
        assert "tok&en" not in said
        assert "tok%26en" not in said
    there.answers(200, b"s3cret/key", X_Token="tok&en")
    assert repr(way.get(there.url)) == "Answer(status=200)"


def test_headers_cannot_be_split(there: Outside, way: Outbound) -> None:
    for value in ("a\r\nX-Evil: 1", "a\nb", "a\0b"):
        with pytest.raises(ValueError, match="control character"):
            way.get(there.url, headers={"X-Name": value})
        with pytest.raises(ValueError, match="control character"):
            way.post(there.url, reference=value)
    assert there.heard == []


def test_nothing_goes_out_inside_a_transaction(there: Outside, way: Outbound) -> None:
    token = db._unit.set(db._Unit())
    try:
        with pytest.raises(RuntimeError, match="network inside a transaction"):
            way.get(there.url)
    finally:
        db._unit.reset(token)
    assert there.heard == []
    assert way.get(there.url).ok


def test_origins_are_host_and_port() -> None:
    assert origin_of("https://Gateway.example/send?x=1") == "gateway.example:443"
    assert origin_of("http://127.0.0.1:9000/send") == "127.0.0.1:9000"
    for wrong in ("gateway.example", "ftp://x", "https://", "https://x:port/", "https://[::1"):
        with pytest.raises(Misconfigured):
            origin_of(wrong)


def test_importing_it_loads_no_client() -> None:
    code = "import sys, shop.plumbing.http; assert 'httpx2' not in sys.modules and 'httpcore2' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
