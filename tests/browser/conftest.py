"""One browser for each worker and one demo shop, had again for each file; phones for the people of the tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from shop.demo.workshops import OPERATOR, PASSWORD
from shop.shipping.carriers import CARRIERS
from tests.browser.again import Again
from tests.browser.buying import FLOWER_WATER, SOAP
from tests.browser.partners import ISMAHANE, Walk
from tests.browser.phone import PATIENCE_S, Phone
from tests.browser.rooms import Rooms, rooms_of
from tests.browser.server import copy_demo, demo_shop
from tests.plumbing.post import Post, post_office

AMINA = "0550 00 01 01"
ARGUMENTS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu",
    "--no-first-run",
]  # fmt: skip

expect.set_options(timeout=1000 * PATIENCE_S)
UNHURRIED = ((1000, 60),)  # the pace of an account is kept by other tests; here it would be most of the time


class MakePhone(Protocol):
    """What the fixture `phone` gives."""

    def __call__(self, lang: str, javascript: bool = True, **more: Any) -> Phone: ...


class Hers(Protocol):
    """What the fixture `hers` gives."""

    def __call__(self, partner: str, lang: str) -> Walk: ...


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """What this worker's demo shop keeps: a copy of one that is filled once."""
    return demo_folder(tmp_path_factory, worker_id)


def demo_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder of its own with a copy of the demo shop."""
    mine = tmp_path_factory.mktemp("browser") / "demo"
    everybodys = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    copy_demo(everybodys / "demo", mine)
    return mine


@dataclass(frozen=True)
class Served:
    """This worker's demo shop: its address, the cookies of who is signed in, and the way to have it again."""

    base: str
    keys: dict[str, Any]
    again: Again


@pytest.fixture(scope="session")
def post() -> Iterator[Post]:
    """The post office that this worker's demo shop hands its letters to."""
    with post_office() as running:
        yield running


@pytest.fixture(scope="session")
def served(folder: Path, browser: Browser, post: Post) -> Iterator[Served]:
    """This worker's demo shop, in which Amina and the operator are signed in, and nothing else has happened."""
    with demo_shop(folder, mail=f"smtp://127.0.0.1:{post.port}") as address:
        keys = {name: _signed_in(browser, address, name) for name in (AMINA, OPERATOR)}
        again = Again(folder, folder.with_name("kept"))
        again.keep()
        yield Served(address, keys, again)


@pytest.fixture(scope="module")
def base(served: Served) -> str:
    """The address of this worker's demo shop, as it was before any other file of tests."""
    served.again.again()
    return served.base


@pytest.fixture
def keys(served: Served, base: str) -> dict[str, Any]:
    """The cookies of Amina and of the operator, signed in once."""
    return served.keys


@pytest.fixture(scope="module")
def rooms(folder: Path, base: str) -> Iterator[Rooms]:
    """The rooms behind this worker's demo shop, with plenty of what is bought and paid in many ways."""
    made = rooms_of(folder, base)
    for piece in (SOAP, FLOWER_WATER):
        made.stock_up(piece)
    yield made
    made.close()


def find_chromium() -> str | None:
    """Return where Chromium is: the one without a window's frame, whose pages cost a third, else the whole one."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """This worker's Chromium."""
    chromium = find_chromium()
    if chromium is None:
        pytest.fail("Chromium is not installed: scripts/install-test-machine installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def phone(browser: Browser, base: str) -> Iterator[MakePhone]:
    """Make phones; in the end nothing may have gone wrong on any of them."""
    phones: list[Phone] = []

    def make(lang: str, javascript: bool = True, **more: Any) -> Phone:
        phones.append(Phone(browser, base=base, lang=lang, javascript=javascript, **more))
        return phones[-1]

    yield make
    for each in phones:
        each.context.close()
    complaints = [complaint for each in phones for complaint in each.complaints]
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="module")
def her_phone(browser: Browser, base: str, rooms: Rooms) -> Iterator[Phone]:
    """A phone on which Ismahane is signed in; in the end nothing may have gone wrong on it."""
    made = Phone(browser, base=base, lang="fr", javascript=True)
    sign_in(made, ISMAHANE)
    yield made
    made.context.close()
    rooms.tell("clock")
    assert not made.complaints, "\n".join(made.complaints)


@pytest.fixture
def hers(her_phone: Phone, rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> Hers:
    """Give Ismahane's parcels to a partner, and let her read a language."""

    def begun(partner: str, lang: str) -> Walk:
        monkeypatch.setitem(CARRIERS.usable, partner, replace(CARRIERS.usable[partner], allows=UNHURRIED))
        her_phone.lang = lang
        speak(her_phone)
        walk = Walk(rooms, her_phone, partner)
        walk.connect()
        return walk

    return begun


def _signed_in(browser: Browser, base: str, name: str) -> Any:
    phone = Phone(browser, base=base, lang="fr", javascript=False)
    sign_in(phone, name)
    kept = phone.context.storage_state()
    phone.context.close()
    return kept


def sign_in(phone: Phone, name: str) -> None:
    """Sign in to the studio by its form."""
    page = phone.open(f"/studio/sign-in?lang={phone.lang}")
    page.locator("#identifier").fill(name)
    page.locator("#password").fill(PASSWORD)
    phone.tap(page.locator("main form button:visible"))
    assert "sign-in" not in page.url, page.locator("main").inner_text()


def speak(phone: Phone) -> None:
    """Let the signed-in person's account speak the phone's language."""
    page = phone.open("/studio/account")
    token = page.locator("input[name=csrf]").first.input_value()
    form = {"csrf": token, "language": phone.lang}
    answer = phone.context.request.post("/studio/account/language", form=form, headers={"Origin": phone.base})
    assert answer.ok, answer.status
