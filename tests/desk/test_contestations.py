"""The desk answers what a customer contests and a workshop does not."""

from __future__ import annotations

from flask import Flask

from tests.people import Person
from tests.studio.day import a_day
from tests.studio.test_outcome import sent_back


def test_what_is_contested_waits_at_the_desk_and_is_answered_once(application: Flask, operator: Person) -> None:
    day = a_day(application)
    assert "Nothing waits" in operator.get("/desk/contestations").text
    code = sent_back(day, contested="<i>absent</i>")
    assert "Parcels that are contested · 1" in operator.get("/desk/").text
    page = operator.get("/desk/contestations").text
    assert code in page
    assert "&lt;i&gt;absent&lt;/i&gt;" in page
    assert "Atelier Amina" in page
    for nonsense in ("", "maybe"):
        refused = operator.post("/desk/contestations/1", {"answer": nonsense})
        assert refused.status_code == 422
        assert "Please choose whether it stands or is struck." in refused.text
    assert operator.post("/desk/contestations/1", {"answer": "struck"}).status_code == 303
    assert "Nothing waits" in operator.get("/desk/contestations").text
    operator.post("/desk/contestations/1", {"answer": "upheld"})
    assert "Somebody has answered this already." in operator.get("/desk/contestations").text
    assert "It was struck: it counts for nobody." in day.page(f"/orders/{code}")
    assert operator.post("/desk/contestations/999", {"answer": "struck"}).status_code == 404
