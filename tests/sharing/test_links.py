"""Short links say what is shared and where; nothing else is read from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.sharing import links
from shop.sharing.links import Shared


@given(st.sampled_from(["p", "s"]), st.integers(1, 10**18 - 1), st.sampled_from(sorted(links.SOURCES)))
def test_a_link_is_read_as_it_was_written(kind: str, number: int, letter: str) -> None:
    written = Shared(kind, number, letter)  # type: ignore[arg-type]
    assert links.read(written.code) == written
    assert links.read(written.code.upper()) == written


@pytest.mark.parametrize(
    "code", ["", "p", "p40", "40w", "p40z", "x40w", "p0w", "p040w", "p-1w", "p٤w", "p40w ", "p" + "9" * 19 + "w"]
)
def test_what_no_link_says_is_not_read(code: str) -> None:
    assert links.read(code) is None


def test_the_last_link_to_a_store_counts_and_a_few_stores_are_remembered() -> None:
    cookie = links.with_visit(links.with_visit("", 3, "w"), 5, "f")
    assert links.remembered(cookie) == {5: "f", 3: "w"}
    assert links.remembered(links.with_visit(cookie, 3, "i")) == {3: "i", 5: "f"}
    for store in range(100, 120):
        cookie = links.with_visit(cookie, store, "q")
    assert list(links.remembered(cookie)) == [119, 118, 117, 116, 115, 114]


@given(st.text(max_size=300))
def test_any_cookie_is_read_without_a_fault(cookie: str) -> None:
    assert all(letter in links.SOURCES for letter in links.remembered(cookie).values())
    assert links.remembered(links.with_visit(cookie, 7, "w"))[7] == "w"
