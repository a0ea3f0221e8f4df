"""Yacine's browser without JavaScript: it shows pages, fills the forms that stand on them and presses their buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask
from lxml import html
from lxml.html import HtmlElement
from werkzeug.test import TestResponse

from shop.plumbing.db import session
from tests.checkout.cast import Workshop, workshop

YACINE = {"phone": "0550 12 34 56", "name": "Yacine Haddad", "address": "12 rue des Oliviers"}
ORAN, ORAN_CITY = "31", "3101"


@dataclass
class Page:
    """What an answer shows."""

    answer: TestResponse
    body: HtmlElement = field(init=False)

    def __post_init__(self) -> None:
        self.body = html.fromstring(self.answer.get_data(as_text=True) or "<html></html>")

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.request.path

    @property
    def text(self) -> str:
        """All that can be read, every space one plain space."""
        body = self.body.find("body")
        return _plain((self.body if body is None else body).text_content())

    @property
    def title(self) -> str:
        return _plain(self.body.findtext(".//title"))

    def texts(self, xpath: str) -> list[str]:
        return [_plain(each.text_content()) for each in self.body.xpath(xpath)]

    @property
    def problems(self) -> list[str]:
        """The sentences of the summary of errors."""
        return self.texts("//div[contains(@class, 'errs')]//a")

    def form(self, action: str) -> HtmlElement:
        """The one form that is sent to an address that ends so."""
        found = [each for each in self.body.iter("form") if each.get("action", "").split("?")[0].endswith(action)]
        assert found, f"no form to {action} on {self.path}: {self.text[:400]}"
        return found[0]

    def has_form(self, action: str) -> bool:
        return any(each.get("action", "").endswith(action) for each in self.body.iter("form"))

    def filled(self, form: HtmlElement) -> dict[str, str]:
        """What the browser would send of a form as it stands."""
        found: dict[str, str] = {}
        for each in form.iter("input", "select", "textarea"):
            name = each.get("name")
            if not name or each.get("disabled") is not None:
                continue
            if each.tag == "select":
                chosen = [o for o in each.iter("option") if o.get("selected") is not None] or list(each.iter("option"))
                found[name] = chosen[0].get("value", "") if chosen else ""
            elif each.tag == "textarea":
                found[name] = (each.text or "").removeprefix("\n")
            elif each.get("type") not in {"radio", "checkbox"} or each.get("checked") is not None:
                found[name] = each.get("value", "")
        return found

    def value(self, name: str) -> str | None:
        """What a field of the checkout holds."""
        return self.filled(self.form("/checkout")).get(name)

    def value_of(self, name: str) -> str | None:
        """What a field holds, in whatever form."""
        return next((each.get("value") for each in self.body.iter("input") if each.get("name") == name), None)

    def ways(self, store_id: int) -> dict[str, str]:
        """The deliveries that can be chosen for a workshop's parcel, by kind."""
        radios = self.body.xpath(f'//input[@name="delivery-{store_id}"][@type="radio"]')
        return {each.get("value").partition(".")[0]: each.get("value") for each in radios}


class Buyer:
    """Somebody with a browser; `page` is what she looks at."""

    def __init__(self, application: Flask, lang: str = "en") -> None:
        self.client = application.test_client()
        self.lang = lang
        self.page: Page

    def cookie(self, name: str) -> str:
        found = self.client.get_cookie(name)
        return found.value if found else ""

    def open(self, path: str) -> Page:
        """Follow a link: below the language unless it begins with one."""
        whole = path if path.split("/")[1] in {"ar", "fr", "en"} else f"/{self.lang}{path}"
        self.page = Page(self.client.get(whole, follow_redirects=True))
        return self.page

    def send(self, path: str, fields: Mapping[str, Any], **more: Any) -> Page:
        """Send fields to an address as they are."""
        whole = path if path.split("/")[1] in {"ar", "fr", "en"} else f"/{self.lang}{path}"
        self.page = Page(self.client.post(whole, data=fields, follow_redirects=True, **more))
        return self.page

    def press(self, action: str, *, button: Mapping[str, str] | None = None, **typed: str) -> Page:
        """Fill in a form of this page and press a button of it."""
        form = self.page.form(action)
        fields = {**self.page.filled(form), **{k.replace("_", "-"): v for k, v in typed.items()}, **(button or {})}
        return self.send(form.get("action"), fields)

    def add(self, shop: Workshop, pieces: int | str = 1) -> Page:
        """Put something into the basket from its page."""
        self.open(f"/p/{shop.product.id}-{shop.product.slug}")
        return self.press("/cart/lines", pieces=str(pieces))

    def fill_details(self, *shops: Workshop, kind: str = "home", **typed: str) -> Page:
        """Fill in the details in two steps, as one must without JavaScript: first the place, then the rest."""
        self.open("/checkout")
        self.press("/checkout", button={"update": "1"}, **{**YACINE, "wilaya": ORAN, "commune": "", **typed})
        chosen = {}
        for shop in shops:
            chosen[f"delivery-{shop.id}"] = self.page.ways(shop.id)[kind]
        return self.press("/checkout", **{"commune": ORAN_CITY, "payment": "cash_on_delivery", **chosen, **typed})

    def buy(self, *shops: Workshop, kind: str = "home", **typed: str) -> Page:
        """The whole way, from the product's page to the tracking page."""
        for shop in shops:
            self.add(shop)
        self.fill_details(*shops, kind=kind, **typed)
        return self.press("/checkout/confirmation")


def letters_leave(application: Flask, mail_url: str) -> None:
    """Let the shop have a mail server, or none."""
    mine = application.extensions["hirfa_settings"]
    application.extensions["hirfa_settings"] = replace(mine, mail_url=mail_url)


def workshops(application: Flask, *, stock: int = 5) -> tuple[Workshop, Workshop]:
    """Amina's soap and Ismahane's, detached, each with a carrier to Oran."""
    with application.app_context():
        made = workshop(stock=stock), workshop("Senteurs d'Ismahane", stock=stock, price=1500)
        for shop in made:
            for row in (shop.store, shop.product, shop.variant, shop.carrier):
                session.refresh(row)
        session.expunge_all()
    return made


def _plain(text: str | None) -> str:
    return " ".join((text or "").replace("\u00a0", " ").split())
