"""The page behind the secret link: every state in words, fit to be shown around, and cancelled while it may be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from shop.core.states import SCANS
from shop.documents import invoices
from shop.documents import service as documents
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.risk import service as risk
from shop.shipping.queries import live_shipment
from shop.stores.models import Store
from tests.checkout.cast import AMINA, Workshop
from tests.counting import statements
from tests.storefront.buying import Buyer, Page
from tests.studio.test_labels import words

Told = Callable[..., Page]


def _order(application: Flask, shop: Workshop) -> Order:
    with application.app_context():
        found = session.scalars(select(Order).where(Order.store_id == shop.id)).one()
        session.expunge_all()
        session.remove()  # type: ignore[attr-defined]
    return found


def _confirm(application: Flask, shop: Workshop) -> None:
    order = _order(application, shop)
    with application.app_context(), transaction():
        fulfilment.confirm(shop.id, order.id, by=AMINA)


def _send(application: Flask, shop: Workshop, *words: str) -> None:
    """Confirm, pack, hand over, and scan what follows."""
    order = _order(application, shop)
    with application.app_context():
        with transaction():
            fulfilment.confirm(shop.id, order.id, by=AMINA)
        parcel = live_shipment(shop.id, order.id)
        assert parcel is not None
        shipment_id = parcel.id
        with transaction():
            documents.print_labels(shop.id, [shipment_id], paper="100x150", start=1, by=AMINA)
        with transaction():
            fulfilment.hand_over(shop.id, [shipment_id], by=AMINA)
        for word in words:
            with transaction():
                fulfilment.scan(shop.id, shipment_id, word, by=AMINA)


def _steps(page: Page) -> list[str]:
    return [f"{each.get('class')}: {each.findtext('b')}" for each in page.body.xpath("//ol[@class='steps']/li")]


def test_after_ordering_she_sees_what_comes_next_and_what_to_prepare(
    yacine: Buyer, amina: Workshop, ismahane: Workshop
) -> None:
    page = yacine.buy(amina, ismahane)
    assert "Atelier Amina calls you before sending." in page.text
    assert "1 100 DA" in page.text
    assert "2 000 DA" in page.text
    assert len(page.body.xpath("//ol[@class='steps']")) == 2
    assert _steps(page)[:2] == ["done: Order received", "now: Confirmed by phone"]
    assert {"tel:+213550000001"} == set(page.body.xpath("//section//a[starts-with(@href, 'tel:')]/@href"))


def test_nothing_on_the_page_says_who_or_where_she_is(yacine: Buyer, amina: Workshop, ismahane: Workshop) -> None:
    secret = {"name": "Yacine Haddad", "address": "12 rue des Oliviers", "phone": "0551 98 76 54"}
    page = yacine.buy(amina, ismahane, note="Sonnez deux fois", **secret)
    whole = page.answer.get_data(as_text=True)
    for hidden in ("Yacine", "Haddad", "Oliviers", "Sonnez", "0551", "551987654", "98\u00a076\u00a054", "987654"):
        assert hidden not in whole, hidden
    assert yacine.cookie("cart") not in whole


def test_the_page_is_kept_nowhere_and_its_address_is_told_to_nobody(yacine: Buyer, amina: Workshop) -> None:
    headers = yacine.buy(amina).answer.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]
    outside = yacine.page.body.xpath("//a[starts-with(@href, 'http')]/@rel")
    assert all("noreferrer" in each for each in outside)


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_whoever_has_the_link_sees_it_in_her_language(
    application: Flask, yacine: Buyer, amina: Workshop, lang: str
) -> None:
    path = yacine.buy(amina).path.replace("/en/", f"/{lang}/")
    page = Buyer(application).open(path)
    assert page.status == 200
    assert page.body.get("lang") == lang
    assert _order(application, amina).code in page.text
    shared = page.body.xpath("//a[starts-with(@href, 'https://wa.me/?text=')]/@href")
    assert any(path.split("/")[-1] in each for each in shared)


def test_a_wrong_link_is_not_found(application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop) -> None:
    path = yacine.buy(amina).path
    other = Buyer(application)
    theirs = other.buy(ismahane).path
    start, code, proof = path.rsplit("/", 2)
    for wrong in (f"{start}/{code}/x", f"{start}/{code}/{proof[:-1]}", f"{start}/{code}/{proof}A",
                  f"{start}/{code}/{theirs.rsplit('/', 1)[1]}", f"{start}/{code}", f"{start}/ABCDEFG/{proof}",
                  f"{start}/{code.lower()}/{proof}"):  # fmt: skip
        page = other.open(wrong)
        assert page.status == 404, wrong
        if wrong.count("/") == path.count("/"):
            assert other.send(f"{wrong}/cancellation", {"order": code}).status == 404


def test_the_link_of_an_order_inside_a_purchase_opens_nothing(
    application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop
) -> None:
    yacine.buy(amina, ismahane)
    code = _order(application, amina).code
    proof = application.extensions["hirfa_signer"].proof("track", code)
    assert yacine.open(f"/t/{code}/{proof}").status == 404


def test_a_packed_and_sent_parcel_shows_its_number_and_its_steps(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    path = yacine.buy(amina).path
    _send(application, amina)
    page = yacine.open(path)
    assert "On its way, 1 100 DA to pay." in page.text
    assert "1 100 DA" in "".join(page.texts("//div[contains(@class, 'note')]"))
    with application.app_context():
        parcel = live_shipment(amina.id, _order(application, amina).id)
        assert parcel is not None
        assert parcel.tracking in page.text
        session.remove()  # type: ignore[attr-defined]
    assert _steps(page)[-2:] == ["now: On its way", "todo: Delivered"] or "now: Delivered" in _steps(page)
    assert not page.has_form("/cancellation")


def test_delivered_asks_for_no_more_cash(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    path = yacine.buy(amina).path
    _send(application, amina, "delivered")
    page = yacine.open(path)
    assert "Delivered and paid. Thank you." in page.text
    assert "Please prepare" not in page.text
    assert all(each.startswith("done") for each in _steps(page))


@pytest.mark.parametrize(
    "words", [("attempt_failed",), ("returning",), ("returning", "returned"), ("ready_for_pickup",), ("lost",)]
)
def test_what_goes_wrong_on_the_way_is_said(
    application: Flask, yacine: Buyer, amina: Workshop, words: tuple[str, ...]
) -> None:
    assert set(words) <= set(SCANS)
    path = yacine.buy(amina, kind="desk", address="").path
    _send(application, amina, *words)
    for lang in ("ar", "fr", "en"):
        page = yacine.open(path.replace("/en/", f"/{lang}/"))
        assert page.status == 200
        assert "{" not in page.text
    said = {"attempt_failed": "did not find you", "returning": "going back to", "returned": "went back",
            "ready_for_pickup": "waits for you at Oran centre", "lost": "was lost"}[words[-1]]  # fmt: skip
    assert said in page.text
    assert ("Please prepare" in page.text) is (words[-1] in {"attempt_failed", "ready_for_pickup"})


def test_she_cancels_one_parcel_while_nobody_has_confirmed_it(
    application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop
) -> None:
    path = yacine.buy(amina, ismahane).path
    form = next(each for each in yacine.page.body.iter("form") if "cancellation" in each.get("action", ""))
    assert yacine.page.filled(form)["order"] == _order(application, amina).code
    page = yacine.send(form.get("action"), yacine.page.filled(form))
    assert page.path == path
    assert "You cancelled this order" in page.text
    assert _order(application, amina).state == "cancelled"
    assert _order(application, ismahane).state == "placed"
    with application.app_context():
        assert amina.on_hand() == 5
    assert "1 100 DA" not in "".join(page.texts("//div[contains(@class, 'note')]"))
    assert "2 000 DA" in page.text
    again = yacine.send(f"{path}/cancellation", {"order": _order(application, amina).code})
    assert again.status == 409
    with application.app_context():
        assert amina.on_hand() == 5


def test_what_is_confirmed_is_cancelled_by_phone_only(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    path = yacine.buy(amina).path
    _confirm(application, amina)
    assert not yacine.open(path).has_form("/cancellation")
    page = yacine.send(f"{path}/cancellation", {"order": _order(application, amina).code})
    assert page.status == 409
    assert "already confirmed" in page.text
    assert _order(application, amina).state == "confirmed"


def test_a_link_cancels_only_its_own_orders(
    application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop
) -> None:
    path = yacine.buy(amina).path
    Buyer(application).buy(ismahane)
    for code in (_order(application, ismahane).code, "", "ABCDEFG", "x" * 500):
        assert yacine.send(f"{path}/cancellation", {"order": code}).status == 404
    assert _order(application, ismahane).state == "placed"


def test_another_site_cannot_cancel(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    path = yacine.buy(amina).path
    fields = {"order": _order(application, amina).code}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert yacine.send(f"{path}/cancellation", fields, headers=headers).status == 403
    assert _order(application, amina).state == "placed"


def test_a_suspended_workshop_does_not_hide_her_order(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    path = yacine.buy(amina).path
    with application.app_context(), transaction():
        session.get_one(Store, amina.id).state = "suspended"
    assert yacine.open(path).status == 200


def test_the_page_is_read_in_few_statements(
    application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop
) -> None:
    path = yacine.buy(amina, ismahane).path
    with application.app_context(), statements() as seen:
        yacine.open(path)
    assert len(seen) <= 12, "\n".join(each[:90] for each in seen)


def test_her_papers_are_behind_her_link_without_phone_or_street(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    page = yacine.buy(amina, name="Yacine Haddad", address="12 rue des Oliviers", phone="0551 98 76 54")
    (contract,) = page.body.xpath("//a[contains(@href, '.pdf')]/@href")
    order = _order(application, amina)
    assert contract.endswith(f"/{order.code}/contract.pdf")
    _confirm(application, amina)
    with application.app_context(), transaction():
        number = invoices.issue(amina.id, order.id, by=AMINA).code
    page = yacine.open(page.path)
    paper, contract = page.body.xpath("//a[contains(@href, '.pdf')]/@href")
    assert paper.endswith(f"/{number}.pdf")
    for address in (paper, contract):
        answer = yacine.client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        text = words(answer.data)
        assert "Yacine Haddad" in text or "Haddad Yacine" in text
        for hidden in ("Oliviers", "0551", "98 76", "9876"):
            assert hidden not in text, hidden
    assert yacine.client.get(paper.replace(number, "F-2026-9999")).status_code == 404
    assert yacine.client.get(paper.replace(page.path.rsplit("/", 1)[1], "x" * 24)).status_code == 404


def test_a_parcel_that_came_back_through_no_fault_of_hers_is_contested_once(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    path = yacine.buy(amina).path
    assert not yacine.page.has_form("/contestation")
    _send(application, amina, "returned")
    page = yacine.open(path)
    assert "It did not come back because of me" in page.text
    order = page.filled(page.form("/contestation"))["order"]
    said = yacine.press("/contestation", said="Le livreur n'est jamais venu")
    assert "Until the workshop or Hirfa has answered, this parcel counts for nobody." in said.text
    assert not yacine.page.has_form("/contestation")
    again = yacine.send(f"{path}/contestation", {"order": order})
    assert again.status == 409
    assert "There is nothing to contest, or you have said so already." in again.text
    assert yacine.send(f"{path}/contestation", {"order": "ZZZZZZZ"}).status == 404
    with application.app_context(), transaction():
        risk.uphold(amina.id, _order(application, amina).id, by=AMINA)
    assert "The workshop says that this parcel counts." in yacine.open(path).text
    with application.app_context(), transaction():
        risk.strike(amina.id, _order(application, amina).id, by=AMINA)
    assert "This parcel was struck: it counts for nobody." in yacine.open(path).text


def test_a_parcel_that_was_delivered_has_nothing_to_contest(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    path = yacine.buy(amina).path
    _send(application, amina, "delivered")
    assert not yacine.open(path).has_form("/contestation")
    assert yacine.send(f"{path}/contestation", {"order": _order(application, amina).code}).status == 409
