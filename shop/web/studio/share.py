"""Sharing the shop and its products: links that say where a buyer came from, words to send, a QR code to print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from flask import request, url_for
from werkzeug.wrappers import Response

from shop.core import clock
from shop.core.money import Money
from shop.documents import bars
from shop.plumbing.formats import money_text
from shop.plumbing.i18n import LANGUAGES, N_, NATIVE_NAMES, _, language, pick, speaking
from shop.sharing import links, queries
from shop.sharing.links import Shared
from shop.sharing.queries import Sold
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import shop_page
from shop.web.studio.pictures import hers
from shop.web.ui.access import Access, entry
from shop.web.ui.here import here, settings
from shop.web.ui.templating import page_url

LinkOf = Callable[[str], Shared]

LOOK_BACK = timedelta(days=90)
QR_LETTER = "q"
QUIET = 4  # modules of white around the code, as the standard asks
DOTS_PER_MODULE = 24  # prints sharply at 8 cm
# Who is named on the page, by the letter of the link.
NAMES: Mapping[str, str] = {
    "whatsapp": N_("WhatsApp"),
    "facebook": N_("Facebook"),
    "instagram": N_("Instagram"),
    "tiktok": N_("TikTok"),
    "qr": N_("QR code"),
    "message": N_("Text message"),
    "chat": N_("Order from a message"),
    "link": N_("Private link"),
    "hand": N_("Sale from hand to hand"),
    "": N_("No link known"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One place where a link is shared: its name, the link to copy, and where a tap leads, if anywhere."""

    name: str
    link: str
    opens: str


@dataclass(frozen=True, slots=True)
class Share:
    """What is shared: the words in one language, and each way to send them."""

    words: str
    lang: str
    ways: list[Way]
    qr_link: str


@studio.get("/<name:store>/share")
@entry(Access.HELPER)
def share_shop() -> str:
    """Show the shop's links, and which of all links sold."""
    lang = _language_of_words()
    with speaking(lang):
        words = _("The creations of {shop}, made by hand. You pay on delivery:", shop=here().store.name)
    sold = queries.sold_by_source(here().store.id, _since())
    return shop_page(
        "studio/share.html", "products", name=here().store.name, name_lang="", seen=here().store.state == "open",
        share=_share(words, lang, lambda letter: links.shop_link(here().store.id, letter)), spoken=_spoken(),
        sold=_named(sold), days=LOOK_BACK.days,
        picture=page_url("studio.share_shop_qr"), above=(page_url("studio.settings"), _("Settings")),
    )  # fmt: skip


@studio.get("/<name:store>/products/<number:product_id>/share")
@entry(Access.HELPER)
def share_product(product_id: int) -> str:
    """Show a product's links."""
    view = hers(product_id)
    lang = _language_of_words()
    price = Money(view.product.price_minor, view.product.currency)
    sold = queries.product_sold_by_source(here().store.id, product_id, _since())
    with speaking(lang):
        name = pick(view.names, lang)[0]
        words = _("{name}, {price}. Order here, you pay on delivery:", name=name, price=money_text(price))
    shown, shown_lang = pick(view.names)
    return shop_page(
        "studio/share.html", "products", name=shown, name_lang=shown_lang,
        seen=view.product.state == "published" and view.store.state == "open",
        share=_share(words, lang, lambda letter: links.product_link(product_id, letter)), spoken=_spoken(),
        sold=_named(sold), days=LOOK_BACK.days, picture=page_url("studio.share_product_qr", product_id=product_id),
        above=(page_url("studio.product", product_id=product_id), shown),
    )  # fmt: skip


def _since() -> datetime:
    return clock.now() - LOOK_BACK


def _named(sold: list[Sold]) -> list[tuple[str, Sold]]:
    return [(_(NAMES[each.source]), each) for each in sold]


@studio.get("/<name:store>/share/qr.png")
@entry(Access.HELPER)
def share_shop_qr() -> Response:
    """Draw the shop's QR code, to be printed or posted."""
    return _qr(links.shop_link(here().store.id, QR_LETTER))


@studio.get("/<name:store>/products/<number:product_id>/share/qr.png")
@entry(Access.HELPER)
def share_product_qr(product_id: int) -> Response:
    """Draw a product's QR code."""
    hers(product_id)
    return _qr(links.product_link(product_id, QR_LETTER))


def _qr(shared: Shared) -> Response:
    picture = bars.qr_png(address(shared), quiet=QUIET, dots=DOTS_PER_MODULE)
    answer = Response(picture, mimetype="image/png")
    if request.args.get("keep"):
        answer.headers["Content-Disposition"] = f'attachment; filename="{here().store.slug}-{shared.code}.png"'
    return answer


def address(shared: Shared) -> str:
    """Return the absolute address of a short link."""
    return settings().base_url + url_for("storefront.shared", code=shared.code)


def _share(words: str, lang: str, link: LinkOf) -> Share:
    at = {letter: address(link(letter)) for letter in links.SOURCES}
    text = {letter: quote(f"{words} {url}", safe="") for letter, url in at.items()}
    opens = {
        "w": f"https://wa.me/?text={text['w']}",
        "f": f"https://www.facebook.com/sharer/sharer.php?u={quote(at['f'], safe='')}",
        "m": f"sms:?body={text['m']}",
    }
    ways = [
        Way(_(NAMES[source]), at[letter], opens.get(letter, ""))
        for letter, source in links.SOURCES.items()
        if letter != QR_LETTER
    ]
    return Share(words, lang, ways, at[QR_LETTER])


def _language_of_words() -> str:
    asked = request.args.get("words", "")
    return asked if asked in LANGUAGES else language()


def _spoken() -> list[tuple[str, str]]:
    return [(lang, NATIVE_NAMES[lang]) for lang in LANGUAGES]
