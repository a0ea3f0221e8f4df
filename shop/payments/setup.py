"""How a workshop sets its methods: what is secret is written and never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, update

from shop.core import clock
from shop.core.errors import Misconfigured, Refused, Unavailable
from shop.core.money import Money
from shop.payments.contract import Ask, Checks
from shop.payments.models import PaymentSettings
from shop.payments.tills import built_with, plugin_of, sealed_for, secrets_in, settings_row, till
from shop.plumbing import journal, plugin_settings
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.plumbing.outside import Outside
from shop.plumbing.seals import Seal

WRONG_KEYS = N_("The service refused these keys. Please compare them with those of your account there.")
NOT_REACHED = N_("The service did not answer. Please try again in a few minutes.")
NO_WAY_YET = N_("A deposit needs another way to pay, in dinars: a transfer, or a card here. Switch one on first.")
NOT_COMPLETE = N_("Please fill in the settings first.")


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
    before = secrets_in(row, seal) if row is not None else {}
    plain, secrets = plugin_settings.parted(plugin.settings, values, before)
    wrong = plugin_settings.problems(plugin.settings, plain, secrets) if on else {}
    for field, sentence in wrong.items():
        raise Refused(sentence, field=field)
    kept = plugin_settings.kept(plain, secrets, sealed_for(store_id, key), seal)
    _keep(row, {"store_id": store_id, "method": key, "enabled": on, "plain": kept.plain, "sealed": kept.sealed})
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
