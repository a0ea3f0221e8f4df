"""A shop is opened on a phone: from the sign-up by a code to a first product that a buyer sees."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page

from tests.browser.buying import bar
from tests.browser.conftest import MakePhone, demo_folder
from tests.browser.looks import faults
from tests.browser.phone import Phone, under_the_thumb
from tests.browser.server import demo_shop, log_of
from tests.studio.photographs import photograph

pytestmark = pytest.mark.browser

PASSWORD = "argile-et-feu-12"
NAMES = {
    "ar": ("نور بن يوسف", "ورشة الطين", "صحن أزرق"),
    "fr": ("Nour Benyoucef", "Terre et feu", "Assiette bleue"),
}
NUMBERS = {("ar", True): "0661 20 30 41", ("ar", False): "0661 20 30 42", ("fr", True): "0661 20 30 43",
           ("fr", False): "0661 20 30 44"}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """What this module's own shop keeps."""
    return demo_folder(tmp_path_factory, worker_id)


@pytest.fixture(scope="module")
def base(folder: Path) -> Iterator[str]:
    """A demo shop of this module's own, whose log says more; it has a name, under which phones keep passkeys."""
    with demo_shop(folder, log_level="INFO", name="localhost") as address:
        yield address


@pytest.fixture
def log(folder: Path) -> Path:
    """The log of the shop: it has no gateway, so codes are written there."""
    return log_of(folder)


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "plain"])
@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_a_shop_is_opened_from_the_sign_up_to_its_first_product(
    phone: MakePhone, log: Path, lang: str, javascript: bool
) -> None:
    nour, found = phone(lang, javascript), list[str]()
    sign_up(nour, log, found)
    who_and_where(nour, found)
    first_product(nour, found)
    if javascript:
        what_was_typed_is_there_after_a_cut(nour)
    delivery(nour, found)
    papers(nour, found)
    slug = opened(nour, found)
    buyer = phone(lang, javascript)
    page = buyer.open(f"/{lang}/@{slug}")
    assert page.locator(".card", has_text=NAMES[lang][2]).count() == 1, page.locator("main").inner_text()
    if javascript:
        second_step(nour, phone(lang), found)
        passkey(nour, found)
    assert not found, "\n".join(found)


def look(nour: Phone, name: str, found: list[str]) -> None:
    """Keep a picture, and what is wrong with the page; it comes back as it was."""
    nour.picture(f"opening-{name}")
    if nour.javascript:
        url = nour.page.url
        found += [f"{name}: {each}" for each in faults(nour.page, nour.lang, wide=False)]
        nour.page.set_viewport_size({"width": 360, "height": 640})
        nour.page.goto(url)


def go_on(nour: Phone) -> Page:
    """Press the button of the bar, which lies under the thumb."""
    nour.page.evaluate("scrollTo(0, 0)")
    under_the_thumb(bar(nour.page))
    nour.tap(bar(nour.page))
    return nour.page


def sign_up(nour: Phone, log: Path, found: list[str]) -> None:
    nour.open(f"/studio/sign-in?lang={nour.lang}")
    page = nour.open(f"/studio/sign-up?lang={nour.lang}")
    look(nour, "1-number", found)
    page.locator("#phone").fill(NUMBERS[nour.lang, nour.javascript])
    go_on(nour)
    look(nour, "2-code", found)
    code = code_of(log, NUMBERS[nour.lang, nour.javascript])
    page.locator("#code").fill("000000" if code != "000000" else "111111")
    nour.quietly(lambda: go_on(nour), status=422)
    page.locator("#code").fill(code)
    go_on(nour)
    look(nour, "3-account", found)
    page.locator("#name").fill(NAMES[nour.lang][0])
    page.locator("#password").fill(PASSWORD)
    go_on(nour)
    assert page.url.endswith("/studio/opening"), page.locator("main").inner_text()


def code_of(log: Path, number: str) -> str:
    """Return the code that the log says for a phone, once it does."""
    wanted = "+213…" + number[-2:]
    until = time.monotonic() + 20
    while time.monotonic() < until:
        lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
        codes = [each["digits"] for each in lines if each["event"] == "code for a phone" and each["to"] == wanted]
        if codes:
            return str(codes[-1])
        time.sleep(0.1)
    raise AssertionError(f"no code for {number} in the log")


def who_and_where(nour: Phone, found: list[str]) -> None:
    page = nour.page
    assert page.locator("#person").input_value() == NAMES[nour.lang][0]
    page.locator("#name").fill(NAMES[nour.lang][1])
    look(nour, "4-who", found)
    page.locator("#name").fill(NAMES[nour.lang][1])
    go_on(nour)
    page.locator("#craft").select_option("pottery")
    if nour.javascript:
        with page.expect_navigation():
            page.locator("#wilaya_code").select_option("15")
    else:
        page.locator("#wilaya_code").select_option("15")
        nour.tap(page.locator("button[value=communes]"))
    assert page.locator("#craft").input_value() == "pottery"
    page.locator("#commune_code").select_option("1501")
    nour.picture("opening-5-craft")
    go_on(nour)
    assert page.url.endswith("/opening/product"), page.locator("main").inner_text()


def first_product(nour: Phone, found: list[str]) -> None:
    page = nour.page
    look(nour, "6-product", found)
    shots = [
        {
            "name": f"plate-{n}.jpg",
            "mimeType": "image/jpeg",
            "buffer": photograph((1200, 900), colour=colour).getvalue(),
        }
        for n, colour in enumerate(((40, 80, 160), (60, 100, 180)))
    ]
    page.locator("#photos").set_input_files(shots)  # type: ignore[arg-type]
    page.locator("#name").fill(NAMES[nour.lang][2])
    page.locator("#price").fill("2400")
    page.locator("#stock").fill("6")
    go_on(nour)
    assert page.url.endswith("/opening/delivery"), page.locator("main").inner_text()


def what_was_typed_is_there_after_a_cut(nour: Phone) -> None:
    """She types, the page is lost before she sends it, and everything is there when she comes back."""
    page = nour.page
    with page.expect_response(lambda each: each.status == 204 and "home_near=520" in (each.request.post_data or "")):
        page.locator("#title").fill("Barq Express")
        page.locator("#home_near").fill("520")
    page.goto(page.url)
    assert page.locator("#title").input_value() == "Barq Express"
    assert page.locator("#home_near").input_value() == "520"


def delivery(nour: Phone, found: list[str]) -> None:
    page = nour.page
    look(nour, "7-delivery", found)
    page.locator("label", has=page.locator("input[value=rate_sheet]")).tap()
    page.locator("#title").fill("Barq Express")
    nour.quietly(lambda: go_on(nour), status=422)
    assert page.locator(".errs").count() == 1, "nothing was confirmed"
    for zone in ("own", "near"):
        page.locator(f"#sure_{zone}").check()
    page.locator("#home_near").fill("500")
    go_on(nour)
    assert page.url.endswith("/opening/papers"), page.locator("main").inner_text()


def papers(nour: Phone, found: list[str]) -> None:
    page = nour.page
    look(nour, "8-papers", found)
    fields = {"legal_name": "Nour Benyoucef", "register_number": "15/0412/24", "nif": "123456789012345",
              "address": "Cité Tlidjene, villa 44", "email": "nour@terre.example"}  # fmt: skip
    for name, text in fields.items():
        page.locator(f"#{name}").fill(text)
    page.locator("label", has=page.locator("input[name=paper]")).last.tap()
    go_on(nour)


def opened(nour: Phone, found: list[str]) -> str:
    """See it as buyers will, then open it; return the shop's name in addresses."""
    page = nour.page
    look(nour, "9-today", found)
    slug = page.url.split("/studio/")[1].split("/")[0]
    preview = page.locator("#opening a[href*='/preview/']").get_attribute("href") or ""
    nour.open(preview)
    look(nour, "10-preview", found)
    nour.tap(page.locator(".card a").first)
    look(nour, "11-preview-product", found)
    nour.open(f"/studio/{slug}/")
    nour.tap(page.locator("#opening form button"))
    look(nour, "12-open", found)
    return slug


def second_step(nour: Phone, other: Phone, found: list[str]) -> None:
    """She turns the second step on; on another phone her password alone no longer lets her in."""
    page = nour.open("/studio/account/second-step")
    nour.tap(page.locator("button[value=begin]"))
    look(nour, "13-second-step", found)
    app = pyotp.TOTP("".join(page.locator(".key").inner_text().split()))
    page.locator("#code").fill(app.now())
    nour.tap(page.locator("button[value=confirm]"))
    nour.picture("opening-14-recovery-codes")
    spare = page.locator("ul.rows li").first.inner_text().strip()
    page = other.open(f"/studio/sign-in?lang={other.lang}")
    page.locator("#identifier").fill(NUMBERS[nour.lang, nour.javascript])
    page.locator("#password").fill(PASSWORD)
    other.tap(page.locator("main form button").first)
    assert page.url.endswith("/studio/sign-in/second-step"), page.url
    look(other, "15-second-step-asked", found)
    page.locator("#code").fill(spare)
    go_on(other)
    assert "/sign-in" not in page.url, page.locator("main").inner_text()


def passkey(nour: Phone, found: list[str]) -> None:
    """Her phone keeps a key, and lets her in with it; when it does not, the page says so and her password does."""
    page = nour.open("/studio/account/passkeys")
    finger = nour.context.new_cdp_session(page)
    finger.send("WebAuthn.enable")
    keeps = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
             "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    kept = finger.send("WebAuthn.addVirtualAuthenticator", {"options": keeps})["authenticatorId"]
    look(nour, "16-passkeys", found)
    page.locator("#old").fill(PASSWORD)
    nour.tap(page.locator("form[data-passkey] button"))
    assert page.locator("ul.rows form").count() == 1, page.locator("main").inner_text()
    nour.picture("opening-17-passkey-added")
    nour.context.clear_cookies()
    page = nour.open(f"/studio/sign-in?lang={nour.lang}")
    look(nour, "18-sign-in", found)
    finger.send("WebAuthn.setUserVerified", {"authenticatorId": kept, "isUserVerified": False})
    page.locator("form[data-passkey] button").tap()
    page.locator("form[data-passkey] [data-said]").wait_for()
    nour.picture("opening-19-no-passkey")
    finger.send("WebAuthn.setUserVerified", {"authenticatorId": kept, "isUserVerified": True})
    nour.tap(page.locator("form[data-passkey] button"))
    assert "/sign-in" not in page.url, page.locator("main").inner_text()
