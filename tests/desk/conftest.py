"""The operator of the platform, and a shop to look after."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.people import Person, sign_in
from tests.studio.conftest import Shop, open_shop


@pytest.fixture
def operator(application: Flask) -> Person:
    """Nadia, who runs the platform."""
    return sign_in(application, "Nadia Operator", "+213550000090", is_operator=True)


@pytest.fixture
def sami(application: Flask) -> Person:
    """A stranger with an account."""
    return sign_in(application, "Sami Rahmani", "+213550000013")


@pytest.fixture
def shop(application: Flask) -> Shop:
    """Atelier Amina, open."""
    return open_shop(application, "Atelier Amina")
