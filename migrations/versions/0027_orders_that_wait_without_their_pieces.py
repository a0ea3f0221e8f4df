"""orders that wait without their pieces, and for a day from which network orders came"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

HAS_ONE = sa.text("network_mark <> ''")


def upgrade() -> None:
    op.add_column("orders", sa.Column("set_aside", sa.Boolean, server_default=sa.true(), nullable=False))
    op.add_column("orders", sa.Column("network_mark", sa.String(64), server_default="", nullable=False))
    op.create_index("ix_orders_network", "orders", ["placed_at"], sqlite_where=HAS_ONE, postgresql_where=HAS_ONE)


def downgrade() -> None:
    op.drop_index("ix_orders_network", "orders")
    op.drop_column("orders", "network_mark")
    op.drop_column("orders", "set_aside")
