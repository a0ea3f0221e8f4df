"""what became of parcels paid on delivery, by a mark of the phone: contested, struck, forgotten"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)
TABLE = "parcel_outcomes"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("shipment_id", KEY, nullable=False),
        sa.Column("phone_mark", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("said", sa.String(300), nullable=False),
        sa.Column("contested_at", MOMENT),
        sa.Column("answered_at", MOMENT),
        sa.CheckConstraint("outcome IN ('taken', 'refused')", name=op.f("ck_parcel_outcomes_outcome")),
        sa.CheckConstraint("state IN ('counted', 'contested', 'upheld', 'struck')", name=op.f("ck_parcel_outcomes_state")),
        sa.ForeignKeyConstraint(
            ["store_id", "order_id"], ["orders.store_id", "orders.id"], ondelete="RESTRICT",
            name=op.f("fk_parcel_outcomes_store_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id", "shipment_id"], ["shipments.store_id", "shipments.id"], ondelete="RESTRICT",
            name=op.f("fk_parcel_outcomes_store_id_shipment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_outcomes")),
        sa.UniqueConstraint("shipment_id", name=op.f("uq_parcel_outcomes_shipment_id")),
    )
    op.create_index("ix_parcel_outcomes_phone", TABLE, ["phone_mark", "at"])
    op.create_index("ix_parcel_outcomes_order", TABLE, ["order_id"])
    op.create_index("ix_parcel_outcomes_state", TABLE, ["state", "contested_at"])


def downgrade() -> None:
    op.drop_table(TABLE)
