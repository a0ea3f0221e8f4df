"""Notices of partners that are forged, old, repeated, late or strange: the order's page tells the journey as it is."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from shop.core import clock
from shop.demo.workshops import OPERATOR
from shop.plumbing import i18n
from shop.plumbing.db import session
from shop.shipping.models import CarrierNotice, Scan
from shop.testing import maystro_sim, yalidine_sim, zrexpress_sim
from tests.browser.conftest import Hers, MakePhone, speak
from tests.browser.partners import NAMED, STUDIO, Walk
from tests.browser.phone import Phone, until_reloaded
from tests.browser.rooms import Bought

pytestmark = pytest.mark.browser

Letter = tuple[bytes, Mapping[str, str]]  # the body of a notice, and its headers
Write = Callable[[str, str, str, datetime], Letter]  # by a secret, of a parcel, a status, at a moment
OTHER_SECRET = "whsec_QW5vdGhlclNlY3JldE9mSG9va3M5"


def yalidine(secret: str, tracking: str, status: str, at: datetime) -> Letter:
    """Write as Yalidine does: signed over the bytes, without a moment."""
    data = {"tracking": tracking, "status": status, "reason": None}
    event = {"event_id": f"{tracking} {status}", "occurred_at": f"{at:%Y-%m-%d %H:%M:%S}", "data": data}
    body = json.dumps({"type": "parcel_status_updated", "events": [event]}).encode()
    return body, yalidine_sim.signed(secret, body)


def zrexpress(secret: str, tracking: str, status: str, at: datetime) -> Letter:
    """Write as Svix does: signed over name, moment and bytes."""
    row = {"id": "x", "externalId": "x", "trackingNumber": tracking, "state": {"name": status}}
    body = json.dumps(zrexpress_sim.told_of(row, at)).encode()
    return body, zrexpress_sim.signed(secret, body, f"msg_{tracking}_{status}", at)


def maystro(secret: str, tracking: str, status: str, at: datetime) -> Letter:
    """Write as Maystro does: the secret goes along, nothing is signed."""
    row = {"id": tracking, "external_order_id": "x", "display_id": 1, "status": int(status), "updated_at": str(at)}
    return maystro_sim.wrapped(row), maystro_sim.marked(secret)


@dataclass(frozen=True)
class Teller:
    """A partner that sends notices: how it writes them, and what it says of a parcel."""

    write: Write
    leaves: str
    strange: str
    arrives: str
    signs: bool = True
    dates: bool = False


TELLERS = {
    "yalidine": Teller(yalidine, "Expédié", "Bloqué au hub 7", "Livré"),
    "zrexpress": Teller(zrexpress, "vers_wilaya", "mise_en_quarantaine", "livre", dates=True),
    "maystro": Teller(maystro, "9", "77", "41", signs=False),
}


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("partner", TELLERS)
def test_no_notice_moves_a_parcel_by_what_it_says(
    hers: Hers, phone: MakePhone, keys: dict[str, Any], partner: str, lang: str
) -> None:
    walk, teller = hers(partner, lang), TELLERS[partner]
    bought = walk.order()
    number = walk.book(bought, minutes=2).tracking
    walk.rooms.send(bought)
    _register(walk)
    before = _journey(walk, bought)
    _forged_ones_are_refused(walk, teller, number)
    assert _journey(walk, bought) == before
    _repeated_lies_are_kept_once(walk, teller, number)
    assert _journey(walk, bought) == before
    walk.phone.picture(f"notices-{partner}-lied")
    _leaves_and_is_strange(walk, bought, teller, number)
    _is_listed(walk, phone(lang, storage_state=keys[OPERATOR]), teller.strange, number)
    _arrives_and_hears_late_ones(walk, bought, teller, number)
    assert walk.rooms.states(bought) == ["collected"]
    assert not walk.rooms.breaches()


def _register(walk: Walk) -> None:
    """Tell the partner where its notices go."""
    named = NAMED.get(walk.partner, "api_token")
    told = {named.removeprefix("api_") if walk.partner == "maystro" else named: walk.keys[named]}
    walk.rooms.tell(f"{walk.partner}/webhooks", url=_hook(walk), secret=walk.keys["hook_secret"], **told)


def _hook(walk: Walk) -> str:
    return f"{walk.phone.base}/hooks/carriers/{walk.store_id}/{walk.account_id}"


def _forged_ones_are_refused(walk: Walk, teller: Teller, number: str) -> None:
    """Send what claims that the parcel is delivered, and is not the partner's."""
    now, secret = clock.now(), walk.keys["hook_secret"]
    body, headers = teller.write(secret, number, teller.arrives, now)
    forged = {"no secret": (body, {}), "another secret": teller.write(OTHER_SECRET, number, teller.arrives, now)}
    if teller.signs:
        forged["other bytes"] = (body + b" ", headers)
    if teller.dates:
        forged["an old one"] = teller.write(secret, number, teller.arrives, now - timedelta(minutes=10))
    answered = {how: _send(walk, *each) for how, each in forged.items()}
    assert answered == dict.fromkeys(forged, 400)
    assert _kept(walk, number) == 0


def _repeated_lies_are_kept_once(walk: Walk, teller: Teller, number: str) -> None:
    """Send, three times, what claims under the right secret that the parcel is delivered; the partner knows better."""
    letter = teller.write(walk.keys["hook_secret"], number, teller.arrives, clock.now())
    assert [_send(walk, *letter) for _time in range(3)] == [200, 200, 200]
    assert _kept(walk, number) == 1
    until_reloaded(walk.phone, lambda: _looked_into(walk, number))


def _leaves_and_is_strange(walk: Walk, bought: Bought, teller: Teller, number: str) -> None:
    """Let it leave, the notices of that being held up, and let the partner say what nobody understands."""
    walk.rooms.tell("notices", delay_s=3600, copies=3)
    walk.rooms.tell(f"{walk.partner}/parcels/{number}", status=teller.leaves)
    walk.rooms.tell("notices")
    walk.rooms.tell(f"{walk.partner}/parcels/{number}", status=teller.strange)
    _until_told(walk, bought, "On the way")
    walk.phone.picture(f"notices-{walk.partner}-strange")
    expect(walk.phone.page.locator("ol.trail")).not_to_contain_text(teller.strange)


def _is_listed(walk: Walk, nadia: Phone, strange: str, number: str) -> None:
    """Read at the desk what the partner said and nobody understands."""
    speak(nadia)
    page = nadia.open("/desk/carrier-words")
    row = page.locator("li.job").filter(has=page.get_by_text(strange, exact=True))
    expect(row).to_contain_text(number)
    nadia.picture(f"notices-{walk.partner}-desk")


def _arrives_and_hears_late_ones(walk: Walk, bought: Bought, teller: Teller, number: str) -> None:
    """Let it arrive, told three times; then let the notices come that it has left."""
    walk.rooms.tell("notices", copies=3, shuffled=7)
    walk.rooms.tell(f"{walk.partner}/parcels/{number}", status=teller.arrives)
    walk.rooms.tell("notices")
    _until_told(walk, bought, "Delivered")
    before = _journey(walk, bought)
    walk.rooms.tell("notices/delivery", all=True)
    until_reloaded(walk.phone, lambda: _looked_into(walk, number))
    assert _journey(walk, bought) == before
    walk.phone.picture(f"notices-{walk.partner}-arrived")
    with walk.rooms.inside():
        said = session.scalars(select(Scan.word).where(Scan.shipment_id == walk.parcel(bought).id)).all()
    assert sorted(said) == ["delivered", "in_transit", "unknown"]


def _send(walk: Walk, body: bytes, headers: Mapping[str, str]) -> int:
    request = urllib.request.Request(_hook(walk), body, dict(headers), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def _kept(walk: Walk, number: str) -> int:
    with walk.rooms.inside():
        return session.scalar(select(func.count()).where(CarrierNotice.tracking == number)) or 0


def _looked_into(walk: Walk, number: str) -> bool:
    """Tell whether every notice of a parcel was looked into."""
    waits = select(func.count()).where(CarrierNotice.tracking == number, CarrierNotice.handled_at.is_(None))
    with walk.rooms.inside():
        return session.scalar(waits) == 0


def _until_told(walk: Walk, bought: Bought, sentence: str) -> None:
    """Read the order's page anew until this has happened."""
    with i18n.speaking(walk.phone.lang):
        said = i18n._(sentence)
    page = walk.phone.open(f"{STUDIO}/orders/{bought.code}")
    told = page.locator("ol.trail li")
    until_reloaded(walk.phone, lambda: said in {each.split("\n")[0] for each in told.all_inner_texts()})


def _journey(walk: Walk, bought: Bought) -> list[str]:
    """Return where the order stands and what happened, as her page says it."""
    page = walk.phone.open(f"{STUDIO}/orders/{bought.code}")
    return page.locator("ol.steps li, ol.trail li").all_inner_texts()
