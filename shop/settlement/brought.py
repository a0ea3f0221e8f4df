"""Lists that carriers give by themselves: kept beside those that an artisan brings, for her to look at.

No cash is settled by what a carrier says. She writes the list down once the money is in her hand.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import and_, exists, select

from shop.core import clock
from shop.core.errors import HirfaError
from shop.core.text import clean
from shop.payments.models import Payment
from shop.plumbing.db import insert_new, session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.outside import Outside
from shop.settlement import drafts
from shop.settlement.matching import SETTLES, match, of_contract
from shop.settlement.models import CarrierStatementSeen
from shop.settlement.reading import COLLECTED, FEE, TRACKING, Grid
from shop.shipping import partners
from shop.shipping.contract import CarrierStatement, Remits
from shop.shipping.models import CarrierAccount, Shipment

JOB = "settlement.bring"
EVERY_S = 900
SINCE = timedelta(days=90)  # parcels delivered longer ago are asked for by hand
NEWS = frozenset({*SETTLES, "rest", "returned", "early"})
log = structlog.get_logger("hirfa.partners")


def bring(outside: Outside, _payload: dict[str, Any]) -> None:
    """Ask carriers that hold cash what they paid out: a job that comes round. One that is silent is asked next time."""
    for account in _holding():
        try:
            _ask(account, outside)
        except HirfaError as error:
            session.rollback()
            log.warning("a partner was not asked for its payments", account=account.id, error=repr(error))


def _holding() -> list[CarrierAccount]:
    """Return the accounts of partners that hold cash of parcels that arrived."""
    owed = (
        select(Shipment.id)
        .join(Payment, and_(Payment.store_id == Shipment.store_id, Payment.order_id == Shipment.order_id))
        .where(Shipment.store_id == CarrierAccount.store_id, Shipment.account_id == CarrierAccount.id)
        .where(Shipment.state == "delivered", Payment.state == "collected", Payment.method == "cash_on_delivery")
    )
    far = CarrierAccount.carrier.in_(partners.far())
    return list(session.scalars(select(CarrierAccount).where(far, exists(owed)).order_by(CarrierAccount.id)))


def _ask(account: CarrierAccount, outside: Outside) -> None:
    if not isinstance(partners.built(account, outside), Remits):
        return
    with transaction():
        if not partners.may_ask(account.id):
            return
    carrier = partners.built(account, outside, turns=1)
    assert isinstance(carrier, Remits)
    session.rollback()  # the read snapshot does not wait for the outside
    for told in carrier.statements(clock.today() - SINCE):
        with transaction():
            _keep(account, told)


def _keep(account: CarrierAccount, told: CarrierStatement) -> None:
    """Keep a list that was not told before; one that says nothing new is remembered only."""
    reference = clean(told.reference, limit=60)
    if not reference or not told.lines or not _is_new(account, reference):
        return
    found = match(account.store_id, of_contract(told.lines))
    if not any(each.outcome in NEWS for each in found):
        return
    rows = [[line.tracking, _typed(line.collected.minor), _typed(line.fee.minor)] for line in told.lines]
    keys = [TRACKING, COLLECTED, FEE]
    drafts.keep(
        account.store_id, Grid(keys, keys, rows, sure=True), carrier_title=account.title, name=account.title,
        reference=reference, received_on=clock.today(), by=Actor("carrier", name=account.title),
    )  # fmt: skip


def _is_new(account: CarrierAccount, reference: str) -> bool:
    """Write down that a list was told; return whether it is for the first time, also when it was set aside since."""
    row = {"store_id": account.store_id, "account_id": account.id, "reference": reference, "told_at": clock.now()}
    return insert_new(CarrierStatementSeen, row) is not None


def _typed(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"
