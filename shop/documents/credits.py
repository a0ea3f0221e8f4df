"""What a credit note says: all of an invoice that is cancelled, or the part of it that was given back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shop.core import clock
from shop.core.money import Money
from shop.core.spoken import amount_in_words
from shop.documents.frozen import Content, Extra, Line, Tax, Texts
from shop.documents.taxes import taken_out
from shop.plumbing.i18n import LANGUAGES, N_, _, speaking

GIVEN_BACK = N_("Part of the price given back")


def credited(content: Content, before: Sequence[Content], *, code: str, reason: str) -> Content:
    """Return the credit note that cancels an invoice: the same lines and sums, less what was credited before."""
    changes = _changes(code=code, reason=reason) | {"cancels": content["code"]}
    if before:
        gone = [Extra(total=-gross, net=-net, rate=rate) for rate, (gross, net) in sorted(_sums(before).items())]
        changes |= _less(content, gone)
    return _with(content, changes)


def lowered(content: Content, before: Sequence[Content], amount: int, *, code: str, reason: str) -> Content:
    """Return the credit note over a part of an invoice: each rate of tax bears its share, to the centime.

    Notes of before have taken their shares: no rate ever gives back more than it had.
    """
    had, gone = _sums([content]), _sums(before)
    rates = sorted(had)
    left = [had[rate][0] - gone.get(rate, (0, 0))[0] for rate in rates]
    shares = [(each.minor, rate) for each, rate in zip(Money(amount).allocate(left), rates, strict=True) if each]
    parts = taken_out(shares)
    lines = [
        Line(name=_texts(GIVEN_BACK), label=dict.fromkeys(LANGUAGES, ""), pieces=1, unit=gross, total=gross,
             rate=rate, net=net)
        for (gross, rate), net in zip(shares, parts.nets, strict=True)
    ]  # fmt: skip
    taxes = [Tax(rate=each.rate, net=each.net, tax=each.tax) for each in parts.by_rate] if content["taxes"] else []
    return _with(content, _changes(code=code, reason=reason) | {
        "cancels": "", "lowers": content["code"], "lines": lines, "discounts": [], "taxes": taxes, "goods": amount,
        "delivery": Extra(total=0, net=0, rate=content["delivery"]["rate"]), "net": sum(parts.nets), "total": amount,
        "words": _words(content, amount), "paid_on": "",
    })  # fmt: skip


def _changes(*, code: str, reason: str) -> dict[str, Any]:
    return {"kind": "credit", "code": code, "issued_on": clock.today().isoformat(), "reason": reason, "stamp": 0}


def _less(content: Content, gone: Sequence[Extra]) -> dict[str, Any]:
    """Return the sums of a note over the rest: those of the invoice less what was credited of each rate."""
    total = content["total"] + sum(each["total"] for each in gone)
    nets = {each["rate"]: each["net"] for each in gone}
    taxes = {each["rate"]: each["total"] - each["net"] for each in gone}
    return {
        "credited": list(gone), "total": total, "net": content["net"] + sum(nets.values()),
        "words": _words(content, total),
        "taxes": [
            Tax(rate=each["rate"], net=each["net"] + nets.get(each["rate"], 0),
                tax=each["tax"] + taxes.get(each["rate"], 0))
            for each in content["taxes"]
        ],
    }  # fmt: skip


def _sums(papers: Sequence[Content]) -> dict[int, tuple[int, int]]:
    """Return what each rate has on papers: with tax and without."""
    found: dict[int, tuple[int, int]] = {}
    for paper in papers:
        rows: list[Line | Extra] = [*paper["lines"], paper["delivery"], *paper["discounts"]]
        for row in rows:
            gross, net = found.get(row["rate"], (0, 0))
            found[row["rate"]] = gross + row["total"], net + row["net"]
    return {rate: sums for rate, sums in found.items() if sums[0]}


def _words(content: Content, amount: int) -> Texts:
    return {lang: amount_in_words(Money(amount, content["currency"]), lang) for lang in content["languages"]}


def _texts(message: str) -> Texts:
    found = {}
    for lang in LANGUAGES:
        with speaking(lang):
            found[lang] = _(message)
    return found


def _with(content: Content, changes: dict[str, Any]) -> Content:
    made: Content = {**content, **changes}  # type: ignore[typeddict-item]
    return made
