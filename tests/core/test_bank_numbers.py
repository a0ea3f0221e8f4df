"""A wrong digit of an account is caught before money goes to a stranger."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.bank_numbers import bare, ccp_key, grouped, is_rib, rib_key, rip_of

ACCOUNTS = st.text("0123456789", min_size=1, max_size=10)


@pytest.mark.parametrize(
    ("account", "key", "rip"),
    [("12345678", "28", "00799999001234567803"), ("200", "12", "00799999000000020091")],
)
def test_worked_examples(account: str, key: str, rip: str) -> None:
    assert ccp_key(account) == key
    assert rip_of(account) == rip
    assert is_rib(rip)


@given(ACCOUNTS, st.integers(0, 19), st.integers(1, 9))
def test_one_wrong_digit_of_a_rib_is_caught_behind_the_bank_code(account: str, at: int, by: int) -> None:
    rip = rip_of(account)
    wrong = rip[:at] + str((int(rip[at]) + by) % 10) + rip[at + 1 :]
    assert is_rib(wrong) is (at < 3), "the bank's code has no part in the key"


@given(ACCOUNTS, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_of_a_ccp_number_changes_its_key(account: str, at: int, by: int) -> None:
    at %= len(account)
    wrong = account[:at] + str((int(account[at]) + by) % 10) + account[at + 1 :]
    weight = len(account) - at + 3
    assert (ccp_key(wrong) == ccp_key(account)) is (weight * (int(wrong[at]) - int(account[at])) % 100 == 0)


@pytest.mark.parametrize("account", ["", "12345678901", "12a", "١٢٣"])
def test_what_is_no_account_is_refused(account: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        ccp_key(account)


def test_an_agency_s_key_needs_all_its_digits() -> None:
    with pytest.raises(ValueError, match="five digits"):
        rib_key("999", "1")
    assert not is_rib("0079999900123456780")
    assert not is_rib("")


def test_numbers_are_read_however_they_are_set() -> None:
    assert bare("٠٠٧ 99999-0012345678.03") == "00799999001234567803"
    assert grouped("00799999001234567803") == "007 99999 0012345678 03"
    assert grouped("12") == "12"
