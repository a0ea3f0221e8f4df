"""Carriers that are asked over the network: their keys sealed, checked, and built; how often they may be asked.

What buyers are quoted needs no key and no network: see `quotes`. Whoever talks with a partner opens its secrets here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select, update

from shop.core import clock
from shop.core.errors import Misconfigured, Refused, Unavailable
from shop.plumbing import journal, plugin_settings
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.plumbing.outside import Outside
from shop.plumbing.seals import Seal
from shop.plumbing.turns import Gate, counted, rests, silent_since
from shop.shipping.carriers import CARRIERS
from shop.shipping.contract import Cancels, Carrier, Checks, Plugin
from shop.shipping.models import CarrierAccount, Shipment

WRONG_KEYS = N_("The partner refused these keys. Please compare them with those of your account there.")
NO_KEYS = N_("The partner has no key here yet. Please type it in the settings of delivery.")
OF_KEYS = (WRONG_KEYS, NO_KEYS)
NOT_REACHED = N_("The partner did not answer. Please try again in a few minutes.")
# The partners that come along know no catalogue: their words are marked here.
WORDS = (
    N_("Yalidine"), N_("Company"), N_("Guepex"), N_("Yalitec"), N_("Economiqua"), N_("Easy & Speed"),
    N_("WeCan Services"), N_("API ID"), N_("It is in your account there, under Development."), N_("API token"),
    N_("Secret key of the webhook"), N_("Only if you register the address for notices there."),
    N_("The API ID is a number without spaces."),
    N_("The API token has letters and digits only. Please copy all of it."),
    N_("ZR Express"), N_("Tenant"), N_("It is in your account there, beside the API key."), N_("API key"),
    N_("The tenant is five groups of letters and digits with lines between."),
    N_("The API key has no spaces. Please copy all of it."),
    N_("The secret key of the webhook begins with whsec_. Please copy all of it."),
    N_("Maystro"),
    N_("Procolis (ABEX, Colilog, Flash, Leopard)"), N_("Token"), N_("Key"),
    N_("Both are in your account there, or the company gives them to you."),
    N_("It has no spaces and at least 8 characters. Please copy all of it."),
)  # fmt: skip
PER_TURN = 2  # one sought, one asked


def far() -> frozenset[str]:
    """Return the carriers that are asked over the network."""
    return frozenset(key for key, plugin in CARRIERS.usable.items() if plugin.outside)


def partner_of(account: CarrierAccount) -> Plugin | None:
    """Return the plug-in of an account that is asked over the network; None for another one."""
    plugin = CARRIERS.usable.get(account.carrier)
    return plugin if plugin is not None and plugin.outside else None


def abroad() -> frozenset[str]:
    """Return those of them that take parcels abroad and no others."""
    return frozenset(key for key, plugin in CARRIERS.usable.items() if plugin.outside and plugin.abroad)


def secrets_of(account: CarrierAccount, seal: Seal) -> dict[str, str]:
    """Return the secrets of an account; none when the key that sealed them is gone."""
    return plugin_settings.opened(account.sealed, _sealed_for(account), seal)


def connect(account: CarrierAccount, values: Mapping[str, Any], *, seal: Seal, by: Actor) -> None:
    """Keep the keys of an account; a secret that is left empty stays. Raises Refused (with its field)."""
    plugin = partner_of(account)
    if plugin is None:
        raise Refused(N_("This carrier has no keys."))
    plain, secrets = plugin_settings.parted(plugin.settings, values, secrets_of(account, seal))
    for field, sentence in plugin_settings.problems(plugin.settings, plain, secrets).items():
        raise Refused(sentence, field=field)
    kept = plugin_settings.kept(plain, secrets, _sealed_for(account), seal)
    mine = update(CarrierAccount).where(CarrierAccount.store_id == account.store_id, CarrierAccount.id == account.id)
    changed(mine.values(
        settings=dict(kept.plain), sealed=kept.sealed, checked_at=None, problem="",
        asked_as=_named(plugin, {**kept.plain, **secrets}, seal),
    ))  # fmt: skip
    journal.record("carrier.connected", subject="carrier", subject_id=account.id, store_id=account.store_id, by=by)


def built(account: CarrierAccount, outside: Outside, *, turns: int = 0, insists: bool = False) -> Carrier:
    """Return the carrier of an account, ready to talk with its outside at its pace. Raises Misconfigured.

    `turns` are those that `may_ask` has counted for it. One that does not answer is left alone for a while, except by
    somebody who insists.
    """
    plugin = partner_of(account)
    if plugin is None:
        raise Misconfigured(f"the carrier {account.carrier} is not asked over the network")
    secrets = secrets_of(account, outside.seal)
    settings = plugin_settings.filled(plugin.settings, account.settings, secrets)
    gate = Gate(turn_key(account), plugin.allows, paid=turns * PER_TURN, insists=insists)
    return plugin.build(settings, outside.http.for_account(secrets=list(secrets.values()), gate=gate))


def check(account: CarrierAccount, outside: Outside) -> str:
    """Ask a partner whether its keys work, outside a transaction; return an English msgid, or ''."""
    carrier = built(account, outside, insists=True)
    session.rollback()  # the read snapshot does not wait for the outside
    if not isinstance(carrier, Checks):
        return ""
    try:
        carrier.check()
    except Misconfigured as error:
        return NO_KEYS if str(error) == NO_KEYS else WRONG_KEYS
    except Unavailable:
        return NOT_REACHED
    return ""


def note_check(store_id: int, account_id: int, problem: str) -> None:
    """Write down when the keys of an account were checked, and what was wrong.

    Once they work, the parcels that were refused because of them are to be booked again.
    """
    mine = update(CarrierAccount).where(CarrierAccount.store_id == store_id, CarrierAccount.id == account_id)
    changed(mine.values(checked_at=clock.now(), problem=problem))
    if not problem:
        waits = update(Shipment).where(Shipment.store_id == store_id, Shipment.account_id == account_id)
        refused = waits.where(Shipment.booked_at.is_(None), Shipment.booking_problem.in_(OF_KEYS))
        changed(refused.values(booking_problem="", asked_at=None))


def turn_key(account: CarrierAccount) -> str:
    """Return under which name the turns of an account are given."""
    return account.asked_as or f"account {account.id}"


def may_ask(account_id: int, turns: int = 1) -> bool:
    """Count turns of an account, in this transaction; return whether its partner takes as many now.

    It does not when it did not answer just now, or all workers together have asked enough.
    """
    account = session.get_one(CarrierAccount, account_id)
    plugin, key = partner_of(account), turn_key(account)
    if plugin is None or rests(key):
        return False
    return counted(key, plugin.allows, requests=turns * PER_TURN)


def silent(store_id: int) -> dict[int, datetime]:
    """Return the accounts of a store whose partner does not answer, by id, and since when."""
    wanted = select(CarrierAccount).where(CarrierAccount.store_id == store_id, CarrierAccount.carrier.in_(far()))
    keys = {each.id: turn_key(each) for each in session.scalars(wanted)}
    since = silent_since(set(keys.values())) if keys else {}
    return {account_id: since[key] for account_id, key in keys.items() if key in since}


def takes_back(carrier: str) -> bool:
    """Tell whether a booking of this carrier can be taken back; true for those that are not asked over the network."""
    return carrier not in far() or can(carrier, Cancels)


def can(carrier: str, verb: type[Any]) -> bool:
    """Tell whether a carrier that is asked over the network has an optional verb of the contract."""
    return isinstance(_keyless(carrier), verb)


@cache
def _keyless(carrier: str) -> Carrier | None:
    """Return a carrier that is asked over the network, without its keys: it shows what it could do."""
    plugin = CARRIERS.usable.get(carrier)
    return plugin.build(plugin.settings(), None) if plugin is not None and plugin.outside else None


def turns_of_a_parcel(carrier: str) -> int:
    """Return how many turns each parcel takes beside the one that all parcels of a batch share."""
    plugin = CARRIERS.usable.get(carrier)
    return -(-plugin.per_parcel // PER_TURN) if plugin is not None else 0


def accounts() -> list[CarrierAccount]:
    """Return the accounts of all workshops that are asked over the network."""
    wanted = select(CarrierAccount).where(CarrierAccount.carrier.in_(far()))
    return list(session.scalars(wanted.order_by(CarrierAccount.id), execution_options={"populate_existing": True}))


def _named(plugin: Plugin, values: Mapping[str, Any], seal: Seal) -> str:
    """Return a mark of the account there; nothing where its settings do not name it."""
    told = [str(values.get(name, "")) for name in plugin.named_by]
    return seal.mark(f"account at {plugin.key}", "\0".join(told)) if told else ""


def _sealed_for(account: CarrierAccount) -> str:
    """Return the purpose under which an account's secrets are sealed: another one's do not open there."""
    return f"carrier {account.store_id} {account.id}"
