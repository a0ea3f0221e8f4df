"""The operator's queue: oldest first, the card shown and noted, an answer that is about what she saw."""

from __future__ import annotations

import base64
import re

import pytest
from flask import Flask
from sqlalchemy import select

from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Entry
from shop.plumbing.settings import Settings
from shop.plumbing.storage import FileStorage
from shop.stores import service, verification
from shop.stores.models import Store, Submission
from tests.people import Person
from tests.studio.conftest import Shop, open_shop
from tests.studio.photographs import photograph

KEY = "c" * 24
CARD = photograph((300, 200), kind="WEBP").getvalue()


@pytest.fixture
def sent(application: Flask, settings: Settings, shop: Shop) -> int:
    """What Amina sent: it waits."""
    FileStorage(settings.data_dir / "private").put(f"cards/{KEY}.webp", CARD, "image/webp")
    return submit(application, shop, KEY)


def submit(application: Flask, shop: Shop, key: str) -> int:
    with application.app_context():
        with transaction():
            service.keep_card(shop.store_id, key, by=SYSTEM)
            verification.submit(shop.store_id, by=SYSTEM)
        found = session.scalars(select(Submission.id).where(Submission.store_id == shop.store_id)).one()
        session.remove()  # type: ignore[attr-defined]
    return found


def state(application: Flask, shop: Shop) -> str:
    with application.app_context():
        return session.get_one(Store, shop.store_id).verification


def looks(application: Flask) -> list[tuple[str, str]]:
    with application.app_context():
        rows = session.scalars(select(Entry).where(Entry.verb == "store.card_seen").order_by(Entry.id))
        return [(row.actor, row.actor_name) for row in rows]


def test_the_oldest_stands_first(application: Flask, operator: Person, shop: Shop, sent: int) -> None:
    later = open_shop(application, "Parfums Ismahane")
    submit(application, later, "d" * 24)
    page = operator.get("/desk/verifications").text
    assert page.index(f"/desk/verifications/{shop.store_id}") < page.index(f"/desk/verifications/{later.store_id}")
    assert "2 workshops wait" in page


def test_looking_at_the_card_is_in_the_journal_each_time_and_kept_nowhere(
    application: Flask, operator: Person, shop: Shop, sent: int
) -> None:
    url = f"/desk/verifications/{shop.store_id}"
    before = operator.get(url)
    assert "data:image" not in before.text
    assert looks(application) == []
    for _twice in range(2):
        page = operator.post(f"{url}/card")
        shown = re.search(r'src="data:image/webp;base64,([^"]+)"', page.text)
        assert shown is not None
        assert base64.b64decode(shown[1]) == CARD
        assert page.headers["Cache-Control"] == "no-store"
    assert looks(application) == [("operator", "Nadia Operator")] * 2


def test_a_card_whose_file_is_gone_is_not_found_and_not_noted(
    application: Flask, settings: Settings, operator: Person, shop: Shop, sent: int
) -> None:
    FileStorage(settings.data_dir / "private").delete(f"cards/{KEY}.webp")
    assert operator.post(f"/desk/verifications/{shop.store_id}/card").status_code == 404
    assert looks(application) == []


def test_verifying_puts_the_badge_on_her_page(application: Flask, operator: Person, shop: Shop, sent: int) -> None:
    answer = operator.post(f"/desk/verifications/{shop.store_id}/approval", submission=sent)
    assert answer.status_code == 303
    assert "Atelier Amina is verified." in operator.get(answer.location).text
    assert state(application, shop) == "verified"
    assert "Verified workshop" in application.test_client().get(f"/en/@{shop.slug}").text
    again = operator.post(f"/desk/verifications/{shop.store_id}/approval", submission=sent)
    assert again.status_code == 422


def test_a_refusal_asks_for_a_reason_and_keeps_what_was_written(
    application: Flask, operator: Person, shop: Shop, sent: int
) -> None:
    url = f"/desk/verifications/{shop.store_id}/refusal"
    missing = operator.post(url, submission=sent, note="Illisible")
    assert missing.status_code == 422
    assert 'href="#reason"' in missing.text
    assert "Illisible</textarea>" in missing.text
    wordless = operator.post(url, submission=sent, reason="other")
    assert 'href="#note"' in wordless.text
    assert state(application, shop) == "submitted"
    done = operator.post(url, submission=sent, reason="other", note="Illisible")
    assert done.status_code == 303
    assert state(application, shop) == "refused"
    assert "Illisible" in operator.get(f"/desk/verifications/{shop.store_id}").text


def test_an_answer_about_something_older_is_not_taken(
    application: Flask, operator: Person, shop: Shop, sent: int
) -> None:
    with application.app_context(), transaction():
        service.update_profile(shop.store_id, by=SYSTEM, register_number="16-7")
    for odd in (str(sent), "", "x", "9" * 40, "-1"):
        answer = operator.post(f"/desk/verifications/{shop.store_id}/approval", submission=odd)
        assert answer.status_code == 422, odd
    assert "This was already changed" in answer.text
    assert state(application, shop) == "submitted"


def test_the_refused_stop_selling_where_only_the_verified_may(
    application: Flask, settings: Settings, operator: Person, shop: Shop, sent: int
) -> None:
    object.__setattr__(settings, "unverified_may_sell", False)
    application.extensions["hirfa_settings"] = settings
    operator.post(f"/desk/verifications/{shop.store_id}/refusal", submission=sent, reason="unreadable")
    with application.app_context():
        assert session.get_one(Store, shop.store_id).state == "suspended"


def test_a_workshop_that_sent_nothing_has_no_card(application: Flask, operator: Person, shop: Shop) -> None:
    assert operator.get(f"/desk/verifications/{shop.store_id}").status_code == 200
    assert operator.post(f"/desk/verifications/{shop.store_id}/card").status_code == 404
    assert "Nothing waits" in operator.get("/desk/verifications").text
