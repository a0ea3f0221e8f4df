"""the company that an order is for; when a payment was given back"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("payments", sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "order_companies",
        sa.Column("store_id", KEY, nullable=False, autoincrement=False),
        sa.Column("order_id", KEY, nullable=False, autoincrement=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("register_number", sa.String(length=40), nullable=False),
        sa.Column("nif", sa.String(length=20), nullable=False),
        sa.Column("nis", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "order_id"], ["orders.store_id", "orders.id"], name=op.f("fk_order_companies_store_id_order_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("store_id", "order_id", name=op.f("pk_order_companies")),
    )


def downgrade() -> None:
    op.drop_table("order_companies")
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_column("refunded_at")
