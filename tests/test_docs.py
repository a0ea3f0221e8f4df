"""What is not written down does not exist: settings, commands, adapters and states have their line."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from shop.cli import hirfa
from shop.core import states
from shop.payments.methods import METHODS
from shop.plumbing.settings import PREFIX, Settings
from shop.shipping.carriers import CARRIERS

DOCS = Path(__file__).parent.parent / "docs"


def test_every_setting_is_documented_and_nothing_else() -> None:
    documented = set(re.findall(r"^\| `(HIRFA_\w+)` \|", (DOCS / "settings.md").read_text(), re.MULTILINE))
    assert documented == {PREFIX + field.name.upper() for field in fields(Settings)}


def test_every_command_is_documented() -> None:
    text = (DOCS / "operation.md").read_text()
    assert {name for name in hirfa.commands if f"`hirfa {name}" not in text} == set()


def test_every_adapter_is_documented() -> None:
    text = (DOCS / "architecture.md").read_text()
    assert [key for key in (*METHODS.usable, *CARRIERS.usable) if f"`{key}`" not in text] == []


def test_every_state_is_documented() -> None:
    text = (DOCS / "architecture.md").read_text()
    of_stores = (states.VERIFICATION, states.REVIEW, states.LINK)
    machines = (states.ORDER, states.PAYMENT, states.SHIPMENT, states.OUTCOME, *of_stores)
    for machine in machines:
        assert [state for state in machine.states if state not in text] == []


def test_the_readme_is_short_and_its_pictures_exist() -> None:
    readme = (DOCS.parent / "README.md").read_text()
    assert len(readme.splitlines()) <= 120
    pictures = re.findall(r"\]\((docs/[^)]+\.png)\)", readme)
    assert len(pictures) >= 3
    assert all((DOCS.parent / picture).exists() for picture in pictures)
