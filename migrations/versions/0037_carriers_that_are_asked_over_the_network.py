"""carriers that are asked over the network: their keys, what was asked of them, and what they send"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ADDED = (
    ("carrier_accounts", sa.Column("sealed", sa.Text(), nullable=False, server_default="")),
    ("carrier_accounts", sa.Column("checked_at", MOMENT)),
    ("carrier_accounts", sa.Column("problem", sa.String(200), nullable=False, server_default="")),
    ("desks", sa.Column("external", sa.String(40), nullable=False, server_default="")),
    ("shipments", sa.Column("asked_at", MOMENT)),
    ("shipments", sa.Column("booking_problem", sa.String(200), nullable=False, server_default="")),
    ("shipments", sa.Column("looked_at", MOMENT)),
)


def upgrade() -> None:
    for table, column in ADDED:
        op.add_column(table, sa.Column(column.name, column.type, nullable=column.nullable, server_default=column.server_default))
    op.create_table(
        "carrier_notices",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("event", sa.String(120), nullable=False),
        sa.Column("tracking", sa.String(40), nullable=False),
        sa.Column("raw", sa.String(200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("handled_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["store_id", "account_id"], ["carrier_accounts.store_id", "carrier_accounts.id"], ondelete="RESTRICT",
            name=op.f("fk_carrier_notices_store_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_notices")),
        sa.UniqueConstraint("account_id", "event", name=op.f("uq_carrier_notices_account_id_event")),
    )


def downgrade() -> None:
    op.drop_table("carrier_notices")
    for table, column in reversed(ADDED):
        op.drop_column(table, column.name)
