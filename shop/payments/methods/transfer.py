"""Transfer to the artisan's own account: CCP, BaridiMob or bank. The buyer pays by herself and sends the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shop.core.bank_numbers import bare, ccp_key, grouped, is_rib, rip_of
from shop.payments.contract import Ask, Fact, Mentions, Offer, Plugin, setting

TITLE = "By transfer: CCP, BaridiMob or bank"
DETAIL = "You pay into the workshop's account and send a picture of the receipt. The parcel leaves when it has come."
MOST_DAYS = 14


@dataclass(frozen=True)
class Settings:
    """The accounts into which buyers pay: at least one. Numbers are kept as digits, whatever stood between them."""

    holder: str = setting("Name on the account", most=80)
    ccp: str = setting("CCP account number", hint="Without the key, for example 12345678.", most=30)
    ccp_check: str = setting("CCP key", hint="The two digits after the number.", most=6)
    bank: str = setting("Name of the bank", hint="Only if you want transfers to a bank account.", most=60)
    rib: str = setting("RIB of the bank account", hint="20 digits.", most=40)
    days: int = setting(
        "Days to wait for the money", default=3, hint="Then the order is given up and its pieces are free."
    )

    def problems(self) -> Mapping[str, str]:
        """Return what can't be right: a wrong digit sends money to a stranger."""
        found: dict[str, str] = {}
        if not self.holder.strip():
            found["holder"] = "Write the name that stands on the account."
        if not bare(self.ccp) and not bare(self.rib):
            found["ccp"] = "Write at least one account: CCP or bank."
        if bare(self.ccp):
            found |= _ccp_problem(bare(self.ccp), bare(self.ccp_check))
        if bare(self.rib) and not is_rib(bare(self.rib)):
            found["rib"] = "This RIB can't be right: a digit is wrong or missing. Please compare it with your cheques."
        if bare(self.rib) and not self.bank.strip():
            found["bank"] = "Write the name of the bank."
        if not 1 <= self.days <= MOST_DAYS:
            found["days"] = "Write a number of days from 1 to 14."
        return found


def _ccp_problem(account: str, key: str) -> dict[str, str]:
    try:
        right = ccp_key(account)
    except ValueError:
        return {"ccp": "A CCP account number has at most ten digits."}
    if not key:
        return {"ccp_check": "Write the two digits of the key."}
    if key.zfill(2) != right:
        return {"ccp_check": "The number and its key do not fit: a digit is wrong. Please compare them."}
    return {}


@dataclass(frozen=True)
class Transfer:
    """Pending until the artisan says that the money came: nothing happens outside."""

    settings: Settings

    @property
    def key(self) -> str:
        """The name under which payments are stored."""
        return "transfer"

    def offer(self, ask: Ask) -> Offer | None:
        """Serve buyers in Algeria, in dinars."""
        if ask.face_to_face or ask.country != "DZ" or ask.amount.currency != "DZD" or self.settings.problems():
            return None
        return Offer(title=TITLE, detail=DETAIL, wait_h=24 * self.settings.days)

    def start(self, ask: Ask) -> Fact:
        """Answer at once: the money is awaited."""
        return Fact(reference=ask.reference, state="pending", amount=ask.amount)

    def instructions(self, ask: Ask) -> Mentions:  # noqa: ARG002 - the accounts are the same for every payment
        """Return the accounts, each with its key; none that can't be right, as settings that are off may hold."""
        said: list[tuple[str, str]] = []
        account, wrong = bare(self.settings.ccp), self.settings.problems().keys()
        if account and not wrong & {"ccp", "ccp_check"}:
            said += [("CCP", f"{account} {ccp_key(account)}"), ("RIP (BaridiMob)", grouped(rip_of(account)))]
        if bare(self.settings.rib) and not wrong & {"rib", "bank"}:
            said += [("Bank", self.settings.bank), ("RIB", grouped(bare(self.settings.rib)))]
        return (("Name on the account", self.settings.holder), *said) if said and "holder" not in wrong else ()


PLUGIN = Plugin(
    key="transfer",
    title=TITLE,
    settings=Settings,
    build=lambda settings, _http: Transfer(settings),
)
