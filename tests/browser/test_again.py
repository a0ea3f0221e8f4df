"""The demo shop that the files of browser tests share: what one of them leaves, the next one does not find."""

from __future__ import annotations

import urllib.request

import pytest

from tests.browser.conftest import Served
from tests.browser.rooms import PLENTY, Rooms

pytestmark = pytest.mark.browser

SOLD_OUT = 29


def test_the_shop_is_had_again_as_it_was_while_it_is_served(served: Served, rooms: Rooms) -> None:
    def page() -> bytes:
        with urllib.request.urlopen(f"{served.base}/fr/p/{SOLD_OUT}-x", timeout=30) as answer:
            return bytes(answer.read())

    picture = next((served.again.folder / "media").rglob("*.webp"))
    as_it_was = page()
    rooms.stock_up(SOLD_OUT)
    picture.unlink()
    assert page() != as_it_was
    assert rooms.on_hand(SOLD_OUT) == PLENTY
    served.again.again()
    assert page() == as_it_was
    assert rooms.on_hand(SOLD_OUT) == 0
    assert picture.is_file()
