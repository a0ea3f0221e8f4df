"""Two workshops that sell, and Yacine who buys."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.checkout.cast import Workshop
from tests.storefront.buying import Buyer, workshops


@pytest.fixture
def amina_and_ismahane(application: Flask) -> tuple[Workshop, Workshop]:
    """Two open workshops with five soaps each."""
    return workshops(application)


@pytest.fixture
def amina(amina_and_ismahane: tuple[Workshop, Workshop]) -> Workshop:
    """A soap at 600 DA; to Oran: 500 DA to a home, 300 DA to the desk."""
    return amina_and_ismahane[0]


@pytest.fixture
def ismahane(amina_and_ismahane: tuple[Workshop, Workshop]) -> Workshop:
    """A soap at 1 500 DA, with the same delivery."""
    return amina_and_ismahane[1]


@pytest.fixture
def yacine(application: Flask) -> Buyer:
    """A visitor who reads English."""
    return Buyer(application)
