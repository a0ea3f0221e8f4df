"""where a buyer came from: the shared link that an order's buyer followed last"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "order_sources",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.CheckConstraint("source IN ('whatsapp', 'facebook', 'instagram', 'tiktok', 'qr', 'message')", name=op.f("ck_order_sources_source")),
        sa.ForeignKeyConstraint(["store_id", "order_id"], ["orders.store_id", "orders.id"], name=op.f("fk_order_sources_store_id_order_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_sources")),
    )
    op.create_index("ix_order_sources_store", "order_sources", ["store_id", "source"])


def downgrade() -> None:
    op.drop_table("order_sources")
