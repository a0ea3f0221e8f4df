"""What carriers say that nobody understands is listed at the desk, word by word."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from shop.core import clock
from shop.plumbing.db import session, transaction
from shop.shipping import service as shipping
from shop.shipping.contract import ParcelScan
from shop.shipping.strange_words import KEPT
from tests.checkout.cast import AMINA
from tests.people import Person
from tests.studio.day import Day, a_day


def said(day: Day, code: str, raw: str, *, word: str = "unknown", ago: timedelta = timedelta()) -> None:
    """Let the carrier of an order say something of its parcel."""
    parcel = day.parcel(code)
    with day.application.app_context(), clock.standing_at(clock.now() - ago):
        scan = ParcelScan(key=f"{raw} {ago}", tracking=parcel.reference, word=word, at=clock.now(), raw=raw)
        with transaction():
            shipping.record_scans(day.store_id, parcel.id, [scan], by=AMINA)
        session.remove()  # type: ignore[attr-defined]


def test_a_word_that_nobody_understands_is_listed_once_with_how_many_parcels_it_was_said_of(
    application: Flask, operator: Person
) -> None:
    day = a_day(application)
    assert "Nothing waits" in operator.get("/desk/carrier-words").text
    first, second = day.handed_over(), day.handed_over()
    for code in (first, second):
        said(day, code, "En transit <b>inter</b>")
    said(day, second, "En transit <b>inter</b>", ago=timedelta(hours=1))
    said(day, first, "Livré", word="delivered")
    said(day, first, "Gone long ago", ago=KEPT + timedelta(days=1))
    page = operator.get("/desk/carrier-words").text
    assert page.count("En transit &lt;b&gt;inter&lt;/b&gt;") == 1
    assert "2 parcels" in page
    assert "Atelier Amina" in page
    assert "Livré" not in page
    assert "Gone long ago" not in page
    assert "Words of carriers · 1" in operator.get("/desk/").text
    assert day.parcel(second).state == "handed_over", "no parcel moved by it"


def test_only_the_operator_reads_it(application: Flask) -> None:
    day = a_day(application)
    assert day.amina.get("/desk/carrier-words").status_code == 404
