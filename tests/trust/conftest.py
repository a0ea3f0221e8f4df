"""The street: two workshops side by side, everybody who may come by, and a way to have it again as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from shop.plumbing.settings import Settings
from tests.trust.kept import Kept
from tests.trust.matrix import Walk
from tests.trust.street import build


@pytest.fixture
def walk(application: Flask, settings: Settings) -> Iterator[Walk]:
    """A furnished street, nobody asked yet."""
    street = build(application, settings)
    kept = Kept(application, settings.database)
    yield Walk(street, kept)
    kept.close()
