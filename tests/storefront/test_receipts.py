"""The receipt of a payment: every method's, on the page, as a PDF, and by e-mail to an address that is forgotten."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from shop.core import clock
from shop.core.errors import Unavailable
from shop.core.money import Money
from shop.documents import service as documents
from shop.documents.receipts import JOB
from shop.notifications import receipts
from shop.notifications.service import Post
from shop.orders.models import Order, Purchase
from shop.payments import refunds
from shop.payments.models import Payment
from shop.plumbing import jobs, mail
from shop.plumbing.db import session, transaction
from shop.plumbing.links import Signer, tracking_path
from shop.plumbing.mail import Letter
from shop.plumbing.messenger import ConsoleMessenger
from shop.plumbing.seals import Seal
from tests.checkout.cast import AMINA, delivered, workshop
from tests.conftest import SECRET
from tests.documents.test_companions import texts
from tests.notifications.test_telling import Letters, letters  # noqa: F401 - a fixture
from tests.payments.till import of
from tests.storefront.buying import Buyer, letters_leave

SATIM = [
    ["Answer of the bank", "Votre paiement a été accepté"], ["Order number", "PKIT234567"],
    ["Number of the transaction", "b7f1c2"], ["Authorisation number", "004217"],
    ["Date of the payment", "26/11/2026 09:12"], ["Amount", "1100,00 DZD"], ["Card", "EDAHABIA"],
    ["In case of trouble, the free number of SATIM", "3020"],
]  # fmt: skip
HERS = "Yacine.Haddad@Example.com"


@pytest.fixture
def paid(application: Flask) -> Iterator[tuple[Order, Payment, str]]:
    """An order that was paid, and the link of its purchase, in a shop that can send letters."""
    letters_leave(application, "smtp://127.0.0.1:1")
    with application.app_context():
        order_id = delivered(workshop())[0].id
        order, payment = of(order_id)
        code = session.get_one(Purchase, order.purchase_id).code
        session.expunge_all()
        session.remove()  # type: ignore[attr-defined]
        yield order, payment, tracking_path(application.extensions["hirfa_signer"], "en", code)


def mentioned(payment: Payment, pairs: list[list[str]]) -> None:
    with transaction():
        session.get_one(Payment, payment.id).mentions = pairs


def give_back(payment: Payment, dinars: int) -> None:
    with transaction():
        session.get_one(Payment, payment.id).state = "settled"
    with transaction():
        refunds.ask(payment.store_id, payment.id, Money.dinars(dinars), reason="", proof="hand", by=AMINA, by_hand=True)


def post(mailer: mail.Mailer) -> Post:
    return Post("https://hirfa.example", Signer(SECRET), mailer, ConsoleMessenger())


def work(mailer: mail.Mailer) -> int:
    with transaction():
        session.query(jobs.Job).where(jobs.Job.kind != JOB).delete()
    return jobs.run_all({JOB: lambda payload: receipts.send(post(mailer), Seal(SECRET), payload)})


def test_cash_that_came_has_a_receipt_like_any_other(paid: tuple[Order, Payment, str], yacine: Buyer) -> None:
    order, payment, link = paid
    page = yacine.open(link)
    assert "Paid: 1 100 DA" in page.text
    found = yacine.client.get(f"{link}/{order.code}/receipt/{payment.reference}.pdf")
    assert (found.status_code, found.mimetype) == (200, "application/pdf")
    words = texts(found.data)[0]
    for each in ("Payment receipt", payment.reference, "1 100 DA", "Payment method", "It is no invoice."):
        assert each in words


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_everything_that_the_scheme_asks_for_stands_on_it(
    app: Flask, paid: tuple[Order, Payment, str], lang: str
) -> None:
    order, payment, _link = paid
    mentioned(payment, SATIM)
    give_back(payment, 300)
    whole = " ".join(texts(documents.receipt_pdf(of(order.id)[0], payment.reference, language=lang)))
    for word in re.findall(r"[^\W\d]+|\d+", " ".join(value for _label, value in SATIM)):
        assert word in whole  # a page of Arabic is read back from right to left, piece by piece
    assert "300" in whole
    assert "800" in whole


def test_what_is_nobodys_or_was_not_paid_has_none(paid: tuple[Order, Payment, str], yacine: Buyer) -> None:
    order, payment, link = paid
    assert yacine.open(f"{link}/{order.code}/receipt/PZZZZZZZZ2.pdf").status == 404
    with transaction():
        session.get_one(Payment, payment.id).collected_minor = 0
    assert yacine.open(f"{link}/{order.code}/receipt/{payment.reference}.pdf").status == 404
    assert not yacine.open(link).has_form("/receipt/letter")


def test_it_is_sent_to_the_address_that_she_typed_and_the_address_is_forgotten(
    paid: tuple[Order, Payment, str],
    yacine: Buyer,
    letters: tuple[Letters, str],  # noqa: F811
) -> None:
    _order, payment, link = paid
    yacine.open(link)
    page = yacine.press("/receipt/letter", email=f" {HERS} ")
    assert "on its way" in page.text
    kept = session.scalars(select(jobs.Job.payload).where(jobs.Job.kind == JOB)).one()
    assert "example" not in str(kept).casefold()
    session.rollback()
    got, url = letters
    assert work(mail.mailer(url, sender="Hirfa <shop@hirfa.example>")) == 1
    letter = email.message_from_bytes(got.got[0], policy=email.policy.default)
    assert letter["To"] == "Yacine.Haddad@example.com"
    body, paper = letter.get_body(("plain",)), next(letter.iter_attachments())
    assert body is not None
    assert f"https://hirfa.example{link}" in body.get_content()
    assert (paper.get_content_type(), paper.get_filename()) == (
        "application/pdf", f"receipt-{payment.reference}.pdf",
    )  # fmt: skip
    assert payment.reference in texts(paper.get_content())[0]
    job = session.scalars(select(jobs.Job).where(jobs.Job.kind == JOB)).one()
    assert (job.done_at is not None, job.payload) == (True, {})
    session.rollback()


class Silent:
    """A mail server that does not answer."""

    tried = 0

    def send(self, letter: Letter, *, reference: str) -> None:
        self.tried += 1
        raise Unavailable("nobody answers")


def test_a_server_that_stays_silent_is_asked_for_two_hours_and_no_longer(
    paid: tuple[Order, Payment, str], yacine: Buyer
) -> None:
    yacine.open(paid[2])
    yacine.press("/receipt/letter", email=HERS)
    silent = Silent()
    work(silent)
    with clock.standing_at(clock.now() + timedelta(hours=1)):
        work(silent)
    assert silent.tried == 2
    with clock.standing_at(clock.now() + timedelta(hours=2, minutes=5)):
        work(silent)
        job = session.scalars(select(jobs.Job).where(jobs.Job.kind == JOB)).one()
        assert (silent.tried, job.done_at is not None, job.payload) == (2, True, {})
        session.rollback()


@pytest.mark.parametrize("typed", ["", "yacine", "a b@example.com", "x@y", "a@b.c\r\nBcc: d@e.f"])
def test_what_is_no_address_is_said_at_its_field_and_kept(
    paid: tuple[Order, Payment, str], yacine: Buyer, typed: str
) -> None:
    yacine.open(paid[2])
    page = yacine.press("/receipt/letter", email=typed)
    assert page.status == 422
    assert page.title.startswith("Error:")
    assert page.body.xpath("//div[contains(@class, 'errs')]//a/@href") == [f"#email-{paid[1].reference}"]
    assert page.body.xpath(f"//details[@open]//input[@id='email-{paid[1].reference}']/@value") == [
        " ".join(typed.split()) if "\r" in typed else typed
    ]
    assert session.scalars(select(jobs.Job).where(jobs.Job.kind == JOB)).all() == []
    session.rollback()


def test_nobody_floods_a_mailbox_from_a_link(paid: tuple[Order, Payment, str], yacine: Buyer) -> None:
    for _time in range(5):
        yacine.open(paid[2])
        assert yacine.press("/receipt/letter", email=HERS).status == 200
    yacine.open(paid[2])
    assert yacine.press("/receipt/letter", email=HERS).status == 429
    assert len(session.scalars(select(jobs.Job.id).where(jobs.Job.kind == JOB)).all()) == 5
    session.rollback()


def test_a_shop_without_a_mail_server_promises_no_letter(
    application: Flask, paid: tuple[Order, Payment, str], yacine: Buyer
) -> None:
    yacine.open(paid[2])
    letters_leave(application, "")
    page = yacine.press("/receipt/letter", email=HERS)  # the page was open while the operator took the server away
    assert page.status == 422
    assert "nothing was sent" in page.text
    assert "is on its way to your" not in page.text
    assert session.scalars(select(jobs.Job).where(jobs.Job.kind == JOB)).all() == []
    session.rollback()
    assert not yacine.open(paid[2]).has_form("/receipt/letter")
    assert "Download the receipt" in yacine.page.text
