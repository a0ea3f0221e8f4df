"""The artisan's day through a cut: copies say how old they are, what she did waits and is done once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shop.plumbing import i18n
from tests.browser.buying import buy_soap
from tests.browser.conftest import AMINA, MakePhone, sign_in, speak
from tests.browser.phone import Phone, until
from tests.browser.proxy import losing

pytestmark = pytest.mark.browser

STUDIO = "/studio/atelier-amina"
ISMAHANE = "0550 00 01 03"
KEPT = (
    "caches.open('hirfa-copies').then((cache) => cache.keys())"
    ".then((keys) => keys.map((key) => new URL(key.url).pathname))"
)
QUEUE = """new Promise((done) => { const open = indexedDB.open('hirfa', 1);
  open.onupgradeneeded = () => open.result.createObjectStore('queue', { keyPath: 'n', autoIncrement: true });
  open.onsuccess = () => { const all = open.result.transaction('queue').objectStore('queue').getAll();
    all.onsuccess = () => { open.result.close(); done(all.result.length); }; }; })"""


def an_order(phone: MakePhone, keys: dict[str, Any], number: str) -> str:
    """Let somebody buy a soap; return the order's code."""
    buy_soap(phone("fr"), number)
    return order_of(phone("fr", storage_state=keys[AMINA]), number)


def order_of(amina: Phone, number: str) -> str:
    """Return the code of the order that came from a phone."""
    answer = amina.context.request.get(f"{STUDIO}/orders?q={number.replace(' ', '')[-6:]}")
    found = re.search(r'id="o-([0-9A-Z-]+)"', answer.text())
    assert found, answer.text()
    return found[1]


def at_work(amina: Phone) -> Page:
    """Open Today with the worker in charge of it."""
    page = amina.open(f"{STUDIO}/")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page = amina.open(f"{STUDIO}/")
    until(page, "!!navigator.serviceWorker.controller")
    until(page, f"{KEPT}.then((paths) => paths.includes('{STUDIO}/'))")
    return page


def sent(page: Page) -> None:
    """Wait until nothing waits on the phone any more."""
    until(page, f"{QUEUE}.then((left) => left === 0)")


def nothing_kept(page: Page, *, under: str = "/") -> None:
    """Wait until no copy is kept on the phone, or none under an address."""
    until(page, f"{KEPT}.then((paths) => !paths.some((path) => path.startsWith('{under}')))")


def card(page: Page, code: str) -> Any:
    return page.locator(f"#o-{code}")


def waiting(page: Page, number: int) -> None:
    """Assert how much waits to be sent, as the page says it."""
    with i18n.speaking(page.locator("html").get_attribute("lang") or ""):
        said = i18n._("Waiting to be sent ({n})", n=number)
    expect(page.locator("[data-queue] summary")).to_have_text(said)


def history(amina: Phone, code: str) -> str:
    return amina.open(f"{STUDIO}/orders/{code}").locator(".trail").inner_text()


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_confirmed_and_packed_without_a_network_nothing_is_lost_and_nothing_done_twice(
    phone: MakePhone, keys: dict[str, Any], lang: str
) -> None:
    code = an_order(phone, keys, "0555 61 00 01" if lang == "ar" else "0555 61 00 02")
    amina = phone(lang, storage_state=keys[AMINA])
    speak(amina)
    page = at_work(amina)
    amina.lose_the_network()
    page.reload()
    with i18n.speaking(lang):
        words = i18n._("Offline. List from {time}.", time="T").split("T")
    strip = page.locator("[data-strip]")
    expect(strip).to_contain_text(re.compile(rf"{re.escape(words[0])}\d\d:\d\d{re.escape(words[1])}"))
    amina.picture("cut-today")
    card(page, code).locator("form[action$='/calls'] button").tap()
    waiting(page, 1)
    expect(card(page, code).locator("form[action$='/calls']")).to_be_hidden()
    card(page, code).locator("form[data-marked] button").tap()
    waiting(page, 2)
    amina.picture("cut-waiting")
    page.reload()  # the phone is put away and taken out again
    waiting(page, 2)
    amina.find_the_network()
    expect(page.locator("[data-queue] a")).to_be_visible()  # the label can be looked at
    expect(page.locator(f"#o-{code} a[href$='/hand-over']")).to_be_visible()
    amina.picture("cut-sent")
    told = history(amina, code)
    with i18n.speaking(lang):
        assert told.count(i18n._("Call {n}: the order is confirmed", n=1)) == 1
        assert told.count(i18n._("Label printed")) == 1


def test_an_answer_that_is_lost_is_asked_for_again_and_the_call_is_counted_once(
    phone: MakePhone, keys: dict[str, Any], base: str
) -> None:
    code = an_order(phone, keys, "0555 61 00 03")
    with losing(base) as network:
        amina = phone("fr", base_url=network.address)
        sign_in(amina, AMINA)
        speak(amina)
        at_work(amina)
        page = amina.open(f"{STUDIO}/orders/{code}")
        network.swallow = "/calls"
        page.locator("button[value=no_answer]").tap()
        waiting(page, 1)
        assert network.lost == [f"{STUDIO}/orders/{code}/calls"] * len(network.lost)
        network.swallow = ""
        amina.hear_that_the_network_is_back()  # it may have noticed by itself: then the page is being read anew already
        sent(page)
        expect(page.locator("[data-queue]")).to_be_hidden()
        assert history(amina, code).count("pas de réponse") == 1, "lost once or more often, done once"
        assert network.lost


def test_what_another_phone_did_meanwhile_is_said_in_words_and_can_be_put_away(
    phone: MakePhone, keys: dict[str, Any]
) -> None:
    code = an_order(phone, keys, "0555 61 00 04")
    amina, other = phone("fr", storage_state=keys[AMINA]), phone("fr", storage_state=keys[AMINA])
    speak(amina)
    page = at_work(amina)
    amina.lose_the_network()
    card(page, code).locator("form[action$='/calls'] button").tap()
    waiting(page, 1)
    there = other.open(f"{STUDIO}/orders/{code}")
    other.tap(there.locator(".bar button[value=confirmed]"))
    amina.find_the_network()
    queue = page.locator("[data-queue]")
    expect(queue).to_contain_text(re.compile(r"a déjà été modifiée.*\d\d:\d\d"))
    amina.picture("cut-conflict")
    page.locator("[data-queue] button").last.tap()
    expect(queue).to_be_hidden()
    sent(page)


def test_only_her_own_day_is_kept_and_signing_out_erases_it(phone: MakePhone) -> None:
    amina = phone("fr")
    sign_in(amina, AMINA)
    speak(amina)
    page = at_work(amina)
    amina.open(f"{STUDIO}/settings")
    amina.open("/fr/p/40-x")
    page = amina.open(f"{STUDIO}/")
    kept = set(page.evaluate(KEPT))
    assert all(path.startswith((f"{STUDIO}/", "/studio/-")) for path in kept), kept
    assert not [path for path in kept if "settings" in path or "money" in path], kept
    amina.open("/studio/account")
    come = asked_before(amina, f"{STUDIO}/orders?step=to_pack")
    amina.tap(page.locator("form[action$='/sign-out'] button"))
    come()
    nothing_kept(page)
    sent(page)
    amina.lose_the_network()
    page.goto(f"{STUDIO}/")
    expect(page.locator("h1")).to_have_text("Pas de réseau")


def asked_before(amina: Phone, path: str) -> Callable[[], None]:
    """Let the worker ask for a page whose answer comes only when what is returned is called."""
    (worker,) = amina.context.service_workers
    worker.evaluate(
        "path => { const asked = fetch; self.come = []; self.fetch = async (what, more) => {"
        "   const answer = await asked(what, more);"
        "   if (what === path) await new Promise((go) => come.push(go));"
        "   return answer; };"
        " warm([path]); }", path,
    )  # fmt: skip
    return lambda: worker.evaluate("() => { come[0](); return new Promise((late) => setTimeout(late, 300)); }")


def test_a_session_ended_elsewhere_erases_the_copies_and_what_waited(phone: MakePhone) -> None:
    amina = phone("fr")
    sign_in(amina, AMINA)
    speak(amina)
    page = at_work(amina)
    amina.lose_the_network()
    page.locator(".job form[action$='/calls'] button").first.tap()
    waiting(page, 1)
    end_session(amina)
    amina.expected.add(403)  # what waits is tried, maybe more than once
    _back_to_sign_in(amina, page)
    nothing_kept(page)
    sent(page)


def end_session(amina: Phone) -> None:
    """End her session behind the back of her phone's worker."""
    form = {"csrf": amina.page.locator("input[name=csrf]").first.input_value()}
    answer = amina.context.request.post("/studio/sign-out", form=form, headers={"Origin": amina.base})
    assert answer.ok, answer.status


def _back_to_sign_in(amina: Phone, page: Page) -> None:
    """Let the network come back: what waited is refused, and the page leads to the sign-in by itself or is led."""
    amina.find_the_network()
    amina.open(f"{STUDIO}/")
    expect(page).to_have_url(re.compile("/studio/sign-in"))


def test_another_person_on_the_same_phone_finds_and_sends_nothing_of_the_former(
    phone: MakePhone, keys: dict[str, Any]
) -> None:
    code = an_order(phone, keys, "0555 61 00 05")
    shared = phone("fr")
    sign_in(shared, AMINA)
    page = at_work(shared)
    shared.lose_the_network()
    card(page, code).locator("form[action$='/calls'] button").tap()
    waiting(page, 1)
    end_session(shared)
    page.close()
    shared.expected.add(403)  # what waits may be tried, by nobody
    shared.context.set_offline(False)
    shared.page = page = shared.context.new_page()
    sign_in(shared, ISMAHANE)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    sent(page)
    nothing_kept(page, under=STUDIO)
    expect(page.locator("[data-queue]")).to_be_hidden()
    shared.lose_the_network()
    page.goto(f"{STUDIO}/")
    expect(page.locator("h1")).to_have_text("Pas de réseau")
    amina = phone("fr", storage_state=keys[AMINA])
    assert amina.open(f"{STUDIO}/orders/{code}").locator(".bar button[value=confirmed]").count(), "nobody confirmed it"


def test_after_a_week_copies_and_what_waited_are_erased(phone: MakePhone) -> None:
    amina = phone("fr")
    sign_in(amina, AMINA)
    speak(amina)
    page = at_work(amina)
    amina.lose_the_network()
    page.locator(".job form[action$='/calls'] button").first.tap()
    waiting(page, 1)
    later(amina, days=6)
    page.reload()
    waiting(page, 1)
    later(amina, days=8)
    page.goto(f"{STUDIO}/orders")
    expect(page.locator("h1")).to_have_text("Pas de réseau")
    amina.find_the_network()
    page.goto(f"{STUDIO}/")
    sent(page)
    expect(page.locator("[data-queue]")).to_be_hidden()


def later(amina: Phone, *, days: int) -> None:
    """Let the clock of her phone's worker go on."""
    (worker,) = amina.context.service_workers
    worker.evaluate(
        "days => { self.today ??= Date.now; const now = self.today; Date.now = () => now.call(Date) + days * 864e5; }",
        days,
    )


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_network_goes_right_after_the_sign_in(phone: MakePhone, lang: str) -> None:
    """The first page of all: before its worker has come it says that nothing was sent, afterwards it writes down."""
    amina = phone(lang, service_workers="block")
    sign_in(amina, AMINA)
    speak(amina)
    page = amina.open(f"{STUDIO}/")
    amina.lose_the_network()
    page.locator(".job form[action$='/calls'] button").first.tap()
    with i18n.speaking(lang):
        said = i18n._("No network: nothing has been sent yet. What you typed is kept, try again in a moment.")
    expect(page.locator("[data-strip]")).to_have_text(said)
    amina.picture("cut-first-page")
    assert page.url.endswith(f"{STUDIO}/")
    modern = phone(lang)
    sign_in(modern, AMINA)
    page = modern.page
    until(page, "!!navigator.serviceWorker.controller")
    until(page, f"{KEPT}.then((paths) => paths.includes('{STUDIO}/'))")
    modern.lose_the_network()
    page.locator(".job form[action$='/calls'] button").first.tap()
    waiting(page, 1)
    page.reload()
    waiting(page, 1)
    page.locator("[data-queue] summary").tap()
    page.locator("[data-queue] button").last.tap()  # taken back
    expect(page.locator("[data-queue]")).to_be_hidden()
