"""what was delivered is exchanged"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("shipments", sa.Column("takes_back", sa.String(250), nullable=False, server_default=""))
    op.create_table(
        "exchanges",
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("first_id", KEY, nullable=False),
        sa.Column("back_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["store_id", "order_id"], ["orders.store_id", "orders.id"], ondelete="RESTRICT",
            name=op.f("fk_exchanges_store_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id", "first_id"], ["orders.store_id", "orders.id"], ondelete="RESTRICT",
            name=op.f("fk_exchanges_store_id_first_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "order_id", name=op.f("pk_exchanges")),
    )
    op.create_index("ix_exchanges_first", "exchanges", ["store_id", "first_id"])


def downgrade() -> None:
    op.drop_table("exchanges")
    op.drop_column("shipments", "takes_back")
