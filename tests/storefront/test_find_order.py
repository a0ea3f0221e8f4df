"""The way back to a lost link: a code and four digits, and nothing to learn for whoever has neither."""

from __future__ import annotations

import pytest
from flask import Flask

from shop.core.text import new_code
from tests.checkout.cast import Workshop
from tests.storefront.buying import Buyer, Page

UNKNOWN = new_code()


def _look(buyer: Buyer, code: str, digits: str) -> Page:
    buyer.open("/t")
    return buyer.press("/t", code=code, digits=digits)


def _bought(application: Flask, *shops: Workshop) -> tuple[str, str]:
    """Somebody orders; return the tracking page's path and the purchase's code."""
    path = Buyer(application).buy(*shops).path
    return path, path.split("/")[3]


def test_a_code_and_four_digits_lead_to_the_order(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    path, code = _bought(application, amina)
    assert _look(yacine, code, "3456").path == path


@pytest.mark.parametrize(
    "write", [str.lower, lambda code: f" {code[:3]}-{code[3:]} ", lambda code: f"{code[0]} {code[1:]}"]
)
def test_the_code_is_read_however_it_is_typed(
    application: Flask, yacine: Buyer, amina: Workshop, write: object
) -> None:
    path, code = _bought(application, amina)
    assert _look(yacine, write(code), "٣٤٥٦").path == path  # type: ignore[operator]


def test_the_code_of_one_parcel_leads_to_the_whole_purchase(
    application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop
) -> None:
    path, purchase = _bought(application, amina, ismahane)
    codes = [
        each for each in Buyer(application).open(path).texts("//section//*[@dir='ltr']") if len(each) == len(purchase)
    ]
    assert codes
    assert all(_look(yacine, code, "3456").path == path for code in codes)


def test_a_wrong_code_and_wrong_digits_are_answered_alike(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    _path, code = _bought(application, amina)
    wrong_digits, wrong_code = _look(yacine, code, "0000"), _look(yacine, UNKNOWN, "0000")
    assert wrong_digits.status == wrong_code.status == 422
    assert wrong_digits.problems == wrong_code.problems
    assert len(wrong_digits.problems) == 1
    same = [
        page.answer.get_data(as_text=True).replace(typed, "")
        for page, typed in ((wrong_digits, code), (wrong_code, UNKNOWN))
    ]
    assert same[0] == same[1]
    assert yacine.page.value_of("digits") == "0000"


def test_five_tries_of_a_code_in_a_quarter_of_an_hour_and_then_not_even_the_right_one(
    application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop
) -> None:
    _path, code = _bought(application, amina)
    other_path, other = _bought(application, ismahane)
    for _each in range(5):
        assert _look(yacine, code, "0000").status == 422
    late = _look(yacine, code, "3456")
    assert late.status == 429
    assert "Too many tries" in late.text
    assert _look(Buyer(application), code.lower(), "3456").status == 429
    assert _look(yacine, other, "3456").path == other_path


def test_an_unknown_code_is_limited_like_a_known_one(yacine: Buyer, amina: Workshop) -> None:
    statuses = [_look(yacine, UNKNOWN, "0000").status for _each in range(6)]
    assert statuses == [422] * 5 + [429]


UNREADABLE = [
    ("", ""), (UNKNOWN, ""), ("", "3456"), (UNKNOWN, "34"), (UNKNOWN, "abcd"), ("x" * 900, "3456"), ("\u202e", "3456"),
    ("' OR 1", "3456"), (UNKNOWN, "³⁴⁵⁶"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "digits"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_cannot_be_read_gets_a_sentence(yacine: Buyer, code: str, digits: str) -> None:
    page = _look(yacine, code, digits)
    assert page.status == 422
    assert page.problems
    assert page.title.startswith("Error:")


def test_another_site_cannot_ask(yacine: Buyer) -> None:
    fields = {"code": UNKNOWN, "digits": "3456"}
    assert yacine.send("/t", fields, headers={"Origin": "https://evil.example"}).status == 403
