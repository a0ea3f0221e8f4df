"""offers, which order used them, what each line's share was, and the prices that there were"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEEN = ("offers", "offer_products")


def upgrade() -> None:
    _offers()
    _offer_products()
    _redemptions()
    _price_changes()
    op.add_column("orders", sa.Column("offer_name", sa.String(length=60), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("offer_code", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("order_lines", sa.Column("discount_minor", KEY, nullable=False, server_default="0"))
    _watch()


def downgrade() -> None:
    _forget_watching()
    for table, column in (("order_lines", "discount_minor"), ("orders", "offer_code"), ("orders", "offer_name")):
        op.drop_column(table, column)
    for table in ("price_changes", "offer_redemptions", "offer_products", "offers"):
        op.drop_table(table)


def _offers() -> None:
    op.create_table(
        "offers",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("percent", KEY, nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("minimum_minor", KEY, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("most_uses", KEY, nullable=True),
        sa.Column("most_per_phone", KEY, nullable=True),
        sa.Column("uses", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('percent', 'amount', 'delivery')", name=op.f("ck_offers_kind")),
        sa.CheckConstraint("state IN ('running', 'paused')", name=op.f("ck_offers_state")),
        sa.CheckConstraint("percent BETWEEN 0 AND 90 AND amount_minor >= 0 AND minimum_minor >= 0", name=op.f("ck_offers_figures")),
        sa.CheckConstraint("uses >= 0 AND (most_uses IS NULL OR uses <= most_uses)", name=op.f("ck_offers_uses")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_offers_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("store_id", "id", name=op.f("uq_offers_store_id_id")),
        sa.UniqueConstraint("store_id", "code", name=op.f("uq_offers_store_id_code")),
    )


def _offer_products() -> None:
    op.create_table(
        "offer_products",
        sa.Column("offer_id", KEY, nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "offer_id"], ["offers.store_id", "offers.id"], name=op.f("fk_offer_products_store_id_offer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["store_id", "product_id"], ["products.store_id", "products.id"], name=op.f("fk_offer_products_store_id_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("offer_id", "product_id", name=op.f("pk_offer_products")),
    )
    op.create_index("ix_offer_products_product", "offer_products", ["product_id"])


def _redemptions() -> None:
    op.create_table(
        "offer_redemptions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("offer_id", KEY, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('percent', 'amount', 'delivery')", name=op.f("ck_offer_redemptions_kind")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_offer_redemptions_amount")),
        sa.ForeignKeyConstraint(
            ["store_id", "offer_id"], ["offers.store_id", "offers.id"], name=op.f("fk_offer_redemptions_store_id_offer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["store_id", "order_id"], ["orders.store_id", "orders.id"], name=op.f("fk_offer_redemptions_store_id_order_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_redemptions")),
        sa.UniqueConstraint("order_id", name=op.f("uq_offer_redemptions_order_id")),
    )
    op.create_index("ix_offer_redemptions_offer", "offer_redemptions", ["offer_id", "phone"])


def _price_changes() -> None:
    op.create_table(
        "price_changes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("variant_id", KEY, nullable=False),
        sa.Column("before_minor", KEY, nullable=False),
        sa.Column("after_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "variant_id"], ["variants.store_id", "variants.id"], name=op.f("fk_price_changes_store_id_variant_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_changes")),
    )
    op.create_index("ix_price_changes_variant", "price_changes", ["variant_id", "at"])


def _watch() -> None:
    """Keep the prices that there were, and on SQLite move the version of the pages with every offer."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute("CREATE FUNCTION price_changes_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'price_changes is append-only'; END $$")
        op.execute("CREATE TRIGGER price_changes_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON price_changes FOR EACH STATEMENT EXECUTE FUNCTION price_changes_stays()")
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER price_changes_no_{verb.lower()} BEFORE {verb} ON price_changes BEGIN SELECT RAISE(ABORT, 'price_changes is append-only'); END")
    for table in SEEN:
        for verb in ("INSERT", "UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_seen_{verb.lower()} AFTER {verb} ON {table} BEGIN UPDATE shop_version SET number = number + 1; END")


def _forget_watching() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP TRIGGER price_changes_stays ON price_changes")
        op.execute("DROP FUNCTION price_changes_stays()")
        return
    for table in SEEN:
        for verb in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_seen_{verb}")
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER price_changes_no_{verb}")
