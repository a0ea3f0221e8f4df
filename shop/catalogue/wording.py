"""What is offered, in words, wherever it is written: a product's own texts, its choices, what its family asks.

Texts go by field: a column of the product (`name_fr`), or where else it stands, `choice:7_fr`, `value:3_ar`,
`said:scent_fr`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Select, or_, select

from shop.catalogue.models import Attribute, Posting, Product, Value, Variant
from shop.core.text import fold
from shop.plumbing.db import session
from shop.plumbing.i18n import LANGUAGES

FOUND_BY = tuple(f"{what}_{lang}" for what in ("name", "description", "materials") for lang in LANGUAGES)
ASIDE = tuple(f"{what}_{lang}" for what in ("personal", "option1", "option2") for lang in LANGUAGES)
CHOICE, VALUE, SAID = "choice", "value", "said"
WARNING = "precautions"  # what the law wants said there (“this is no medicine”) it forbids elsewhere
LONGEST = 40  # letters of a word as search knows it

Texts = dict[str, str]


def texts_of(*products: Product) -> dict[int, Texts]:
    """Return everything that is said of products, by product and field, in three queries."""
    found = {
        each.id: {name: text for name in (*FOUND_BY, *ASIDE) if (text := getattr(each, name))} for each in products
    }
    for product_id, field, text in _beyond(list(found)):
        found[product_id][field] = text
    return found


def saying(folded: str) -> list[Product]:
    """Return the products in the shop of which a folded word, or several in a row, is said."""
    first = folded.split(maxsplit=1)[0][:LONGEST]
    shown = select(Product.id).where(Product.state == "published")
    about = set(session.scalars(shown.join(Posting, Posting.product_id == Product.id).where(Posting.word == first)))
    about |= {product_id for product_id, _field, text in _beyond(shown) if _says(text, folded)}
    columns = [getattr(Product, name) for name in ASIDE]
    for product_id, *texts in session.execute(
        select(Product.id, *columns).where(Product.state == "published", or_(*(each != "" for each in columns)))
    ):
        if any(_says(text, folded) for text in texts):
            about.add(product_id)
    products = session.scalars(select(Product).where(Product.id.in_(about)).order_by(Product.id)).all()
    said = texts_of(*products)
    return [each for each in products if any(_says(text, folded) for text in said[each.id].values())]


def _beyond(product_ids: Collection[int] | Select[int]) -> Iterator[tuple[int, str, str]]:
    """Yield what stands in other tables than the product's own: product, field, text."""
    shown = select(Variant).where(~Variant.hidden, Variant.product_id.in_(product_ids))
    for kind, rows in ((CHOICE, shown), (VALUE, select(Value).where(Value.product_id.in_(product_ids)))):
        for each in session.scalars(rows):
            for lang in LANGUAGES:
                if text := getattr(each, f"label_{lang}"):
                    yield each.product_id, f"{kind}:{each.id}_{lang}", text
    said = select(Attribute).where(Attribute.product_id.in_(product_ids), Attribute.key != WARNING)
    for row in session.scalars(said):
        yield row.product_id, f"{SAID}:{row.key}{row.lang and '_'}{row.lang}", row.value


def _says(text: str, folded: str) -> bool:
    return f" {folded} " in f" {fold(text)} "
