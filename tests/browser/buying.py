"""What a buyer does on her phone, one step a function, the same with and without JavaScript."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

from tests.browser.phone import Phone, until

SOAP, BOWL = 40, 31  # of Atelier Amina and of Terre de Maâtkas
FLOWER_WATER, COASTERS = 23, 2  # of Parfums Ismahane and of Cuivres de la Médina
ORAN, ORAN_CITY = "31", "3101"


def bar(page: Page) -> Locator:
    """The button or link of the sticky bar."""
    return page.locator(".bar .btn").first


def open_product(phone: Phone, number: int) -> Page:
    """Open a product's page (its short address leads to the right one)."""
    return phone.open(f"/{phone.lang}/p/{number}-x")


def put_aside(phone: Phone, number: int) -> Page:
    """Put one piece of a product in the basket; return the basket's page."""
    page = open_product(phone, number)
    phone.tap(bar(page))
    assert page.url.split("?")[0].endswith(f"/{phone.lang}/cart"), page.url
    return page


def fill_details(phone: Phone, *, number: str = "0555 11 22 33", name: str = "Yacine Haddad") -> Page:
    """Open the first step of the order and fill it: Oran, every parcel to her home, cash."""
    page = phone.open(f"/{phone.lang}/checkout")
    page.locator("#phone").fill(number)
    page.locator("#name").fill(name)
    choose_oran(phone, page)
    page.locator("#commune").select_option(ORAN_CITY)
    answered(page)
    for fieldset in page.locator("fieldset.travel").all():
        fieldset.locator("label", has=page.locator("input[value^='home.']")).tap()
    answered(page)
    page.locator("#address").fill("12 rue des Oliviers, escalier B")
    page.locator("label", has=page.locator("input[name=payment]")).first.tap()
    return page


def choose_oran(phone: Phone, page: Page) -> None:
    """Choose the wilaya, and have its communes and prices come."""
    page.locator("#wilaya").select_option(ORAN)
    if not phone.javascript:
        phone.tap(page.locator("button[name=update][value='1']"))
    page.locator(f"#commune option[value='{ORAN_CITY}']").wait_for(state="attached")
    page.locator("fieldset.travel input").first.wait_for(state="attached")


def answered(page: Page) -> None:
    """Wait until the prices that a choice asked for stand in the page."""
    until(page, "!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")


def to_check(phone: Phone, page: Page) -> None:
    """Go on from the details to the check."""
    phone.tap(bar(page))
    assert page.url.endswith("/checkout/check"), page.locator("main").inner_text()


def confirm(phone: Phone, page: Page) -> str:
    """Order; return the address of the tracking page."""
    phone.tap(bar(page))
    assert re.search(rf"/{phone.lang}/t/[0-9A-Z]{{7}}/", page.url), page.locator("main").inner_text()
    return page.url


def buy_soap(phone: Phone, number: str = "0555 44 55 66") -> str:
    """Buy a soap in one go; return the address of the tracking page."""
    put_aside(phone, SOAP)
    page = fill_details(phone, number=number)
    to_check(phone, page)
    return confirm(phone, page)
