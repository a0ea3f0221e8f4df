"""What stands still: help, terms, personal data, selling."""

from __future__ import annotations

from flask import render_template

from shop.plumbing.i18n import _
from shop.stores.queries import DEFAULT_TERMS
from shop.web.storefront.blueprint import front
from shop.web.storefront.cards import links
from shop.web.ui.access import Access, entry
from shop.web.ui.here import settings


@front.get("/<lang:lang>/help")
@entry(Access.PUBLIC)
def help_page() -> str:
    """Explain ordering, delivery and returns."""
    return render_template("storefront/information/help.html", **links("storefront.help_page"))


@front.get("/<lang:lang>/terms")
@entry(Access.PUBLIC)
def terms() -> str:
    """Show the terms that all workshops share."""
    sentences = [_(sentence) for sentence in DEFAULT_TERMS]
    return render_template("storefront/information/terms.html", sentences=sentences, **links("storefront.terms"))


@front.get("/<lang:lang>/privacy")
@entry(Access.PUBLIC)
def privacy() -> str:
    """Say what is kept of a buyer, why and how long."""
    return render_template("storefront/information/privacy.html", **links("storefront.privacy"))


@front.get("/<lang:lang>/sell")
@entry(Access.PUBLIC)
def sell() -> str:
    """Invite artisans."""
    return render_template("storefront/information/sell.html", sign_up=settings().sign_up, **links("storefront.sell"))
