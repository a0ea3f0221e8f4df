"""The lots of a product: the one that is sold now, those before it, and the orders that each went into."""

from __future__ import annotations

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.catalogue import lots as catalogue
from shop.core import clock
from shop.core.errors import Refused
from shop.orders import lots as sold
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _, pick
from shop.web.studio.blueprint import studio
from shop.web.studio.pages import shop_page
from shop.web.studio.pictures import hers
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import DayField, HirfaForm, TextField, WholeField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url


class LotForm(HirfaForm):
    """A batch as she writes it down when it is made."""

    code = TextField(N_("Code of the lot"), [required(catalogue.CODELESS)], most=catalogue.LONGEST_CODE)
    made_on = DayField(N_("Made on"), since=2000)
    best_before = DayField(N_("Best before"), since=2000)
    pieces = WholeField(N_("How many pieces"), least=1, most=100_000)


@studio.route("/<name:store>/products/<number:product_id>/lots", methods=["GET", "POST"])
@entry(Access.HELPER)
def lots(product_id: int) -> str | Response | tuple[str, int]:
    """Show the lots of a product, and write a new one, which is sold from now on."""
    form = LotForm(request.form if request.method == "POST" else None, made_on=clock.today())
    if request.method == "GET":
        return lots_page(product_id, form)
    hers(product_id)
    if not form.validate():
        return lots_page(product_id, form), 422
    try:
        with transaction():
            catalogue.add_lot(here().store.id, product_id, by=here().by, **form.data)
    except Refused as refused:
        form.refuse(refused.field, said(refused))
        return lots_page(product_id, form), 422
    flash(_("Lot {code} is sold from now on.", code=form.code.data), "done")
    return redirect(page_url("studio.lots", product_id=product_id), 303)


@studio.post("/<name:store>/products/<number:product_id>/lots/<number:lot_id>")
@entry(Access.HELPER)
def sell_lot(product_id: int, lot_id: int) -> Response:
    """Sell another lot from now on."""
    hers(product_id)
    with transaction():
        catalogue.sell_lot(here().store.id, product_id, lot_id, by=here().by)
    flash(_("Saved."), "done")
    return redirect(page_url("studio.lots", product_id=product_id), 303)


def lots_page(product_id: int, form: LotForm) -> str:
    """Draw the lots with how much of each was ordered."""
    view = hers(product_id)
    name, _name_lang = pick(view.names)
    return shop_page(
        "studio/product_lots.html", "products", form=form, view=view, name=name, failed=bool(form.summary),
        lots=catalogue.lots_of(here().store.id, product_id), sold=sold.sold_by_lot(here().store.id, product_id),
        today=clock.today(),
    )  # fmt: skip
