"""The pages of the simulated card systems ask for nothing that could be a card, and end as the buyer chooses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from shop.core.money import Money
from shop.payments.contract import Ask, Begun, PaymentMethod
from shop.payments.methods import chargily, satim
from shop.testing.outside import World, running
from shop.testing.outside.serving import application
from shop.testing.satim_sim import PASSWORD, TERMINAL, USER_NAME

BACK = "https://s.example/r?t=1"
SETTINGS = {
    "chargily": (chargily.PLUGIN, chargily.Settings("test_sk_Simulateur123")),
    "satim": (satim.PLUGIN, satim.Settings(USER_NAME, PASSWORD, TERMINAL)),
}
ENDS = [
    ("chargily", "edahabia", "collected"), ("chargily", "cib", "collected"), ("chargily", "refused", "failed"),
    ("chargily", "cancel", "cancelled"), ("satim", "cib", "collected"), ("satim", "edahabia", "collected"),
    ("satim", "poor", "failed"), ("satim", "cancel", "cancelled"),
]  # fmt: skip


@pytest.fixture(scope="module")
def running_world() -> Iterator[World]:
    with running() as world:
        yield world


@pytest.fixture
def world(running_world: World) -> World:
    running_world.reset()
    return running_world


def begin(world: World, name: str, language: str) -> tuple[PaymentMethod, Begun, str]:
    plugin, settings = SETTINGS[name]
    method = plugin.build(settings, world.outbound())
    ask = Ask("PKIT234567", Money.dinars(2500), language, return_url=BACK, description="Savon <Amina>")
    fact = method.start(ask)
    return method, Begun(ask.reference, ask.amount, fact.external), fact.redirect.removeprefix(world.url)


def client(world: World) -> FlaskClient:
    return application(world).test_client()


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize(
    ("language", "said"), [("fr", "simulateur"), ("ar", "محاكاة"), ("en", "simulator")],
)  # fmt: skip
def test_a_page_says_what_it_is_and_has_buttons_only(world: World, name: str, language: str, said: str) -> None:
    _, _, page = begin(world, name, language)
    html = client(world).get(page).text
    assert said in html
    assert f'lang="{language}"' in html
    assert "2500.00 DZD" in html
    assert not re.search(r"<(input|select|textarea)", html)
    assert "<Amina>" not in html


@pytest.mark.parametrize(("name", "choice", "state"), ENDS)
def test_it_ends_as_the_buyer_chooses_and_only_once(world: World, name: str, choice: str, state: str) -> None:
    method, begun, page = begin(world, name, "fr")
    browser = client(world)
    back = browser.post(page, data={"choice": choice})
    assert back.status_code == 303
    assert back.headers["Location"].startswith(BACK + "&")
    assert method.look_up(begun).state == state  # type: ignore[attr-defined]
    browser.post(page, data={"choice": "cib"})
    assert method.look_up(begun).state == state  # type: ignore[attr-defined]
    assert "Ce paiement est clos." in browser.get(page).text


@pytest.mark.parametrize("name", SETTINGS)
def test_what_is_not_there_is_not_found(world: World, name: str) -> None:
    _, begun, page = begin(world, name, "fr")
    browser = client(world)
    assert browser.post(page, data={"choice": "6280580000000000"}).status_code == 404
    assert browser.get(page.replace(begun.external, "other")).status_code == 404


def test_a_curious_person_tells_what_becomes_of_a_checkout(world: World) -> None:
    method, begun, _ = begin(world, "chargily", "fr")
    browser = client(world)
    browser.post(f"/control/chargily/checkouts/{begun.external}", json={"status": "failed"})
    assert method.look_up(begun).state == "failed"  # type: ignore[attr-defined]
    browser.post("/control/chargily/keys", json={"closed": ["test_sk_Simulateur123"]})
    with pytest.raises(chargily.Misconfigured):
        method.look_up(begun)  # type: ignore[attr-defined]
