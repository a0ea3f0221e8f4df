"""The outside world on this machine: time, faults and post, tried with a system as small as can be."""

from __future__ import annotations

import itertools
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import pytest
from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from shop.core.errors import Unavailable
from shop.testing.outside import System, World, application, running
from shop.testing.outside.pages import hosted


class Post(System):
    """A post office that counts letters and tells the shop of each one."""

    key, api, stands_for = "post", "/v1", {"https://api.post.example/v1": "/v1"}

    def forget(self) -> None:
        self.letters = 0

    def blueprint(self) -> Blueprint:
        office = Blueprint("post", __name__)

        @office.post("/v1/letters")
        def letter() -> ResponseReturnValue:
            with self.lock:
                self.letters += 1
                number = self.letters
            url = request.get_json()["notice_url"]
            self.world.notices.put(self.key, url, b'{"letter":%d}' % number, lambda body: {"X-Length": str(len(body))})
            return {"letter": number, "page": self.page_url("/page")}

        @office.get("/page")
        def page() -> str:
            return hosted("page.html", language=request.args["language"])

        return office


class Shop:
    """Takes notices; the next answers can be set."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, Mapping[str, str]]] = []
        self.answers: list[int] = []

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.heard.append((body, headers))
        return self.answers.pop(0) if self.answers else 200

    @property
    def bodies(self) -> list[bytes]:
        return [body for body, _ in self.heard]


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def world(shop: Shop) -> Iterator[World]:
    with running([Post], send=shop) as world:
        yield world


def write(world: World) -> int:
    told = {"notice_url": "https://shop.example/hook"}
    answer = world.outbound(total_s=0.5).post("https://api.post.example/v1/letters", json=told)
    number: int = answer.json()["letter"]
    return number


def letters(world: World) -> int:
    office = world.systems["post"]
    assert isinstance(office, Post)
    return office.letters


def test_the_real_address_leads_into_the_world(world: World, shop: Shop) -> None:
    assert (write(world), write(world), shop.heard) == (1, 2, [])
    world.reset()
    assert (write(world), len(world.notices.waiting())) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "happened"), [("error", 0), ("cut", 0), ("error_after", 1), ("cut_after", 1), ("slow", 1)]
)
def test_a_fault_strikes_once_before_or_after_the_effect(world: World, kind: str, happened: int) -> None:
    world.faults.add("post", kind, "/letters$", seconds=0.6)
    with pytest.raises(Unavailable):
        write(world)
    if kind == "slow":
        threading.Event().wait(0.5)
    assert letters(world) == happened
    assert write(world) == happened + 1


def test_a_fault_strikes_what_was_said_to_its_end(world: World) -> None:
    """A client says its headers and its body apart: one that dies between the two has asked nothing."""
    world.faults.add("post", "slow", "/letters$", seconds=0)
    body = json.dumps({"notice_url": "https://shop.example/hook"}).encode()
    line = f"POST /post/v1/letters HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(world.url.rsplit(":", 1)[1])), timeout=10) as wire:
        wire.sendall(line.encode())
        threading.Event().wait(0.3)
        assert (len(world.faults.told()), letters(world)) == (1, 0)
        wire.sendall(body)
        assert b" 200 " in wire.recv(1000)
    assert (len(world.faults.told()), letters(world)) == (0, 1)


def test_a_fault_strikes_only_what_it_names_and_so_often(world: World) -> None:
    world.faults.add("post", "error", "/parcels")
    world.faults.add("post", "error", method="GET")
    world.faults.add("other", "error")
    assert write(world) == 1
    world.faults.add("post", "error", times=2)
    for _ in range(2):
        with pytest.raises(Unavailable):
            write(world)
    assert write(world) == 2
    world.faults.add("post", "error", times=None)
    world.faults.clear()
    assert write(world) == 3
    with pytest.raises(ValueError, match="no fault earthquake"):
        world.faults.add("post", "earthquake")


def test_notices_wait_for_their_delivery_and_are_signed_when_they_go(world: World, shop: Shop) -> None:
    write(world)
    write(world)
    assert shop.heard == []
    assert [sent.status for sent in world.deliver()] == [200, 200]
    assert shop.heard == [(b'{"letter":1}', {"X-Length": "12"}), (b'{"letter":2}', {"X-Length": "12"})]
    assert world.deliver() == []


def test_a_notice_that_is_not_taken_comes_again_later(world: World, shop: Shop) -> None:
    world.clock.stand(datetime(2026, 3, 1, tzinfo=UTC))
    shop.answers = [500, 0, 404]
    write(world)
    came = []
    for _ in range(80):
        came += [(world.clock.now().second, sent.status) for sent in world.deliver()]
        world.clock.advance(seconds=1)
    assert came == [(0, 500), (2, 0), (12, 404), (12, 200)]
    assert shop.bodies == [b'{"letter":1}'] * 4


def test_nobody_listens_for_ever(world: World, shop: Shop) -> None:
    shop.answers = [503] * 100
    write(world)
    assert sum(len(world.notices.drain()) for _ in range(100)) == 8


def test_notices_are_copied_delayed_lost_and_forged(world: World, shop: Shop) -> None:
    control = application(world).test_client()
    control.post("/control/notices", json={"copies": 2, "delay_s": 60, "forged": True, "lost": 1})
    write(world)
    write(world)
    assert control.post("/control/notices/delivery").get_json() == []
    control.post("/control/clock", json={"advance_s": 61})
    assert len(control.post("/control/notices/delivery").get_json()) == 3
    assert shop.heard == [
        (b'{"letter":2} ', {"X-Length": "12"}), (b'{"letter":2}', {"X-Length": "12"}),
        (b'{"letter":2}', {"X-Length": "12"}),
    ]  # fmt: skip


def test_the_same_seed_shuffles_the_same_way(world: World, shop: Shop) -> None:
    orders = []
    for seed in (3, 3, 4):
        world.reset()
        shop.heard.clear()
        world.notices.trouble = type(world.notices.trouble)(shuffled=seed)
        for _ in range(8):
            write(world)
        world.deliver()
        orders.append(shop.bodies)
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2])
    assert orders[0] != sorted(orders[0])


def test_the_control_port_tells_how_it_stands(world: World) -> None:
    control = application(world).test_client()
    at = "2026-03-01T10:00:00+00:00"
    assert control.post("/control/clock", json={"at": at}).get_json() == {"at": at}
    assert control.post("/control/faults", json={"system": "post", "kind": "cut", "times": 2}).status_code == 200
    write_failed = pytest.raises(Unavailable)
    with write_failed:
        write(world)
    told = control.get("/control").get_json()
    assert (told["at"], told["waiting"], told["faults"][0]["times"]) == (at, [], 1)
    control.post("/control/faults/clearing")
    write(world)
    assert control.post("/control/notices/delivery", json={"all": True}).get_json()[0]["status"] == 200
    control.post("/control/clock")
    assert abs(world.clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    control.post("/control/reset")
    assert letters(world) == 0


@pytest.mark.parametrize(
    ("path", "told"), [("faults", {"system": "post", "kind": "x"}), ("faults", {}), ("clock", {"at": "soon"}),
                       ("notices", {"copy": 1}), ("notices", [1])],
)  # fmt: skip
def test_what_the_control_port_does_not_understand_is_said(world: World, path: str, told: object) -> None:
    answer = application(world).test_client().post(f"/control/{path}", json=told)
    assert (answer.status_code, list(answer.get_json())) == (400, ["wrong"])


@pytest.mark.parametrize(("language", "seen"), [("ar", "محاكاة"), ("fr", "simulateur"), ("en", "simulator")])
def test_hosted_pages_say_what_they_are(world: World, language: str, seen: str) -> None:
    with urlopen(f"{world.url}/post/page?language={language}") as answer:
        page = answer.read().decode()
    assert seen in page
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in page


def test_pages_lead_where_a_browser_reaches_them(shop: Shop) -> None:
    for public, shown in (
        ("", "http://localhost/post/page"),
        ("http://10.0.0.5:8009/", "http://10.0.0.5:8009/post/page"),
    ):
        client = application(World([Post], public_url=public, send=shop)).test_client()
        assert client.post("/post/v1/letters", json={"notice_url": "x"}).get_json()["page"] == shown


def test_it_serves_as_a_command_and_sends_by_itself() -> None:
    command = [sys.executable, "-m", "shop.testing.outside", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            url = re.search(r"http://\S+", served.stdout.readline())
            assert url is not None
            with urlopen(f"{url[0]}/control") as answer:
                assert json.load(answer)["waiting"] == []
        finally:
            served.terminate()


def test_what_is_automatic_needs_nobody_to_deliver() -> None:
    came = threading.Event()

    def take(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        came.set()
        return 200

    with running([Post], send=take, automatic=True) as world:
        write(world)
        assert came.wait(3)


def test_notices_go_over_http_unless_told_otherwise(shop: Shop) -> None:
    numbers = itertools.count(1)

    class Hook(Post):
        key, stands_for = "hook", {}

        def blueprint(self) -> Blueprint:
            hook = Blueprint("hook", __name__)

            @hook.post("/notices")
            def notice() -> ResponseReturnValue:
                shop(request.url, request.get_data(), dict(request.headers))
                return {}, 200 if next(numbers) > 1 else 500

            return hook

    with running([Post, Hook]) as world:
        told = {"notice_url": f"{world.url}/hook/notices"}
        world.outbound().post("https://api.post.example/v1/letters", json=told)
        assert [sent.status for sent in world.deliver()] == [0]
        assert [sent.status for sent in world.notices.drain()] == [200]
    assert shop.bodies == [b'{"letter":1}'] * 2
    assert shop.heard[0][1]["X-Length"] == "12"
