"""How a workshop sets its methods: what is secret is written and never shown again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import insert, update

from shop.core import clock
from shop.core.errors import Misconfigured, Refused, Unavailable
from shop.core.money import Money
from shop.payments.contract import Ask, Checks, Plugin
from shop.payments.models import PaymentSettings
from shop.payments.tills import (
    Outside,
    built_with,
    plugin_of,
    sealed_for,
    secrets_in,
    settings_from,
    settings_row,
    till,
)
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.plumbing.seals import Seal

WRONG_KEYS = N_("The service refused these keys. Please compare them with those of your account there.")
NOT_REACHED = N_("The service did not answer. Please try again in a few minutes.")
NO_WAY_YET = N_("A deposit needs another way to pay, in dinars: a transfer, or a card here. Switch one on first.")
NOT_COMPLETE = N_("Please fill in the settings first.")


def secret_fields(plugin: Plugin) -> frozenset[str]:
    """Return the names of the settings that are never shown."""
    return frozenset(each.name for each in fields(plugin.settings) if each.metadata.get("secret"))


def problems(plugin: Plugin, values: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the settings that can't be right, each with an English msgid."""
    told: Callable[[], Mapping[str, str]] = getattr(settings_from(plugin, values), "problems", dict)
    return told()


def without_a_way(store_id: int, key: str, values: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what is wrong when a method asks a deposit that no other way of the workshop could bring: a msgid.

    A deposit is so many dinars: a card abroad alone brings none at the checkout.
    """
    amount = values.get("deposit", 0)
    if not isinstance(amount, int) or amount <= 0:
        return {}
    ask = Ask("", Money.dinars(amount), "fr", wilaya_code="16")
    others = (method.offer(ask) for other, method in till(store_id).methods.items() if other != key)
    brings = any(offer is not None and offer.wait_h is not None for offer in others)
    return {} if brings else {"deposit": NO_WAY_YET}


def set_up(store_id: int, key: str, values: Mapping[str, Any], *, on: bool, seal: Seal, by: Actor) -> None:
    """Keep the settings of a method and whether it is on. A secret that is left empty stays as it was.

    Raises Declined for a method that isn't there, Refused (with its field) for settings that can't be right.
    """
    plugin, row = plugin_of(key), settings_row(store_id, key)
    hidden = secret_fields(plugin)
    before = secrets_in(row, seal) if row is not None else {}
    secrets = before | {name: str(values[name]) for name in hidden if values.get(name)}
    plain = {name: value for name, value in values.items() if name not in hidden}
    wrong = problems(plugin, plain | secrets) if on else {}
    for field, sentence in wrong.items():
        raise Refused(sentence, field=field)
    sealed = seal.close(sealed_for(store_id, key), json.dumps(secrets)) if secrets else ""
    _keep(row, {"store_id": store_id, "method": key, "enabled": on, "plain": plain, "sealed": sealed})
    journal.record("payments.set_up", subject="store", subject_id=store_id, store_id=store_id, by=by, method=key, on=on)


def _keep(row: PaymentSettings | None, values: Mapping[str, Any]) -> None:
    fresh = {**values, "changed_at": clock.now(), "checked_at": None, "problem": ""}
    if row is None:
        session.execute(insert(PaymentSettings), fresh)
        return
    session.execute(update(PaymentSettings).where(PaymentSettings.id == row.id).values(**fresh))


def check(store_id: int, key: str, outside: Outside) -> str:
    """Ask the outside of a method whether its settings work, outside a transaction; return an English msgid, or ''."""
    plugin, row = plugin_of(key), settings_row(store_id, key)
    if row is None:
        return NOT_COMPLETE
    plain, secrets = dict(row.plain), secrets_in(row, outside.seal)
    session.rollback()  # the read snapshot does not wait for the outside
    method = built_with(plugin, plain, secrets, outside.http)
    if not isinstance(method, Checks):
        return ""
    try:
        method.check()
    except Misconfigured as error:
        return str(error)[:200] if str(error).endswith(".") else WRONG_KEYS  # it may have a sentence for its owner
    except Unavailable:
        return NOT_REACHED
    return ""


def note_check(store_id: int, key: str, problem: str) -> None:
    """Write down when a method was checked, and what was wrong."""
    mine = update(PaymentSettings).where(PaymentSettings.store_id == store_id, PaymentSettings.method == key)
    changed(mine.values(checked_at=clock.now(), problem=problem))
