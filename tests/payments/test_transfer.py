"""A transfer keeps the contract, and no account with a wrong digit is ever shown to a buyer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shop.core.money import Money
from shop.payments.contract import Ask, PaidByHand
from shop.payments.methods import METHODS
from shop.payments.methods.transfer import PLUGIN, Settings, Transfer
from shop.testing.payment_kit import PaymentMethodKit

AMINA = Settings(holder="Amina Benali", ccp="12345678", ccp_check="28")


class TestTransfer(PaymentMethodKit):
    """Dinars, in Algeria, to her own account."""

    plugin = PLUGIN

    @pytest.fixture
    def method(self) -> Transfer:
        return Transfer(AMINA)

    def test_it_waits_for_as_many_days_as_she_says(self, method: Transfer, ask: Ask) -> None:
        offer = Transfer(replace(AMINA, days=5)).offer(ask)
        assert offer is not None
        assert offer.wait_h == 120

    def test_it_is_for_dinars_in_algeria_from_afar(self, method: Transfer, ask: Ask) -> None:
        for other in (
            replace(ask, face_to_face=True), replace(ask, amount=Money(100, "EUR")), replace(ask, country="FR"),
        ):  # fmt: skip
            assert method.offer(other) is None

    def test_it_tells_the_account_with_its_keys(self, method: Transfer, ask: Ask) -> None:
        assert isinstance(method, PaidByHand)
        assert dict(method.instructions(ask)) == {
            "Name on the account": "Amina Benali", "CCP": "12345678 28",
            "RIP (BaridiMob)": "007 99999 0012345678 03",
        }  # fmt: skip


def test_it_is_in_the_table_and_off_until_it_is_set() -> None:
    assert METHODS.usable["transfer"] is PLUGIN
    assert not PLUGIN.on
    assert Transfer(Settings()).offer(Ask("P", Money.dinars(100), "fr")) is None


def test_right_accounts_have_no_problem() -> None:
    assert AMINA.problems() == {}
    assert replace(AMINA, ccp="12 34 56 78", ccp_check=" ٢٨").problems() == {}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (replace(AMINA, holder=" "), "holder"),
        (replace(AMINA, ccp="12345679"), "ccp_check"),
        (replace(AMINA, ccp_check="29"), "ccp_check"),
        (replace(AMINA, ccp_check=""), "ccp_check"),
        (replace(AMINA, ccp="12345678901"), "ccp"),
        (replace(AMINA, ccp="mon compte"), "ccp"),
        (replace(AMINA, ccp=""), "ccp"),
        (replace(AMINA, rib="00799999001234567804", bank="BNA"), "rib"),
        (replace(AMINA, rib="00799999001234567803"), "bank"),
        (replace(AMINA, days=0), "days"),
        (replace(AMINA, days=15), "days"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(settings: Settings, field: str) -> None:
    ask = Ask("P", Money.dinars(100), "fr")
    assert list(settings.problems()) == [field]
    assert Transfer(settings).offer(ask) is None
    told = dict(Transfer(settings).instructions(ask))
    if field in {"ccp", "ccp_check", "holder"}:
        assert told == {}, "who waits for a transfer that was switched off is told no account that is wrong"
    else:
        assert told["CCP"] == "12345678 28"
        assert "RIB" not in told
