"""What a view knows of the request: the language, the visitor's cart, the person, her store, her role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, g

from shop.accounts.queries import Viewer
from shop.plumbing.journal import BUYER, Actor
from shop.plumbing.links import Signer
from shop.plumbing.outside import Outside
from shop.plumbing.seals import Seal
from shop.plumbing.settings import Settings
from shop.stores.models import Store


@dataclass
class Here:
    """Filled at the door; a view reads it and never writes it."""

    lang: str = "ar"
    cart_token: str = ""
    viewer: Viewer | None = None
    store_row: Store | None = None
    role: str = ""
    tapped_at: datetime | None = None

    @property
    def who(self) -> Viewer:
        """The signed-in person; only behind a door that asked for one."""
        assert self.viewer is not None
        return self.viewer

    @property
    def store(self) -> Store:
        """The store of the address; only behind a store's door."""
        assert self.store_row is not None
        return self.store_row

    @property
    def by(self) -> Actor:
        """The actor that verbs and the journal get."""
        if self.viewer is None:
            return BUYER
        kind = "operator" if self.viewer.is_operator and not self.role else "member"
        return Actor(kind, self.viewer.account_id, self.viewer.name, self.tapped_at)


def here() -> Here:
    """Return what is known of this request."""
    if "here" not in g:
        g.here = Here()
    return cast(Here, g.here)


def settings() -> Settings:
    """Return the deployment's settings."""
    return cast(Settings, current_app.extensions["hirfa_settings"])


def signer() -> Signer:
    """Return the maker of capability links."""
    return cast(Signer, current_app.extensions["hirfa_signer"])


def outside() -> Outside:
    """Return how methods of payment reach their outside."""
    return cast(Outside, current_app.extensions["hirfa_outside"])


def seal() -> Seal:
    """Return what seals secrets at rest."""
    return cast(Seal, current_app.extensions["hirfa_seal"])
