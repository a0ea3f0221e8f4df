"""Today: the counters, the lists in their order, and what is said when there is nothing to do."""

from __future__ import annotations

import gzip

from flask import Flask

from tests.counting import statements
from tests.studio.day import a_day


def test_the_counters_count_and_the_lists_follow_them(application: Flask) -> None:
    day = a_day(application)
    placed, packed, ready = day.ordered(), day.confirmed(), day.labelled()
    page = day.page()
    assert page.index(placed) < page.index(packed) < page.index(ready)
    assert "1 customer waits for your call." in page
    assert "Print 1 label" in page
    assert f'value="{day.parcel(packed).id}"' in page
    assert f'action="{day.url}/orders/{placed}/calls"' in page
    assert "tel:+213550123456" in page
    assert "Oran" in page
    assert "Yacine Haddad" in page
    assert "1\u00a0100\u00a0DA" in page


def test_nothing_to_do_offers_to_share_the_shop(application: Flask) -> None:
    page = a_day(application).page()
    assert "Nothing to do right now" in page
    assert "https://wa.me/?text=" in page
    assert "@atelier-amina" in page


def test_more_than_twenty_are_told_by_wilaya(application: Flask) -> None:
    day = a_day(application)
    for _order in range(20):
        day.ordered()
    assert "31 – Oran" not in day.page()
    assert "Yacine Haddad</bdi>, <bdi>Oran" in day.page()
    day.ordered()
    assert "31 – Oran · 21" in day.page()
    assert "Yacine Haddad</bdi>, <bdi>Oran" not in day.page(), "the wilaya is said once, above its orders"


def test_today_is_small_and_reads_little(application: Flask) -> None:
    day = a_day(application)
    for make in (day.ordered, day.confirmed, day.labelled, day.ordered) * 5:
        make()
    with application.app_context(), statements() as seen:
        page = day.page()
    assert len(gzip.compress(page.encode())) < 14_000
    assert len([each for each in seen if each.startswith("SELECT")]) <= 8


def test_a_stranger_finds_no_studio(application: Flask) -> None:
    day = a_day(application)
    assert day.sami.get(day.url + "/").status_code == 404
    assert day.sami.get("/studio/atelier-sami/").status_code == 200
    assert application.test_client().get(day.url + "/").status_code == 302
