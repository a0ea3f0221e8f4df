"""kill -9 under checkout load: what a buyer was told stays true, what she wasn't told can be asked again, once.

TEST_KILLS=12 kills the server so often on each database (3 times otherwise); TEST_SEED=<number> chooses the
moments. The server is the real one (`hirfa run` in a process group of its own), its customers come over HTTP.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from shop import audit, work
from shop.catalogue.models import Variant
from shop.core import clock
from shop.notifications.models import Notice
from shop.orders.models import Order, OrderLine, Purchase
from shop.plumbing import jobs
from shop.plumbing.db import session
from shop.plumbing.jobs import Job
from shop.plumbing.settings import Settings
from tests.checkout.cast import Workshop
from tests.conftest import SECRET
from tests.plumbing.outside import Outside, outside
from tests.storefront.buying import Buyer, workshops

KILLS = int(os.environ.get("TEST_KILLS", "3"))
SEED = int(os.environ.get("TEST_SEED", "1"))
CUSTOMERS = 6
STOCK = 100_000
PATIENCE_S = 60
LOST = (OSError, http.client.HTTPException)  # the answer did not come, or not whole


# ── the server ────────────────────────────────────────────────────────────────────────────────────────────────────


class Server:
    """`hirfa run` on a database that is there, killed and started again at the same address."""

    def __init__(self, folder: Path, database_url: str, gateway: Outside) -> None:
        self.folder, self.log = folder, folder / "server.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        told = {
            "DATA_DIR": str(folder), "DATABASE_URL": database_url, "PORT": str(self.port), "LOG_LEVEL": "WARNING",
            "BASE_URL": f"http://127.0.0.1:{self.port}", "SECRET_KEY": SECRET, "THREADS": "8",
            "MESSENGER_URL": gateway.url,
        }  # fmt: skip
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HIRFA_")}
        self.environment = clean | {f"HIRFA_{name}": value for name, value in told.items()}
        self.command = str(Path(sys.executable).with_name("hirfa"))

    def start(self) -> None:
        """Start it, and wait until it is ready. Raises RuntimeError with what it logged."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.command, "run"], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(*LOST):
                if Wire(self.port, 1).get("/readyz").status_code == 200:
                    return
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(self.log.read_text(errors="replace")[-3000:])

    def kill(self) -> None:
        """kill -9 the whole group: the server, its worker processes and threads."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def stop(self) -> None:
        """Ask it to end."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)

    def audit(self) -> str:
        """Return what `hirfa audit` says. Raises CalledProcessError for a breach."""
        done = subprocess.run(
            [self.command, "audit"], env=self.environment, check=True, capture_output=True, text=True, timeout=60
        )
        return done.stdout


# ── customers ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Answer:
    """What came back over HTTP, as tests read answers."""

    status_code: int
    location: str
    text: str
    request: SimpleNamespace

    def get_data(self, *, as_text: bool) -> str:
        """Return the body."""
        assert as_text
        return self.text


class Wire:
    """A browser on a real connection, with cookies; each one comes from an address of its own."""

    def __init__(self, port: int, host: int) -> None:
        self.port, self.source = port, f"127.0.0.{2 + host % 250}"
        self.cookies: dict[str, str] = {}

    def get(self, path: str, *, follow_redirects: bool = False) -> Answer:
        """Open a page."""
        return self._followed(self._ask("GET", path, ""), follow_redirects)

    def post(self, path: str, *, data: Mapping[str, Any], follow_redirects: bool = False) -> Answer:
        """Send a form."""
        return self._followed(self._ask("POST", path, urlencode(data)), follow_redirects)

    def _followed(self, answer: Answer, follow: bool) -> Answer:
        while follow and answer.status_code in {302, 303}:
            answer = self._ask("GET", answer.location, "")
        return answer

    def _ask(self, method: str, path: str, body: str) -> Answer:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=(self.source, 0))
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            link.request(method, path, body or None, headers)
            got = link.getresponse()
            text = got.read().decode()
        finally:
            link.close()
        for line in got.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: each.value for name, each in SimpleCookie(line).items()}
        return Answer(got.status, got.headers.get("Location", ""), text, SimpleNamespace(path=urlsplit(path).path))


@dataclass
class Press:
    """One press of the button 'order': everything that is needed to press it again."""

    wire: Wire
    action: str
    fields: dict[str, str]
    told: list[str] = field(default_factory=list)  # the code of each answer that came

    def press(self, refused: Counter[int]) -> bool:
        """Press; return whether an answer came that leads to an order."""
        try:
            answer = self.wire.post(self.action, data=self.fields)
        except LOST:
            return False
        if answer.status_code == 303 and "/t/" in answer.location:
            self.told.append(answer.location.split("/t/")[1].split("/")[0])
            return True
        refused[answer.status_code] += 1
        return False


@dataclass
class Crowd:
    """Customers who order as fast as they can, each in a thread, until they are sent home."""

    port: int
    shop: Workshop
    presses: list[Press] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    failures: list[BaseException] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(10_000_000)))
    guard: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def shopping(self) -> Iterator[None]:
        """Let them in, and out."""
        threads = [threading.Thread(target=self._shop, args=(host,)) for host in range(CUSTOMERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.over.set()
            for thread in threads:
                thread.join()
        if self.failures:
            raise self.failures[0]

    @property
    def told(self) -> int:
        """How many orders have been acknowledged."""
        return sum(bool(each.told) for each in list(self.presses))

    def has_told(self, orders: int) -> bool:
        """Tell whether so many orders have been acknowledged."""
        return self.told >= orders

    def _shop(self, host: int) -> None:
        while not self.over.is_set():
            try:
                with self.guard:
                    number = next(self.numbers)
                self._order(host, number)
            except LOST:
                time.sleep(0.02)  # the server is down: come again
            except Exception as error:  # noqa: BLE001 - the test raises it
                self.failures.append(error)
                return

    def _order(self, host: int, number: int) -> None:
        wire = Wire(self.port, host)
        buyer = Buyer(SimpleNamespace(test_client=lambda: wire))  # type: ignore[arg-type]
        buyer.add(self.shop)
        page = buyer.fill_details(self.shop, phone=f"066{number:07d}")
        if page.status != 200 or not page.has_form("/checkout/confirmation"):
            assert page.status in {200, 503}, f"{page.status}: {page.text[:300]}"
            self.refused[page.status] += 1
            return
        form = page.form("/checkout/confirmation")
        press = Press(wire, form.get("action"), page.filled(form))
        self.presses.append(press)
        press.press(self.refused)


def at_the_same_moment(deeds: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# ── the test ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_what_was_acknowledged_survives_the_death_of_the_server(
    application: Flask, settings: Settings, tmp_path: Path
) -> None:
    shop, _other = workshops(application, stock=STOCK)
    with outside() as gateway:
        kill_and_ask(application, Server(tmp_path, settings.database, gateway), shop, gateway)


def kill_and_ask(application: Flask, server: Server, shop: Workshop, gateway: Outside) -> None:
    """Let customers order while the server is killed again and again, then look at everything that is left."""
    rng = random.Random(SEED)
    crowd = Crowd(server.port, shop)
    lost = 0
    server.start()
    try:
        with crowd.shopping():
            for _kill in range(KILLS):
                wait_for(partial(crowd.has_told, crowd.told + 4))
                time.sleep(rng.uniform(0.05, 1.0))
                server.kill()
                require_truth(application, crowd)  # as the dead server left it
                server.start()
                lost += ask_again(crowd)
        ask_again(crowd)
        assert not crowd.refused.keys() - {503}, crowd.refused
        assert "bug" not in server.log.read_text()
        server.stop()
    finally:
        server.kill()
    print(
        f"{KILLS} kills: {crowd.told} orders acknowledged, {lost} answers lost and asked again, {dict(crowd.refused)}"
    )
    require_truth(application, crowd)
    require_every_key_once(application, crowd, shop)
    require_jobs_done(application, gateway)
    assert " 0 breaches" in server.audit()
    assert lost or KILLS < 6, "no kill met an order on its way"


def wait_for(true: Callable[[], bool]) -> None:
    """Wait until something is true. Raises AssertionError when it takes too long."""
    until = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < until, "it never became true"
        time.sleep(0.01)


def ask_again(crowd: Crowd) -> int:
    """Press again what stayed without an answer, twice at once, and some of what was answered; count the former."""
    unanswered = [each for each in list(crowd.presses) if not each.told]
    for press in unanswered:
        at_the_same_moment([partial(press.press, crowd.refused)] * 2)
    for press in [each for each in list(crowd.presses) if each.told][-10:]:
        press.press(crowd.refused)
    return len(unanswered)


def require_truth(application: Flask, crowd: Crowd) -> None:
    """Fail unless every order that was acknowledged is there once, under the code told, and the books are right."""
    told = [code for each in list(crowd.presses) for code in each.told]
    with application.app_context():
        known = Counter(session.scalars(select(Purchase.code)))
        assert all(known[code] == 1 for code in told), [code for code in told if known[code] != 1]
        assert list(audit.findings()) == []
        session.remove()  # type: ignore[attr-defined]


def require_every_key_once(application: Flask, crowd: Crowd, shop: Workshop) -> None:
    """Fail unless each press made one order, however often it was pressed, and nothing else was sold."""
    assert all(len(set(each.told)) == 1 for each in crowd.presses), "a press without an order, or with two"
    codes = [each.told[0] for each in crowd.presses]
    assert len(set(codes)) == len(codes)
    with application.app_context():
        assert set(session.scalars(select(Purchase.code))) == set(codes)
        assert session.scalar(select(func.count()).select_from(Order)) == len(codes)
        assert session.scalar(select(func.sum(OrderLine.pieces))) == len(codes)
        assert session.scalar(select(Variant.on_hand).where(Variant.id == shop.variant.id)) == STOCK - len(codes)
        session.remove()  # type: ignore[attr-defined]


def require_jobs_done(application: Flask, gateway: Outside) -> None:
    """Fail unless what the dead left undone is done once their leases end, and everybody is told of every order.

    A message that went out in the moment of a death goes out again under the same reference, which gateways know.
    """
    settings, signer = (application.extensions[name] for name in ("hirfa_settings", "hirfa_signer"))
    handlers = work.handlers(replace(settings, messenger_url=gateway.url), signer)
    with application.app_context(), time_machine.travel(clock.now() + jobs.LEASE + timedelta(hours=2)):
        jobs.run_all(handlers, most=100_000)
        undone = select(Job.kind, Job.error).where(Job.every_s.is_(None), Job.done_at.is_(None))
        assert session.execute(undone).all() == []
        assert session.scalar(select(func.count()).where(Job.failed)) == 0
        orders = session.scalar(select(func.count()).select_from(Order)) or 0
        assert session.scalar(select(func.count()).where(Notice.sent_at.is_(None))) == 0
        notices = session.scalar(select(func.count()).where(Notice.channel == "message"))  # letters go elsewhere
        session.remove()  # type: ignore[attr-defined]
    whole = [each for each in gateway.heard if len(each.body) == int(each.headers["Content-Length"])]
    heard = [json.loads(each.body) for each in whole]  # the rest broke off with the server that sent it
    told = {(each["reference"], each["to"]) for each in heard}
    assert len(told) == notices == 2 * orders  # the buyer and the artisan, of each order
    assert len(heard) - len(told) <= KILLS
