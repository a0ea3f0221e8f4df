"""a workshop brings its customers and sales of before"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _table(
        "contacts",
        sa.Column("phone", sa.String(16), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_fold", sa.String(160), nullable=False),
        sa.Column("wilaya_code", sa.String(2), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        unique="phone",
    )
    _table(
        "past_orders",
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("phone", sa.String(16), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("what", sa.String(500), nullable=False),
        sa.Column("amount_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.CheckConstraint("outcome IN ('taken', 'refused', '')", name=op.f("ck_past_orders_outcome")),
        unique="reference",
    )
    op.create_index("ix_past_orders_phone", "past_orders", ["store_id", "phone", "day"])


def _table(table: str, *more: sa.Column | sa.CheckConstraint, unique: str) -> None:
    op.create_table(
        table,
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, sa.ForeignKey("stores.id", name=op.f(f"fk_{table}_store_id")), nullable=False),
        *more,
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("store_id", unique, name=op.f(f"uq_{table}_store_id_{unique}")),
    )


def downgrade() -> None:
    for table in ("past_orders", "contacts"):
        op.drop_table(table)
