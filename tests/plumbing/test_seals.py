"""Secrets at rest open with a key of the deployment, under the purpose they were sealed for, whole or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.plumbing.seals import Seal

OURS = Seal("k" * 40)


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_what_is_sealed_opens_as_it_was(text: str) -> None:
    assert OURS.open("a", OURS.close("a", text)) == text


def test_the_same_text_is_never_sealed_alike_and_shows_nothing() -> None:
    sealed = {OURS.close("a", "JBSWY3DPEHPK3PXP" * 2) for _time in range(50)}
    assert len(sealed) == 50
    assert not any("JBSW" in each for each in sealed)


def test_a_seal_of_before_opens_until_it_is_dropped() -> None:
    sealed = OURS.close("a", "secret")
    assert Seal("n" * 40, old=["x" * 40, "k" * 40]).open("a", sealed) == "secret"
    assert Seal("n" * 40).open("a", sealed) is None


def test_under_another_purpose_it_stays_shut() -> None:
    assert OURS.open("b", OURS.close("a", "secret")) is None


@pytest.mark.parametrize("place", range(0, 50, 7))
def test_one_changed_letter_keeps_it_shut(place: int) -> None:
    sealed = OURS.close("a", "secret of some length")
    other = "A" if sealed[place] != "A" else "B"
    assert OURS.open("a", f"{sealed[:place]}{other}{sealed[place + 1 :]}") is None


@pytest.mark.parametrize(
    "text", ["", "A", "AAAA", "A" * 42, "é", "\ud800", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "=" * 80]
)
def test_what_was_never_sealed_opens_nothing(text: str) -> None:
    assert OURS.open("a", text) is None
