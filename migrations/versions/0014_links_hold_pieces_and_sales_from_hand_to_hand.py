"""links hold pieces for whoever has them; an order can be sold from hand to hand, without a parcel"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

OLD, NEW = "kind IN ('home', 'desk')", "kind IN ('home', 'desk', 'hand')"
KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _order_kinds(OLD, NEW)
    op.create_table(
        "order_links",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, sa.ForeignKey("stores.id", name="fk_order_links_store_id"), nullable=False),
        sa.Column("cart_id", KEY, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("order_id", KEY),
        sa.PrimaryKeyConstraint("id", name="pk_order_links"),
        sa.UniqueConstraint("store_id", "id", name="uq_order_links_store_id_id"),
        sa.UniqueConstraint("cart_id", name="uq_order_links_cart_id"),
        sa.UniqueConstraint("token_hash", name="uq_order_links_token_hash"),
        sa.ForeignKeyConstraint(["store_id", "order_id"], ["orders.store_id", "orders.id"], name="fk_order_links_store_id_order_id", ondelete="RESTRICT"),
        sa.CheckConstraint("kind IN ('chat', 'product')", name=op.f("ck_order_links_kind")),
        sa.CheckConstraint("state IN ('open', 'used', 'expired', 'withdrawn')", name=op.f("ck_order_links_state")),
    )
    op.create_index("ix_order_links_store", "order_links", ["store_id", "state", "id"])
    op.create_index("ix_order_links_due", "order_links", ["state", "expires_at"])
    op.create_table(
        "reservations",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("link_id", KEY, nullable=False),
        sa.Column("variant_id", KEY, nullable=False),
        sa.Column("pieces", KEY, nullable=False),
        sa.ForeignKeyConstraint(["store_id", "link_id"], ["order_links.store_id", "order_links.id"], name="fk_reservations_store_id_link_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["store_id", "variant_id"], ["variants.store_id", "variants.id"], name="fk_reservations_store_id_variant_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_reservations"),
        sa.CheckConstraint("pieces BETWEEN 1 AND 999", name=op.f("ck_reservations_pieces")),
    )
    op.create_index("ix_reservations_link", "reservations", ["link_id"])
    op.create_index("ix_reservations_variant", "reservations", ["variant_id"])


def downgrade() -> None:
    op.drop_table("reservations")
    op.drop_table("order_links")
    _order_kinds(NEW, OLD)


def _order_kinds(old: str, new: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_orders_kind"), "orders", type_="check")
        op.create_check_constraint(op.f("ck_orders_kind"), "orders", new)
        return
    # What a CHECK says is no part of the rows: SQLite's own manual changes it in the schema, and no order is copied.
    op.execute("PRAGMA writable_schema=ON")
    op.get_bind().execute(
        sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'orders'"),
        {"old": old, "new": new},
    )
    op.execute("PRAGMA writable_schema=RESET")
