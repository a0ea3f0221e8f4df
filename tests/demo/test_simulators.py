"""The demo's invented keys are for its simulators only: whoever serves its database serves them along."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from shop import demo
from shop.cli import hirfa
from shop.demo import partners
from shop.plumbing import journal
from shop.plumbing.db import transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.settings import Settings


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the servers were told of simulators, each time that the shop was served."""
    monkeypatch.setenv("HIRFA_SIMULATORS", "")
    told: list[str] = []
    monkeypatch.setattr("shop.server.serve", lambda _settings: told.append(os.environ["HIRFA_SIMULATORS"]))
    return told


def run(application: Flask) -> None:
    answer = CliRunner().invoke(hirfa, ["run"], obj=ScriptInfo(create_app=lambda: application))
    assert answer.exit_code == 0, answer.output


def begin(application: Flask) -> None:
    with application.app_context(), transaction():
        journal.record(demo.BEGUN, subject="demo", subject_id=1, store_id=None, by=SYSTEM)


def test_a_demo_has_its_simulators_however_it_is_started(application: Flask, served: list[str]) -> None:
    run(application)
    assert served == [""], "a real shop has none"
    begin(application)
    run(application)
    assert served[1].startswith("http://127.0.0.1:")


@pytest.mark.parametrize(("address", "connected"), [("http://127.0.0.1:8000", True), ("https://demo.example", False)])
def test_a_partner_gets_the_demos_keys_only_where_it_is_a_simulator(address: str, connected: bool) -> None:
    assert partners.is_simulated(Settings(base_url=address)) == connected
