"""What a piece costs its maker: the owner's business alone; no helper and no buyer reads it."""

from __future__ import annotations

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.catalogue import service
from shop.core.money import Money
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _, pick
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import shop_page
from shop.web.studio.pictures import hers
from shop.web.ui.access import Access, entry
from shop.web.ui.forms import DinarsField, HirfaForm
from shop.web.ui.here import here
from shop.web.ui.templating import page_url


class CostsForm(HirfaForm):
    """Two figures, both optional: empty means that they are not known."""

    materials = DinarsField(N_("Materials for one piece, in dinars"))
    packaging = DinarsField(N_("Packaging for one piece, in dinars"))


@studio.route("/<name:store>/products/<number:product_id>/costs", methods=["GET", "POST"])
@entry(Access.OWNER)
def costs(product_id: int) -> str | Response | tuple[str, int]:
    """Say what one piece of a product costs; orders from now on keep the figure of their day."""
    product = hers(product_id).product
    known = {"materials": _money(product.materials_minor), "packaging": _money(product.packaging_minor)}
    form = CostsForm(request.form if request.method == "POST" else None, data=known)
    if request.method == "GET":
        return costs_page(product_id, form)
    if not form.validate():
        return costs_page(product_id, form), 422
    with transaction():
        service.update_product(
            here().store.id, product_id, by=here().by, materials_minor=_minor(form.materials.data),
            packaging_minor=_minor(form.packaging.data),
        )  # fmt: skip
    flash(_("Saved."), "done")
    return redirect(page_url("studio.product", product_id=product_id), 303)


def costs_page(product_id: int, form: CostsForm) -> str:
    """Draw the two figures and what is left of the price."""
    view = hers(product_id)
    name, _name_lang = pick(view.names)
    product, price = view.product, Money(view.product.price_minor, view.product.currency)
    spent = (product.materials_minor or 0) + (product.packaging_minor or 0)
    known = product.materials_minor is not None or product.packaging_minor is not None
    return shop_page(
        "studio/product_costs.html", "products", form=form, view=view, name=name, failed=bool(form.summary),
        price=price, left=Money(product.price_minor - spent, product.currency) if known else None,
    )  # fmt: skip


def _money(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor)


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor
