"""What buyers and artisans do about money on their phones, one step a function, and what both read afterwards."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Locator, Page, expect

from shop.core.money import Money
from shop.plumbing import i18n
from shop.plumbing.formats import money_text
from tests.browser.buying import COASTERS, FLOWER_WATER, SOAP, bar, fill_details, put_aside, to_check
from tests.browser.conftest import AMINA, sign_in, speak
from tests.browser.phone import PATIENCE_S, Phone
from tests.browser.rooms import Bought, Rooms
from tests.studio.photographs import photograph

ISMAHANE, NADJET = "0550 00 01 03", "0550 00 01 06"
# Who takes which way to pay, and what is bought of her.
SHOPS = {
    AMINA: ("/studio/atelier-amina", SOAP), ISMAHANE: ("/studio/parfums-ismahane", FLOWER_WATER),
    NADJET: ("/studio/cuivres-de-la-medina", COASTERS),
}  # fmt: skip
TAKEN_BY = {
    "cash_on_delivery": AMINA, "transfer": AMINA, "chargily": AMINA, "satim": ISMAHANE, "stripe": ISMAHANE,
}  # fmt: skip
CURRENCIES = {"stripe": "EUR"}  # what is not paid in dinars
PAYS = {"chargily": "edahabia", "satim": "cib", "stripe": "4242"}
REFUSES = {"chargily": "refused", "satim": "poor", "stripe": "0002"}
STILL_OPEN = "If it is paid, this page shows so by itself in a moment. If not, you can still pay."
FIGURES = """[...document.querySelectorAll("main a[href*='/money/orders/']")].map(
  (each) => [each.getAttribute('href'), (each.querySelector('.price') ?? each).textContent])"""


@dataclass
class Hands:
    """The phones of a buyer and of the artisans, who speak one language and have scripts or none; kept for a while."""

    browser: Browser
    rooms: Rooms
    lang: str
    javascript: bool
    base: str
    kept: dict[str, Phone] = field(default_factory=dict)

    def phone(self, who: str = "buyer") -> Phone:
        """Return the phone of the buyer, or of an artisan who has signed in."""
        if who not in self.kept:
            made = Phone(self.browser, base=self.base, lang=self.lang, javascript=self.javascript)
            self.kept[who] = made
            if who != "buyer":
                sign_in(made, who)
                speak(made)
        return self.kept[who]

    def complaints(self) -> list[str]:
        """Return what went wrong on the pages since it was asked last."""
        found = [complaint for each in self.kept.values() for complaint in each.complaints]
        for each in self.kept.values():
            each.complaints.clear()
        return found


@contextmanager
def open_hands(browser: Browser, rooms: Rooms, pair: tuple[str, bool], base: str) -> Iterator[Hands]:
    """Hold the phones of these people for a while: their language, and whether they have scripts."""
    made = Hands(browser, rooms, *pair, base)
    try:
        yield made
    finally:
        for each in made.kept.values():
            each.context.close()


@dataclass
class Walk:
    """One purchase that is paid in one way, followed on both phones."""

    hands: Hands
    method: str
    name: str
    seller: str = ""
    before: Mapping[str, int] = field(default_factory=dict)
    bought: Bought | None = None

    def __post_init__(self) -> None:
        self.seller = self.seller or TAKEN_BY[self.method]

    @property
    def buyer(self) -> Phone:
        """The buyer's phone."""
        return self.hands.phone()

    @property
    def artisan(self) -> Phone:
        """The phone of the artisan who takes this way to pay."""
        return self.hands.phone(self.seller)

    @property
    def order(self) -> Bought:
        """What was bought."""
        assert self.bought is not None
        return self.bought

    @property
    def studio(self) -> str:
        """Where the artisan's studio begins."""
        return SHOPS[self.seller][0]

    @property
    def maker(self) -> str:
        """The artisan as her buyers know her."""
        return self.hands.rooms.maker(self.order, self.hands.lang)

    @property
    def piece(self) -> int:
        """What is bought."""
        return SHOPS[self.seller][1]

    @property
    def way(self) -> str:
        """How it is paid, as the forms say it: a method, and its currency unless that is the dinar."""
        currency = CURRENCIES.get(self.method)
        return f"{self.method}.{currency}" if currency else self.method

    @property
    def services(self) -> str:
        """The figure of Money that counts what a service of cards holds."""
        return ".".join(["services", *filter(None, [CURRENCIES.get(self.method)])])

    @property
    def cost(self) -> int:
        """What is paid, as the figures count it."""
        return self.order.total if self.method not in CURRENCIES else self.order.asked.minor

    def carrier(self) -> str:
        """Return who carries the parcel."""
        return self.hands.rooms.carrier(self.order)

    def begin(self) -> None:
        """Look at the artisan's money before anything is bought."""
        self.before = self.figures()

    def prepare(self, *, hours_ago: float = 0) -> Page:
        """Have the order there already, and open its buyer's page."""
        self.begin()
        self.bought = self.hands.rooms.order(self.piece, self.way, self.hands.lang, hours_ago=hours_ago)
        return self.buyer.open(self.order.link)

    def check_out(self, number: str = "") -> Page:
        """Order by tapping, from the product's page on; return the page that follows."""
        if not self.before:
            self.begin()
        put_aside(self.buyer, self.piece)
        page = fill_details(self.buyer, number=number or f"0554 {secrets.randbelow(10**6):06}")
        page.locator("label", has=page.locator(f"input[name=payment][value='{self.way}']")).tap()
        to_check(self.buyer, page)
        self.buyer.tap(bar(page))
        return page

    def to_the_card_page(self) -> Page:
        """Go on from the buyer's page to the page where a card is asked for."""
        page = self.buyer.page
        self.buyer.tap(page.locator(f"#pay-1 button[value='{self.way}'], #pay-1 a.btn").first)
        expect(page.locator(".notice")).to_be_visible()
        return page

    def choose(self, choice: str) -> Page:
        """End the page of the card in one way, and be back at the shop."""
        self.buyer.tap(self.buyer.page.locator(f"button[value='{choice}']"))
        assert self.buyer.page.url.startswith(self.hands.base), self.buyer.page.url
        return self.buyer.page

    def until_told(self, message: str, **values: object) -> None:
        """Wait until the buyer's page says something: it asks by itself what became of a payment."""
        told, end = self.say(message, **values), time.monotonic() + PATIENCE_S
        while told not in text_of(self.buyer.page):
            assert time.monotonic() < end, f"{told!r} is not in {text_of(self.buyer.page)!r}"
            self.buyer.page.wait_for_timeout(50)

    def look_again(self) -> None:
        """Ask at once what became of a payment, by the button, unless the page knows already."""
        button = self.buyer.page.locator("form[action$='/payment/check'] button")
        if button.count():
            self.buyer.tap(button)

    def send_receipt(self) -> None:
        """Send the picture of a receipt."""
        page = self.buyer.page
        picture = {"name": "recu.jpg", "mimeType": "image/jpeg", "buffer": photograph((300, 400)).getvalue()}
        page.locator("input[type=file]").set_input_files(picture)  # type: ignore[arg-type]
        self.buyer.tap(page.locator("form[enctype] button"))
        expect(page.locator("[role=status]").first).to_be_visible()

    def at_work(self) -> Page:
        """Open the order on the artisan's phone."""
        return self.artisan.open(f"{self.studio}/orders/{self.order.code}")

    def give_back(self, whole: int, *, proof: str = "") -> None:
        """Give a part of the money back on the order's page: so many dinars, or euros."""
        page = self.at_work()
        unfold(page, "#give-back details")
        page.locator("#amount").fill(str(whole))
        page.locator("#proof").fill(proof)
        self.artisan.picture(f"{self.name}-form")
        self.artisan.tap(page.locator("#give-back form button.btn-h"))

    def say(self, message: str, **values: object) -> str:
        """Return a sentence as these people read it."""
        with i18n.speaking(self.hands.lang):
            shown = {key: money_text(value) if isinstance(value, Money) else value for key, value in values.items()}
            return plain(i18n._(message, **shown))

    def count(self, one: str, many: str, n: int) -> str:
        """Return a sentence about so many of something as these people read it."""
        with i18n.speaking(self.hands.lang):
            return plain(i18n.ngettext(one, many, n))

    def figures(self) -> dict[str, int]:
        """Read the figures of Money: whole dinars, hundredths of other currencies."""
        page = self.artisan.open(f"{self.studio}/money")
        found: dict[str, int] = {}
        for href, text in page.evaluate(FIGURES):
            figure = re.sub(r"\?.*", "", href).rpartition("/")[2]
            if "carrier=" in href and figure in {"held", "on_the_way", "late"}:
                continue  # the same money by carrier
            currency = re.search(r"currency=(?!DZD)([A-Z]{3})", href)
            figure, amount = (f"{figure}.{currency[1]}", hundredths(text)) if currency else (figure, dinars(text))
            found[figure] = found.get(figure, 0) + amount
        return found

    def moved(self) -> dict[str, int]:
        """Open Money, and return which of its figures have changed since the beginning, and by how much."""
        after = self.figures()
        by = {each: after.get(each, 0) - self.before.get(each, 0) for each in {*after, *self.before}}
        return {each: much for each, much in by.items() if much}

    def ends(
        self, *, buyer: str, artisan: str, money: Mapping[str, int] | None = None, states: list[str], pieces: int = -1
    ) -> None:  # fmt: skip
        """Assert what both read at the end, how each figure of Money has moved, and how the payments stand."""
        self.buyer.open(self.order.link)
        expect_text(self.buyer.page, buyer)
        self.buyer.picture(f"{self.name}-buyer")
        page = self.at_work()
        expect_text(page, artisan)
        self.artisan.picture(f"{self.name}-order")
        moved = self.moved()
        self.artisan.picture(f"{self.name}-money")
        assert moved == {each: by for each, by in (money or {}).items() if by}
        assert self.hands.rooms.states(self.order) == states


def dinars(text: str) -> int:
    """Read an amount as it is written: digits in groups, centimes after a comma."""
    found = re.search(r"-?\d[\d\s\u00a0\u202f.]*", text.replace("\u2212", "-"))
    assert found, text
    return int(re.sub(r"[^\d-]", "", found.group()))


def hundredths(text: str) -> int:
    """Read an amount whose two decimals stand there unless they are naught."""
    decimals = re.search(r",(\d\d)", text)
    return 100 * dinars(text) + (int(decimals[1]) if decimals else 0)


def unfold(page: Page, selector: str) -> None:
    """Open what is folded."""
    fold = page.locator(selector).first
    fold.locator("summary").tap()
    expect(fold).to_have_attribute("open", "")


def plain(text: str) -> str:
    """Return a text without what only orders it: marks of direction, hard spaces."""
    return " ".join(re.sub("[\u200e\u200f\u2066-\u2069\u061c]", "", text).split())


def text_of(page: Page) -> str:
    """Return what stands on a page, as it is read."""
    return plain(page.locator("main").text_content() or "")


def expect_text(page: Page, told: str) -> None:
    """Assert that a page says something."""
    found = text_of(page)
    assert told in found, f"{told!r} is not in {found!r}"


def double_tap(phone: Phone, target: Locator) -> None:
    """Tap twice, as fast as a thumb can."""
    with phone.page.expect_navigation():
        target.evaluate("each => { each.click(); each.click(); }")


Walker = Callable[[Walk], None]
