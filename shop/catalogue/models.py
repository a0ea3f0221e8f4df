"""Products, variants, pictures, stock movements and the words by which products are found."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from shop.core.boxes import Box, box_of
from shop.core.money import Money
from shop.plumbing.db import Base, BigKey, of_store, store_key

MOVEMENTS = (
    "initial", "restocked", "counted", "sold", "cancelled", "returned", "made", "broken", "gift", "held", "released",
)  # fmt: skip
ADDED, TAKEN = ("made", "returned"), ("sold", "broken", "gift")  # what she says by hand; counted goes either way
LOW_STOCK = 2  # pieces: fewer than so many are few


class Product(Base):
    """What is offered. Price, stock and cover are kept here too, so that a listing reads one table.

    wilaya_code, price_minor (the lowest), in_stock and cover follow the store, the variants and the pictures; the
    services of this room keep them.
    """

    __tablename__ = "products"
    __table_args__ = (
        store_key(),
        CheckConstraint("state IN ('draft', 'published', 'hidden')", name="state"),
        CheckConstraint("weight_g BETWEEN 0 AND 100000", name="weight"),
        # one index for each sort that the pages offer
        Index("ix_products_new", "state", "listed_at", "id"),
        Index("ix_products_craft_new", "state", "craft", "listed_at", "id"),
        Index("ix_products_wilaya_new", "state", "wilaya_code", "listed_at", "id"),
        Index("ix_products_price", "state", "price_minor", "id"),
        Index("ix_products_craft_price", "state", "craft", "price_minor", "id"),
        Index("ix_products_store", "store_id", "state", "listed_at", "id"),
        Index("ix_products_reference", "store_id", "reference", unique=True),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    craft: Mapped[str] = mapped_column(String(24))
    slug: Mapped[str] = mapped_column(String(80))
    reference: Mapped[str | None] = mapped_column(String(40))  # the workshop's own code, by which a sheet names it
    name_ar: Mapped[str] = mapped_column(String(160), default="")
    name_fr: Mapped[str] = mapped_column(String(160), default="")
    name_en: Mapped[str] = mapped_column(String(160), default="")
    description_ar: Mapped[str] = mapped_column(Text, default="")
    description_fr: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    materials_ar: Mapped[str] = mapped_column(Text, default="")
    materials_fr: Mapped[str] = mapped_column(Text, default="")
    materials_en: Mapped[str] = mapped_column(Text, default="")
    weight_g: Mapped[int] = mapped_column(default=500)
    fragile: Mapped[bool] = mapped_column(default=False)
    made_to_order_days: Mapped[int | None]
    family: Mapped[str] = mapped_column(String(24), default="")  # a key of families.FAMILIES; "": as its craft
    length_mm: Mapped[int | None]  # of its box
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    hs_code: Mapped[str] = mapped_column(String(6), default="")
    hs_more: Mapped[str] = mapped_column(String(4), default="", server_default="")  # digits beyond the first six
    origin: Mapped[str] = mapped_column(String(2), default="DZ")
    abroad: Mapped[bool] = mapped_column(default=False, server_default=false())  # she lets it leave the country
    net_weight_g: Mapped[int | None]  # one piece without its packing
    customs_fr: Mapped[str] = mapped_column(String(80), default="", server_default="")  # what it is, for customs
    customs_en: Mapped[str] = mapped_column(String(80), default="", server_default="")
    eu_file: Mapped[str] = mapped_column(String(120), default="", server_default="")  # of a cosmetic, and who answers
    one_of_a_kind: Mapped[bool] = mapped_column(default=False)
    capacity_week: Mapped[int | None]  # pieces made to order that a week gives
    queue_most: Mapped[int | None]  # with so many waiting, it closes
    queued: Mapped[int] = mapped_column(default=0)  # pieces ordered and not made yet: the sum of its makings
    personal_ar: Mapped[str] = mapped_column(String(80), default="")  # what the buyer is asked to type
    personal_fr: Mapped[str] = mapped_column(String(80), default="")
    personal_en: Mapped[str] = mapped_column(String(80), default="")
    personal_most: Mapped[int | None]  # letters; none: no text is asked for
    personal_required: Mapped[bool] = mapped_column(default=False)
    option1_ar: Mapped[str] = mapped_column(String(40), default="")
    option1_fr: Mapped[str] = mapped_column(String(40), default="")
    option1_en: Mapped[str] = mapped_column(String(40), default="")
    option2_ar: Mapped[str] = mapped_column(String(40), default="")
    option2_fr: Mapped[str] = mapped_column(String(40), default="")
    option2_en: Mapped[str] = mapped_column(String(40), default="")
    materials_minor: Mapped[int | None]  # what one piece costs its maker: the owner's own business
    packaging_minor: Mapped[int | None]
    wilaya_code: Mapped[str] = mapped_column(String(2))
    price_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    in_stock: Mapped[bool] = mapped_column(default=False)
    cover: Mapped[str] = mapped_column(String(80), default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    listed_at: Mapped[datetime]

    @property
    def box(self) -> Box | None:
        """The box of one piece, where all its sizes are known."""
        return box_of(self.length_mm, self.width_mm, self.height_mm)


class Variant(Base):
    """One thing that can be put in a cart. A product without choices has one, with empty labels."""

    __tablename__ = "variants"
    __table_args__ = (
        store_key(),
        of_store("product_id", table="products"),
        Index("ix_variants_product", "product_id", "position"),
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("price_minor >= 0", name="price"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    product_id: Mapped[int] = mapped_column(BigKey)
    position: Mapped[int] = mapped_column(default=0)
    label_ar: Mapped[str] = mapped_column(String(80), default="")
    label_fr: Mapped[str] = mapped_column(String(80), default="")
    label_en: Mapped[str] = mapped_column(String(80), default="")
    price_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    on_hand: Mapped[int] = mapped_column(default=0)
    hidden: Mapped[bool] = mapped_column(default=False)
    low_stock: Mapped[int] = mapped_column(default=LOW_STOCK, server_default=str(LOW_STOCK))
    low_since: Mapped[datetime | None]  # when it fell below low_stock, until there are so many again

    @property
    def price(self) -> Money:
        """What one piece costs."""
        return Money(self.price_minor, self.currency)


class Picture(Base):
    """One photograph of a product; `key` names its files (key-240.webp, key-480.webp, key-900.webp)."""

    __tablename__ = "pictures"
    __table_args__ = (
        store_key(),
        of_store("product_id", table="products"),
        Index("ix_pictures_product", "product_id", "position"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    product_id: Mapped[int] = mapped_column(BigKey)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    alt_ar: Mapped[str] = mapped_column(String(200), default="")
    alt_fr: Mapped[str] = mapped_column(String(200), default="")
    alt_en: Mapped[str] = mapped_column(String(200), default="")


class StockMovement(Base):
    """Why the stock of a variant changed. on_hand is the sum of its movements; rows are never changed."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        of_store("variant_id", table="variants"),
        Index("ix_stock_movements_variant", "variant_id", "id"),
        Index("ix_stock_movements_order", "order_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    variant_id: Mapped[int] = mapped_column(BigKey)
    reason: Mapped[str] = mapped_column(String(12))
    delta: Mapped[int]
    order_id: Mapped[int | None] = mapped_column(BigKey)
    note: Mapped[str] = mapped_column(String(200), default="", server_default="")
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(120), default="", server_default="")
    at: Mapped[datetime]


class PriceChange(Base):
    """A price that buyers could see, and the one that followed it. Rows are never changed."""

    __tablename__ = "price_changes"
    __table_args__ = (
        of_store("variant_id", table="variants"),
        Index("ix_price_changes_variant", "variant_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    variant_id: Mapped[int] = mapped_column(BigKey)
    before_minor: Mapped[int]
    after_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    at: Mapped[datetime]


class Posting(Base):
    """A folded word of a published product's names, maker and description."""

    __tablename__ = "search_postings"

    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    product_id: Mapped[int] = mapped_column(BigKey, ForeignKey("products.id", ondelete="CASCADE"), primary_key=True,
                                            index=True)  # fmt: skip
    weight: Mapped[int] = mapped_column(default=1)


class Neighbour(Base):
    """A word of the vocabulary under each form with one letter left out: finds words with one letter wrong."""

    __tablename__ = "search_neighbours"

    form: Mapped[str] = mapped_column(String(40), primary_key=True)
    word: Mapped[str] = mapped_column(String(40), primary_key=True)


class Wish(Base):
    """Somebody who wants to hear when a sold-out variant is back."""

    __tablename__ = "wishes"
    __table_args__ = (of_store("variant_id", table="variants"), Index("ix_wishes_variant", "variant_id", "told_at"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    variant_id: Mapped[int] = mapped_column(BigKey)
    phone: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(2))
    asked_at: Mapped[datetime]
    told_at: Mapped[datetime | None]


class Attribute(Base):
    """One thing that is said of a product beyond its texts, by the keys of its family; `lang` is "" for figures."""

    __tablename__ = "product_attributes"
    __table_args__ = (of_store("product_id", table="products"), UniqueConstraint("product_id", "key", "lang"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    product_id: Mapped[int] = mapped_column(BigKey)
    key: Mapped[str] = mapped_column(String(24))
    lang: Mapped[str] = mapped_column(String(2), default="")
    value: Mapped[str] = mapped_column(Text)


class Value(Base):
    """One value of one of a product's two options: 100 g of the sizes, jasmine of the scents."""

    __tablename__ = "option_values"
    __table_args__ = (
        store_key(),
        of_store("product_id", table="products"),
        Index("ix_option_values_product", "product_id", "option", "position"),
        CheckConstraint("option IN (1, 2)", name="option"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    product_id: Mapped[int] = mapped_column(BigKey)
    option: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    label_ar: Mapped[str] = mapped_column(String(40), default="")
    label_fr: Mapped[str] = mapped_column(String(40), default="")
    label_en: Mapped[str] = mapped_column(String(40), default="")


class VariantFace(Base):
    """Which values a variant stands for, and which photograph shows it."""

    __tablename__ = "variant_faces"
    __table_args__ = (
        of_store("variant_id", table="variants"),
        of_store("first_id", table="option_values"),
        of_store("second_id", table="option_values"),
        of_store("picture_id", table="pictures"),
    )

    variant_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    first_id: Mapped[int | None] = mapped_column(BigKey, index=True)
    second_id: Mapped[int | None] = mapped_column(BigKey, index=True)
    picture_id: Mapped[int | None] = mapped_column(BigKey, index=True)


class Lot(Base):
    """One batch of a product: its code, when it was made, until when it is good. One of them is being sold now."""

    __tablename__ = "lots"
    __table_args__ = (
        of_store("product_id", table="products"),
        UniqueConstraint("product_id", "code"),
        CheckConstraint("pieces IS NULL OR pieces > 0", name="pieces"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    product_id: Mapped[int] = mapped_column(BigKey)
    code: Mapped[str] = mapped_column(String(40))
    made_on: Mapped[date | None]
    best_before: Mapped[date | None]
    pieces: Mapped[int | None]
    current: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]


class Making(Base):
    """Pieces of a variant that an order waits for until they are made."""

    __tablename__ = "makings"
    __table_args__ = (
        of_store("product_id", table="products"),
        of_store("variant_id", table="variants"),
        UniqueConstraint("order_id", "variant_id"),
        Index("ix_makings_product", "product_id", "state"),
        CheckConstraint("state IN ('waiting', 'made', 'cancelled')", name="state"),
        CheckConstraint("pieces > 0", name="pieces"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    product_id: Mapped[int] = mapped_column(BigKey)
    variant_id: Mapped[int] = mapped_column(BigKey)
    order_id: Mapped[int] = mapped_column(BigKey)
    pieces: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    at: Mapped[datetime]


class Word(Base):
    """A forbidden word as the desk added, changed or retired it; it goes before the list that comes with the shop."""

    __tablename__ = "forbidden_words"
    __table_args__ = (CheckConstraint("rule IN ('refuse', 'review')", name="rule"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    folded: Mapped[str] = mapped_column(String(80), unique=True)
    word: Mapped[str] = mapped_column(String(80))
    ground: Mapped[str] = mapped_column(String(16))
    rule: Mapped[str] = mapped_column(String(8))
    retired: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class Review(Base):
    """What the desk says of a product with words to look at first: one row per product, `words` are folded."""

    __tablename__ = "product_reviews"
    __table_args__ = (
        of_store("product_id", table="products"),
        CheckConstraint("state IN ('waiting', 'allowed', 'refused')", name="state"),
        Index("ix_product_reviews_queue", "state", "asked_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    product_id: Mapped[int] = mapped_column(BigKey, unique=True)
    state: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(Text)  # joined by "|"
    note: Mapped[str] = mapped_column(String(600), default="")
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
